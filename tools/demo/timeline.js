// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The timeline widgets of a page that tools/demo/timeline made. The data, one model per trace, is what
// Trace.model() there returns: flat arrays, times in ns.
//
// Turns take microseconds and the time between them milliseconds, so a linear axis would be empty: idle
// spans listed in `folds` are drawn FOLD of the active time wide, and everything else is to scale. All
// drawing goes through `folded` time; only labels go back to real time.
"use strict";
(() => {
const FOLD = 0.025, AXIS = 24, HOST = 26, DOMAIN = 22, STRIP = 44, TALLEST = 440;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const FONT = '12px system-ui, "Segoe UI", Roboto, sans-serif';

const tip = document.createElement("div");
tip.className = "tip";
tip.setAttribute("role", "status");
document.body.append(tip);

function ns(t, step = 0) {
  const size = Math.abs(t) || step;
  const [unit, by] = size >= 1e9 ? ["s", 1e9] : size >= 1e6 ? ["ms", 1e6] : size >= 1e3 ? ["\u00b5s", 1e3] : ["ns", 1];
  const digits = step ? Math.max(0, Math.min(6, Math.ceil(-Math.log10(step / by) - 1e-9))) : t / by >= 100 || by === 1 ? 0 : t / by >= 10 ? 1 : 2;
  return (t / by).toFixed(digits) + " " + unit;
}
const count = (n) => n.toLocaleString("en");
function chunks(flat, n) {
  const out = new Array(flat.length / n);
  for (let i = 0; i < out.length; ++i) out[i] = flat.slice(i * n, i * n + n);
  return out;
}
// The first index whose element, by `key`, is >= x.
function lower(list, x, key) {
  let a = 0, b = list.length;
  while (a < b) {
    const m = (a + b) >> 1;
    if (key(list[m]) < x) a = m + 1; else b = m;
  }
  return a;
}
const el = (tag, cls, text) => {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  if (text !== undefined) e.textContent = text;
  return e;
};

class Timeline {
  constructor(root, trace) {
    this.root = root;
    this.trace = trace;
    this.end = Math.max(1, trace.cut);
    this.runs = trace.tasks.map(() => []);
    for (const [task, start, end, ready, how, why] of chunks(trace.runs, 6)) this.runs[task].push({ task, start, end, ready, how, why });
    this.turns = chunks(trace.turns, 2);
    this.slices = trace.domains.map(() => []);
    for (const [d, a, b] of chunks(trace.slices, 3)) this.slices[d].push([a, b]);
    this.arrows = chunks(trace.arrows, 4).map(([from, to, t, what]) => ({ from, to, t, what }));
    this.setFolds(true);
    this.layout();
    this.build();
    this.fit();
  }

  // --- time -------------------------------------------------------------------------------------
  setFolds(on) {
    this.folding = on;
    const folds = on ? chunks(this.trace.folds, 2) : [];
    let idle = 0;
    for (const [a, b] of folds) idle += b - a;
    const width = Math.max(1, (this.end - idle) * FOLD);
    this.folds = [];
    let cut = 0;
    for (const [a, b] of folds) {
      this.folds.push({ a, b, fa: a - cut, fb: a - cut + width });
      cut += b - a - width;
    }
    this.length = this.end - cut;
  }
  fold(t) {
    const i = lower(this.folds, t, (f) => f.b);
    const f = this.folds[i];
    if (f && t > f.a) return f.fa + ((t - f.a) / (f.b - f.a)) * (f.fb - f.fa);
    const before = this.folds[i - 1];
    return before ? t - before.b + before.fb : t;
  }
  unfold(x) {
    const i = lower(this.folds, x, (f) => f.fb);
    const f = this.folds[i];
    if (f && x > f.fa) return f.a + ((x - f.fa) / (f.fb - f.fa)) * (f.b - f.a);
    const before = this.folds[i - 1];
    return before ? x - before.fb + before.b : x;
  }
  x(t) { return this.gutter + ((this.fold(t) - this.a) / (this.b - this.a)) * (this.width - this.gutter); }
  at(px) { return this.unfold(this.a + ((px - this.gutter) / (this.width - this.gutter)) * (this.b - this.a)); }

  // --- rows -------------------------------------------------------------------------------------
  layout() {
    const { domains, tasks } = this.trace;
    // Few tasks get lanes to read, many get lanes to look at; each domain for itself.
    const most = tasks.length, size = domains.map(() => 0);
    for (const t of tasks) ++size[t[2]];
    const lane = (n) => n > 120 ? 6 : n > 40 ? 10 : n > 16 || most > 40 ? 15 : 22;
    this.rows = [{ kind: "host", y: 0, h: HOST }];
    let y = HOST;
    const visit = (parent, depth) => domains.forEach((d, i) => {
      if (d.parent !== parent) return;
      this.rows.push({ kind: "domain", domain: i, depth, y, h: DOMAIN });
      y += DOMAIN;
      tasks.forEach((t, k) => {
        if (t[2] !== i) return;
        this.rows.push({ kind: "task", task: k, domain: i, depth: depth + 1, y, h: lane(size[i]) });
        y += lane(size[i]);
      });
      visit(i, depth + 1);
    });
    visit(-1, 0);
    this.rowOf = new Map();
    for (const r of this.rows) if (r.kind === "task") this.rowOf.set(r.task, r);
    this.tall = y;
    this.height = Math.min(TALLEST, AXIS + y + 4);
    this.scroll = 0;
  }
  taskName(k) {
    const [id, name] = this.trace.tasks[k];
    return name ? `${name} #${id}` : `task #${id}`;
  }
  byName(from) { return from >= 0 ? this.taskName(from) : { "-1": "the host", "-2": "a timer", "-3": "another thread" }[from]; }

  // --- the widget -------------------------------------------------------------------------------
  build() {
    const { trace, root } = this, s = trace.totals;
    const bar = el("div", "bar");
    bar.append(el("span", "label", trace.label));
    bar.append(el("span", "facts",
      `${ns(trace.span)} \u00b7 ${count(s.turns)} turns \u00b7 ${count(s.tasks)} tasks, at most ${count(s.most)} at once \u00b7 ` +
      `${count(s.runs)} runs, ${ns(s.busy)} in tasks \u00b7 ${count(s.wakes)} wakes`));
    const buttons = el("span", "buttons");
    const button = (text, title, fn) => {
      const b = el("button", "", text);
      b.type = "button";
      b.title = title;
      b.addEventListener("click", () => { fn(b); this.draw(); });
      buttons.append(b);
      return b;
    };
    button("\u2212", "Zoom out (-)", () => this.zoom(1.6));
    button("+", "Zoom in (+)", () => this.zoom(1 / 1.6));
    button("Fit", "Show all (0)", () => this.fit());
    if (trace.folds.length) {
      button("Fold idle", "Draw long idle times folded (f)", () => this.toggleFolds()).setAttribute("aria-pressed", "true");
      this.foldButton = buttons.lastChild;
    }
    bar.append(buttons);
    this.strip = el("canvas", "strip");
    this.lanes = el("canvas", "lanes");
    this.lanes.tabIndex = 0;
    this.lanes.style.height = this.height + "px";
    this.lanes.setAttribute("role", "img");
    this.lanes.setAttribute("aria-label", `Timeline of ${trace.label}: ${bar.textContent}`);
    root.append(bar);
    if (trace.cut < trace.span)
      root.append(el("p", "thinned",
        `Thinned: the lanes show the first ${ns(trace.cut)}, ${count(trace.runs.length / 6)} of ${count(s.runs)} runs. The strip shows everything.`));
    root.append(this.strip, this.lanes);
    const legend = el("div", "legend");
    for (const [cls, text] of [["run", "runs"], ["ready", "ready, waits for its pick"], ["parked", "parked"], ["wake", "wake, spawn"], ["turn", "turn"],
      ...(trace.folds.length ? [["fold", "idle, folded"]] : [])]) {
      const item = el("span");
      item.append(el("i", cls), text);
      legend.append(item);
    }
    const keys = el("span", "keys");
    keys.innerHTML = "drag to move, click then wheel to zoom, or <kbd>\u2190</kbd> <kbd>\u2192</kbd> <kbd>\u2191</kbd> <kbd>\u2193</kbd> <kbd>+</kbd> <kbd>\u2212</kbd> <kbd>0</kbd>";
    legend.append(keys);
    root.append(legend);
    this.listen();
  }
  toggleFolds() {
    const mid = this.unfold((this.a + this.b) / 2);
    const part = (this.b - this.a) / this.length;
    this.setFolds(!this.folding);
    if (this.foldButton) this.foldButton.setAttribute("aria-pressed", String(this.folding));
    const half = (part * this.length) / 2;
    this.show(this.fold(mid) - half, this.fold(mid) + half);
  }
  fit() { this.show(-this.length * 0.005, this.length * 1.005); this.scroll = 0; }
  show(a, b) {
    const all = this.length * 1.01, size = Math.min(all, Math.max(b - a, 200));
    const mid = (a + b) / 2;
    this.a = Math.max(-this.length * 0.005, Math.min(mid - size / 2, this.length * 1.005 - size));
    this.b = this.a + size;
  }
  zoom(by, px = (this.gutter + this.width) / 2) {
    const part = (px - this.gutter) / (this.width - this.gutter);
    const here = this.a + part * (this.b - this.a);
    const size = Math.min(this.length * 1.01, Math.max(200, (this.b - this.a) * by));
    this.show(here - part * size, here + (1 - part) * size);
  }
  pan(part) { const by = part * (this.b - this.a); this.show(this.a + by, this.b + by); }
  scrollBy(px) { this.scroll = Math.max(0, Math.min(this.scroll + px, AXIS + this.tall + 4 - this.height)); }

  listen() {
    const { lanes, strip } = this;
    let grabbed = null;
    lanes.addEventListener("pointerdown", (e) => {
      lanes.focus({ preventScroll: true });
      lanes.setPointerCapture(e.pointerId);
      grabbed = { x: e.clientX, y: e.clientY, a: this.a, b: this.b, scroll: this.scroll };
    });
    lanes.addEventListener("pointermove", (e) => {
      if (grabbed) {
        const by = ((grabbed.x - e.clientX) / (this.width - this.gutter)) * (grabbed.b - grabbed.a);
        this.show(grabbed.a + by, grabbed.b + by);
        this.scroll = grabbed.scroll;
        this.scrollBy(grabbed.y - e.clientY);
      }
      const box = lanes.getBoundingClientRect();
      this.hover = { x: e.clientX - box.left, y: e.clientY - box.top };
      this.draw();
      this.tell(e.clientX, e.clientY);
    });
    const release = () => { grabbed = null; };
    lanes.addEventListener("pointerup", release);
    lanes.addEventListener("pointercancel", release);
    lanes.addEventListener("pointerleave", () => { this.hover = null; tip.classList.remove("on"); this.draw(); });
    // A wheel over the page scrolls the page, until one has clicked into the timeline.
    lanes.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && document.activeElement !== lanes) return;
      e.preventDefault();
      if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) this.pan((e.deltaX || e.deltaY) / 800);
      else this.zoom(Math.exp(e.deltaY * 0.0016), e.clientX - lanes.getBoundingClientRect().left);
      this.draw();
    }, { passive: false });
    lanes.addEventListener("dblclick", (e) => { this.zoom(1 / 4, e.clientX - lanes.getBoundingClientRect().left); this.draw(); });
    lanes.addEventListener("keydown", (e) => {
      const keys = {
        ArrowLeft: () => this.pan(-0.15), ArrowRight: () => this.pan(0.15), ArrowUp: () => this.scrollBy(-40), ArrowDown: () => this.scrollBy(40),
        "+": () => this.zoom(1 / 1.6), "=": () => this.zoom(1 / 1.6), "-": () => this.zoom(1.6), "0": () => this.fit(), Home: () => this.fit(),
        f: () => this.foldButton && this.toggleFolds(), Escape: () => lanes.blur(),
      };
      if (e.ctrlKey || e.metaKey || e.altKey || !keys[e.key]) return;
      e.preventDefault();
      keys[e.key]();
      this.draw();
    });
    const jump = (e) => {
      if (e.type === "pointermove" && !(e.buttons & 1)) return;
      const box = strip.getBoundingClientRect();
      const t = ((e.clientX - box.left - this.gutter) / (this.width - this.gutter)) * this.trace.span;
      const half = (this.b - this.a) / 2, mid = this.fold(Math.max(0, Math.min(t, this.end)));
      this.show(mid - half, mid + half);
      this.draw();
    };
    strip.addEventListener("pointerdown", jump);
    strip.addEventListener("pointermove", jump);
    new ResizeObserver(() => this.draw()).observe(this.root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  // --- drawing ----------------------------------------------------------------------------------
  canvas(canvas, height) {
    const scale = devicePixelRatio || 1;
    this.width = canvas.clientWidth;
    this.gutter = Math.round(Math.min(190, this.width * 0.26));
    if (canvas.width !== Math.round(this.width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(this.width * scale);
      canvas.height = Math.round(height * scale);
    }
    const g = canvas.getContext("2d");
    g.setTransform(scale, 0, 0, scale, 0, 0);
    g.clearRect(0, 0, this.width, height);
    g.font = FONT;
    g.textBaseline = "middle";
    return g;
  }
  draw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.drawNow(); });
  }
  drawNow() {
    const c = this.colors = {};
    for (const name of ["card", "ink", "soft", "line", "faint", "accent", "turn", "fold", "ready", "parked", "wake"]) c[name] = css("--" + name);
    c.domain = [0, 1, 2, 3, 4, 5].map((i) => css("--d" + i));
    this.drawLanes(this.canvas(this.lanes, this.height));
    this.drawStrip(this.canvas(this.strip, STRIP));
  }
  drawStrip(g) {
    const { trace, colors: c, gutter } = this, w = this.width - gutter, n = trace.busy.length;
    const most = Math.max(1, trace.totals.most), top = 6, h = STRIP - 10;
    g.fillStyle = c.soft;
    g.fillText("whole run", 14, STRIP / 2 - 7);
    g.font = "11px " + FONT.slice(5);
    g.fillText("bars busy, line tasks", 14, STRIP / 2 + 8);
    g.fillStyle = c.domain[0];
    g.globalAlpha = 0.75;
    trace.busy.forEach((b, i) => {
      if (!b && !(trace.busy[i] > 0)) return;
      const tall = Math.max(1.5, (Math.min(100, b) / 100) * h);
      g.fillRect(gutter + (i / n) * w, top + h - tall, Math.max(1, w / n), tall);
    });
    g.globalAlpha = 1;
    g.strokeStyle = c.ready;
    g.lineWidth = 1.5;
    g.beginPath();
    trace.live.forEach((l, i) => {
      const y = top + h - (l / most) * (h - 2) - 1;
      g.lineTo(gutter + (i / n) * w, y);
      g.lineTo(gutter + ((i + 1) / n) * w, y);
    });
    g.stroke();
    const t = (folded) => gutter + (Math.max(0, Math.min(this.unfold(folded), trace.span)) / trace.span) * w;
    const a = t(this.a), b = t(this.b);
    g.fillStyle = c.accent;
    g.globalAlpha = 0.1;
    g.fillRect(a, 1, Math.max(2, b - a), STRIP - 2);
    g.globalAlpha = 1;
    g.strokeStyle = c.accent;
    g.lineWidth = 1;
    g.strokeRect(a + 0.5, 1.5, Math.max(2, b - a - 1), STRIP - 3);
  }
  drawLanes(g) {
    const { colors: c, gutter, width, height } = this;
    const from = this.unfold(this.a), to = this.unfold(this.b);
    const visible = this.rows.filter((r) => r.y + r.h >= this.scroll && r.y <= this.scroll + height - AXIS);
    const y = (r) => AXIS + r.y - this.scroll;

    g.save();
    g.beginPath();
    g.rect(gutter, 0, width - gutter, height);
    g.clip();
    this.drawTurns(g, from, to);
    this.drawFolds(g);
    for (const r of visible) {
      g.fillStyle = c.faint;
      g.fillRect(gutter, Math.round(y(r) + r.h) - 1, width - gutter, r.h < 10 ? 0 : 1);
      if (r.kind === "task") this.drawTask(g, r, y(r), from, to);
      else if (r.kind === "domain") this.drawSlices(g, r, y(r), from, to);
    }
    g.beginPath();
    g.rect(gutter, AXIS, width - gutter, height - AXIS);
    g.clip();
    this.drawArrows(g, from, to);
    g.restore();

    g.fillStyle = c.card;
    g.fillRect(0, 0, gutter, height);
    g.save();
    g.beginPath();
    g.rect(0, AXIS, gutter - 6, height - AXIS);
    g.clip();
    for (const r of visible) this.drawLabel(g, r, y(r));
    g.restore();
    g.fillStyle = c.line;
    g.fillRect(gutter - 1, 0, 1, height);
    this.drawAxis(g);
    if (AXIS + this.tall + 4 > height) {
      const room = height - AXIS, part = room / (this.tall + 4);
      g.fillStyle = c.parked;
      g.fillRect(width - 5, AXIS + this.scroll * part, 3, room * part);
    }
    if (this.hover && this.hover.x > gutter) {
      g.fillStyle = c.soft;
      g.globalAlpha = 0.5;
      g.fillRect(Math.round(this.hover.x), AXIS, 1, height - AXIS);
      g.globalAlpha = 1;
    }
  }
  drawTurns(g, from, to) {
    g.fillStyle = this.colors.turn;
    let last = -1;
    for (let i = lower(this.turns, from, (t) => t[1]); i < this.turns.length && this.turns[i][0] <= to; ++i) {
      const a = this.x(this.turns[i][0]), b = this.x(this.turns[i][1]);
      if (b <= last) continue;
      const start = Math.max(a, last);
      g.fillRect(start, AXIS, Math.max(1, b - start), this.height - AXIS);
      last = Math.max(b, start + 1);
    }
  }
  drawFolds(g) {
    const c = this.colors;
    for (const f of this.folds) {
      const a = this.x(f.a), b = this.x(f.b);
      if (b < this.gutter || a > this.width) continue;
      g.fillStyle = c.fold;
      g.fillRect(a, AXIS, b - a, this.height - AXIS);
      g.save();
      g.beginPath();
      g.rect(a, AXIS, b - a, this.height - AXIS);
      g.clip();
      g.strokeStyle = c.line;
      g.lineWidth = 1;
      g.beginPath();
      for (let s = -this.height; s < b - a; s += 9) {
        g.moveTo(a + s, this.height);
        g.lineTo(a + s + this.height * 0.5, AXIS);
      }
      g.stroke();
      g.restore();
    }
  }
  drawTask(g, r, y, from, to) {
    const c = this.colors, runs = this.runs[r.task];
    const pad = r.h >= 15 ? 4 : r.h >= 10 ? 2 : 1, mid = y + r.h / 2;
    let last = -1, first = lower(runs, from, (run) => run.end);
    for (let i = first; i <= runs.length; ++i) {
      const run = runs[i], before = runs[i - 1];
      // Parked since the run before, until ready.
      if (before && run && run.ready > before.end) {
        const a = Math.max(this.x(before.end), last), b = this.x(run.ready);
        g.fillStyle = c.parked;
        if (b > a) g.fillRect(a, mid - 0.5, b - a, 1);
      }
      if (!run || run.ready > to) break;
      const rx = this.x(run.ready), a = this.x(run.start), b = Math.max(this.x(run.end), a + 1);
      if (b <= last) continue;
      if (a > Math.max(rx, last)) {
        g.fillStyle = c.ready;
        g.fillRect(Math.max(rx, last), mid - Math.min(1.5, r.h / 4), a - Math.max(rx, last), Math.min(3, r.h / 2));
      }
      g.fillStyle = c.domain[r.domain % 6];
      const start = Math.max(a, last);
      if (b - start > 5 && r.h >= 15 && g.roundRect) {
        g.beginPath();
        g.roundRect(start, y + pad, b - start, r.h - 2 * pad, 2);
        g.fill();
      } else {
        g.fillRect(start, y + pad, b - start, r.h - 2 * pad);
      }
      if (this.trace.texts[run.how] === "done" && r.h >= 10) {
        g.fillStyle = c.ink;
        g.fillRect(b - 1, y + pad - 1, 2, r.h - 2 * pad + 2);
      }
      last = b;
    }
  }
  drawSlices(g, r, y, from, to) {
    const slices = this.slices[r.domain];
    g.fillStyle = this.colors.domain[r.domain % 6];
    g.globalAlpha = 0.35;
    let last = -1;
    for (let i = lower(slices, from, (s) => s[1]); i < slices.length && slices[i][0] <= to; ++i) {
      const a = this.x(slices[i][0]), b = Math.max(this.x(slices[i][1]), a + 1);
      if (b <= last) continue;
      const start = Math.max(a, last);
      g.fillRect(start, y + r.h - 8, b - start, 4);
      last = b;
    }
    g.globalAlpha = 1;
  }
  drawArrows(g, from, to) {
    const c = this.colors, first = lower(this.arrows, from, (a) => a.t);
    const past = lower(this.arrows, to, (a) => a.t), many = past - first > 260;
    const y = (k) => { const r = this.rowOf.get(k); return r ? AXIS + r.y - this.scroll + r.h / 2 : AXIS; };
    const hostY = AXIS + HOST / 2 - this.scroll, hot = this.hot;
    let lastTick = -9;
    for (let i = first; i < past; ++i) {
      const arrow = this.arrows[i], px = this.x(arrow.t), spawn = this.trace.texts[arrow.what] === "spawn";
      if (arrow.from < 0 && (px - lastTick > 2 || !many)) { // the host, a timer, another thread
        g.fillStyle = spawn ? c.soft : c.wake;
        g.globalAlpha = 1;
        g.beginPath();
        g.moveTo(px - 4, hostY - 4);
        g.lineTo(px + 4, hostY - 4);
        g.lineTo(px, hostY + 4);
        g.fill();
        lastTick = px;
      }
      const isHot = hot && arrow.to === hot.task && arrow.t <= hot.start && arrow.t >= hot.ready - 2000;
      if (many && !isHot) continue;
      const a = arrow.from >= 0 ? y(arrow.from) : hostY + 4, b = y(arrow.to);
      if (Math.abs(a - b) < 1) continue;
      g.strokeStyle = g.fillStyle = spawn ? c.soft : c.wake;
      g.globalAlpha = isHot ? 1 : hot ? 0.25 : spawn ? 0.45 : 0.6;
      g.lineWidth = isHot ? 2 : 1;
      const dir = Math.sign(b - a);
      g.beginPath();
      g.moveTo(px, a);
      g.lineTo(px, b - dir * 5);
      g.stroke();
      g.beginPath();
      g.moveTo(px - 3, b - dir * 6);
      g.lineTo(px + 3, b - dir * 6);
      g.lineTo(px, b);
      g.fill();
    }
    g.globalAlpha = 1;
  }
  drawLabel(g, r, y) {
    const c = this.colors;
    if (r.kind === "host") {
      g.fillStyle = c.ink;
      g.fillText("host", 14, y + r.h / 2);
    } else if (r.kind === "domain") {
      const d = this.trace.domains[r.domain];
      g.fillStyle = c.domain[r.domain % 6];
      g.fillRect(14 + r.depth * 10, y + r.h / 2 - 5, 9, 9);
      g.fillStyle = c.ink;
      g.font = "600 " + FONT;
      g.fillText(d.name || `domain #${d.id}`, 29 + r.depth * 10, y + r.h / 2);
      const w = g.measureText(d.name || `domain #${d.id}`).width;
      g.font = FONT;
      g.fillStyle = c.soft;
      g.fillText(d.sched, 36 + r.depth * 10 + w, y + r.h / 2);
    } else if (r.h >= 10) {
      g.fillStyle = c.soft;
      g.font = (r.h >= 15 ? "12px" : "9px") + FONT.slice(4);
      g.fillText(this.taskName(r.task), 19 + r.depth * 10, y + r.h / 2 + 0.5);
      g.font = FONT;
    }
  }
  drawAxis(g) {
    const { colors: c, gutter, width } = this, scale = (width - gutter) / (this.b - this.a);
    g.fillStyle = c.card;
    g.fillRect(gutter, 0, width - gutter, AXIS);
    g.fillStyle = c.line;
    g.fillRect(0, AXIS - 1, width, 1);
    g.save();
    g.beginPath();
    g.rect(gutter, 0, width - gutter, AXIS);
    g.clip();
    g.textAlign = "center";
    const raw = 110 / scale, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw);
    let last = -1e9;
    for (const f of this.folds) {
      const a = this.x(f.a), b = this.x(f.b), text = ns(f.b - f.a) + " idle";
      if (b < gutter || a > width || b - a < g.measureText(text).width - 26) continue;
      g.fillStyle = c.soft;
      g.font = "10.5px" + FONT.slice(4);
      g.fillText(text, (a + b) / 2, AXIS / 2);
      g.font = FONT;
    }
    const from = this.unfold(this.a), to = this.unfold(this.b);
    // Ticks are placed between the folds; each stretch counts in real time.
    let at = from;
    for (const f of [...this.folds.filter((f) => f.b > from && f.a < to), { a: to, b: to }]) {
      for (let t = Math.max(0, Math.ceil(at / step) * step), n = 0; t < f.a && n < 400; t += step, ++n) {
        const px = this.x(t), text = t ? ns(t, step) : "0";
        const half = g.measureText(text).width / 2;
        if (px - half < last + 12) continue;
        if (f.a < to && px + half > this.x(f.a)) continue;
        g.fillStyle = c.soft;
        g.fillText(text, Math.max(px, gutter + half + 3), AXIS / 2);
        g.fillStyle = c.line;
        g.fillRect(Math.round(px), AXIS - 5, 1, 5);
        last = px + half;
      }
      at = f.b;
      last = Math.max(last, this.x(f.b) - 8);
    }
    g.textAlign = "left";
    g.restore();
  }

  // --- what is under the pointer ----------------------------------------------------------------
  tell(cx, cy) {
    const { x, y } = this.hover, texts = this.trace.texts;
    const row = this.rows.find((r) => y - AXIS + this.scroll >= r.y && y - AXIS + this.scroll < r.y + r.h);
    const hot = this.hot;
    this.hot = null;
    let head = "", body = "";
    if (row && x > this.gutter && y > AXIS) {
      const t = this.at(x);
      const fold = this.folds.find((f) => t > f.a && t < f.b);
      if (row.kind === "task") {
        const runs = this.runs[row.task], slack = Math.abs(this.at(x + 3) - t) || 1;
        let run = runs[lower(runs, t - slack, (r) => r.end)];
        head = this.taskName(row.task);
        if (run && run.ready <= t + slack) {
          this.hot = run;
          const by = this.arrows.filter((a) => a.to === row.task && a.t <= run.start && a.t >= run.ready - 2000).pop();
          body = run.start <= t + slack
            ? `ran ${ns(run.end - run.start)}, then ${texts[run.how]}`
            : `is ready, waits for its pick`;
          body += `\nready ${ns(run.start - run.ready)} before its pick` + (texts[run.why] ? ` (${texts[run.why]})` : "");
          if (by) body += texts[by.what] === "spawn" ? `\nspawned by ${this.byName(by.from)}` : `\nwoken by ${this.byName(by.from)} (${texts[by.what]})`;
        } else {
          const before = runs[lower(runs, t, (r) => r.end) - 1];
          body = before ? texts[before.how] : "not yet spawned";
        }
      } else if (row.kind === "domain") {
        const d = this.trace.domains[row.domain];
        head = `domain ${d.name} #${d.id}`;
        body = `scheduler ${d.sched}` + (d.parent >= 0 ? `, an entity of ${this.trace.domains[d.parent].name}` : ", the root");
      } else {
        head = "host";
        const slack = Math.abs(this.at(x + 5) - t);
        const near = this.arrows.find((a) => a.from < 0 && Math.abs(a.t - t) <= slack);
        body = near ? `${this.byName(near.from)}: ${texts[near.what]} \u2192 ${this.taskName(near.to)}` : "owns the event loop and gives turns";
      }
      const turn = this.turns[lower(this.turns, t, (u) => u[1])];
      body += fold ? `\nidle for ${ns(fold.b - fold.a)}` : turn && turn[0] <= t ? `\nturn of ${ns(turn[1] - turn[0])}` : "\nbetween turns";
      body += `\nat ${ns(t, (this.b - this.a) / 500)}`;
    } else if (row && x <= this.gutter && row.kind === "task") {
      const runs = this.runs[row.task];
      head = this.taskName(row.task);
      body = `${count(runs.length)} runs, ${ns(runs.reduce((sum, r) => sum + r.end - r.start, 0))} in all`;
    }
    if (hot !== this.hot) this.draw();
    tip.classList.toggle("on", !!head);
    if (!head) return;
    tip.textContent = "";
    tip.append(el("b", "", head), "\n" + body);
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.min(cx + 14, innerWidth - box.width - 8) + "px";
    tip.style.top = (cy + 18 + box.height > innerHeight ? cy - box.height - 12 : cy + 18) + "px";
  }
}

const models = JSON.parse(document.getElementById("data").textContent);
for (const root of document.querySelectorAll(".timeline")) {
  const timeline = new Timeline(root, models[+root.dataset.trace]);
  timeline.drawNow();
}
})();
