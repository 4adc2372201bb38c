# A client that does not connect: it compares the address, and gives up when nothing comes.
# exercise: udp_echo_client
import socket
import sys

if len(sys.argv) != 3:
    sys.exit("usage: udp_client_compares.py <ip> <port>")
server = sys.argv[1], int(sys.argv[2])
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line_out:
        line_out.settimeout(2)
        for line in sys.stdin.buffer:
            line = line.rstrip(b"\n")
            if line in (b"Q", b"q"):
                break
            line_out.sendto(line, server)
            while True:
                answer, sender = line_out.recvfrom(65535)
                if sender == server and answer == line:
                    break
                print("not an answer, from", sender, file=sys.stderr)
            print(answer.decode(errors="replace"), flush=True)
except OSError as problem:
    sys.exit(str(problem))
