"""How a worker ends: each thing that it holds is let go of, whatever another one meets."""

import errno
import os

import pytest

from conformance.sandbox import worker as module
from conformance.sandbox.worker import Worker


class Held:
    """Something that a worker closes at its end."""

    def __init__(self, error: int = 0) -> None:
        self.closed, self._error = False, error

    def close(self) -> None:
        """Close it; a disk may be full."""
        self.closed = True
        if self._error:
            raise OSError(self._error, os.strerror(self._error))

    end_all = close


@pytest.mark.parametrize("failing", ["boxes", "_place"])
def test_its_user_is_given_back_where_a_disk_is_full(failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cleaner, worker = Held(), Worker.__new__(Worker)
    monkeypatch.setattr(module, "Cleaner", lambda: cleaner)  # it ends all below this process, which is the tests' own
    held = {name: Held(errno.ENOSPC * (name == failing)) for name in ("boxes", "_ports", "_place", "_user")}
    for name, one in held.items():
        setattr(worker, name, one)
    with pytest.raises(OSError, match="No space left"):
        worker.close()
    assert cleaner.closed
    assert [name for name, one in held.items() if not one.closed] == []
