# Receives everything, and then writes it at once with pathlib.
# exercise: file_client
import socket
import sys
from pathlib import Path


def receive(ip: str, port: int) -> bytes:
    content = bytearray()
    with socket.create_connection((ip, port)) as connection:
        while chunk := connection.recv(65536):
            content += chunk
    return bytes(content)


if len(sys.argv) != 4:
    sys.exit(f"usage: {sys.argv[0]} <ip> <port> <path>")
try:
    Path(sys.argv[3]).write_bytes(receive(sys.argv[1], int(sys.argv[2])))
except OSError as problem:
    sys.exit(str(problem))
