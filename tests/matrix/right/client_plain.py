# Reads with the plain socket module until the end of file and prints the message at once.
# exercise: hello_client
import socket
import sys

if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} <ip> <port>")

message = bytearray()
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
    while chunk := connection.recv(4096):
        message += chunk
print("Message from server:", message.decode("latin-1"))
