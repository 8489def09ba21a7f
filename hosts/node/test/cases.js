// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Usage: node cases.js ADDON CASE (no CASE: the names). A case passes when its process ends by itself with exit code 0, or as `ends` says.
'use strict';
const assert = require('assert');
const net = require('net');
const worker = require('worker_threads');
const [addon, which] = worker.isMainThread ? process.argv.slice(2) : worker.workerData;
const weft = addon && require(addon);

const later = (ms, value) => new Promise((done) => setTimeout(done, ms, value));
const nothingLeft = () => assert.deepStrictEqual(weft.counts(), [0, 0, 0]);

const cases = {
  async 'a task sleeps, is waited for, and keeps the process till then'() {
    assert.ok((await weft.sleep(5)) >= 5);
    nothingLeft();
  },

  async 'timers and immediates of the program run while tasks are always ready'() {
    let ticks = 0, immediates = 0, over = false;
    const timer = setInterval(() => ticks++, 1);
    const again = () => { immediates++; if (!over) setImmediate(again); };
    setImmediate(again);
    const many = [weft.yields(200000), weft.yields(200000)];
    while (ticks < 3) await later(1);
    const before = ticks;
    assert.deepStrictEqual(await Promise.all(many), [200000, 200000]);
    over = true;
    clearInterval(timer);
    assert.ok(before >= 3 && immediates >= 3);
  },

  async 'a task calls JavaScript and waits for the promise that it gets'() {
    assert.strictEqual(await weft.awaits(async () => { await later(1); return 7; }, 3), 21);
    assert.strictEqual(await weft.awaits(() => 5, 2), 10); // not a promise: resolved
    nothingLeft();
  },

  async 'a rejection is the awaiting task\'s error, and its own promise\'s with the same reason'() {
    const reason = new Error('no');
    await assert.rejects(weft.awaits(() => Promise.reject(reason), 1), (e) => e === reason);
    await assert.rejects(weft.awaits(() => Promise.reject('a string'), 1), (e) => e === 'a string');
    await assert.rejects(weft.awaits(() => Promise.reject(undefined), 1), (e) => e === undefined);
    nothingLeft();
  },

  async 'an exception in a function that a task calls is its error'() {
    const reason = new RangeError('thrown');
    await assert.rejects(weft.awaits(() => { throw reason; }, 1), (e) => e === reason);
    nothingLeft();
  },

  async 'a task\'s status is an Error with code and status, an errno a system error\'s code'() {
    await assert.rejects(weft.ends(-10006), { name: 'Error', code: 'WEFT_E_TIMEOUT', status: -10006 });
    await assert.rejects(weft.ends(-111), { code: 'ECONNREFUSED', status: -111 });
    await assert.rejects(weft.ends(-10005), { name: 'AbortError', code: 'ABORT_ERR' });
    await assert.rejects(weft.throws(), { message: 'thrown in a task', code: 'ERR_REJECTED', status: -10014 });
    await assert.rejects(weft.ends(-10014), { message: 'rejected', code: 'ERR_REJECTED' });
    await assert.rejects(weft.awaits(() => net.connect(1, '127.0.0.1').on('error', () => {}) && Promise.reject(Object.assign(new Error('x'), { errno: -104 })), 1), { errno: -104 });
    nothingLeft();
  },

  async 'an abort cancels the task, and its reason is the promise\'s'() {
    const stop = new AbortController();
    const sleeps = weft.sleep(3600000, stop.signal);
    setTimeout(() => stop.abort(), 2);
    await assert.rejects(sleeps, (e) => e.name === 'AbortError' && e === stop.signal.reason);
    const why = new AbortController();
    const waits = weft.awaits(() => new Promise(() => {}), 1, 0, why.signal);
    why.abort('enough');
    await assert.rejects(waits, (e) => e === 'enough');
    nothingLeft();
  },

  async 'what was aborted before does not begin; what is aborted later is over'() {
    await assert.rejects(weft.sleep(1, AbortSignal.abort()), { name: 'AbortError' });
    const stop = new AbortController();
    await weft.sleep(1, stop.signal);
    stop.abort();
    await assert.rejects(weft.sleep(3600000, AbortSignal.timeout(2)), { name: 'TimeoutError' });
    assert.throws(() => weft.sleep(1, {}), { message: /argument/ });
    nothingLeft();
  },

  async 'what is asked for in the wrong place, or without what it needs, is refused'() {
    const told = weft.misuses(() => later(1)); // undefined: something was done
    assert.ok(told instanceof Promise);
    await told;
    nothingLeft();
  },

  async 'a promise that settles after its task gave up changes nothing'() {
    let settle;
    await assert.rejects(weft.awaits(() => new Promise((done) => { settle = done; }), 1, 2), { code: 'WEFT_E_TIMEOUT' });
    nothingLeft();
    settle(1);
    await later(1);
    nothingLeft();
  },

  async 'a task is the client of a server of the program'() {
    const server = net.createServer((s) => s.pipe(s));
    await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
    assert.deepStrictEqual(await Promise.all([1, 2, 3].map(() => weft.client(server.address().port))), [5, 5, 5]);
    server.close();
    nothingLeft();
  },

  async 'microtasks run before a call from a task returns'() {
    const order = [];
    const waits = weft.awaits(() => { order.push('called'); Promise.resolve().then(() => order.push('microtask')); setImmediate(() => order.push('immediate')); return later(1, 1); }, 1);
    await waits;
    assert.deepStrictEqual(order.slice(0, 2), ['called', 'microtask']);
  },

  async '100000 waits leave nothing behind'() {
    const round = async () => { // of 5000
      const sums = await Promise.all(Array.from({ length: 10 }, () => weft.awaits(async () => 1, 500)));
      assert.strictEqual(sums.reduce((a, b) => a + b), 5000);
      await new Promise(setImmediate);
      global.gc();
      return process.memoryUsage().heapUsed;
    };
    let first, last;
    for (let i = 0; i < 10; i++) first = await round();
    for (let i = 0; i < 10; i++) last = await round();
    nothingLeft();
    assert.ok(last - first < 2 << 20, `grown by ${last - first}`); // 40 bytes of each of the latter
  },

  async 'threads have runtimes of their own, which end with them'() {
    if (!worker.isMainThread) {
      await weft.sleep(1);
      weft.sleep(3600000).catch(() => {});
      worker.parentPort.postMessage(weft.counts());
      setTimeout(() => process.exit(3), 5); // the task keeps it
      return;
    }
    const here = weft.sleep(20);
    const ends = [1, 2].map(() => new Promise((done) => {
      const thread = new worker.Worker(__filename, { workerData: [addon, which] });
      thread.on('message', (m) => assert.deepStrictEqual(m, [0, 1, 1]));
      thread.on('error', (e) => { throw e; });
      thread.on('exit', done);
    }));
    assert.deepStrictEqual(await Promise.all(ends), [3, 3]);
    await here;
    nothingLeft();
  },

  async 'a thread that is terminated while its tasks call JavaScript ends'() {
    if (!worker.isMainThread) {
      for (let i = 0; i < 4; i++) weft.awaits(() => { worker.parentPort.postMessage(1); return later(0); }, 1e9).catch(() => {});
      return;
    }
    const thread = new worker.Worker(__filename, { workerData: [addon, which] });
    await new Promise((heard) => thread.once('message', heard));
    assert.strictEqual(await thread.terminate(), 1);
  },

  async 'with several workers tasks are the env\'s thread\'s, and others\' promises are told too'() {
    assert.strictEqual(weft.workers(4), true);
    let told = 0;
    for (let round = 0; round < 40; round++) {
      const many = Array.from({ length: 100 }, (_, i) => weft.plain(round % 4 === 3 ? 1 : i % 2));
      many.push(weft.awaits(async () => { await null; return 1; }, 5));
      for (const got of await Promise.all(many)) told += got;
    }
    assert.strictEqual(told, 40 * (7 * 100 + 5));
    assert.throws(() => weft.plain(2), { message: /argument/ });
    while (weft.counts()[2] !== 0) await later(1); // a task of another thread is told of before it is gone
    nothingLeft();
  },

  'a wait that outlives its env is forgotten by a finalizer': Object.assign(() => {
    if (!worker.isMainThread) {
      globalThis.keep = weft.listener(new Promise(() => {}));
      weft.sleep(1);
      return;
    }
    new worker.Worker(__filename, { workerData: [addon, which] });
  }, { ends: 0, prints: 'finalized: 1\n' }),

  'process.exit with tasks ends at once': Object.assign(() => {
    weft.tellEnd();
    weft.stays(0);
    setTimeout(() => process.exit(4), 2);
  }, { ends: 4, prints: '' }),

  'process.exit in a function that a task has called': Object.assign(() => {
    weft.awaits(() => process.exit(5), 1);
  }, { ends: 5, prints: '' }),

  'an exception in a function called by a task nobody waits for is uncaught': Object.assign(() => {
    process.on('uncaughtException', (e) => { console.log(`uncaught: ${e.message}`); });
    weft.detached(() => { throw new Error('from a task'); });
  }, { ends: 0, prints: 'uncaught: from a task\n' }),

  'an uncaught exception ends the process, and tasks with it': Object.assign(() => {
    weft.sleep(3600000);
    setTimeout(() => { throw new Error('expected'); }, 2);
  }, { ends: 1, prints: '' }),

  'a rejection that nobody handles ends the process': Object.assign(() => {
    weft.ends(-10006);
  }, { ends: 1, prints: '' }),

  'a thread\'s end names what was abandoned, after its clean-ups': Object.assign(() => {
    if (!worker.isMainThread) {
      weft.tellEnd();
      weft.stays(0);
      setTimeout(() => process.exit(), 2);
      return;
    }
    new worker.Worker(__filename, { workerData: [addon, which] });
  }, { ends: 0, prints: 'cleaned\nend: 1 abandoned\n' }),

  'a thread\'s end leaves tasks that do not end': Object.assign(() => {
    if (!worker.isMainThread) {
      weft.tellEnd();
      weft.stays(worker.threadId % 2 + 1);
      setTimeout(() => process.exit(), 2);
      return;
    }
    for (let i = 0; i < 2; i++) new worker.Worker(__filename, { workerData: [addon, which] });
  }, { ends: 0, prints: 'end: left\nend: left\n' }),
};

if (!which) {
  for (const name in cases) console.log(`${cases[name].ends ?? 0}\t${JSON.stringify(cases[name].prints ?? '')}\t${name}`);
} else {
  const done = cases[which]();
  if (done) done.then(() => { if (worker.isMainThread) console.log('passed'); }, (e) => { console.error(e); process.exit(99); });
}
