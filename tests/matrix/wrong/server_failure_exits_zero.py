# Says that it cannot listen, and ends as if all had gone well.
# exercise: hello_server
# breaks: robust.failed-setup-reported
import socket
import sys


def greet_one(listener):
    client, _ = listener.accept()
    with client:
        client.sendall(b"Hello World!")


def main():
    if len(sys.argv) != 2:
        sys.exit(f"Usage: {sys.argv[0]} <port>")
    try:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("", int(sys.argv[1])))
            listener.listen(5)
            greet_one(listener)
    except OSError as problem:
        print("Cannot serve:", problem)


main()
