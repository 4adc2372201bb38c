# Serves client after client with the plain socket module.
# exercise: hello_server
import socket
import sys

if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")

with socket.create_server(("", int(sys.argv[1]))) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(b"Hello World!")
            except OSError as problem:
                print(problem, file=sys.stderr)
