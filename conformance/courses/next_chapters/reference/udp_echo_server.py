"""Sends each datagram back to its sender."""

import errno
import socket
import sys
from typing import NoReturn

LONGEST = 1024
# What one client's network says of an earlier answer, or what the system is short of for a moment.
PASSES = {errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENOBUFS, errno.ENOMEM}


def serve(port: int) -> NoReturn:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("", port))
        while True:
            try:
                # What a longer datagram holds behind that is thrown away. An empty one is answered as any other.
                datagram, client = server.recvfrom(LONGEST)
                # A datagram goes out whole or not at all: there is no rest to be offered again.
                server.sendto(datagram, client)
            except OSError as problem:
                if problem.errno not in PASSES:
                    raise
                print(f"{sys.argv[0]}: {problem}", file=sys.stderr)


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not 0 < int(sys.argv[1]) < 65536:
        print(f"usage: {sys.argv[0]} <port>", file=sys.stderr)
        return 1
    try:
        serve(int(sys.argv[1]))
    except OSError as problem:
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
