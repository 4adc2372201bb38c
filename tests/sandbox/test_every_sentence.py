"""Each sentence of the checks is said once: what no run brings about could be wrong for ever, and nobody would know."""

import ast
import inspect
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

from conformance import checks, messages
from conformance.catalogue import catalogue
from conformance.checks import judgement
from conformance.checks.deviations import discount_deviations
from conformance.checks.judgement import Judgement
from conformance.judging.context import ProgramUnderTest, References
from conformance.records.profiles import PROFILES
from conformance.records.run import Run
from conformance.sandbox.client import Sandbox
from conformance.submission.build import BuildDir
from conformance.submission.discover import Found
from conformance.suite.registry import RequirementTest, all_tests
from tests.matrix import specimens
from tests.support.mutations import changed

OF_COURSES: Final = ("chat", "datagrams", "dialogue", "dialogue_client", "parallel", "paths", "thanks")
"""Checks of exercises that only courses have: `offhook course check` tries them with the programs of these."""
MODULES: Final[tuple[ModuleType, ...]] = tuple(
    import_module(f"conformance.checks.{path.stem}")
    for path in sorted(Path(checks.__path__[0]).glob("*.py"))
    if path.stem not in ("__init__", "sanitizer", *OF_COURSES)  # what reads the sanitizers' texts has tests of its own
)
SAID: Final = frozenset({"Broken", "NotApplicable", "say"})
PLAYED: Final = 3
"""How many scenarios of a family a reference program plays."""
BESIDES: Final = {
    "server_no_bind.c": "lifecycle.server-binds-given-port",
    "echo_server_port_htonl.c": "lifecycle.server-binds-given-port",
    "echo_client_q_ends_cut_line.c": "transfer.long-message",
    "echo_client_cuts_long_lines.c": "transfer.long-message",
    "echo_server_listens_anew.c": "lifecycle.server-backlog",
    "echo_server_answers_at_the_end.c": "transfer.answers-a-waiting-client",
    "client_binds_fixed_port.c": "lifecycle.client-leaves-bind-to-the-system",
    "server_arguments_unchecked.c": "robust.arguments",
    "client_signal_ends_message.c": "robust.own-signals",
    "server_loopback_six.c": "lifecycle.server-binds-reachable-address",
    "server_lan_address.c": "lifecycle.server-binds-reachable-address",
    "server_parent_keeps_connection.c": "descriptor.copies-closed",
    "client_zero_is_failure.c": "descriptor.closed-once",
    "echo_server_never_accepts.c": "transfer.end-of-file",
    "echo_server_second_number_left.c": "transfer.end-of-file",
    "client_wants_one_argument.c": "robust.connection-refused",
    "win_server_listens_first.c": "winsock.call-order",
    "client_connects_again.c": "lifecycle.fresh-socket-after-failure",
    "client_polls_and_connects_again.c": "lifecycle.fresh-socket-after-failure",
    "echo_client_feof.c": "transfer.end-of-input",
    "client_forgets_failed_socket.c": "descriptor.all-sockets-closed",
    "server_address_length_zero.c": "lifecycle.address-length-given",
    "echo_server_waits_for_line.c": "robust.slow-client",
    "echo_server_threads_never_joined.c": "robust.threads-end",
    "echo_server_threads_stay.c": "robust.threads-end",
    "echo_server_table_forgets.c": "robust.full-table-waits",
    "echo_server_threads_in_pairs.c": "robust.full-table-waits",
    "echo_server_table_spins.c": "robust.full-table-waits",
    "echo_server_keeps_all.c": "robust.bounded-backlog",
    "echo_server_net.js": "robust.bounded-backlog",
    "echo_server_asyncio_protocol.py": "robust.failed-setup-reported",
    "echo_server_handler_prints.c": "robust.handler-safe",
    "echo_server_child_goes_back.c": "robust.children-end",
    "echo_server_waits_once.c": "robust.children-reaped-at-once",
    "win_echo_server_never_closes.c": "winsock.closesocket",
    "win_echo_server_send_unchecked.c": "winsock.failures-tested",
    "win_server_listen_unchecked.c": "winsock.failures-tested",
    "win_server_int_socket.c": "winsock.handle-width",
    "tls_server.js": "tls.close-notify",
    "tls_client_verifies_nothing.c": "tls.chain-verified",
    "tls_echo_client_says_yes.c": "tls.chain-verified",
    "tls_client_expects_no_name.c": "tls.refusal-reported",
    "tls_echo_client_sends_before_it_looks.c": "tls.no-data-before-verified",
    "tls_client_wants_common_name.c": "tls.good-accepted",
    "tls_client_speaks_tls_1_0.c": "tls.modern-versions",
    "tls_client_names_address.c": "tls.sni",
    "tls_client_no_server_name.c": "tls.sni",
    "tls_server_leaf_only.c": "tls.whole-chain",
    "tls_server_own_certificate.c": "tls.certificate-from-argument",
    "tls_echo_server_waits_on_changed_record.c": "tls.tampering-detected",
    "tls_server_failed_handshake_ends_it.c": "tls.server-survives-strangers",
}
"""What only a certain program brings about, mostly a wrong one: the program, and the requirement it is put to."""
Site = tuple[str, int]
"""A module of the checks and a line."""


def sites() -> set[Site]:
    """Return each place that says something."""
    return {
        (module.__name__, node.lineno)
        for module in MODULES
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAID
    }


class _Noted(type):
    """Makes a class note who calls it, and be taken for the one that it stands for."""

    real: type
    reached: set[Site]

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        _note(cls.reached)
        return cls.real(*arguments, **named)

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, cls.real)


def _note(reached: set[Site]) -> None:
    caller = sys._getframe(2)
    reached.add((caller.f_globals["__name__"], caller.f_lineno))


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> set[Site]:
    """The places that have said something so far."""
    found: set[Site] = set()

    def say(key: str, /, **values: object) -> messages.Message:
        _note(found)
        return messages.say(key, **values)

    for module in MODULES:
        for name in ("Broken", "NotApplicable"):
            noted = _Noted(name, (), {"real": getattr(judgement, name), "reached": found})
            monkeypatch.setattr(module, name, noted, raising=False)
        monkeypatch.setattr(module, "say", say, raising=False)
    return found


def subjects(
    sandbox: Sandbox, build_dir: BuildDir, folder: Path
) -> Iterator[tuple[RequirementTest, ProgramUnderTest, int | None]]:
    """Yield each test with a program and how many scenarios that plays: the references, and the wrong ones besides."""
    references = References(sandbox, build_dir)
    for test in all_tests():
        for exercise in filter(test.concerns, catalogue().exercises):
            reference = references.program(exercise)
            assert reference is not None, f"{exercise} has no reference program that can be built here"
            yield test, reference, PLAYED
    for name, requirement in BESIDES.items():
        specimen = next(one for one in specimens() if one.name in (f"wrong/{name}", f"right/{name}"))
        (folder / specimen.path.stem).mkdir()
        shutil.copy(specimen.path, folder / specimen.path.stem)
        found = Found(specimen.exercise, specimen.path.name)
        wrong = ProgramUnderTest(build_dir.build(folder / specimen.path.stem, found), sandbox)
        yield from (
            (test, wrong, None)
            for test in all_tests()
            if test.requirement.id == requirement and test.concerns(specimen.exercise)
        )


def pairs(description: ProgramUnderTest, test: RequirementTest, played: int | None) -> Iterator[tuple[Run, Run]]:
    """Yield runs of a program in some scenarios of a test, each with the one that it is compared with."""
    beside = test.family.control
    for scenario in islice(test.family.scenarios(description.baseline, PROFILES["quick"]), played):
        yield description.run(scenario), description.baseline if beside is None else description.run(beside(scenario))


def judge(description: ProgramUnderTest, test: RequirementTest, run: Run, beside: Run) -> Judgement:
    """Put a pair of runs to a check, as a trial does."""
    judgement = test.judge(run, beside)
    return discount_deviations(judgement, run) if description.under_wine else judgement


def test_each_sentence_of_the_checks_is_said_by_some_run(sandbox: Sandbox, reached: set[Site], tmp_path: Path) -> None:
    if shutil.which("gcc") is None or shutil.which("wine") is None:
        pytest.skip("programs of every exercise must be built and run: no gcc or no wine here")
    tmp_path.chmod(0o755)
    with closing(BuildDir(sandbox)) as build_dir:
        for test, description, played in subjects(sandbox, build_dir, tmp_path):
            for run, beside in pairs(description, test, played):
                for one, other in changed(run, beside):
                    judge(description, test, one, other)
    missing = [f"{name}:{line}" for name, line in sorted(sites() - reached)]
    assert not missing, f"add to BESIDES or to tests/mutations.py: {', '.join(missing)}"
