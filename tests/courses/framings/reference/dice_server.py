import random
import socket
import sys
import threading


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
                connection.sendall(b"%d\n" % random.randint(1, 6) if request == b"ROLL" else request + b"\n")
                state += 1
        except OSError as problem:
            print(problem, file=sys.stderr)


if len(sys.argv) != 2:
    sys.exit("usage: server <port>")
with socket.create_server(("", int(sys.argv[1])), backlog=16) as listener:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError as problem:
            print(problem, file=sys.stderr)
            continue
        threading.Thread(target=serve, args=(connection,), daemon=True).start()
