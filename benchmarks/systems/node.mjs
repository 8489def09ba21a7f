// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The same WebAssembly modules in Node's V8, spoken to as serve.h says: `wasm-NAME` calls the export NAME of one of the
// modules in the folder given. A function is called until V8's optimizing compiler is done with it, then timed.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

const folder = process.argv[2];
const functions = {};
for (const file of fs.readdirSync(folder)) {
  try {
    const module = new WebAssembly.Module(fs.readFileSync(path.join(folder, file)));
    Object.assign(functions, new WebAssembly.Instance(module).exports);
  } catch (e) {
    if (!/switch|invalid/i.test(e.message)) throw e; // V8 has no switch
  }
}

const pause = ms => new Promise(done => setTimeout(done, ms));
const warm = new Set();

async function run(name, param, ops) {
  const f = functions[name];
  if (!warm.has(name)) {
    warm.add(name);
    // Compiled in the background by what was counted before, and used from the next call on.
    for (let n = 0; n < 30; n++) {
      f(param, 100000);
      await pause(10);
    }
  }
  f(param, Math.min(ops, 10000));
  const before = process.cpuUsage();
  const answer = f(param, ops);
  const used = process.cpuUsage(before);
  console.log(`${ops} ${(used.user + used.system) * 1000} ${answer}`);
}

console.log(`system node Node ${process.version}, V8 ${process.versions.v8}`);
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [, name, param, ops] = line.split(' ');
  if (name?.startsWith('wasm-') && functions[name.slice(5)]) await run(name.slice(5), Number(param), Number(ops));
  else console.log('none');
}
