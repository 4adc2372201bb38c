# Prints what it receives as UTF-8: of what is none an exception ends it that nobody catches.
# exercise: echo_server
# breaks: transfer.binary-safe
# may: transfer.echo-exact (some bytes are no UTF-8), robust.crossed-clients (some bytes are no UTF-8)
import socket
import sys
import time


def serve(client):
    while data := client.recv(1024):
        print("received", data.decode("utf-8"))
        client.sendall(data)


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
