# Reads with the ssl module to close_notify.
# exercise: tls_hello_client
import contextlib
import socket
import ssl
import sys

if len(sys.argv) != 5:
    sys.exit(f"usage: {sys.argv[0]} <ip> <port> <name> <authority>")
context = ssl.create_default_context(cafile=sys.argv[4])
context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
try:
    plain = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    with plain, context.wrap_socket(plain, server_hostname=sys.argv[3], suppress_ragged_eofs=False) as connection:
        while data := connection.recv(4096):
            sys.stdout.buffer.write(data)
        with contextlib.suppress(OSError):
            connection.unwrap()
except OSError as problem:
    sys.exit(str(problem))
