# A server of socketserver with a thread for each client.
# exercise: unix_echo_server
import contextlib
import socketserver
import sys
from pathlib import Path


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError):
            while data := self.request.recv(2000):
                self.request.sendall(data)


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 16


if len(sys.argv) != 2:
    sys.exit("usage: unix_socketserver.py <path>")
with contextlib.suppress(FileNotFoundError):
    Path(sys.argv[1]).unlink()
try:
    with Server(sys.argv[1], Echo) as server:
        server.serve_forever()
except OSError as problem:
    sys.exit(str(problem))
