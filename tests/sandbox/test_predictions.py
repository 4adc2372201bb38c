"""The model of descriptors' numbers predicts each one that a program is given; a broken model is noticed."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from typing import Final

import pytest
from msgspec.structs import replace

from conformance.catalogue import catalogue
from conformance.judging.specimens import Specimen
from conformance.model.calls import SYSTEM_CALLS
from conformance.records.run import Exited, Run
from conformance.records.scenario import Connect, Scenario, Start, Step
from conformance.records.trace import Call, Fork, Load, Trace
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.scenarios.baseline import baseline_of
from conformance.submission.build import BuildDir, Built
from conformance.submission.discover import Found
from tests.conftest import Compile
from tests.matrix import HERE, specimens
from tests.support.fd_allocation import FdAllocator, Prediction, predictions

STARTS: Final = (
    Start(),
    Start(descriptors=1),
    Start(descriptors=3),
    Start(descriptors=2, holes=True),
)
"""0, 1 and 3 further descriptors, and 3 and 5, so that 4 and 6 are free."""
SOME: Final = ("dup.c", "fdopen.c", "closes_stdout.c", "closes_twice.c", "never_closes.c", "mapped.c", "plain.c")
ALONE: Final = [
    one
    for one in specimens()
    if (one.exercise == "fd_seri" and one.path.suffix == ".c")
    or (one.exercise in ("low_open", "low_read") and one.path.name.endswith(SOME))
]
SERVERS: Final = [
    one
    for one in specimens()
    if one.path
    in {
        HERE / "right" / name
        for name in (
            "server_fork_twice.c", "server_on_stdout.c", "server_passed.c", "server_prefork.c", "server_exec.c",
            "server_split.c", "echo_server_fork_reaps.c", "echo_server_two_streams.c", "file_server_fork.c",
        )
    }
]  # fmt: skip
"""Those that fork, duplicate, hand connections over a socket, load another program."""
BROKEN: Final[dict[str, tuple[str, Callable[..., object]]]] = {
    "never the same number twice": ("lowest", lambda self, least=0: max([least - 1, *self.taken]) + 1),
    "close is forgotten": ("free", lambda *_: None),
    "what is asked for is not heard": ("lowest", lambda self, _=0: next(n for n in count() if n not in self.taken)),
    "a child begins with the streams alone": ("fork", lambda _: FdAllocator({0, 1, 2})),
    "exec keeps everything": ("load", lambda _: None),
    "fork shares the numbers": ("fork", lambda self: self),
}
"""Ways to get the model wrong: a method, and what stands in its place."""
WAYS: Final = {"socket", "openat", "fcntl", "dup", "dup3", "socketpair", "recvmsg"}
"""The calls of `numbers.c` that every machine has."""


@pytest.fixture(scope="module")
def build(sandbox: Sandbox) -> Iterator[Callable[[Specimen], Built]]:
    """Build a program of the kill matrix."""
    with closing(BuildDir(sandbox)) as build_dir:
        yield lambda specimen: build_dir.build(specimen.path.parent, Found(specimen.exercise, specimen.path.name))


def run(sandbox: Sandbox, program: Program | None, scenario: Scenario) -> Run:
    assert program is not None
    found = sandbox.run(RunRequest(program=program, scenario=scenario, everything=True))
    assert not found.trace.truncated
    return found


def predicted(run: Run) -> list[Prediction]:
    return list(predictions(run.trace, (0, 1, 2, *run.scenario.start.further)))


def wrong(run: Run) -> list[Prediction]:
    return [one for one in predicted(run) if not one.right]


def several_clients(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the same conversation with three clients, of which two are there at once."""
    begin = (Connect(client=0), Connect(client=1))
    rest = [replace(step, client=client) for client in (0, 1) for step in steps[1:]]
    return (*begin, *rest, *(replace(step, client=2) for step in steps))


# ---------------------------------------------------------------- real programs


@pytest.mark.parametrize("specimen", ALONE, ids=[one.name for one in ALONE])
def test_every_number_of_a_program_alone_is_predicted(
    specimen: Specimen, sandbox: Sandbox, build: Callable[[Specimen], Built]
) -> None:
    program = build(specimen).program
    baseline = baseline_of(catalogue().exercises[specimen.exercise])
    for start in STARTS:
        scenario = replace(baseline, start=replace(start, files=baseline.start.files))
        found = run(sandbox, program, scenario)
        assert wrong(found) == [], start
        assert len(predicted(found)) >= 2, "the loader's alone"


@pytest.mark.parametrize("specimen", SERVERS, ids=[one.name for one in SERVERS])
def test_every_number_of_a_server_is_predicted(
    specimen: Specimen, sandbox: Sandbox, build: Callable[[Specimen], Built]
) -> None:
    program = build(specimen).program
    baseline = baseline_of(catalogue().exercises[specimen.exercise])
    for start in STARTS:
        steps = several_clients(baseline.steps)
        scenario = replace(baseline, steps=steps, start=replace(start, files=baseline.start.files))
        found = run(sandbox, program, scenario)
        assert wrong(found) == [], start
        accepted = [call.number for call in found.trace.named("accept") if call.succeeded]
        assert len(accepted) >= 1
        assert set(accepted) <= {one.call for one in predicted(found)}


def test_the_chosen_are_there() -> None:
    assert len(SERVERS) == 9
    assert len([one for one in ALONE if one.exercise == "fd_seri"]) > 20


@pytest.fixture(scope="module")
def every_way(sandbox: Sandbox, compiled: Compile) -> list[Run]:
    """A program that gets numbers in every way there is, under each start."""
    program = Program(command=(str(compiled("numbers")),))
    return [run(sandbox, program, Scenario(start=start)) for start in STARTS]


def test_every_way_to_get_a_number_is_predicted(every_way: list[Run]) -> None:
    for found in every_way:
        assert found.ending == Exited(status=0)
        assert wrong(found) == [], found.scenario.start
        numbered = {call.number: call for call in found.trace.calls}
        made = {numbered[one.call].system_call for one in predicted(found)}
        assert made >= WAYS
        assert [one.parent for one in found.trace.forks] == [1]
        assert [one.process for one in found.trace.loads] == [1]


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_model_is_noticed(how: str, every_way: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    name, instead = BROKEN[how]
    monkeypatch.setattr(FdAllocator, name, instead)
    assert all(wrong(found) for found in every_way)


# ---------------------------------------------------------------- the model by itself


def made(number: int, system_call: str, result: int | None, *args: int, process: int = 1, error: str | None = None,
         numbers: tuple[int, ...] = ()) -> Call:  # fmt: skip
    """Return a call as a trace holds it."""
    return Call(
        number=number,
        process=process,
        thread=1,
        name=SYSTEM_CALLS[system_call].name,
        system_call=system_call,
        args=args,
        result=result,
        error=error,
        descriptor=args[0]
        if args and SYSTEM_CALLS[system_call].name not in ("socket", "open", "socketpair", "epoll_wait")
        else None,
        numbers=numbers,
    )


def of(*calls: Call, **more: object) -> list[Prediction]:
    return list(predictions(replace(Trace(calls=calls), **more), range(3)))


def test_a_call_that_waits_has_its_number_already() -> None:
    waits, opens = made(0, "accept4", None, 0), made(1, "openat", 4)
    assert of(waits, opens) == [Prediction(1, 4, 4)]


def test_a_close_that_fails_frees_the_number_unless_there_was_none() -> None:
    again = made(1, "openat", 2)
    assert of(made(0, "close", -1, 2, error="EIO"), again)[0].right
    assert of(made(0, "close", -1, 2, error="EBADF"), again) == [Prediction(1, 3, 2)]


def test_a_call_that_fails_takes_none() -> None:
    assert of(made(0, "accept4", -1, 0, error="EMFILE"), made(1, "socket", 3))[0].right


def test_a_child_has_the_numbers_of_the_time_of_its_birth() -> None:
    opens, closes = made(0, "openat", 3), made(1, "close", 0, 3)
    child, parent = made(2, "openat", 4, process=2), made(3, "openat", 3)
    assert all(one.right for one in of(opens, closes, child, parent, forks=(Fork(parent=1, child=2, after=1),)))


def test_exec_frees_what_is_until_exec() -> None:
    calls = made(0, "socket", 3, 2, 1 | 0o2000000), made(1, "socket", 4, 2, 1), made(2, "openat", 3)
    assert all(one.right for one in of(*calls, loads=(Load(process=1, after=2),)))
    assert not of(*calls)[-1].right


def test_what_calls_outside_the_vocabulary_made_is_taken_over_and_said() -> None:
    found = of(made(0, "socket", 5), made(1, "socket", 6), made(2, "close", 0, 3), made(3, "socket", 3))
    assert found == [Prediction(0, 3, 5, (3, 4)), Prediction(1, 6, 6), Prediction(3, 3, 3)]


def test_a_number_that_is_used_stands_for_something() -> None:
    assert of(made(0, "read", 1, 3), made(1, "socket", 4))[0].right
    assert of(made(0, "epoll_wait", 1, 3), made(1, "socket", 4))[0].right


def test_a_number_that_is_too_low_has_no_excuse() -> None:
    assert of(made(0, "socket", 2)) == [Prediction(0, 3, 2)]
