# A client that sends all lines, ends its side, and prints what comes.
# exercise: unix_echo_client
import socket
import sys
import threading

if len(sys.argv) != 2:
    sys.exit("usage: unix_client_all_at_once.py <path>")
try:
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(sys.argv[1])
        lines = []
        for line in sys.stdin.buffer:
            if line.strip() in (b"q", b"Q"):
                break
            lines.append(line)
        text = b"".join(lines)
        sender = threading.Thread(target=lambda: (server.sendall(text), server.shutdown(socket.SHUT_WR)))
        if text:
            sender.start()
            came = b""
            while len(came) < len(text):
                piece = server.recv(4096)
                if not piece:
                    raise ConnectionError("the server has gone")
                came += piece
            sender.join()
            sys.stdout.buffer.write(came)
            sys.stdout.flush()
except OSError as problem:
    sys.exit(str(problem))
