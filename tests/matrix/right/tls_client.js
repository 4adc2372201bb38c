// Verifies the server, and prints its message as it comes.
// exercise: tls_hello_client
const fs = require('fs');
const net = require('net');
const tls = require('tls');

const [ip, port, name, authority] = process.argv.slice(2);
if (process.argv.length !== 6) {
  console.error('usage: node tls_client.js <ip> <port> <name> <authority>');
  process.exit(2);
}
const options = { host: ip, port: Number(port), ca: fs.readFileSync(authority) };
if (net.isIP(name)) {
  options.checkServerIdentity = (_, certificate) => tls.checkServerIdentity(name, certificate);
} else {
  options.servername = name;
}
const connection = tls.connect(options);
connection.on('data', (data) => process.stdout.write(data));
connection.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
connection.on('end', () => process.stdout.write('\n'));
