"""Sends each line of standard input in a datagram, and prints the datagram that comes back."""

import socket
import sys

LONGEST = 1024
TRIES = 4
SECONDS = 1.0


def answer_to(line: bytes, server: socket.socket) -> bytes:
    # A network may lose a datagram: then the question is asked again, a few times.
    for _ in range(TRIES):
        server.send(line)
        try:
            # What is no answer to this line is one to an earlier line that came twice.
            while (answer := server.recv(LONGEST)) != line:
                pass
        except TimeoutError:
            continue
        return answer
    raise TimeoutError("no answer came")


def converse(ip: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        # connect sends nothing here: from now on the kernel drops what others send, and tells when nobody has the port.
        server.connect((ip, port))
        server.settimeout(SECONDS)
        for line in sys.stdin.buffer:
            if line.rstrip(b"\n") in (b"Q", b"q"):
                break
            if len(line) > LONGEST:
                raise ValueError("a line is too long for a datagram")
            sys.stdout.buffer.write(answer_to(line, server))
            sys.stdout.buffer.flush()


def main() -> int:
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal() or not 0 < int(sys.argv[2]) < 65536:
        print(f"usage: {sys.argv[0]} <ip> <port>", file=sys.stderr)
        return 1
    try:
        converse(sys.argv[1], int(sys.argv[2]))
    except (OSError, ValueError) as problem:
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
