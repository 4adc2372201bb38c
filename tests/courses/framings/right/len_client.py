# Reads exactly as many bytes as the length says.
# exercise: len_client

import socket
import struct
import sys

if len(sys.argv) != 3:
    sys.exit("usage: len_client <ip> <port>")


def exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            sys.exit("the server has gone")
        data += more
    return data


try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
        for line in sys.stdin.buffer:
            text = line.rstrip(b"\n")
            connection.sendall(struct.pack("!H", len(text)) + text)
            (size,) = struct.unpack("!H", exactly(connection, 2))
            sys.stdout.buffer.write(exactly(connection, size) + b"\n")
            sys.stdout.buffer.flush()
except OSError as problem:
    sys.exit(f"len_client: {problem}")
