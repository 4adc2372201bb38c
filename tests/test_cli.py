"""The command line as its users meet it: verdicts, exit status, and one plain line for each wrong use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from conformance.reporting.results import Results, decode, schema
from tests.conftest import PROGRAMS
from tests.kill_matrix import HERE, TEXTBOOK

ROOT = Path(__file__).parent.parent
LARGEST_PAGE = 400_000


def offhook(*arguments: str | Path, status: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell would."""
    command = [sys.executable, "-m", "conformance.cli", *map(str, arguments)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=900,
        env={**os.environ, **environment},
        cwd="/",
    )
    if status is not None:
        assert done.returncode == status, done.stdout + done.stderr
    return done


def check(folder: Path, *arguments: str, status: int) -> Results:
    """Judge a folder and return its results."""
    file = folder.parent / f"{folder.name} results.json"
    offhook("check", folder, "--json", file, *arguments, status=status)
    return decode(file.read_bytes())


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """A folder whose name has a space and Korean letters."""
    folder = tmp_path / "제출물 one"
    folder.mkdir()
    return folder


def put(folder: Path, name: str, source: Path | str) -> None:
    """Hand in a program under a name."""
    data = source.read_bytes() if isinstance(source, Path) else source.encode()
    (folder / name).write_bytes(data)


@pytest.mark.parametrize("language", ["c", "python"])
def test_the_reference_programs_keep_everything(language: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    offhook("check", ROOT / "reference_impl" / language, "--html", page, status=0)
    assert "Nothing to mend" in page.read_text("utf-8")
    assert page.stat().st_size < LARGEST_PAGE


def test_a_textbook_program_gets_its_verdicts_its_line_and_its_page(submission: Path) -> None:
    put(submission, "hello_client.c", TEXTBOOK / "client_one_read.c")
    page = submission.parent / "page.html"
    found = check(submission, "--html", str(page), status=1)
    broken = {one.requirement: one for one in found.verdicts if one.verdict == "failed"}
    assert set(broken) == {"transfer.any-split", "robust.interrupted-calls"}
    evidence = broken["transfer.any-split"].evidence
    assert evidence is not None
    assert evidence.source is not None
    assert "read" in evidence.source.text
    assert (evidence.program.failed, evidence.program.tried) == (10, 10)
    assert evidence.reference is not None
    assert (evidence.reference.failed, evidence.reference.tried) == (0, 10)
    assert evidence.source.around[evidence.source.line - evidence.source.first].strip() == evidence.source.text
    assert len(evidence.source.around) == 7
    assert any(event.waiting for event in evidence.wire)
    text = page.read_text("utf-8")
    assert text.index('id="first"') < text.index('id="hello_client-transfer.any-split"') < text.index('id="rest"')
    assert page.stat().st_size < LARGEST_PAGE


def test_results_follow_their_schema(submission: Path) -> None:
    put(submission, "hello_client.c", TEXTBOOK / "client_one_read.c")
    found = check(submission, status=1)
    assert found.harness.runs > 20
    assert found.harness.seconds > found.harness.waiting_seconds >= 0
    assert found.programs[0].built
    again = json.loads(msgspec.json.encode(found))
    components = schema()["$defs"]
    assert isinstance(components, dict)
    assert set(again) == set(components["Results"]["required"])


def test_the_observer_can_be_left_out(submission: Path) -> None:
    put(submission, "hello_client.c", TEXTBOOK / "client_one_read.c")
    found = check(submission, "--no-observer", status=1)
    verdicts = {one.requirement: one.verdict for one in found.verdicts}
    assert verdicts["transfer.prints-message"] == "passed"
    assert verdicts["transfer.any-split"] == "failed"
    assert verdicts["descriptor.closed-once"] == "not-observed"


def test_a_compiler_failure_is_the_students_answer_and_the_rest_is_judged(submission: Path) -> None:
    put(submission, "hello_server.c", "int main(void) { retrun 0; }\n")
    put(submission, "hello_client.c", HERE / "right" / "client_blocking.c")
    found = check(submission, status=1)
    verdicts = {(one.exercise, one.verdict) for one in found.verdicts}
    assert verdicts == {
        ("hello_server", "not-implemented"),
        ("hello_client", "passed"),
        ("hello_client", "not-applicable"),
    }
    assert "retrun" in found.programs[0].words + found.programs[1].words


def test_a_manifest_builds_and_runs(submission: Path) -> None:
    put(submission, "serve.c", HERE / "right" / "server_blocking.c")
    put(submission, "Makefile", "hserver: serve.c\n\t$(CC) -o hserver serve.c\n")
    put(submission, "offhook.toml", '[hello_server]\nbuild = "make hserver"\nrun = ["./hserver", "{port}"]\n')
    verdicts = [one.verdict for one in check(submission, status=0).verdicts]
    assert verdicts.count("passed") > 15
    assert set(verdicts) <= {"passed", "not-applicable"}


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ('[hello_server]\nbiuld = "make"\n', "biuld: no such key (did you mean build?)"),
        ('[helo_server]\nbuild = "make"\n', "[helo_server] is no exercise (did you mean hello_server?)"),
        ('[hello_server]\nrun = "./a"\n', "[hello_server]"),
        ("[hello_server\n", "not TOML"),
        ('hello_server = "x"\n', "[hello_server]"),
    ],
)
def test_a_wrong_manifest_is_named(submission: Path, manifest: str, words: str) -> None:
    put(submission, "offhook.toml", manifest)
    done = offhook("check", submission, status=2)
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_wrong_use_is_answered_in_one_line(submission: Path) -> None:
    cases = [
        (["check", "/no/such/folder"], "no such folder"),
        (["check", str(submission)], "no program recognised. Looked for"),
        (["check", str(submission), "--exercise", "helo"], "no such exercise"),
        (["check", str(submission), "--requirement", "nonsense"], "no requirement begins so"),
        (["check"], "which folder?"),
    ]
    for arguments, words in cases:
        done = offhook(*arguments, status=2)
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("program", "verdict"),
    [("prints_endlessly", "hung"), ("spins", "hung"), ("fork_bomb", "hung"), ("kills_all", "failed")],
)
def test_nasty_programs_get_a_verdict(submission: Path, program: str, verdict: str) -> None:
    put(submission, "hello_server.c", PROGRAMS / f"{program}.c")
    found = check(submission, "--requirement", "transfer.greeting", status=1)
    assert [one.verdict for one in found.verdicts] == [verdict]


def test_what_lies_in_a_submission_is_never_run_by_the_suite(submission: Path) -> None:
    put(submission, "hello_client.c", HERE / "right" / "client_blocking.c")
    trap = f"open({str(submission / 'trapped')!r}, 'w')\n"
    for name in ("conftest.py", "sitecustomize.py", "pytest.py", "msgspec.py"):
        put(submission, name, trap)
    put(submission, "pytest.ini", "[pytest]\naddopts = --collect-only\n")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "conformance.cli", "check", "."],
        cwd=submission,
        capture_output=True,
        timeout=900,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert not (submission / "trapped").exists()


def test_list_and_help_teach() -> None:
    assert "transfer.any-split" in offhook("check", "--list", status=0).stdout
    assert "Example" in offhook("check", "--help", status=0).stdout
    assert offhook("--version", status=0).stdout.startswith("offhook ")


def test_a_search_finds_and_shrinks(submission: Path) -> None:
    """A program that fails only on a message that the fixed set does not hold."""
    source = (HERE / "right" / "client_plain.py").read_text("utf-8")
    assert "import sys" in source
    put(submission, "hello_client.py", source)
    found = check(submission, "--seed", "7", "--requirement", "transfer.prints-message", status=0)
    assert [one.verdict for one in found.verdicts] == ["passed"]
    assert found.harness.runs > 50
