# Python, with a file of answers.
# exercise: calculator_client
import socket
import sys

if len(sys.argv) != 3:
    sys.exit("usage: calculator_client <ip> <port>")
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
        answers = connection.makefile("rb")
        for line in sys.stdin.buffer:
            connection.sendall(line if line.endswith(b"\n") else line + b"\n")
            answer = answers.readline()
            if not answer.endswith(b"\n"):
                sys.exit("the server has gone")
            print("=", answer.decode("utf-8", "replace").rstrip(), flush=True)
        answers.close()
except OSError as problem:
    sys.exit(f"calculator_client: {problem}")
