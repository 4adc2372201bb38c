# A client that makes a socket for each line, and calls a strange answer an error.
# exercise: udp_echo_client
import socket
import sys

if len(sys.argv) != 3:
    sys.exit("usage: udp_client_socket_each.py <ip> <port>")
try:
    for line in sys.stdin.buffer:
        if line.strip() in (b"Q", b"q"):
            break
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.connect((sys.argv[1], int(sys.argv[2])))
            for seconds in (0.5, 1, 2):
                one.settimeout(seconds)
                one.send(line)
                try:
                    answer = one.recv(2048)
                except TimeoutError:
                    continue
                break
            else:
                sys.exit("no answer")
        if answer != line:
            sys.exit("a strange answer")
        sys.stdout.buffer.write(answer)
        sys.stdout.flush()
except OSError as problem:
    sys.exit(str(problem))
