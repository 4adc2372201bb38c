# Python: sends all lines, ends its side, and reads then.
# exercise: calculator_client
import socket
import sys

if len(sys.argv) != 3:
    sys.exit("usage: calculator_client <ip> <port>")
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
        lines = [line.rstrip(b"\n") + b"\n" for line in sys.stdin.buffer]
        connection.sendall(b"".join(lines))
        connection.shutdown(socket.SHUT_WR)
        got = b""
        while got.count(b"\n") < len(lines):
            more = connection.recv(4096)
            if not more:
                sys.exit("the server has gone")
            got += more
        sys.stdout.buffer.write(got)
except OSError as problem:
    sys.exit(f"calculator_client: {problem}")
