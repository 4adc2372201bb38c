// Listens to no error of a connection: a client that resets it ends the server, by an exception that nobody catches.
// exercise: echo_server
// breaks: robust.client-reset
'use strict';
const net = require('net');

if (process.argv.length !== 3) {
  console.error('usage: echo_server_net.js <port>');
  process.exit(1);
}

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.pipe(socket);
});
server.on('error', (problem) => {
  console.error(problem.message);
  process.exit(1);
});
server.listen(Number(process.argv[2]));
