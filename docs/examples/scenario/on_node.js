// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// node on_node.js ADDON PLAY: the plays of README.md, where the loop is Node's.
'use strict';
const addon = require(require('path').resolve(process.argv[2]));

(function work() { // beside it all, and no reason to stay
  addon.work();
  setImmediate(work).unref();
})();

const acts = addon.play(process.argv[3]);
let act = -1;

function nextAct() {
  if (act >= 0 && act < acts && addon.end(act) !== 0) process.exitCode = 1;
  if (++act >= acts) return;
  const delays = addon.begin(act);
  const bring = (i) => {
    if (i < delays.length) setTimeout(() => { addon.event(act, i); bring(i + 1); }, delays[i]);
  };
  bring(0);
}

process.on('beforeExit', nextAct); // nothing left: no timer, and no task
nextAct();
