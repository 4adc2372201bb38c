# Serves each client in a thread of its own, made by the socketserver module.
# exercise: hello_server
import socketserver
import sys


class Greeter(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"Hello World!")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")
try:
    with Server(("", int(sys.argv[1])), Greeter) as server:
        server.serve_forever()
except OSError as problem:
    sys.exit(f"{sys.argv[0]}: {problem}")
