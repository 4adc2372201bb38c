# Takes one read for as many bytes as it has asked for.
# exercise: len_server
# breaks: transfer.any-split

import socket
import struct
import sys

if len(sys.argv) != 2:
    sys.exit("usage: server <port>")
with socket.create_server(("", int(sys.argv[1])), backlog=16) as listener:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError as problem:
            print(problem, file=sys.stderr)
            continue
        with connection:
            try:
                while head := connection.recv(2):
                    (size,) = struct.unpack("!H", head)
                    body = connection.recv(size) if size else b""
                    connection.sendall(struct.pack("!H", len(body)) + body.upper())
            except (OSError, struct.error) as problem:
                print(problem, file=sys.stderr)
