"""The surroundings of a run that nobody watches: as in a student's shell, and not as in every other run of the suite.

A program may look for signs of the suite and behave only there: a folder's name, its user's number, its variables, its
parent. In such a run these are others. Where a program runs rightly in any place, it runs rightly in this one.
"""

import ctypes
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NoReturn

from conformance.observe.libc import libc
from conformance.observe.linux.arch import PR_SET_NAME
from conformance.observe.untraced import let_go
from conformance.sandbox import root
from conformance.sandbox.spawn import Birth, Launch

SHELL: Final = ctypes.create_string_buffer(b"bash")
VARIABLES: Final = {
    "HOME": root.HOME,
    "LOGNAME": "student",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PWD": root.HOME,
    "SHELL": "/bin/bash",
    "TERM": "xterm-256color",
    "USER": "student",
}
OURS: Final = frozenset({"HOME", "PATH", "TMPDIR"})


def of_a_shell(launch: Launch, program: str) -> Launch:
    """Return how a program is started there; `program` is the folder in which it was built."""
    moved = _moved(((program, root.PROGRAM), (launch.directory, root.HOME)))
    own = {name: moved(value) for name, value in launch.environment.items() if name not in OURS}
    before = launch.birth.prepare

    def prepare() -> None:
        before()
        root.show_elsewhere(launch.directory, program)

    return replace(
        launch,
        command=tuple(map(moved, launch.command)),
        directory=root.HOME,
        environment={**VARIABLES, **own},
        birth=Birth(fork=launch.birth.fork, prepare=prepare),
        finish=_fork_below_a_shell,
    )


def _moved(places: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    def moved(word: str) -> str:
        for old, new in places:
            word = word.replace(old, new)
        return word

    return moved


def _fork_below_a_shell() -> None:
    """Return in a child whose parent has a shell's name. The parent stays, and ends as the child does."""
    child = os.fork()
    if child:
        _be_a_shell(child)


def _be_a_shell(child: int) -> NoReturn:
    try:
        libc.prctl(PR_SET_NAME, ctypes.addressof(SHELL), 0, 0, 0)
        status = _end_of(child)
        if os.WIFSIGNALED(status):
            os.kill(os.getpid(), os.WTERMSIG(status))  # every signal has its own effect here, since exec is to come
        os._exit(os.waitstatus_to_exitcode(status))
    finally:
        os._exit(1)


def _end_of(child: int) -> int:
    """Wait for the end of a child, which may have made this process its tracer."""
    while True:
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            return status
        let_go(child, os.WSTOPSIG(status))
