# Python, with a thread for each client and a file of lines.
# exercise: calculator_server
import socket
import sys
import threading
import time


def answer(line):
    parts = line.split()
    try:
        left, sign, right = parts
        left, right = int(left), int(right)
        return str({"+": left + right, "*": left * right}[sign])
    except (ValueError, KeyError):
        return "error"


def serve(connection):
    with connection:
        try:
            with connection.makefile("r", encoding="latin-1", newline="\n") as lines:
                for line in lines:
                    if line.endswith("\n"):
                        connection.sendall((answer(line) + "\n").encode())
        except OSError as problem:
            print(problem, file=sys.stderr)


if len(sys.argv) != 2:
    sys.exit("usage: calculator_server <port>")
with socket.create_server(("", int(sys.argv[1])), backlog=16) as listener:
    while True:
        try:
            connection, _ = listener.accept()
        except ConnectionAbortedError:
            continue
        except OSError as problem:
            print(problem, file=sys.stderr)
            import time

            time.sleep(0.1)
            continue
        threading.Thread(target=serve, args=(connection,), daemon=True).start()
