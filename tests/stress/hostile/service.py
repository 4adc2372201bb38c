"""A service of the host, which tells its secret to everybody who asks; it imports little, to be there at once."""

import contextlib
import os
import select
import socket
import sys


def main(secret: str, port: str, path: str, abstract: str, gate: str) -> None:
    """Listen at three places, say through the pipe that it does, and answer for ever."""
    listeners = [socket.create_server(("127.0.0.1", int(port)))]
    for name in (path, f"\0{abstract}"):
        one = socket.socket(socket.AF_UNIX)
        one.bind(name)
        one.listen()
        listeners.append(one)
    os.chmod(path, 0o666)  # noqa: PTH101 (pathlib is slow to import)
    os.write(int(gate), b"1")
    os.close(int(gate))
    while True:
        for ready in select.select(listeners, [], [])[0]:
            with contextlib.suppress(OSError), ready.accept()[0] as client:
                client.sendall(secret.encode())


if __name__ == "__main__":
    main(*sys.argv[1:6])
