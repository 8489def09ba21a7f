// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Usage: node check.js ADDON CASE (no CASE: the names): one case of weft-host-check on Node's own loop.
'use strict';
const [addon, which] = process.argv.slice(2);
const { check } = require(addon);
if (!which) {
  for (const name of check()) console.log(`0\t""\t${name}`);
} else {
  const [verdict, text] = check(which);
  if (verdict === 'FAILED') throw new Error(text);
  console.log(verdict === 'passed' ? 'passed' : `SKIPPED: ${text}`);
}
