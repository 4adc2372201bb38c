# Serves each client in a thread of its own.
# exercise: thread_echo_server
import errno
import socket
import sys
import threading
import time
from typing import NoReturn

SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def echo(connection: socket.socket) -> None:
    with connection:
        try:
            while chunk := connection.recv(2000):
                connection.sendall(chunk)
        except OSError as problem:
            print(problem, file=sys.stderr)


def serve(port: int) -> NoReturn:
    with socket.create_server(("", port), backlog=20) as listener:
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
            threading.Thread(target=echo, args=[connection], daemon=True).start()


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")
try:
    serve(int(sys.argv[1]))
except OSError as problem:
    sys.exit(str(problem))
