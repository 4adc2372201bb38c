# Opens the three in one stack, which closes them.
# exercise: fd_seri
import contextlib
import socket
import sys

try:
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(socket.socket())
        second = stack.enter_context(open("test.dat", "wb"))
        third = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        for place, one in enumerate((first, second, third), 1):
            print(f"file descriptor {place}: {one.fileno()}")
except OSError as problem:
    sys.exit(str(problem))
