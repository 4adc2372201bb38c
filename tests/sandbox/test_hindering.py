"""A program that ends or blocks the process that follows it pays for it; a fault of the suite's own costs nobody."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec import structs

from conformance.judging.budget import LOSSES, LostRunError
from conformance.judging.engine import Engine, plan
from conformance.judging.search import smallest
from conformance.messages import say
from conformance.records.errors import BlamelessError, SandboxError
from conformance.records.results import Verdict
from conformance.records.run import Run
from conformance.records.scenario import Scenario
from conformance.sandbox import client
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.scenarios.echo import CONVERSATIONS
from conformance.scenarios.greeting import ONE_MESSAGE
from conformance.submission.discover import read_submission
from conformance.submission.references import references
from tests.conftest import Compile, worker_number

RIGHT = references() / "c" / "low_open.c"


class Judging(NamedTuple):
    """What judging a program found, and how often its sandbox failed meanwhile."""

    verdicts: list[Verdict]
    losses: int

    @property
    def kinds(self) -> Counter[tuple[str, str]]:
        """The verdicts with the messages that say why, counted."""
        return Counter((one.verdict, one.reason.key if one.reason is not None else "") for one in self.verdicts)


Judge = Callable[..., Judging]


def another(sandbox: Sandbox) -> Sandbox:
    """Return a sandbox beside one, so that a strike at the one is none at the other."""
    if sandbox._untouched is None:
        sandbox._untouched = Sandbox(sandbox.number, sandbox.platform, sandbox.wanted)
    return sandbox._untouched


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Judge a program whose runs, at the places in their order that are given, strike its sandbox with a signal."""

    def judge(
        source: bytes,
        strikes: Callable[[int], bool],
        *,
        build: bool = False,
        everywhere: bool = False,
        signal_number: int = signal.SIGKILL,
        limit: float | None = None,
        requirements: Sequence[str] = (),
    ) -> Judging:
        run, count, losses = Sandbox.run, 0, 0

        def struck(sandbox: Sandbox, order: RunRequest) -> Run:
            nonlocal count, losses
            if (sandbox is own or everywhere) and order.build is build:
                count += 1
                if strikes(count):
                    losses += 1
                    _ = sandbox.isolation
                    os.kill(sandbox._process.pid, signal_number)
                    order = order if limit is None else structs.replace(order, hard_limit_s=limit)
            return run(sandbox, order)

        (tmp_path / "low_open.c").write_bytes(source)
        own = Sandbox(worker_number())
        monkeypatch.setattr(Sandbox, "run", struck)
        monkeypatch.setattr(Sandbox, "untouched", property(another))  # as where there are no boxes
        with Engine([own]) as engine:
            tasks = plan(read_submission(tmp_path), ["low_open"], requirements)
            return Judging([one.verdict for one in engine.verdicts(tasks)], losses)

    return judge


def test_a_program_that_always_ends_its_sandbox_has_failed(judged: Judge) -> None:
    found = judged(RIGHT.read_bytes(), lambda _: True)
    assert set(found.kinds) == {("failed", "verdict.hinders")}
    assert found.losses == LOSSES


def test_a_program_that_blocks_its_sandbox_is_soon_run_no_more(judged: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_GRACE", 0)
    found = judged(RIGHT.read_bytes(), lambda _: True, signal_number=signal.SIGSTOP, limit=0.2)
    assert set(found.kinds) == {("failed", "verdict.hinders")}
    assert found.losses == 2
    assert found.verdicts[0].reason is not None
    assert dict(found.verdicts[0].reason.values)["why"] == say("sandbox.worker-stuck")


def test_a_sandbox_that_fails_once_costs_a_right_program_nothing(judged: Judge) -> None:
    found = judged(RIGHT.read_bytes(), lambda run: run == 1)
    assert found.kinds["harness-error", "verdict.stage"] == 1
    assert not {name for name, _ in found.kinds} - {"harness-error", "passed", "not-applicable"}


def test_a_program_that_ends_its_sandbox_now_and_then_has_failed_from_the_second_time_on(judged: Judge) -> None:
    found = judged(RIGHT.read_bytes(), lambda run: run in (1, 3))
    assert found.kinds["harness-error", "verdict.stage"] <= 1
    assert found.kinds["failed", "verdict.hinders"] >= 1


def test_what_a_wrong_program_breaks_stays_broken_where_its_sandbox_failed_once(judged: Judge) -> None:
    wrong = RIGHT.read_bytes().replace(b"O_TRUNC", b"0")
    usual = judged(wrong, lambda _: False)
    (broken,) = (one for one in usual.verdicts if one.verdict == "failed")
    for place in (1, 2, 3):
        found = judged(wrong, lambda run, place=place: run == place, requirements=[broken.requirement])
        assert found.verdicts == [broken]


def test_where_the_reference_meets_it_too_nobody_loses_a_point(judged: Judge) -> None:
    found = judged(RIGHT.read_bytes(), lambda _: True, everywhere=True)
    assert set(found.kinds) == {("harness-error", "verdict.stage")}


@pytest.mark.parametrize("build", [True, False], ids=["a compiler", "a program"])
def test_what_the_machine_lacks_is_no_programs_fault(
    build: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "low_open.c").write_bytes(RIGHT.read_bytes())
    own, run = Sandbox(worker_number()), Sandbox.run

    def lacking(sandbox: Sandbox, order: RunRequest) -> Run:
        if sandbox is own and order.build is build:
            raise BlamelessError(say("place.toolchain", tool="tool", folder="/root"))
        return run(sandbox, order)

    monkeypatch.setattr(Sandbox, "run", lacking)
    with Engine([own]) as engine:
        found = [one.verdict for one in engine.verdicts(plan(read_submission(tmp_path), ["low_open"]))]
    assert {one.verdict for one in found} == {"harness-error"}


def test_a_search_that_loses_a_run_finds_nothing() -> None:
    played: list[Scenario] = []

    def breaks(scenario: Scenario) -> bool:
        played.append(scenario)
        raise LostRunError(scenario, SandboxError(say("sandbox.worker-ended")))

    for family in (ONE_MESSAGE, CONVERSATIONS):
        played.clear()
        with pytest.raises(LostRunError):
            smallest(family, breaks, seed=1)
        assert len(played) == 1


def test_a_build_that_ends_the_sandbox_twice_is_not_built(judged: Judge) -> None:
    found = judged(RIGHT.read_bytes(), lambda _: True, build=True)
    assert {name for name, _ in found.kinds} == {"not-implemented"}
    found = judged(RIGHT.read_bytes(), lambda run: run == 1, build=True)
    assert not {name for name, _ in found.kinds} - {"passed", "not-applicable"}


@pytest.mark.parametrize("flags", [(), ("-no-pie",)], ids=["moved", "not moved"])
@pytest.mark.parametrize("observe", [True, False], ids=["observed", "not observed"])
def test_names_that_are_no_text_hinder_no_run(
    observe: bool, flags: tuple[str, ...], sandbox: Sandbox, compiled: Compile
) -> None:
    program = Program(command=(str(compiled("odd_names", *flags)),), files=True, sockets=True)
    run = sandbox.run(RunRequest(program=program, scenario=Scenario(), observe=observe, everything=True))
    assert run.ending.status == 0  # type: ignore[union-attr]
    assert r"\xff.txt" in {file.name for file in run.files}
    if observe:
        places = {call.place.file.rpartition("/")[2] for call in run.trace.named("bind") if call.place is not None}
        assert places == {r"\xff\xfe() S 1"}
