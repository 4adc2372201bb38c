# Tries to connect every fifth of a second, for three seconds by its own clock; then it gives up.
# exercise: hello_client
import socket
import sys
import time


def connect(ip: str, port: int) -> socket.socket:
    until = time.monotonic() + 3
    while True:
        try:
            return socket.create_connection((ip, port))
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: client_retries_until_deadline.py <ip> <port>")
    try:
        with connect(sys.argv[1], int(sys.argv[2])) as connection:
            while data := connection.recv(1024):
                sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except OSError as problem:
        sys.exit(str(problem))


main()
