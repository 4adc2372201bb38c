"""The suite's handle on the reading process: where that ends or answers nothing, nothing is known, and that is all."""

import atexit
import contextlib
import select
import subprocess
import sys
from threading import Lock
from typing import Final

import msgspec

from conformance.observe.bounded.asked import Answer, Asked, receive, send

ANSWERS_WITHIN_S: Final = 60.0
"""Its processor time is limited: this bounds only a process that does not get to run."""
LOSSES: Final = 2
"""How often the process may be lost to what one owner wrote: then nothing of his is read any more."""


class Reader:
    """One reading process, which is started when something is asked, and anew where it was lost."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._lost: dict[str, int] = {}

    def ask(self, asked: Asked, owner: str) -> Answer | None:
        """Return the answer to a question about what an owner wrote; None where there is none.

        The owner is a folder, or a file where no folder is known.
        """
        with self._lock:
            if self._lost.get(owner, 0) >= LOSSES:
                return None
            answer = self._answer(msgspec.msgpack.encode(asked))
            if answer is None:
                self._lost[owner] = self._lost.get(owner, 0) + 1
                self.close()
            return answer

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for end in (process.stdin, process.stdout):
                if end is not None:
                    end.close()
            process.wait()

    def _answer(self, asked: bytes) -> Answer | None:
        process = self._process = self._process or _start()
        assert process.stdin and process.stdout
        with contextlib.suppress(BrokenPipeError, msgspec.DecodeError):
            send(process.stdin.fileno(), asked)
            ready, _, _ = select.select([process.stdout], [], [], ANSWERS_WITHIN_S)
            answer = receive(process.stdout.fileno()) if ready else None
            return None if answer is None else msgspec.msgpack.decode(answer, type=Answer)
        return None


def _start() -> subprocess.Popen[bytes]:
    """Start the process, in a session of its own: the Ctrl-C of a terminal is for the suite."""
    command = [sys.executable, "-P", "-m", "conformance.observe.bounded.answering"]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        start_new_session=True,
    )  # fmt: skip


READER: Final = Reader()
"""That of this process."""
atexit.register(READER.close)
