// Sends the first line, and then looks whether the server is authorized.
// exercise: tls_echo_client
// breaks: tls.no-data-before-verified
const fs = require('fs');
const net = require('net');
const tls = require('tls');

if (process.argv.length !== 6) {
  console.error('usage: node tls_echo_client.js <ip> <port> <name> <authority>');
  process.exit(2);
}
const [ip, port, name, authority] = process.argv.slice(2);
const options = { host: ip, port: Number(port), ca: fs.readFileSync(authority), rejectUnauthorized: false };
if (net.isIP(name)) {
  options.checkServerIdentity = (_, certificate) => tls.checkServerIdentity(name, certificate);
} else {
  options.servername = name;
}
let lines = null;
let owed = 0;

function fail(message) {
  console.error(message);
  process.exitCode = 1;
  connection.destroy();
}

function next() {
  const line = lines.shift();
  if (line === undefined || line.toString('latin1').trimEnd().toLowerCase() === 'q') {
    connection.end();
    return;
  }
  owed = line.length;
  connection.write(line);
}

function split(input) {
  const found = [];
  for (let at = 0; at < input.length; ) {
    const end = input.indexOf(10, at);
    const behind = end < 0 ? input.length : end + 1;
    found.push(input.subarray(at, behind));
    at = behind;
  }
  return found;
}

const connection = tls.connect(options, () => {
  const input = [];
  process.stdin.on('data', (data) => input.push(data));
  process.stdin.on('end', () => {
    lines = split(Buffer.concat(input));
    next();
  });
});
connection.on('data', (data) => {
  if (!connection.authorized) {
    owed = 0;
    fail(String(connection.authorizationError));
    return;
  }
  process.stdout.write(data);
  owed -= data.length;
  if (owed === 0) next();
});
connection.on('error', (error) => fail(error.message));
connection.on('end', () => {
  if (owed > 0) fail('the answer stops early');
});
