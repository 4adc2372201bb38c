// Prints what comes with each data event until the connection ends.
// exercise: hello_client
'use strict';
const net = require('net');

if (process.argv.length !== 4) {
  console.error('usage: client_net.js <ip> <port>');
  process.exit(1);
}

const [, , host, port] = process.argv;
const socket = net.connect({ host, port: Number(port) });
socket.on('data', (chunk) => process.stdout.write(chunk));
socket.on('error', (problem) => {
  console.error(problem.message);
  process.exitCode = 1;
});
