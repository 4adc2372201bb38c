# Puts one buffered file object over the socket for both directions.
# exercise: echo_client
import socket
import sys

QUIT = {b"Q\n", b"q\n", b"Q", b"q"}


def converse(ip: str, port: int) -> None:
    with socket.create_connection((ip, port)) as connection, connection.makefile("rwb") as stream:
        while (line := sys.stdin.buffer.readline()) and line not in QUIT:
            stream.write(line)
            stream.flush()
            answer = stream.read(len(line))
            sys.stdout.buffer.write(b"Message from server: " + answer)
            sys.stdout.buffer.flush()
            if len(answer) < len(line):
                sys.exit("the server is gone")


if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} <ip> <port>")
try:
    converse(sys.argv[1], int(sys.argv[2]))
except OSError as problem:
    sys.exit(str(problem))
