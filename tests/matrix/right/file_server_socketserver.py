# Serves each client in a thread of the module socketserver, which ends its side before it closes.
# exercise: file_server
import shutil
import socket
import socketserver
import sys


class Sender(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        try:
            with open(sys.argv[2], "rb") as file:
                shutil.copyfileobj(file, self.wfile)
            self.connection.shutdown(socket.SHUT_WR)
            while self.rfile.read1():
                pass
        except OSError as problem:
            print(problem, file=sys.stderr)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} <port> <path>")
try:
    Server(("", int(sys.argv[1])), Sender).serve_forever()
except OSError as problem:
    sys.exit(str(problem))
