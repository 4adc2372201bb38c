// Writes what comes with each data event, and repeats a write that a signal interrupts.
// exercise: file_client
'use strict';
const fs = require('fs');
const net = require('net');

function fail(problem) {
  console.error(problem.message);
  process.exit(1);
}

function writeSome(file, data) {
  try {
    return fs.writeSync(file, data);
  } catch (problem) {
    if (problem.code !== 'EINTR') throw problem;
    return 0;
  }
}

function writeAll(file, data) {
  while (data.length > 0) {
    data = data.subarray(writeSome(file, data));
  }
}

function attempt(action) {
  try {
    return action();
  } catch (problem) {
    return fail(problem);
  }
}

if (process.argv.length !== 5) {
  console.error('usage: file_client_stream.js <ip> <port> <path>');
  process.exit(1);
}

const [, , host, port, path] = process.argv;
const socket = net.connect({ host, port: Number(port) });
socket.on('error', fail);
socket.on('connect', () => {
  const file = attempt(() => fs.openSync(path, 'w', 0o644));
  socket.on('data', (chunk) => attempt(() => writeAll(file, chunk)));
  socket.on('end', () => attempt(() => fs.closeSync(file)));
});
