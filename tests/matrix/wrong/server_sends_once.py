# Calls send once and takes it for granted that all was sent.
# exercise: hello_server
# breaks: transfer.short-writes
import socket
import sys


def main():
    if len(sys.argv) != 2:
        sys.exit(f"Usage: {sys.argv[0]} <port>")
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", int(sys.argv[1])))
        listener.listen(5)
        client, _ = listener.accept()
        with client:
            client.send(b"Hello World!")


main()
