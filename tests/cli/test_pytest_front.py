"""The conformance tests in somebody else's pytest: with its options, its workers, and several submissions at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.matrix import HERE, TEXTBOOK

RIGHT, WRONG = HERE / "right/client_blocking.c", TEXTBOOK / "client_one_read.c"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course's repository with two students, a pytest configuration and a test of its own."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    for name, program in (("kim", RIGHT), ("이 준", WRONG)):
        (tmp_path / name).mkdir()
        shutil.copyfile(program, tmp_path / name / "hello_client.c")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\naddopts = --strict-config --strict-markers\nfilterwarnings = error\n"
    )
    (tmp_path / "test_own.py").write_text("def test_own():\n    assert True\n")
    return tmp_path


def run(course: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in the course's folder, as its owner would."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    without = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")  # that one takes a second at each end
    return subprocess.run(
        [sys.executable, "-m", "pytest", *without, "--pyargs", "conformance.suite", *options],
        cwd=course, env=clean, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_a_broken_requirement_is_a_failed_test(course: Path) -> None:
    done = run(course, "--submission", "이 준", "-k", "any_split or prints_message", "-q")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_any_split[hello_client]" in done.stdout
    assert "1 failed, 1 passed" in done.stdout


def test_two_workers_judge_two_students_and_write_junit(course: Path) -> None:
    done = run(
        course, "test_own.py", "--submission", "kim", "--submission", "이 준", "-n", "2", "--junitxml", "found.xml",
        "--offhook-profile", "quick",
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    cases = list(ElementTree.parse(course / "found.xml").iter("testcase"))
    shown = "이 준".encode("unicode_escape").decode()  # pytest's own way with names
    failed = {case.get("name") for case in cases if case.find("failure") is not None}
    assert failed == {f"test_{test}[{shown}-hello_client]" for test in ("any_split", "interrupted_calls")}
    assert any(case.get("name") == "test_own" for case in cases)
    assert not [case for case in cases if case.find("error") is not None]


def test_two_workers_give_the_same_verdicts(course: Path) -> None:
    students = "--submission", "kim", "--submission", "이 준", "--offhook-profile", "quick"
    alone, both = (run(course, *students, "-rA", *workers) for workers in ((), ("-n", "2")))
    assert both.returncode == 1, both.stdout + both.stderr
    assert "2 workers" in both.stdout
    assert _outcomes(both) == _outcomes(alone)
    assert len(_outcomes(both)) > 20


def _outcomes(done: subprocess.CompletedProcess[str]) -> list[str]:
    return sorted(line.split(" - ")[0] for line in done.stdout.splitlines() if line.startswith(("PASSED", "FAILED")))


def test_two_workers_search_at_the_same_time(course: Path) -> None:
    options = "-n", "2", "--offhook-seed", "1", "-q", "-k", "any_split"
    done = run(course, "--submission", "이 준", "--submission", "kim", *options)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["submission", "exercise", "requirement"])
def test_options_have_a_prefix_and_three_of_them_a_short_name(course: Path, name: str) -> None:
    values = {"submission": "kim", "exercise": "hello_client", "requirement": "transfer.prints-message"}
    for prefix in ("--", "--offhook-"):
        options = [f"{'--' if one != name else prefix}{one}={value}" for one, value in values.items()]
        assert "1 passed" in run(course, *options, "-q").stdout


def test_another_plugin_may_have_options_of_general_names(course: Path) -> None:
    (course / "conftest.py").write_text(
        "def pytest_addoption(parser):\n"
        "    for name in ('profile', 'seed', 'program', 'no-observer'):\n"
        "        parser.addoption(f'--{name}', dest=name)\n"
    )
    done = run(course, "--submission", "kim", "--profile", "cProfile", "--requirement", "transfer.prints", "-q")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_first_failure_ends_it(course: Path) -> None:
    done = run(course, "--submission", "이 준", "-x", "-q", "--requirement", "transfer.")
    assert done.returncode == 1
    assert "stopping after 1 failures" in done.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [(("--submission", "nowhere"), "nowhere"), (("-x", "-q"), "--submission FOLDER")],
    ids=["no such folder", "no folder"],
)
def test_wrong_use_is_said_in_words(course: Path, options: tuple[str, ...], words: str) -> None:
    done = run(course, *options)
    assert done.returncode != 0
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
