// Makes the low-level calls of the module fs, and repeats those that a signal interrupts.
// exercise: low_open
'use strict';
const fs = require('fs');

function writeSome(file, data, start) {
  try {
    return fs.writeSync(file, data, start);
  } catch (problem) {
    if (problem.code !== 'EINTR') throw problem;
    return 0;
  }
}

try {
  const line = Buffer.from("Let's go!\n");
  const file = fs.openSync('data.txt', 'w', 0o644);
  for (let done = 0; done < line.length; ) {
    done += writeSome(file, line, done);
  }
  fs.closeSync(file);
} catch (problem) {
  console.error(problem.message);
  process.exitCode = 1;
}
