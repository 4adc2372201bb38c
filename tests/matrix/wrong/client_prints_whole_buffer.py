# Prints its whole buffer, however little of it was received.
# exercise: hello_client
# breaks: transfer.only-received-bytes
# may: transfer.prints-message (the NULs behind the message vary in number with its length)
import socket
import sys


def main():
    if len(sys.argv) != 3:
        sys.exit(f"Usage: {sys.argv[0]} <ip> <port>")
    buffer = bytearray(100)
    free = memoryview(buffer)
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as server:
        while count := server.recv_into(free):
            free = free[count:]
            if not free:
                break
    sys.stdout.buffer.write(b"Message from server: " + buffer + b"\n")


main()
