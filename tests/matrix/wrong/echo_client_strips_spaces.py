# Takes spaces from both ends of a line before it sends it.
# exercise: echo_client
# breaks: transfer.echo-exact
import signal
import socket
import sys

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} <ip> <port>")
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
        for line in sys.stdin.buffer:
            text = line.strip()
            if text in (b"Q", b"q"):
                break
            connection.sendall(text)
            answer = b""
            while len(answer) < len(text):
                part = connection.recv(1024)
                if not part:
                    sys.exit("the server is gone")
                answer += part
            sys.stdout.buffer.write(answer + b"\n")
            sys.stdout.buffer.flush()
except OSError as problem:
    sys.exit(str(problem))
