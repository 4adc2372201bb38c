// Pipes each connection into itself, and lets it be open for writing after the client has ended its side.
// exercise: echo_server
'use strict';
const net = require('net');

if (process.argv.length !== 3) {
  console.error('usage: echo_server_net.js <port>');
  process.exit(1);
}

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', (problem) => console.error(problem.message));
  socket.pipe(socket);
});
server.on('error', (problem) => {
  console.error(problem.message);
  process.exit(1);
});
server.listen(Number(process.argv[2]));
