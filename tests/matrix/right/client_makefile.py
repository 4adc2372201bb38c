# Reads the connection as a file, to its end.
# exercise: hello_client
import shutil
import socket
import sys

if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} <ip> <port>")
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection, connection.makefile("rb") as stream:
        shutil.copyfileobj(stream, sys.stdout.buffer)
except OSError as problem:
    sys.exit(f"{sys.argv[0]}: {problem}")
