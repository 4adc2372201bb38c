import socket
import sys

listener = socket.create_server(("", int(sys.argv[1])))
connection, _ = listener.accept()
connection.sendall(b"Hello")
connection.close()
listener.close()
