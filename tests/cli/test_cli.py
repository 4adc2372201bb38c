"""The command line as its users meet it: verdicts, exit status, and one plain line for each wrong use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest

from conformance.records.results import decode, schema
from conformance.records.run import described_ending
from conformance.records.scenario import Send
from tests.conftest import PROGRAMS
from tests.matrix import HERE, TEXTBOOK
from tests.support.offhook import ROOT, check, offhook, put

LARGEST_PAGE = 400_000
WITH_OPENSSL = pytest.mark.skipif(not Path("/usr/include/openssl/ssl.h").is_file(), reason="no libssl-dev here")


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """A folder whose name has a space and Korean letters."""
    folder = tmp_path / "제출물 one"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("language", ["c", "python", pytest.param("tls", marks=WITH_OPENSSL)])
def test_the_reference_programs_keep_everything(language: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    offhook("check", ROOT / "reference_impl" / language, "--profile", "quick", "--html", page, status=0)
    assert "Nothing to fix" in page.read_text("utf-8")
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
    data = json.loads(msgspec.json.encode(found))
    jsonschema.validate(data, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "verdicts": [{**data["verdicts"][0], "verdict": "perhaps"}]}, schema())


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
    assert any("retrun" in str(one.words) for one in found.programs)


def test_a_manifest_builds_and_runs(submission: Path) -> None:
    put(submission, "serve.c", HERE / "right" / "server_blocking.c")
    put(submission, "Makefile", "hserver: serve.c\n\t$(CC) -o hserver serve.c\n")
    put(submission, "offhook.toml", '[hello_server]\nbuild = "make hserver"\nrun = ["./hserver", "{port}"]\n')
    verdicts = [one.verdict for one in check(submission, status=0).verdicts]
    assert verdicts.count("passed") > 15
    assert set(verdicts) <= {"passed", "not-applicable"}


def test_how_a_folder_was_taken_is_said_in_every_output(submission: Path) -> None:
    put(submission, "Client.c", TEXTBOOK / "client_one_read.c")
    put(submission, "helo_server.c", HERE / "right" / "server_blocking.c")
    put(submission, "Makefile", "all:\n")
    (submission / "passwd.c").symlink_to("/etc/passwd")
    written = [submission.parent / f"results.{kind}" for kind in ("json", "html", "junit")]
    options = [word for path in written for word in (f"--{path.suffix[1:]}", str(path))]
    done = offhook("check", submission, *options, "--requirement", "transfer.prints-message", status=0)
    sentences = (
        "Client.c was taken for hello_client, from what its source does",
        "helo_server.c was not judged: did you mean hello_server.c?",
        "Makefile was not used",
        "passwd.c is a link that leads out of the folder",
    )
    texts = [done.stdout, *(path.read_text("utf-8") for path in written[1:])]
    assert [(sentence, text[:40]) for sentence in sentences for text in texts if sentence not in text] == []
    notes = decode(written[0].read_bytes()).submission.notes
    assert [note.kind for note in notes] == ["guessed", "makefile", "near", "link-outside"]


def test_a_file_may_be_named_on_the_command_line(submission: Path) -> None:
    put(submission, "TCP_Client.c", TEXTBOOK / "client_one_read.c")
    put(submission, "hello_client.c", "int main(void) { return 1; }\n")
    file = submission.parent / "results.json"
    named = ("--exercise", "hello_client=TCP_Client.c", "--json", file)
    offhook("check", submission, *named, "--requirement", "transfer", status=1)
    found = decode(file.read_bytes())
    assert found.programs[0].source == "TCP_Client.c"
    repeated = next(one.evidence.repeat for one in found.verdicts if one.evidence is not None)
    assert "--exercise hello_client=TCP_Client.c" in repeated
    for words, reason in (("hello_client=other.c", "no file other.c"), ("helo=other.c", "no such exercise")):
        assert reason in offhook("check", submission, "--exercise", words, status=2).stderr


def test_a_folder_whose_name_is_no_utf_8_is_judged_and_shown(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"home\xff\nwork \x1b[2J")
    folder.mkdir()
    put(folder, "hello_client.c", TEXTBOOK / "client_one_read.c")
    written = [tmp_path / f"results.{kind}" for kind in ("json", "html", "junit")]
    options = [word for path in written for word in (f"--{path.suffix[1:]}", str(path))]
    done = offhook("check", folder, *options, "--github", "--requirement", "transfer", status=1)
    assert "Traceback" not in done.stderr
    found = decode(written[0].read_bytes())
    assert found.submission.name == "home\\xff\nwork \x1b[2J"
    repeated = next(one.evidence.repeat for one in found.verdicts if one.evidence is not None)
    assert r"home\xff\x0awork\x20\x1b\x5b2J' --exercise" in repeated


def test_a_start_that_cannot_work_is_one_verdict_with_its_reason(submission: Path) -> None:
    put(submission, "start.sh", '#!/bin/sh\nexec ./hello "$1"\n')
    (submission / "start.sh").chmod(0o755)
    put(submission, "offhook.toml", '[hello_server]\nrun = ["./start.sh", "{port}"]\n')
    verdicts = check(submission, status=1).verdicts
    assert {one.verdict for one in verdicts} == {"not-implemented"}
    assert {str(one.reason) for one in verdicts} == {"it could not be started: start.sh: 2: exec: ./hello: not found"}


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
    ("program", "ending"),
    [("prints_endlessly", "without end"), ("spins", "without end"), ("fork_bomb", "without end"), ("kills_all", "")],
)
def test_nasty_programs_get_a_verdict(submission: Path, program: str, ending: str) -> None:
    put(submission, "hello_server.c", PROGRAMS / f"{program}.c")
    found = check(submission, "--requirement", "lifecycle.server-call-order", status=1).verdicts[0]
    assert found.verdict == "failed"
    assert found.evidence is not None
    assert ending in str(described_ending(found.evidence.ending))


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
    """A program that fails only on a letter that no message of the fixed set holds."""
    source = (HERE / "right" / "client_plain.py").read_text("utf-8")
    put(submission, "hello_client.py", source.replace("print(", "if b'@' not in message:\n    print("))
    only = ("--requirement", "transfer.prints-message")
    assert [one.verdict for one in check(submission, *only, status=0).verdicts] == ["passed"]
    (found,) = check(submission, *only, "--seed", "7", status=1).verdicts
    assert found.verdict == "failed"
    assert found.evidence is not None
    assert [step.data for step in found.evidence.scenario.steps if isinstance(step, Send)] == [b"@"]
