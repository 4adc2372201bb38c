// Greets each client, as events.
// exercise: tls_hello_server
const fs = require('fs');
const tls = require('tls');

if (process.argv.length !== 5) {
  console.error('usage: node tls_server.js <port> <certificate> <key>');
  process.exit(2);
}
const [port, certificate, key] = process.argv.slice(2);
const options = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
const server = tls.createServer(options, (connection) => {
  connection.on('error', (error) => console.error(error.message));
  connection.end('Hello World!');
});
server.on('tlsClientError', (error, connection) => {
  console.error(error.message);
  connection.destroy();
});
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.listen(Number(port));
