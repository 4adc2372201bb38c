# Says that nobody answers, and ends as if all had gone well.
# exercise: hello_client
# breaks: robust.failed-setup-reported
import socket
import sys


def main():
    if len(sys.argv) != 3:
        sys.exit(f"Usage: {sys.argv[0]} <ip> <port>")
    try:
        server = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    except OSError as problem:
        print("Cannot connect:", problem)
        return
    message = b""
    with server:
        while part := server.recv(100):
            message += part
    sys.stdout.buffer.write(b"Message from server: " + message + b"\n")


main()
