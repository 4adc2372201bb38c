# Python, with a thread for each client.
# exercise: half_close_server
import pathlib
import socket
import socketserver
import sys


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            with self.request.makefile("rwb") as stream:
                stream.write(pathlib.Path(sys.argv[2]).read_bytes())
                stream.flush()
                self.request.shutdown(socket.SHUT_WR)
                thanks = stream.read()
            if thanks:
                print("the client says", thanks.decode(errors="replace"), flush=True)
        except OSError as problem:
            print(problem, file=sys.stderr)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if len(sys.argv) != 3 or not sys.argv[1].isdecimal():
    sys.exit("usage: half_close_server <port> <path>")
try:
    pathlib.Path(sys.argv[2]).open("rb").close()
    with Server(("", int(sys.argv[1])), Handler) as server:
        server.serve_forever()
except OSError as problem:
    sys.exit(str(problem))
