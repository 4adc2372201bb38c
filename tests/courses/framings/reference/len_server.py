import socket
import struct
import sys
import threading


def pieces(connection):
    buffer = b""
    while True:
        while len(buffer) >= 2 and len(buffer) >= 2 + struct.unpack("!H", buffer[:2])[0]:
            size = struct.unpack("!H", buffer[:2])[0]
            yield buffer[2 : 2 + size]
            buffer = buffer[2 + size :]
        more = connection.recv(4096)
        if not more:
            return
        buffer += more


def serve(connection):
    state = 0
    with connection:
        try:
            for request in pieces(connection):
                connection.sendall(struct.pack("!H", len(request)) + request.upper())
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
