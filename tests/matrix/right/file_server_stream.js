// Pipes a stream of the file into each connection, and lets what the client says go nowhere.
// exercise: file_server
// may: robust.interrupted-calls (Node does not repeat the read of a file that a signal interrupts)
'use strict';
const fs = require('fs');
const net = require('net');

if (process.argv.length !== 4) {
  console.error('usage: file_server_stream.js <port> <path>');
  process.exit(1);
}

const [, , port, path] = process.argv;
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  const file = fs.createReadStream(path);
  file.on('error', (problem) => {
    console.error(problem.message);
    socket.destroy();
  });
  socket.on('error', (problem) => {
    console.error(problem.message);
    file.destroy();
  });
  socket.resume();
  file.pipe(socket);
});
server.on('error', (problem) => {
  console.error(problem.message);
  process.exit(1);
});
server.listen(Number(port));
