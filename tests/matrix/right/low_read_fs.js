// Makes the low-level calls of the module fs, and repeats those that a signal interrupts.
// exercise: low_read
'use strict';
const fs = require('fs');

function repeat(call) {
  for (;;) {
    try {
      return call();
    } catch (problem) {
      if (problem.code !== 'EINTR') throw problem;
    }
  }
}

function writeAll(data) {
  while (data.length > 0) {
    const count = repeat(() => fs.writeSync(1, data));
    data = data.subarray(count);
  }
}

try {
  const buffer = Buffer.alloc(1024);
  const file = fs.openSync('data.txt', 'r');
  let count;
  while ((count = repeat(() => fs.readSync(file, buffer))) > 0) {
    writeAll(buffer.subarray(0, count));
  }
  fs.closeSync(file);
} catch (problem) {
  console.error(problem.message);
  process.exitCode = 1;
}
