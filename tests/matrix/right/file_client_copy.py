# Copies from a file object over the socket to a buffered file.
# exercise: file_client
import shutil
import socket
import sys


def receive(ip: str, port: int, path: str) -> None:
    with (
        socket.create_connection((ip, port)) as connection,
        connection.makefile("rb") as source,
        open(path, "wb") as target,
    ):
        shutil.copyfileobj(source, target)


if len(sys.argv) != 4:
    sys.exit(f"usage: {sys.argv[0]} <ip> <port> <path>")
try:
    receive(sys.argv[1], int(sys.argv[2]), sys.argv[3])
except OSError as problem:
    sys.exit(str(problem))
