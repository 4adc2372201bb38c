# Ends after one client.
# exercise: once_server

import socket
import sys


def pieces(connection):
    buffer = b""
    while True:
        while b"\n" in buffer:
            one, _, buffer = buffer.partition(b"\n")
            yield one
        more = connection.recv(4096)
        if not more:
            return
        buffer += more


def serve(connection):
    state = 0
    with connection:
        try:
            for request in pieces(connection):
                connection.sendall(request.upper() + b"\n")
                state += 1
        except OSError as problem:
            print(problem, file=sys.stderr)


if len(sys.argv) != 2:
    sys.exit("usage: server <port>")
with socket.create_server(("", int(sys.argv[1])), backlog=16) as listener:
    while True:
        try:
            connection, _ = listener.accept()
            break
        except ConnectionAbortedError as problem:
            print(problem, file=sys.stderr)
    serve(connection)
