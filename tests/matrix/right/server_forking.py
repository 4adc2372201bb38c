# Serves each client in a child of its own, made and reaped by the socketserver module.
# exercise: hello_server
import socketserver
import sys


class Greeter(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"Hello World!")


class Server(socketserver.ForkingTCPServer):
    allow_reuse_address = True


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")
with Server(("", int(sys.argv[1])), Greeter) as server:
    server.serve_forever()
