// Sends a line when the last one is answered; what comes back is counted, and printed as it comes.
// exercise: echo_client
'use strict';
const net = require('net');

if (process.argv.length !== 4) {
  console.error('usage: echo_client_events.js <ip> <port>');
  process.exit(1);
}

const [, , host, port] = process.argv;
const NEWLINE = 10;
const lines = [];
let rest = Buffer.alloc(0);
let owed = 0;
let finished = false;
const socket = net.connect({ host, port: Number(port) });

function goOn() {
  if (owed > 0) return;
  if (lines.length > 0) {
    const line = lines.shift();
    owed = line.length;
    socket.write(line);
  } else if (finished) {
    socket.end();
  }
}

function take(line) {
  if (finished) return;
  if (/^[Qq]\n?$/.test(line.toString('latin1'))) {
    finished = true;
    process.stdin.destroy();
  } else {
    lines.push(line);
  }
}

process.stdin.on('data', (chunk) => {
  rest = Buffer.concat([rest, chunk]);
  for (let end; (end = rest.indexOf(NEWLINE)) !== -1; rest = rest.subarray(end + 1)) {
    take(rest.subarray(0, end + 1));
  }
  goOn();
});
process.stdin.on('end', () => {
  if (rest.length > 0) take(rest);
  finished = true;
  goOn();
});
socket.on('data', (chunk) => {
  process.stdout.write(chunk);
  owed -= chunk.length;
  goOn();
});
socket.on('error', (problem) => {
  console.error(problem.message);
  process.exit(1);
});
socket.on('end', () => {
  if (owed > 0 || lines.length > 0) {
    console.error('the server is gone');
    process.exit(1);
  }
});
