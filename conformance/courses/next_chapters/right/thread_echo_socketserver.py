# Serves each client in a thread of the module socketserver.
# exercise: thread_echo_server
import socketserver
import sys


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        try:
            while chunk := self.request.recv(4096):
                self.request.sendall(chunk)
        except OSError as problem:
            print(problem, file=sys.stderr)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")
try:
    Server(("", int(sys.argv[1])), Echo).serve_forever()
except OSError as problem:
    sys.exit(str(problem))
