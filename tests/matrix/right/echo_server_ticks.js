// Answers each chunk a tenth of a second after it has come, and ticks every second beside it.
// exercise: echo_server
'use strict';
const net = require('net');

if (process.argv.length !== 3) {
  console.error('usage: echo_server_ticks.js <port>');
  process.exit(1);
}

let served = 0;
const server = net.createServer({ allowHalfOpen: true }, (connection) => {
  served += 1;
  connection.on('data', (chunk) => setTimeout(() => connection.write(chunk), 100));
  connection.on('end', () => setTimeout(() => connection.end(), 100));
  connection.on('error', () => connection.destroy());
});
server.on('error', (problem) => {
  console.error(problem.message);
  process.exit(1);
});
setInterval(() => served, 1000);
server.listen(Number(process.argv[2]), '0.0.0.0');
