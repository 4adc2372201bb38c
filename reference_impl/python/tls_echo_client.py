"""Verifies an echo server over TLS, sends it each line of standard input and prints what comes back."""

import socket
import ssl
import sys

BUFFER_SIZE = 1024


def print_answer(connection: ssl.SSLSocket, owed: int) -> None:
    # The answer is as long as the line, and may come in several parts. No more is asked for than is owed.
    while owed > 0:
        chunk = connection.recv(min(owed, BUFFER_SIZE))
        if not chunk:
            raise ConnectionError("the server ended the connection in the middle of its answer")
        sys.stdout.buffer.write(chunk)
        owed -= len(chunk)
    # A person waits for the answer before typing on.
    sys.stdout.buffer.flush()


def converse(ip: str, port: int, name: str, authority: str) -> None:
    # The context verifies the server's certificate and its name. Only the given authority is trusted.
    context = ssl.create_default_context(cafile=authority)
    # `with` closes each socket once, at the end of its block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as plain:
        plain.connect((ip, port))
        # No line goes out before the handshake is over: only then it is known who the other end is.
        with context.wrap_socket(plain, server_hostname=name) as connection:
            # Lines are taken as bytes: what is counted, sent and received are bytes.
            for line in sys.stdin.buffer:
                if line.rstrip(b"\n") in (b"Q", b"q"):
                    break
                connection.sendall(line)
                print_answer(connection, len(line))
            # This says close_notify. The server may be gone before it answers, and nothing is lost then.
            try:
                connection.unwrap()
            except OSError:
                pass


def main() -> int:
    if len(sys.argv) != 5 or not sys.argv[2].isdecimal() or not 0 < int(sys.argv[2]) < 65536:
        print(f"usage: {sys.argv[0]} <ip> <port> <name> <authority>", file=sys.stderr)
        return 1
    try:
        converse(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
    except OSError as problem:
        # A certificate that is refused is an ssl.SSLCertVerificationError, which is an OSError, too.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
