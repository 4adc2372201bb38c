// Serves many clients with the net module.
// exercise: hello_server
'use strict';
const net = require('net');

if (process.argv.length !== 3) {
  console.error('usage: server_net.js <port>');
  process.exit(1);
}

const server = net.createServer((socket) => {
  socket.on('error', (problem) => console.error(problem.message));
  socket.resume(); // whatever the client says is not needed, but its end is
  socket.end('Hello World!');
});
server.on('error', (problem) => {
  console.error(problem.message);
  process.exitCode = 1;
});
server.listen(Number(process.argv[2]));
