# Lets the socket send the file, by the system where it can.
# exercise: file_server
import errno
import socket
import sys
import time
from typing import NoReturn

SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def send(connection: socket.socket, path: str) -> None:
    with open(path, "rb") as file:
        connection.sendfile(file)


def serve(port: int, path: str) -> NoReturn:
    with socket.create_server(("", port)) as listener:
        while True:
            try:
                connection, _ = listener.accept()
            except ConnectionAbortedError:
                continue
            except OSError as problem:
                if problem.errno not in SHORTAGES:
                    raise
                time.sleep(0.1)
                continue
            try:
                with connection:
                    send(connection, path)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(512):
                        pass
            except OSError as problem:
                print(problem, file=sys.stderr)


if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} <port> <path>")
try:
    serve(int(sys.argv[1]), sys.argv[2])
except OSError as problem:
    sys.exit(str(problem))
