# Serves each client in a process of the module socketserver, whose children keep the listener.
# exercise: process_echo_server
import socketserver
import sys


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        try:
            while chunk := self.request.recv(4096):
                self.request.sendall(chunk)
        except OSError as problem:
            print(problem, file=sys.stderr)


class Server(socketserver.ForkingTCPServer):
    allow_reuse_address = True


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")
try:
    Server(("", int(sys.argv[1])), Echo).serve_forever()
except OSError as problem:
    sys.exit(str(problem))
