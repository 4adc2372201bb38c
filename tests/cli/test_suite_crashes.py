"""A crash of the suite never passes for a verdict: its traceback is kept, and the user is told."""

import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conformance.commands.common import EXIT_HARNESS
from conformance.judging import engine
from conformance.judging.engine import Engine, plan
from conformance.records.results import decode
from conformance.sandbox.client import start_sandboxes
from conformance.submission.build import BuildDir
from conformance.submission.discover import read_submission
from tests.matrix import HERE, specimens, verdicts

WITH_A_FAULT = """
import sys
import conformance.{module} as module
def fault(*_, **__):
    raise KeyError("no such words")
module.{name} = fault
from conformance.cli import run_cli
run_cli()
"""
PROGRAM = HERE / "right/client_blocking.c"


def offhook(module: str, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command with a function that has a fault."""
    text = WITH_A_FAULT.format(module=module, name=name)
    return subprocess.run(
        [sys.executable, "-c", text, *map(str, arguments)], capture_output=True, text=True, timeout=300
    )


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """A right client."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "hello_client.c").write_bytes(PROGRAM.read_bytes())
    return folder


def test_a_fault_in_a_check_is_a_harness_error_with_its_traceback(submission: Path) -> None:
    file = submission.parent / "results.json"
    only = ("--requirement", "robust.connection-refused", "--requirement", "transfer.prints-message")
    done = offhook("checks.robust", "refused", "check", submission, "--json", file, *only)
    assert done.returncode == EXIT_HARNESS
    results = decode(file.read_bytes())
    assert {one.requirement: one.verdict for one in results.verdicts} == {
        "transfer.prints-message": "passed",
        "robust.connection-refused": "harness-error",
    }
    (problem,) = results.harness.problems
    assert (problem.exercise, problem.requirement) == ("hello_client", "robust.connection-refused")
    assert "in test_connection_refused" in problem.traceback
    assert problem.summary == "KeyError: 'no such words'"
    assert "a report is welcome" in done.stdout.lower().replace("\n", " ")
    assert "Traceback" not in done.stdout
    debugged = offhook("checks.robust", "refused", "check", submission, "--debug", *only)
    assert "in test_connection_refused" in debugged.stdout


def test_a_fault_beside_judging_is_no_verdict_either(submission: Path) -> None:
    done = offhook("reporting.terminal", "terminal_summary", "check", submission, "--requirement", "robust.arguments")
    assert done.returncode == EXIT_HARNESS
    assert "KeyError: 'no such words'" in done.stderr
    assert "A report with the lines above is welcome" in done.stderr


def test_a_fault_makes_the_conformance_tests_and_the_matrix_red(
    submission: Path, build_dir: BuildDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapper = "\n".join(WITH_A_FAULT.format(module="checks.robust", name="refused").splitlines()[:-2])
    arguments = ["--pyargs", "conformance.suite", f"--submission={submission}", "--requirement=robust.connection"]
    text = f"{wrapper}\nimport pytest\nsys.exit(pytest.main({['-p', 'no:cacheprovider', *arguments]!r}))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=300, cwd=submission)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "KeyError: 'no such words'" in done.stdout

    def fault(*_: object) -> None:
        raise KeyError("no such words")

    monkeypatch.setattr("conformance.checks.robust.refused", fault)
    specimen = next(one for one in specimens() if one.path == PROGRAM)
    with pytest.raises(KeyError, match="no such words"):
        verdicts(specimen, build_dir, requirements=["robust.connection-refused"])


def test_a_fault_in_a_thread_is_raised_where_the_verdicts_are_asked_for(
    submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fault(BaseException):
        """Of a kind that is no fault of one verdict."""

    def fault(*_: object) -> None:
        raise Fault

    monkeypatch.setattr(engine, "judge", fault)
    other = submission.with_name("other")
    shutil.copytree(submission, other)
    with Engine(start_sandboxes(2)) as one, pytest.raises(Fault):
        list(one.verdicts([*plan(read_submission(submission)), *plan(read_submission(other))]))


def test_an_engine_that_has_judged_all_interrupts_nothing(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place may still tidy up when the last verdict is taken."""
    over = threading.Event()

    class Threads(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            if wait:
                over.set()
            super().shutdown(wait, cancel_futures=cancel_futures)

    monkeypatch.setattr(engine, "ThreadPoolExecutor", Threads)
    monkeypatch.setattr(engine._Place, "forget", lambda *_: over.wait())
    interrupted: list[Engine] = []
    monkeypatch.setattr(Engine, "_interrupt", interrupted.append)
    other = submission.with_name("other")
    shutil.copytree(submission, other)
    tasks = [
        task
        for folder in (submission, other)
        for task in plan(read_submission(folder), prefixes=("lifecycle.client-e",))
    ]
    with Engine(start_sandboxes(2)) as one:
        found = list(one.verdicts(tasks))
    assert len(found) == len(tasks)
    assert interrupted == []
