// Keeps all in memory, and lets the runtime write the file, which tries again what failed after a part.
// exercise: file_client
const fs = require('fs');
const net = require('net');

const [ip, port, path] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: file_client IP PORT PATH');
  process.exit(1);
}

const fail = (error) => {
  console.error(error.message);
  process.exitCode = 1;
};

const store = (data) => fs.writeFile(path, data, { mode: 0o600 }, (error) => {
  if (error) fail(error);
});

const parts = [];
const connection = net.connect({ host: ip, port: Number(port) });
connection.on('data', (data) => parts.push(data));
connection.on('error', fail);
connection.on('close', (failed) => {
  if (!failed) store(Buffer.concat(parts));
});
