# Takes what it receives for UTF-8, and puts a question mark in the place of what is none.
# exercise: echo_server
# breaks: transfer.binary-safe
import socket
import sys
import time


def serve(client):
    while data := client.recv(1024):
        client.sendall(data.decode("utf-8", "replace").replace("\ufffd", "?").encode())


def main():
    if len(sys.argv) != 2:
        sys.exit(f"Usage: {sys.argv[0]} <port>")
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", int(sys.argv[1])))
        listener.listen(5)
        while True:
            try:
                client, _ = listener.accept()
            except OSError as problem:
                print("Cannot accept:", problem, file=sys.stderr)
                time.sleep(1)
                continue
            with client:
                try:
                    serve(client)
                except OSError as problem:
                    print("A client is gone:", problem, file=sys.stderr)


main()
