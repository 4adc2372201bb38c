"""Lines of Wine's relay trace: which function of which library was called, with what, from where."""

import re
from typing import Final, NamedTuple

RELAY_LINE: Final = re.compile(
    rb"^(?:[0-9a-f]{4,8}:)+(?P<kind>Call|Ret ) (?P<library>[^. ]+)\.(?P<function>[^. (]+)"
    rb"\((?P<args>.*)\)(?: retval=(?P<result>[0-9a-f]+))? ret=(?P<back>[0-9a-f]+)$"
)
RELAY_ARGUMENT: Final = re.compile(rb'([0-9a-f]{8,16})(?: L?"(?:[^"\\]|\\.)*")?(?:,|$)')
SETTING: Final = b":trace:relay:load_list "
"""Behind it stands one of the lists of what the relay shows and leaves out."""
CRASH: Final = re.compile(rb"^wine: Unhandled (page fault|division by zero|illegal instruction|stack overflow|.*)")
RUINED_STACK: Final = re.compile(
    rb"^(?:[0-9a-f]{4,8}:)+err:(?:virtual:virtual_setup_exception (?:stack overflow|nested exception)"
    rb"|seh:NtRaiseException (?:Unhandled exception|Exception frame))"
)
"""What Wine says of a fault where the stack is such that it finds no handler, not even its own that says more."""
FAULT_SIGNALS: Final = {
    b"division by zero": "SIGFPE", b"illegal instruction": "SIGILL", b"page fault": "SIGSEGV",
    b"stack overflow": "SIGSEGV",
}  # fmt: skip


class Line(NamedTuple):
    """One line of the trace."""

    returns: bool
    """It stands behind the call, not before it."""
    function: str
    """Library and function, as `ws2_32.bind`: the library without regard to case, as Windows has it."""
    args: tuple[int, ...]
    result: int
    back: int
    """The address that the call returns to."""


def line(text: bytes) -> Line | None:
    """Read one line; None where it tells of something else than a call."""
    found = RELAY_LINE.match(text)
    if found is None:
        return None
    args = tuple(int(word, 16) for word in RELAY_ARGUMENT.findall(found["args"]))
    name = f"{found['library'].decode('ascii', 'replace').lower()}.{found['function'].decode('ascii', 'replace')}"
    return Line(found["kind"] == b"Ret ", name, args, int(found["result"] or b"0", 16), int(found["back"], 16))


def crash_signal(text: bytes) -> str | None:
    """Return the signal that stands for what ended a program, where a line tells of its end by a fault of its own."""
    if RUINED_STACK.match(text):
        return "SIGSEGV"
    found = CRASH.match(text)
    return None if found is None else FAULT_SIGNALS.get(found[1], "SIGABRT")
