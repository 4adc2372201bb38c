# A server of socketserver with a thread for each datagram.
# exercise: udp_echo_server
import socketserver
import sys


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        data, socket = self.request
        try:
            socket.sendto(data, self.client_address)
        except OSError as problem:
            print(problem, file=sys.stderr)


class Server(socketserver.ThreadingUDPServer):
    daemon_threads = True


if len(sys.argv) != 2:
    sys.exit("usage: udp_socketserver.py <port>")
try:
    with Server(("", int(sys.argv[1])), Echo) as server:
        server.serve_forever()
except OSError as problem:
    sys.exit(str(problem))
