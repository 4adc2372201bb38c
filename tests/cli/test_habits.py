"""The command line does what people are used to: spelling, completion, lists of a folder, and what is wrong use."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.records.results import decode
from conformance.submission.references import references

COMMAND = Path(sys.executable).with_name("offhook")
"""As it was installed: a shell completes a command by its name."""


def offhook(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [COMMAND, *map(str, words)],
        capture_output=True, text=True, timeout=120, env={**os.environ, "COLUMNS": "100", **environment},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one program."""
    shutil.copyfile(references() / "c" / "low_open.c", tmp_path / "low_open.c")
    return tmp_path


@pytest.mark.parametrize("more", [(), ("--exercise", "low_open")])
def test_what_is_judged_on_none_of_the_programs_is_wrong_use(folder: Path, more: tuple[str, ...]) -> None:
    done = offhook("check", folder, "--requirement", "transfer", *more)
    assert done.returncode == 2
    assert "(transfer) is judged on low_open" in done.stderr


def test_a_list_of_a_folder_has_what_would_be_judged_there(folder: Path) -> None:
    lines = offhook("check", folder, "--list").stdout.splitlines()
    assert {line.split()[2] for line in lines} == {"low_open"}
    whole = offhook("check", "--list").stdout.splitlines()
    assert len(whole) > len(lines) > 5
    assert offhook("check", folder / "nowhere", "--list").returncode == 2


def test_names_are_taken_however_they_are_spelled(folder: Path) -> None:
    done = offhook("check", folder, "--exercise", "Low-Open", "--requirement", "Descriptor.Closed_Once")
    assert done.returncode == 0, done.stderr
    assert "1 passed" in done.stdout
    assert offhook("explain", "Descriptor.Closed_Once").stdout.startswith("descriptor.closed-once")


@pytest.mark.parametrize(
    ("language", "file"), [("JS", "hello_server.js"), ("c++", "hello_server.cpp"), ("Golang", "hello_server.go")]
)
def test_languages_are_taken_by_their_usual_names(language: str, file: str, tmp_path: Path) -> None:
    assert offhook("new", "Hello-Server", "--language", language, tmp_path).returncode == 0
    assert [one.name for one in tmp_path.iterdir()] == [file]


@pytest.mark.parametrize(
    ("words", "number", "found"),
    [
        ("offhook ch", 1, "check"),
        ("offhook check --exercise hello_s", 3, "hello_server"),
        ("offhook check --requirement descriptor.cl", 3, "descriptor.closed-once"),
        ("offhook explain trans", 2, "transfer.greeting"),
        ("offhook new echo_c", 2, "echo_client"),
    ],
)
def test_a_shell_completes(words: str, number: int, found: str) -> None:
    done = offhook(_OFFHOOK_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(number))
    assert found in done.stdout.split()


BROKEN = "int main(void) { return 0; }\n"


def test_the_first_broken_must_is_the_last_verdict(folder: Path, tmp_path: Path) -> None:
    (folder / "low_open.c").write_text(BROKEN)
    done = offhook("check", folder, "--fail-fast", "--json", tmp_path / "results.json")
    found = decode((tmp_path / "results.json").read_bytes())
    assert done.returncode == 1
    assert [one.breaks_must for one in found.verdicts].count(True) == 1
    assert found.verdicts[-1].breaks_must
    assert f"{found.harness.left_out} further requirements were not judged" in " ".join(done.stdout.split())
    assert found.harness.left_out + len(found.verdicts) == len(offhook("check", folder, "--list").stdout.splitlines())


def test_with_nothing_broken_all_is_judged(folder: Path) -> None:
    done = offhook("check", folder, "--fail-fast", "--requirement", "descriptor.closed-once")
    assert done.returncode == 0
    assert "not judged" not in done.stdout


@pytest.mark.parametrize(("source", "status"), [(None, 0), (BROKEN, 1)])
def test_a_quiet_check_tells_by_its_status(folder: Path, source: str | None, status: int) -> None:
    if source is not None:
        (folder / "low_open.c").write_text(source)
    done = offhook("check", folder, "--quiet", "--requirement", "file.created")
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


def test_marks_take_a_whole_check(folder: Path) -> None:
    done = offhook("check", folder, "--fail-fast", "--rubric", "careful", "--as", "autolab=-")
    assert done.returncode == 2
    assert "--fail-fast" in done.stderr


def test_an_old_report_never_stays_behind_a_failed_check(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "out" / "results.json"
    words = ("check", folder, "--requirement", "file.created", "--json", report)
    assert offhook(*words).returncode == 0
    assert decode(report.read_bytes()).programs[0].digest
    assert offhook(*words, "--sandbox", "require", TMPDIR="/nowhere").returncode == 3
    assert not report.exists()
