// Reads the connection as an asynchronous iterator and prints the message at once.
// exercise: hello_client
'use strict';
const net = require('net');

async function receive(host, port) {
  const chunks = [];
  for await (const chunk of net.connect({ host, port })) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

if (process.argv.length !== 4) {
  console.error('usage: client_iterator.js <ip> <port>');
  process.exit(1);
}
receive(process.argv[2], Number(process.argv[3])).then((message) => process.stdout.write(message));
