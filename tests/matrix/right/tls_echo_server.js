// Sends back what comes, as events.
// exercise: tls_echo_server
const fs = require('fs');
const tls = require('tls');

if (process.argv.length !== 5) {
  console.error('usage: node tls_echo_server.js <port> <certificate> <key>');
  process.exit(2);
}
const [port, certificate, key] = process.argv.slice(2);
const options = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key), allowHalfOpen: true };
const server = tls.createServer(options, (connection) => {
  connection.on('error', (error) => console.error(error.message));
  connection.pipe(connection);
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
