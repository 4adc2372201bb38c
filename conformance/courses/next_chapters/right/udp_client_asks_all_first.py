# Asks for all lines at once, prints the answers as they come, and asks again for those that do not come.
# exercise: udp_echo_client

import socket
import sys

LONGEST, TRIES, SECONDS = 1024, 4, 1.0


def lines():
    for line in sys.stdin.buffer:
        if line.rstrip(b"\n") in (b"Q", b"q"):
            return
        if len(line) > LONGEST:
            sys.exit("a line is too long for a datagram")
        yield line


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: client <ip> <port>")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.connect((sys.argv[1], int(sys.argv[2])))
        server.settimeout(SECONDS)
        owed = list(lines())
        for _ in range(TRIES):
            for line in owed:
                server.send(line)
            try:
                while owed:
                    answer = server.recv(LONGEST + 1)
                    if answer in owed:
                        owed.remove(answer)
                        sys.stdout.buffer.write(answer)
                        sys.stdout.buffer.flush()
            except TimeoutError:
                continue
        if owed:
            sys.exit("no answer came")


try:
    main()
except (OSError, ValueError) as problem:
    sys.exit(str(problem))
