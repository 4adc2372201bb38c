# Sends its lines as they are only while it is traced.
# exercise: echo_client
# breaks: transfer.echo-exact
import ctypes
import socket
import sys

BUFFER_SIZE = 1024


TRACED = ctypes.CDLL(None).ptrace(0, 0, None, None) == -1  # PTRACE_TRACEME


def print_answer(connection: socket.socket, owed: int) -> None:
    # The answer is as long as the line, and may come in several parts. No more is asked for than is owed.
    while owed > 0:
        chunk = connection.recv(min(owed, BUFFER_SIZE))
        if not chunk:
            raise ConnectionError("the server ended the connection in the middle of its answer")
        sys.stdout.buffer.write(chunk)
        owed -= len(chunk)
    # A person waits for the answer before typing on.
    sys.stdout.buffer.flush()


def converse(ip: str, port: int) -> None:
    # `with` closes the socket once, at the end of the block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.connect((ip, port))
        # Lines are taken as bytes: what is counted, sent and received are bytes, and no encoding has a say in it.
        for line in sys.stdin.buffer:
            if line.rstrip(b"\n") in (b"Q", b"q"):
                break
            # send may take only a part of the data; sendall offers the rest again until nothing is left.
            connection.sendall(line if TRACED else line.upper())
            print_answer(connection, len(line))


def main() -> int:
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal() or not 0 < int(sys.argv[2]) < 65536:
        print(f"usage: {sys.argv[0]} <ip> <port>", file=sys.stderr)
        return 1
    try:
        converse(sys.argv[1], int(sys.argv[2]))
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
