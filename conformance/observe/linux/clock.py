"""The time that a program sees: the system's, and beyond it what was let pass.

A program asks for the time without a call, by code that the kernel maps into every process (the vDSO). Once some time
was let pass, that code is replaced by the calls themselves: they stop at the observer, which answers them. So a program
that asks its own clock whether it has slept long enough finds that it has. Until then a clock costs nothing.
"""

import ctypes
import io
import struct
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from conformance.model.arguments import Arguments, signed
from conformance.model.calls import SYSTEM_CALLS
from conformance.observe.libc import libc
from conformance.observe.linux.arch import Arch, Registers
from conformance.observe.linux.memory import Memory

CLOCK_CALLS: Final = frozenset(name for name, call in SYSTEM_CALLS.items() if call.name == "clock")
OF_THE_PROCESSOR: Final = (time.CLOCK_PROCESS_CPUTIME_ID, time.CLOCK_THREAD_CPUTIME_ID)
"""These two count work, and no time passes on them while a program sleeps."""
LAST_CLOCK: Final = 11
SECOND: Final = 10**9
TIME: Final = struct.Struct("<qq")
AT_SYSINFO_EHDR: Final = 33
"""Where the vDSO lies in a process, among the words that the kernel gives it at its start."""
PREFIXES: Final = ("__vdso_", "__kernel_")


class Clock:
    """One run's time."""

    def __init__(self, arch: Arch) -> None:
        self.arch = arch
        self.passed = 0
        """The nanoseconds that were let pass."""

    def now(self, clock: int = time.CLOCK_MONOTONIC) -> float:
        """Return the seconds that a program reads on one of its clocks."""
        return (time.clock_gettime_ns(clock) + self.passed) / SECOND

    def let_pass(self, seconds: float, programs: Iterable[Memory]) -> None:
        """Let time pass for the processes of a run, all of which sleep."""
        first = not self.passed
        self.passed += max(int(seconds * SECOND), 1)
        for memory in programs if first else ():
            replace(self.arch, memory)

    def answer(self, tid: int, memory: Memory, name: str, args: Arguments) -> bool:
        """Answer a call that asks for the time; False where the kernel is to do it."""
        row = SYSTEM_CALLS[name]
        clock = signed(row.value(args, "clock")) if row.has("clock") else time.CLOCK_REALTIME
        if not self.passed or clock in OF_THE_PROCESSOR or not 0 <= clock <= LAST_CLOCK:
            return False
        seconds, fraction = divmod(time.clock_gettime_ns(clock) + self.passed, SECOND)
        place = row.value(args, "time_back")
        if name == "time":
            text = struct.pack("<q", seconds)
        else:
            text = TIME.pack(seconds, fraction if name == "clock_gettime" else fraction // 1000)
        if place and not memory.write(place, text):
            return False
        registers = Registers(tid, self.arch)
        registers.number(-1)
        registers.result(seconds if name == "time" else 0)
        registers.write()
        return True


def replace(arch: Arch, memory: Memory) -> None:
    """Put calls in place of the code by which a process reads the clock, which no thread of it executes now."""
    base = _place_in(memory.pid)
    for name, offset in _functions().items() if base else ():
        number = getattr(SYSTEM_CALLS[name], arch.column)
        if number is not None:
            memory.write(base + offset, arch.call_and_return(number))


def _place_in(pid: int) -> int:
    """Return where the vDSO lies in a process; 0 where it has none."""
    try:
        vector = Path(f"/proc/{pid}/auxv").read_bytes()
    except OSError:
        return 0
    return next((place for kind, place in struct.iter_unpack("<QQ", vector) if kind == AT_SYSINFO_EHDR), 0)


@cache
def _functions() -> dict[str, int]:
    """Return where in the vDSO its functions for the calls are: it is the same in every process of a system."""
    from elftools.elf.elffile import ELFFile  # takes as long to load as some runs, of which few let time pass
    from elftools.elf.sections import SymbolTableSection

    base = int(libc.getauxval(AT_SYSINFO_EHDR))
    maps = (line.split()[0].split("-") for line in Path("/proc/self/maps").read_text().splitlines())
    end = next((int(high, 16) for low, high in maps if int(low, 16) == base), base)
    table = ELFFile(io.BytesIO(ctypes.string_at(base, end - base))).get_section_by_name(".dynsym") if base else None
    found: dict[str, int] = {}
    for symbol in table.iter_symbols() if isinstance(table, SymbolTableSection) else ():
        name = symbol.name
        for prefix in PREFIXES:
            name = name.removeprefix(prefix)
        if name in CLOCK_CALLS and symbol["st_value"]:
            found[name] = int(symbol["st_value"])
    return found
