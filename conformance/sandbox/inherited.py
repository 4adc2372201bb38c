"""What a process of the suite inherits from whatever started it, and must not depend on."""

import contextlib
import os
import re
import resource
import signal
from collections.abc import Mapping
from typing import Final

from conformance.messages import say
from conformance.records.errors import Unusable

UMASK: Final = 0o022
"""The umask of the process in which runs happen: as root it runs programs as another user, who reads what it makes."""
OWNERS_RIGHTS: Final = 0o700
USUAL_PATH: Final = "/usr/local/bin:/usr/bin:/bin"
OPEN_FILES: Final = 1024
"""How many a worker has open at most: two for each thread of a program, and one for each of its clients."""
LEAST: Final[dict[int, tuple[int, str]]] = {
    resource.RLIMIT_NOFILE: (256, "-n"),
    resource.RLIMIT_FSIZE: (64 << 20, "-f"),
    resource.RLIMIT_AS: (256 << 20, "-v"),
}
"""What the suite needs at least, files or bytes, and how the shell's ulimit names it."""
HANDED_ON: Final = re.compile(
    r"PATH|HOME|USER|TMPDIR|TEMP|TMP|LANG|LC_\w+|TZ|JAVA_HOME|CARGO_HOME|RUSTUP_HOME|GOROOT|XDG_CACHE_HOME"
    r"|LD_LIBRARY_PATH|VIRTUAL_ENV|PYENV_\w+|PYTHON\w+|COVERAGE_\w+|OFFHOOK_LANGUAGE"
)
"""The variables that say where things lie and how they are written."""


def handed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the process in which runs happen is told of an environment: nothing that could be a secret.

    A token of CI, say. A program of the same user may read the environment of a process, where nothing forbids that.
    """
    return {name: value for name, value in environment.items() if HANDED_ON.fullmatch(name)}


def put_right() -> None:
    """Take back what would keep this process from its work; what its limits allow is raised where it may be.

    Where SIGCHLD is ignored, children vanish without anybody having waited for them (man 2 wait). A umask stays as it
    is, since reports are written under it, but for the owner's own rights.
    """
    os.umask(os.umask(0) & ~OWNERS_RIGHTS)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if not os.environ.get("PATH"):
        os.environ["PATH"] = USUAL_PATH
    for kind, (least, _) in LEAST.items():
        soft, hard = _allowed(kind)
        wanted = OPEN_FILES if kind == resource.RLIMIT_NOFILE else least
        if soft != resource.RLIM_INFINITY and soft < wanted:
            with contextlib.suppress(OSError):
                resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def check_limits() -> None:
    """Raise `Unusable` where a limit of this process is too low to judge anything."""
    for kind, (least, flag) in LEAST.items():
        allowed, _ = _allowed(kind)
        if allowed != resource.RLIM_INFINITY and allowed < least:
            shown = allowed if kind == resource.RLIMIT_NOFILE else f"{allowed >> 10} KiB"
            raise Unusable(say("place.limit", flag=flag, allowed=shown))


def _allowed(kind: int) -> tuple[int, int]:
    """Return a limit of this process and how far it may raise it; none where it may not ask, as under some filters."""
    try:
        return resource.getrlimit(kind)
    except OSError:
        return resource.RLIM_INFINITY, resource.RLIM_INFINITY
