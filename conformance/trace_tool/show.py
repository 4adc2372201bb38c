"""The lines of a trace: one call a line for people, one JSON object a call for programs."""

import errno
import os
import select
import signal
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

from conformance.messages import render, text
from conformance.messages.escaping import escaped
from conformance.observe.source_lines import source_of
from conformance.records.trace import Address, CallSite
from conformance.trace_tool.live import ShownCall

COLOURS: Final = {"name": "1", "error": "31", "signal": "35", "waits": "33", "fault": "1;33", "aside": "2"}
WIDEST_SOURCE: Final = 32
LINE_DIGITS: Final = 3
"""For how many digits of a line's number there is room from the start."""
LINES_PER_WRITE: Final = 256
"""How many lines are written together."""


class Out:
    """A descriptor that lines are written to: together, or each at once where a person watches."""

    def __init__(self, descriptor: int, *, at_once: bool = False) -> None:
        self.descriptor = descriptor
        self._limit = 1 if at_once else LINES_PER_WRITE
        self._lines: list[str] = []

    def put(self, line: str) -> None:
        """Take a line."""
        self._lines.append(line)
        if len(self._lines) >= self._limit:
            self.flush()

    def flush(self) -> None:
        """Write what was taken."""
        if self._lines:
            data = memoryview("".join(f"{line}\n" for line in self._lines).encode(errors="backslashreplace"))
            self._lines.clear()
            while data:
                data = data[self._write(data) :]

    def _write(self, data: memoryview) -> int:
        try:
            return os.write(self.descriptor, data)
        except BlockingIOError:  # the traced program may have made the terminal that both share non-blocking
            select.select([], [self.descriptor], [])
            return 0


class TextSink:
    """Tells a person; and a program too, where it is asked to."""

    def __init__(self, out: Out, json: "JsonLines | None" = None, *, colours: bool) -> None:
        self.out, self.json = out, json
        self._paint: Callable[[str, str], str] = _painted if colours else _bare
        self._width = 0
        """How wide the source lines were until now: programs without debug information have no such column."""
        self._first = 0
        self._several = False

    def waits(self, event: ShownCall) -> None:
        """Show a call in which the program sleeps."""
        self.out.put(f"{self._call(event)} {self._paint('waits', text('trace.waits'))}")

    def finished(self, event: ShownCall) -> None:
        """Show a call with its result."""
        call = event.call
        if self.json is not None:
            self.json.finished(event)
        if call.result is None:
            if not event.resumed:
                self.out.put(f"{self._call(event)} {self._paint('waits', text('trace.waits'))}")
            return
        result = self._error(call.error) if call.error else str(call.result)
        back = f" ({event.back})" if event.back else ""
        fault = "" if call.injected is None else "  " + self._paint("fault", text("trace.injected"))
        self.out.put(f"{self._call(event)} = {result}{back}{fault}")

    def signalled(self, tid: int, name: str, fate: str) -> None:
        """Show a signal, and what the program does about it."""
        self._aside(tid, "signal", text(f"trace.signal.{fate}", signal=name))

    def born(self, pid: int, parent: int) -> None:
        """Show the birth of a process; from now on each line says whose it is."""
        self._several = True
        self._aside(parent, "aside", text("trace.born", child=pid))

    def runs(self, pid: int, file: str) -> None:
        """Show that a process has become another program."""
        self._aside(pid, "aside", text("trace.runs", file=escaped(file, 200)))

    def ended(self, pid: int, status: int) -> None:
        """Show how a process ended."""
        self._aside(pid, "aside", ending(status))

    def remark(self, text: str) -> None:
        """Show what concerns the trace itself."""
        self.out.put(self._paint("aside", text))

    def flush(self) -> None:
        """Let everything be seen that was told until now."""
        self.out.flush()
        if self.json is not None:
            self.json.out.flush()

    def _call(self, event: ShownCall) -> str:
        call = event.call
        mark = "… " if event.resumed else ""
        name = self._paint("name", call.name)
        return f"{self._whose(call.thread)}{self._source(call.place)}{mark}{name}({', '.join(event.arguments)})"

    def _error(self, name: str) -> str:
        return self._paint("error", f"-1 {name}{explained(name)}")

    def _aside(self, tid: int, style: str, text: str) -> None:
        indent = " " * (self._width + 2) if self._width else ""
        self.out.put(f"{self._whose(tid)}{indent}{self._paint(style, f'— {text}')}")

    def _whose(self, tid: int) -> str:
        """Return the thread's number, as soon as there is more than one."""
        if not self._several:
            self._first = self._first or tid
            self._several = tid != self._first
        return self._paint("aside", f"[{tid}]") + " " if self._several else ""

    def _source(self, place: CallSite | None) -> str:
        text = "" if place is None else source_text(place)
        if len(text) > self._width:
            self._width = max(len(text), text.rfind(":") + LINE_DIGITS + 1)
        if not self._width:
            return ""
        return self._paint("aside", text.ljust(self._width)) + "  "


class Record(Struct, frozen=True, omit_defaults=False):
    """One call as one JSON object."""

    process: int
    thread: int
    call: str
    system_call: str
    arguments: tuple[str, ...]
    result: int | None
    error: str | None
    descriptor: int | None
    address: Address | None
    path: str | None
    data: bytes
    source: dict[str, str | int] | None
    injected: str | None


class JsonLines:
    """Tells a program: one object a call, when it has returned."""

    def __init__(self, out: Out) -> None:
        self.out = out
        self._encode = msgspec.json.Encoder().encode

    def finished(self, event: ShownCall) -> None:
        """Write a call."""
        call = event.call
        found = None if call.place is None else _cached_source_of(call.place)
        source: dict[str, str | int] | None = None if found is None else {"file": found[0], "line": found[1]}
        injected = None if call.injected is None else render(call.injected)
        record = Record(
            event.pid, call.thread, call.name, call.system_call, event.arguments, call.result, call.error,
            call.descriptor, call.address, call.path, call.data, source, injected,
        )  # fmt: skip
        self.out.put(self._encode(record).decode())


_cached_source_of = lru_cache(maxsize=4096)(source_of)


@lru_cache(maxsize=4096)
def source_text(place: CallSite) -> str:
    """Return a place as `file:line`, safe to show; nothing where the program's file does not tell."""
    found = _cached_source_of(place)
    if found is None:
        return ""
    text = escaped(f"{found[0]}:{found[1]}").replace("\n", " ").replace("\t", " ")
    return text if len(text) <= WIDEST_SOURCE else "…" + text[1 - WIDEST_SOURCE :]


@lru_cache(maxsize=256)
def explained(error: str) -> str:
    """Return the system's words for an error, in parentheses."""
    number = getattr(errno, error, None)
    return "" if number is None else f" ({os.strerror(number)})"


def ending(status: int) -> str:
    """Return in words what a wait status says."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return text("trace.exited", status=code)
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return text("trace.killed", signal=name)


def _painted(kind: str, text: str) -> str:
    return f"\x1b[{COLOURS[kind]}m{text}\x1b[0m"


def _bare(_kind: str, text: str) -> str:
    return text
