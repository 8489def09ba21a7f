// Running deferred calls, panicking, recovering; the texts of run-time errors. See panic.h.
#include "panic.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace minigo::rt {

// The descriptor of the library's runtime.errorString, made by the compiler.
extern "C" const TypeDesc *mg_type_runtime_error;

extern "C" void mg_defer_enter(DeferFrame *f) {
  Goroutine *g = current_goroutine();
  f->prev = g->frames;
  f->head = nullptr;
  f->catches = 0;
  g->frames = f;
}

extern "C" void mg_defer_push(DeferFrame *f, DeferRecord *r, Closure *c, int32_t thunk) {
  r->next = f->head;
  r->call = c;
  r->thunk = thunk;
  f->head = r;
}

static void call_nil_check(Closure *c);

extern "C" void mg_defer_return(DeferFrame *f) {
  while (DeferRecord *r = f->head) {
    f->head = r->next;
    call_nil_check(r->call);
    r->call->code(r->call);
  }
  current_goroutine()->frames = f->prev;
}

static std::string describe(const Panic *p);

// One deferred call under a panic. recover looks for this function's frame.
static __attribute__((noinline)) void run_deferred(Panic *p, DeferRecord *r) {
  p->frame = __builtin_frame_address(0);
  p->thunk = r->thunk;
  call_nil_check(r->call);
  r->call->code(r->call);
  p->frame = nullptr;
  asm volatile("" ::: "memory"); // no tail call: the frame must stay
}

static void print_panics(const Panic *p, std::string &out) {
  if (p->prev) {
    print_panics(p->prev, out);
    if (!p->prev->exiting)
      out += "\t";
  }
  if (p->exiting)
    return;
  out += "panic: " + describe(p);
  if (p->recovered)
    out += " [recovered]";
  out += "\n";
}

[[noreturn]] static void die(Panic *p) {
  std::string out;
  print_panics(p, out);
  if (p->deref)
    out += "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x0]\n";
  out += "\ngoroutine " + std::to_string(goroutine_id()) + " [running]:\n";
  err_write(out);
  exit_process(2);
}

[[noreturn]] static void start_panic(Iface value, bool deref) {
  Goroutine *g = current_goroutine();
  Panic p{};
  p.prev = g->panics;
  p.value = value;
  p.deref = deref;
  g->panics = &p;
  while (DeferFrame *f = g->frames) {
    if (f->catches) {
      g->frames = f->prev;
      p.recovered = true;
      longjmp(f->back, 1);
    }
    while (DeferRecord *r = f->head) {
      f->head = r->next;
      run_deferred(&p, r);
      if (p.recovered) {
        // Everything deeper than the frame is over.
        while (g->panics && reinterpret_cast<uintptr_t>(g->panics) < reinterpret_cast<uintptr_t>(f))
          g->panics = g->panics->prev;
        longjmp(f->back, 1);
      }
    }
    g->frames = f->prev;
  }
  die(&p);
}

extern "C" [[noreturn]] void mg_panic(const TypeDesc *t, void *data) {
  if (!t) // Go 1.19: panic(nil) panics with nil
    start_panic({nullptr, nullptr}, false);
  start_panic({t, data}, false);
}

extern "C" Iface mg_recover(void *caller, void *callers_caller) {
  Goroutine *g = current_goroutine();
  Panic *p = g->panics;
  if (!p || p->recovered || p->exiting || !p->frame ||
      p->frame != (p->thunk ? callers_caller : caller))
    return {nullptr, nullptr};
  p->recovered = true;
  return p->value;
}

bool protected_call(void (*f)(void *), void *arg, Iface *value) {
  Goroutine *g = current_goroutine();
  DeferFrame frame;
  mg_defer_enter(&frame);
  frame.catches = 1;
  if (setjmp(frame.back)) {
    *value = g->panics->value;
    while (g->panics &&
           reinterpret_cast<uintptr_t>(g->panics) < reinterpret_cast<uintptr_t>(&frame))
      g->panics = g->panics->prev;
    return false;
  }
  f(arg);
  g->frames = frame.prev;
  return true;
}

// runtime.Goexit: the deferred calls, then the end of the task (tasks.cpp catches it at the root).
void run_all_deferred() {
  Goroutine *g = current_goroutine();
  Panic p{};
  p.prev = g->panics;
  p.exiting = true;
  g->panics = &p;
  while (DeferFrame *f = g->frames) {
    while (DeferRecord *r = f->head) {
      f->head = r->next;
      r->call->code(r->call);
    }
    g->frames = f->prev;
  }
  g->panics = p.prev;
}

// What a panic value looks like in the message: errors and Stringers by their methods.
static std::string describe(const Panic *p) {
  const Iface &v = p->value;
  if (!v.type)
    return "nil";
  for (int sel : {SelError, SelString})
    if (void *m = method(v.type, sel))
      return std::string(view(reinterpret_cast<String (*)(void *)>(m)(v.data)));
  std::string text;
  switch (v.type->kind) {
  case KString:
    text = std::string(view(*static_cast<const String *>(v.data)));
    break;
  case KBool:
  case KInt:
  case KInt8:
  case KInt16:
  case KInt32:
  case KInt64:
  case KUint:
  case KUint8:
  case KUint16:
  case KUint32:
  case KUint64:
  case KUintptr:
    text = print_value(v);
    break;
  case KFloat32:
  case KFloat64: {
    double d = v.type->kind == KFloat32 ? double(*static_cast<const float *>(v.data))
                                        : *static_cast<const double *>(v.data);
    char buf[40];
    snprintf(buf, sizeof buf, "%+.6e", d);
    std::string s = buf; // Go's print has three exponent digits
    size_t e = s.find('e');
    if (e != std::string::npos && s.size() - e == 4)
      s.insert(e + 2, "0");
    text = s;
    break;
  }
  default: {
    char buf[40];
    snprintf(buf, sizeof buf, "0x%lx", reinterpret_cast<unsigned long>(v.data));
    return "(" + std::string(type_name(v.type)) + ") " + buf;
  }
  }
  if (v.type->flags & FNamed)
    return std::string(type_name(v.type)) + "(" +
           (v.type->kind == KString ? "\"" + text + "\"" : text) + ")";
  return text;
}

static Iface runtime_error(const std::string &text) {
  auto *s = static_cast<String *>(mg_alloc(sizeof(String)));
  *s = new_string(text);
  return {mg_type_runtime_error, s};
}

void panic_text(const std::string &text) {
  Iface v = runtime_error(text);
  start_panic(v, false);
}

void fatal_error(const std::string &text) {
  err_write("fatal error: " + text + "\n\ngoroutine " + std::to_string(goroutine_id()) +
            " [running]:\n");
  exit_process(2);
}

static void call_nil_check(Closure *c) {
  if (!c)
    start_panic(runtime_error("runtime error: invalid memory address or nil pointer dereference"),
                true);
}

static std::string n(int64_t v) { return std::to_string(v); }

extern "C" {
[[noreturn]] void mg_panic_nil() {
  start_panic(runtime_error("runtime error: invalid memory address or nil pointer dereference"),
              true);
}
[[noreturn]] void mg_panic_index(int64_t i, int64_t len) {
  panic_text("runtime error: index out of range [" + n(i) + "]" +
             (i < 0 ? "" : " with length " + n(len)));
}
[[noreturn]] void mg_panic_slice_hi(int64_t hi, int64_t cap, bool length) {
  panic_text("runtime error: slice bounds out of range [:" + n(hi) + "]" +
             (hi < 0 ? "" : std::string(length ? " with length " : " with capacity ") + n(cap)));
}
[[noreturn]] void mg_panic_slice_lo(int64_t lo, int64_t hi) {
  panic_text("runtime error: slice bounds out of range [" + n(lo) + ":" + (lo < 0 ? "" : n(hi)) +
             "]");
}
[[noreturn]] void mg_panic_slice3_cap(int64_t max, int64_t cap, bool length) {
  panic_text("runtime error: slice bounds out of range [::" + n(max) + "]" +
             (max < 0 ? "" : std::string(length ? " with length " : " with capacity ") + n(cap)));
}
[[noreturn]] void mg_panic_slice3_hi(int64_t hi, int64_t max) {
  panic_text("runtime error: slice bounds out of range [:" + n(hi) + ":" + (hi < 0 ? "" : n(max)) +
             "]");
}
[[noreturn]] void mg_panic_slice3_lo(int64_t lo, int64_t hi) {
  panic_text("runtime error: slice bounds out of range [" + n(lo) + ":" + (lo < 0 ? "" : n(hi)) +
             ":]");
}
[[noreturn]] void mg_panic_slice_to_array(int64_t have, int64_t want) {
  panic_text("runtime error: cannot convert slice with length " + n(have) +
             " to pointer to array with length " + n(want));
}
[[noreturn]] void mg_panic_divide() { panic_text("runtime error: integer divide by zero"); }
[[noreturn]] void mg_panic_shift() { panic_text("runtime error: negative shift amount"); }
[[noreturn]] void mg_panic_value_method(String type, String name) {
  panic_text("value method " + std::string(view(type)) + "." + std::string(view(name)) +
             " called using nil *" + std::string(view(type)).substr(view(type).rfind('.') + 1) +
             " pointer");
}
[[noreturn]] void mg_panic_assert(const TypeDesc *iface, const TypeDesc *have,
                                  const TypeDesc *want) {
  std::string i(type_name(iface)), w(type_name(want));
  if (!have)
    panic_text("interface conversion: " + (want->kind == KInterface ? "interface" : i) +
               " is nil, not " + w);
  std::string h(type_name(have));
  if (want->kind == KInterface)
    for (int64_t k = 0; k < want->method_count; ++k)
      if (!method(have, want->methods[k].selector))
        panic_text("interface conversion: " + h + " is not " + w + ": missing method " +
                   std::string(want->methods[k].name, size_t(want->methods[k].name_len)));
  panic_text("interface conversion: " + i + " is " + h + ", not " + w +
             (h == w ? " (types from different scopes)" : ""));
}
}

} // namespace minigo::rt
