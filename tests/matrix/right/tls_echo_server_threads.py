# A thread for each client, which makes its handshake too.
# exercise: tls_echo_server
import socket
import ssl
import sys
import threading

if len(sys.argv) != 4:
    sys.exit(f"usage: {sys.argv[0]} <port> <certificate> <key>")


def serve(plain):
    try:
        with plain, context.wrap_socket(plain, server_side=True) as connection:
            while data := connection.recv(4096):
                connection.sendall(data)
            connection.unwrap()
    except OSError as problem:
        print(problem, file=sys.stderr)


try:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    listener = socket.create_server(("", int(sys.argv[1])))
except OSError as problem:
    sys.exit(str(problem))
while True:
    try:
        plain, _ = listener.accept()
    except OSError as problem:
        print(problem, file=sys.stderr)
        continue
    threading.Thread(target=serve, args=(plain,), daemon=True).start()
