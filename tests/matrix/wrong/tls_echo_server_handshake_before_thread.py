# Makes the handshake in the loop that accepts, and only then a thread.
# exercise: tls_echo_server
# breaks: tls.slow-handshake
import socket
import ssl
import sys
import threading

if len(sys.argv) != 4:
    sys.exit(f"usage: {sys.argv[0]} <port> <certificate> <key>")


def serve(connection):
    try:
        with connection:
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
    try:
        connection = context.wrap_socket(plain, server_side=True)
    except OSError as problem:
        print(problem, file=sys.stderr)
        plain.close()
        continue
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
