# Reads the file as text: what ends a line on Windows is sent as a newline.
# exercise: file_server
# breaks: transfer.binary-safe
import socket
import sys
import time
from pathlib import Path


def send_file(client, path):
    with Path(path).open(encoding="latin-1") as file:
        client.sendall(file.read().encode("latin-1"))
    client.shutdown(socket.SHUT_WR)
    while client.recv(1024):
        pass


def main():
    if len(sys.argv) != 3:
        sys.exit(f"Usage: {sys.argv[0]} <port> <path>")
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", int(sys.argv[1])))
        listener.listen(5)
        while True:
            try:
                client, _ = listener.accept()
            except OSError as problem:
                print("Cannot accept:", problem, file=sys.stderr)
                time.sleep(1)
                continue
            with client:
                try:
                    send_file(client, sys.argv[2])
                except OSError as problem:
                    print("Not sent:", problem, file=sys.stderr)


main()
