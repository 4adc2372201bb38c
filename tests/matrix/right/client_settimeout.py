# Reads with a time-out of a second, and reads again when it is over.
# exercise: hello_client
import socket
import sys


def print_all(connection: socket.socket) -> None:
    while True:
        try:
            data = connection.recv(1024)
        except TimeoutError:
            continue
        if not data:
            return
        sys.stdout.buffer.write(data)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: client_settimeout.py <ip> <port>")
    try:
        with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
            connection.settimeout(1)
            print_all(connection)
        sys.stdout.flush()
    except OSError as problem:
        sys.exit(str(problem))


main()
