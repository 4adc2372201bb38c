"""Connects to a server over TLS, verifies who it is, reads its message to the end and prints it."""

import socket
import ssl
import sys

BUFFER_SIZE = 1024


def make_context(authority: str) -> ssl.SSLContext:
    # The context verifies the server's certificate and its name. Only the given authority is trusted.
    context = ssl.create_default_context(cafile=authority)
    # Interpreters before 3.11.4 let OpenSSL hide that a connection was cut off.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


def print_message(ip: str, port: int, name: str, authority: str) -> None:
    context = make_context(authority)
    # `with` closes the socket once, at the end of the block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as plain:
        plain.connect((ip, port))
        # Without suppress_ragged_eofs=False, a connection that somebody cuts off looks like the end of the message.
        with context.wrap_socket(plain, server_hostname=name, suppress_ragged_eofs=False) as connection:
            while chunk := connection.recv(BUFFER_SIZE):
                sys.stdout.buffer.write(chunk)
            # This says close_notify. The server may be gone already, and needs no answer then.
            try:
                connection.unwrap()
            except OSError:
                pass
    print(flush=True)


def main() -> int:
    if len(sys.argv) != 5 or not sys.argv[2].isdecimal() or not 0 < int(sys.argv[2]) < 65536:
        print(f"usage: {sys.argv[0]} <ip> <port> <name> <authority>", file=sys.stderr)
        return 1
    try:
        print_message(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
    except OSError as problem:
        # A certificate that is refused is an ssl.SSLCertVerificationError, which is an OSError, too.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
