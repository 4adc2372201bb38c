"""From an order to what starts a program: its words, its environment, what it is shown, and what belongs to it."""

import contextlib
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from conformance.messages import say
from conformance.model.byte_order import swapped
from conformance.observe.recording import Scope
from conformance.observe.runtime_lines import HOOKS
from conformance.records.errors import Unusable
from conformance.records.scenario import Start
from conformance.sandbox import spawn, temporary, toolchain
from conformance.sandbox.backends.backend import StartSpec
from conformance.sandbox.host import Host
from conformance.sandbox.request import RunRequest
from conformance.sandbox.spawn import Launch

LINES_FILE: Final = "lines"
"""The file, in the sandbox's folder, in which a program's runtime tells where it notes its lines."""
PLACEHOLDER: Final = re.compile(r"\{(?:ip|port|path)\}")
"""Where a word of a command line has something put in, as in `PORT={port}`."""


class Launcher:
    """Makes the specification of each start; it remembers what compilers need to be shown."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._lines = str(Path(host.folder, LINES_FILE))
        self._closed_parts: dict[tuple[object, ...], tuple[str, ...]] = {}

    def spec(self, order: RunRequest, directory: str, port: int) -> StartSpec:
        """Return how the program of an order is started. Raises `Unusable` where its user cannot run it."""
        program = order.program
        return StartSpec(
            launch=self._launch(order, directory, port),
            scope=Scope(
                (port, swapped(port)),
                directory if program.files else "",
                program.sockets,
                order.everything,
                self._lines if order.lines else "",
            ),
            faults=order.scenario.faults if order.observe else (),
            awaits_all=not order.build,
        )

    def _launch(self, order: RunRequest, directory: str, port: int) -> Launch:
        start = order.scenario.start
        fill = {"{ip}": start.ip, "{port}": str(port), "{path}": order.program.path}
        words = [PLACEHOLDER.sub(lambda found: fill[found[0]], word) for word in _given(order.program.command, start)]
        environment = spawn.environment(order.program.environment, directory)
        if order.lines:
            environment |= self._hooks(environment, order.lines)
        return Launch(
            command=tuple(words),
            directory=directory,
            environment=environment,
            identity=self._host.identity,
            extra_fds=start.further,
            input=start.input,
            terminal=start.terminal,
            shown=self._shown_to(order, words[0], environment),
        )

    def _hooks(self, environment: dict[str, str], folder: str) -> dict[str, str]:
        """Return what makes a runtime note its lines: the hooks, where every user may read them, and what they need."""
        hooks = Path(self._host.folder, HOOKS.name)
        if not hooks.is_dir():
            shutil.copytree(HOOKS, hooks, copy_function=shutil.copyfile)
        paths = filter(None, (str(hooks / "python"), environment.get("PYTHONPATH", "")))
        return {
            "PYTHONPATH": os.pathsep.join(paths),
            "OFFHOOK_LINES": self._lines,
            "OFFHOOK_FOLDER": folder,
        }

    def _shown_to(self, order: RunRequest, tool: str, environment: dict[str, str]) -> tuple[str, ...]:
        """Return all that must be shown for an order; of the compilers that it may start, those that can be."""
        parts = self._shown(tool, environment)
        for other in order.tools:
            with contextlib.suppress(Unusable):
                parts += self._shown(other, environment)
        return tuple(dict.fromkeys(parts))

    def _shown(self, tool: str, environment: dict[str, str]) -> tuple[str, ...]:
        """Return what only root can reach and a program needs. Raises `Unusable` where it cannot be shown to its user.

        Nothing is ever run as root because of that.
        """
        identity = self._host.identity
        if identity is None:
            return ()
        known = (tool, *sorted(environment.items()))
        if known not in self._closed_parts:
            parts = toolchain.closed_parts(tool, environment)
            path = environment["PATH"]
            if parts and not toolchain.can_be_shown(tool, parts, identity, path):
                found = Path(shutil.which(tool, path=path) or tool)
                closed = temporary.closed_to_others(found)
                raise Unusable(say("place.toolchain", tool=found.name, folder=closed))
            self._closed_parts[known] = parts
        return self._closed_parts[known]


def given_ip(order: RunRequest) -> str:
    """Return the address that a program gets; nothing where its command line has no place for one."""
    return order.scenario.start.ip if any("{ip}" in word for word in order.program.command) else ""


def _given(command: Sequence[str], start: Start) -> list[str]:
    """Return the words of a command line that a program gets: without its arguments, or without the last of them."""
    arguments = [place for place, word in enumerate(command) if PLACEHOLDER.search(word)]
    missing = arguments if not start.arguments else arguments[len(arguments) - start.missing :]
    return [word for place, word in enumerate(command) if place not in missing]
