"""A course of a teacher's own: its exercises are judged like those of the package, from a few lines of TOML."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.catalogue import catalogue
from conformance.judging.engine import Engine, Options, plan
from conformance.judging.specimens import read_specimen
from conformance.records.results import COUNTS_AGAINST, Verdict
from conformance.records.scenario import Send
from conformance.sandbox.client import start_sandboxes
from conformance.submission.discover import Found, Submission
from tests.support.courses import laid_over, write_course

CALCULATOR = Path(__file__).parents[1] / "courses" / "calculator"
SHOUT = """
[shout_server]
title = "Sends back each line in capital letters"
like = "echo_server"
answers = "upper"
"""
SHOUTING = """\
import socket, sys

with socket.create_server(("", int(sys.argv[1]))) as listener:
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            for line in lines:
                connection.sendall(line.{how}())
"""


def judged(folder: Path, exercise: str, file: str, *, beginning: str = "", seed: int | None = None) -> list[Verdict]:
    """Judge a program; with a seed, also search."""
    submission = Submission(str(folder), {exercise: Found(exercise, file)})
    prefixes = (beginning,) if beginning else ()
    with closing(Engine(start_sandboxes(), Options(tries=3, seed=seed))) as engine:
        found = list(engine.verdicts(plan(submission, prefixes=prefixes)))
    assert found
    assert [one.problem for one in found if one.problem is not None] == []
    assert not [one for one in found if one.verdict.verdict == "harness-error"]
    return [one.verdict for one in found]


def broken(folder: Path, exercise: str, file: str, *, beginning: str = "") -> dict[str, str]:
    """Return what a program breaks, with the verdicts."""
    found = judged(folder, exercise, file, beginning=beginning)
    return {one.requirement: one.verdict for one in found if one.verdict in COUNTS_AGAINST}


@pytest.fixture
def calculator() -> Iterator[None]:
    """The package's catalogue with the course of the calculator over it."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    with laid_over(CALCULATOR):
        yield


@pytest.mark.usefixtures("calculator")
@pytest.mark.parametrize(("role", "at_least"), [("server", 30), ("client", 18)])
def test_a_solution_keeps_all(tmp_path: Path, role: str, at_least: int) -> None:
    shutil.copy(CALCULATOR / "reference" / f"calculator_{role}.c", tmp_path)
    assert broken(tmp_path, f"calc-calculator_{role}", f"calculator_{role}.c") == {}
    assert sum(one.concerns(f"calc-calculator_{role}") for one in catalogue().requirements.values()) >= at_least


@pytest.mark.usefixtures("calculator")
@pytest.mark.parametrize(
    ("program", "role", "requirement"),
    [
        ("rest_thrown_away", "server", "transfer.requests-together"),
        ("nul_sent", "server", "transfer.answer-exact"),
        ("exits_on_error", "server", "robust.no-crash"),
        ("client_no_line_end", "client", "transfer.asks-and-prints"),
        ("client_one_read", "client", "transfer.any-split"),
    ],
)
def test_a_wrong_program_breaks_what_it_names(tmp_path: Path, program: str, role: str, requirement: str) -> None:
    shutil.copy(CALCULATOR / "wrong" / f"{program}.c", tmp_path)
    assert set(broken(tmp_path, f"calc-calculator_{role}", f"{program}.c")) == {requirement}


@pytest.mark.parametrize(("how", "verdicts"), [("upper", {}), ("title", {"transfer.answer-exact": "failed"})])
def test_a_rule_is_enough(tmp_path: Path, how: str, verdicts: dict[str, str]) -> None:
    (tmp_path / "shout_server.py").write_text(SHOUTING.format(how=how))
    with laid_over(write_course(tmp_path / "course", {"exercises.toml": SHOUT})):
        found = broken(tmp_path, "a-shout_server", "shout_server.py", beginning="transfer.a")
    assert found == verdicts


FRAMINGS = CALCULATOR.parent / "framings"


@pytest.mark.parametrize(
    ("program", "breaks"),
    [
        ("reference/dice_server.py", set()),
        ("reference/count_server.py", set()),
        ("right/len_client.py", set()),
        ("right/mark_server.py", set()),
        ("right/once_server.py", set()),
        ("wrong/host_byte_order.py", {"transfer.answer-exact"}),
        ("wrong/counts_all_clients.py", {"transfer.answer-exact"}),
        ("wrong/reads_short.py", {"transfer.any-split"}),
    ],
)
def test_dialogues_of_all_kinds(tmp_path: Path, program: str, breaks: set[str]) -> None:
    """Lengths, delimiters, free text, a function of the course, a state, and a server that ends."""
    file = shutil.copy(FRAMINGS / program, tmp_path)
    with laid_over(FRAMINGS):
        exercise = read_specimen(Path(file)).exercise or Path(program).stem
        assert set(broken(tmp_path, f"fr-{exercise}", Path(program).name, beginning="transfer")) == breaks


ADDER = """
[adder_server]
title = "Answers each line 'A + B' with the sum"
role = "server"
conversation = "dialogue"
oracle = "oracle.py:answer"
requests = "oracle.py:requests"
example = [{ send = "2 + 3\\n", expect = "5\\n" }, { send = "10 + 20\\n", expect = "30\\n" }]
"""
ORACLE = """
from hypothesis import strategies as st


def answer(request):
    return b"%d" % sum(map(int, request.split(b"+")))


def requests():
    numbers = st.integers(0, 9999)
    return st.builds(lambda a, b: b"%d + %d" % (a, b), numbers, numbers)
"""
ADDING = """\
import socket, sys

with socket.create_server(("", int(sys.argv[1]))) as listener:
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            for line in lines:
                connection.sendall(b"%d\\n" % (sum(map(int, line.split(b"+"))){wraps}))
"""


@pytest.mark.parametrize(
    ("wraps", "seed", "verdicts"),
    [
        (" & 0xFFF", None, {}),
        (" & 0xFFF", 1, {"transfer.answer-exact": "failed"}),
        ("", 1, {}),
    ],
)
def test_requests_are_searched_where_a_course_can_draw_them(
    tmp_path: Path, wraps: str, seed: int | None, verdicts: dict[str, str]
) -> None:
    (tmp_path / "adder_server.py").write_text(ADDING.format(wraps=wraps))
    course = write_course(tmp_path / "course", {"exercises.toml": ADDER, "oracle.py": ORACLE})
    with laid_over(course):
        found = judged(tmp_path, "a-adder_server", "adder_server.py", beginning="transfer.answer-exact", seed=seed)
    assert {one.requirement: one.verdict for one in found if one.verdict in COUNTS_AGAINST} == verdicts
    for one in found:
        if one.evidence is not None:
            sent = [step.data for step in one.evidence.scenario.steps if isinstance(step, Send)]
            assert [sum(map(int, request.split(b"+"))) for request in sent] == [0x1000], "the smallest that breaks it"


OWN_REQUIREMENT = """
[[requirement]]
id = "a.short"
level = "SHOULD"
judged_on = "conversation"
applies = ["dialogue server"]
course_section = "7"
sources = ["exercise"]
"""
OWN_WORDS = """
[requirement."a.short"]
title = "No answer is longer than ten bytes."
mistake = "much is said"
todo = "Say less."
why = "The display has ten places."
"""
OWN_TEST = """
from conformance.checks.judgement import Broken, Kept
from conformance.messages import say
from conformance.scenarios.baseline import BASELINE_ONLY
from conformance.suite.registry import requirement_test


@requirement_test("a.short", BASELINE_ONLY)
def test_short(run, _):
    longest = max(len(line) for line in run.received().splitlines() or [b""])
    seen = say("as-it-is", text=f"{longest} bytes")
    return Kept() if longest <= 10 else Broken(say("as-it-is", text="at most ten bytes"), seen)
"""


def test_a_course_asks_something_of_its_own(tmp_path: Path) -> None:
    files = {
        "exercises.toml": SHOUT,
        "requirements.toml": OWN_REQUIREMENT,
        "messages/en.toml": OWN_WORDS,
        "test_short.py": OWN_TEST,
    }
    (tmp_path / "shout_server.py").write_text(SHOUTING.format(how="upper"))
    with laid_over(write_course(tmp_path / "course", files)):
        assert catalogue().requirements["a.short"].applies == ("a-shout_server",)
        assert broken(tmp_path, "a-shout_server", "shout_server.py", beginning="a.") == {"a.short": "failed"}
