// Looks every 20 milliseconds at what has come, and prints it.
// exercise: hello_client
'use strict';
const net = require('net');

if (process.argv.length !== 4) {
  console.error('usage: client_polls.js <ip> <port>');
  process.exit(1);
}

const [, , host, port] = process.argv;
const socket = net.connect({ host, port: Number(port) });
const looking = setInterval(() => {
  for (let chunk; (chunk = socket.read()) !== null; ) process.stdout.write(chunk);
}, 20);
socket.on('end', () => clearInterval(looking));
socket.on('error', (problem) => {
  console.error(problem.message);
  process.exit(1);
});
