# Python, with a thread that reads whole lines and one that writes for each client, and a queue between them.
# exercise: chat_server
import contextlib
import errno
import queue
import socket
import sys
import threading
import time

SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
lock = threading.Lock()
queues = {}


def write(connection, waiting):
    try:
        while (line := waiting.get()) is not None:
            connection.sendall(line)
    except OSError:
        pass


def converse(connection, waiting):
    writer = threading.Thread(target=write, args=(connection, waiting), daemon=True)
    writer.start()
    try:
        with connection.makefile("rb") as lines:
            for line in lines:
                with lock:
                    for one in queues.values():
                        one.put(line)
    except OSError:
        pass
    with lock:
        del queues[connection]
    waiting.put(None)
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    writer.join()
    connection.close()


def serve(port):
    with socket.create_server(("", port), backlog=32) as listener:
        while True:
            try:
                connection, _ = listener.accept()
            except ConnectionAbortedError:
                continue
            except OSError as problem:
                if problem.errno not in SHORTAGES:
                    raise
                time.sleep(0.1)
                continue
            waiting = queue.Queue()
            with lock:
                queues[connection] = waiting
            threading.Thread(target=converse, args=(connection, waiting), daemon=True).start()


if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
    sys.exit("usage: chat_server <port>")
try:
    serve(int(sys.argv[1]))
except OSError as problem:
    sys.exit(str(problem))
