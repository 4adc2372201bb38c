"""From an order to what starts a program: its words, its environment, what it is shown, and what belongs to it."""

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
from conformance.records.scenario import AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE, Start
from conformance.sandbox import landlock, root, spawn, surroundings, toolchain
from conformance.sandbox.backends.backend import StartSpec
from conformance.sandbox.box import Box
from conformance.sandbox.host import Host
from conformance.sandbox.landlock import Rulesets
from conformance.sandbox.request import RunRequest
from conformance.sandbox.root import View
from conformance.sandbox.spawn import Launch

LINES_FILE: Final = "lines"
"""The file, in the box's folder, in which a program's runtime tells where it notes its lines."""
PLACEHOLDER: Final = re.compile(r"\{(?:ip|port|path|name|certificate|key|authority)\}")
"""Where a word of a command line has something put in, as in `PORT={port}`."""


class Launcher:
    """Makes the specification of each start; it remembers where compilers lie."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._rulesets = Rulesets(spawn.FIRST_OWN_FD)
        self._parts: dict[tuple[object, ...], tuple[str, ...]] = {}

    def view(self, order: RunRequest) -> View:
        """Return what the program of an order sees beside the system. Raises `Unusable` where it cannot be run."""
        program = order.program
        environment = spawn.environment(program.environment, "")
        readable = [*self._toolchains(program.command[0], environment), *program.shown]
        if not program.shown and os.path.isabs(program.command[0]):  # noqa: PTH117
            readable.append(os.path.dirname(program.command[0]))  # noqa: PTH120
        if program.folder:
            readable.append(program.folder)
        if order.lines:
            readable.append(str(self._hooks))
        writable = () if order.directory is None else (order.directory,)
        shown = dict.fromkeys(path for path in readable if path not in writable and not root.is_system(Path(path)))
        return View(readable=tuple(shown), writable=writable)

    def spec(self, order: RunRequest, directory: str, port: int, box: Box) -> StartSpec:
        """Return how the program of an order is started in a box."""
        program = order.program
        return StartSpec(
            launch=self._launch(order, directory, port, box),
            box=box,
            scope=Scope(
                ports=(port, swapped(port)),
                directory=directory if program.files else "",
                sockets=program.sockets,
                transport=program.transport,
                path=program.path if program.transport == "unix" else "",
                everything=order.everything,
                lines=_lines_file(box) if order.lines else "",
            ),
            faults=order.scenario.faults if order.observe else (),
            awaits_all=not order.build,
        )

    def is_unfiltered(self, order: RunRequest, box: Box) -> bool:
        """Tell whether the program of an order finds no filter: only in a box, and where threads read its output."""
        return order.unwatched and box.process >= 0 and self._host.has_threads

    def _launch(self, order: RunRequest, directory: str, port: int, box: Box) -> Launch:
        start = order.scenario.start
        fill = {
            "{ip}": start.ip,
            "{port}": str(port),
            "{path}": order.program.path,
            "{name}": start.tls.name,
            "{certificate}": CERTIFICATE_FILE,
            "{key}": KEY_FILE,
            "{authority}": AUTHORITY_FILE,
        }
        words = [PLACEHOLDER.sub(lambda found: fill[found[0]], word) for word in _given(order.program.command, start)]
        environment = spawn.environment(order.program.environment, directory)
        if order.lines:
            environment |= self._told_to_hooks(environment, order.lines, box)
        launch = Launch(
            command=tuple(words),
            directory=directory,
            environment=environment,
            identity=self._host.identity,
            extra_fds=start.further,
            input=start.input,
            terminal=start.terminal,
            birth=box.birth,
            unfiltered=self.is_unfiltered(order, box),
            ruleset=self._ruleset(order, words[0], environment, directory, box),
        )
        elsewhere = order.unwatched and self._host.own_root and len(order.program.shown) == 1
        return surroundings.of_a_shell(launch, order.program.shown[0]) if elsewhere else launch

    def _ruleset(
        self, order: RunRequest, tool: str, environment: dict[str, str], directory: str, box: Box
    ) -> int | None:
        """Return what stands for the files that a program keeps, where it is kept apart so; Wine has too many."""
        if not self._host.landlock or order.program.platform != "posix":
            return None
        writable = (directory, *((_lines_file(box),) if order.lines else ()))
        return self._rulesets.of(landlock.of_program(tool, environment, self.view(order).readable, writable))

    @property
    def _hooks(self) -> Path:
        """Where the hooks lie that let a runtime note its lines: every user may read them there."""
        hooks = Path(self._host.folder, HOOKS.name)
        if not hooks.is_dir():
            shutil.copytree(HOOKS, hooks, copy_function=shutil.copyfile)
        return hooks

    def _told_to_hooks(self, environment: dict[str, str], folder: str, box: Box) -> dict[str, str]:
        """Return what makes a runtime note its lines."""
        paths = filter(None, (str(self._hooks / "python"), environment.get("PYTHONPATH", "")))
        return {
            "PYTHONPATH": os.pathsep.join(paths),
            "OFFHOOK_LINES": _lines_file(box),
            "OFFHOOK_FOLDER": folder,
        }

    def _toolchains(self, command: str, environment: dict[str, str]) -> tuple[str, ...]:
        """Return what lies beside the system of a command and of usual tools; remembered, since it is asked often.

        Raises `Unusable` where only root can reach the command: nothing is ever run as root because of that.
        """
        known = (command, *sorted(environment.items()))
        if known not in self._parts:
            parts = toolchain.parts((command, *toolchain.TOOLS), environment) if self._host.own_root else ()
            closed = toolchain.closed_within(command, environment, parts) if self._host.identity is not None else None
            if closed is not None:
                raise Unusable(say("place.toolchain", tool=Path(command).name, folder=closed))
            self._parts[known] = parts
        return self._parts[known]


def _lines_file(box: Box) -> str:
    return str(Path(box.folder, LINES_FILE))


def given_ip(order: RunRequest) -> str:
    """Return the address that a program gets; nothing where its command line has no place for one."""
    return order.scenario.start.ip if any("{ip}" in word for word in order.program.command) else ""


def _given(command: Sequence[str], start: Start) -> list[str]:
    """Return the words of a command line that a program gets: without its arguments, or without the last of them."""
    arguments = [place for place, word in enumerate(command) if PLACEHOLDER.search(word)]
    missing = arguments if not start.arguments else arguments[len(arguments) - start.missing :]
    return [word for place, word in enumerate(command) if place not in missing]
