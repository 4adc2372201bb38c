"""The further commands as their users meet them: explain, new, replay, and a check that watches."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from conformance.catalogue import Exercise, ExerciseKind, catalogue, words
from conformance.cli import app
from conformance.judging.engine import Engine, Options, plan
from conformance.messages import ENGLISH, table
from conformance.records.profiles import PROFILES
from conformance.records.results import Results, Verdict, decode, encode
from conformance.records.scenario import Accept, End, Scenario, Send, Start
from conformance.sandbox.client import start_sandboxes
from conformance.scenarios.baseline import BASELINE
from conformance.submission.discover import read_submission
from conformance.submission.languages import find_tool, languages_of
from conformance.submission.skeletons import SKELETON_EXTENSIONS, skeleton_languages, starter
from conformance.suite.registry import all_tests
from tests.conftest import worker_number
from tests.matrix import HERE, TEXTBOOK, TRIES_OF_A_KILLER
from tests.support.offhook import ROOT, check, offhook, put

OF_A_STARTER = (
    "robust.arguments", "transfer.short-writes", "transfer.any-split", "file.content", "descriptor.reports-numbers",
    "winsock.send-recv", "winsock.any-split", "tls.close-notify", "tls.any-record",
)  # fmt: skip
"""What a starter explains, and what it does not do yet."""
RIGHT = ROOT / "reference_impl" / "c" / "hello_client.c"
ONE_READ = TEXTBOOK / "client_one_read.c"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name has a space, Korean letters, and what looks like a command."""
    made = tmp_path / "제출물 ::error::one"
    made.mkdir()
    return made


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("command", ["check", "explain", "new", "replay", "trace"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    assert f"Example: offhook {command}" in offhook(command, "--help", status=0).stdout


def test_the_whole_has_help_with_an_example_too() -> None:
    assert "Example: offhook check" in offhook("--help", status=0).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "nonsense"),
        (["check", "--nonsense"], "--nonsense"),
        (["check", "/tmp", "--watch", "--github"], "do not go together"),
        (["check"], "which folder"),
        (["check", "/no/such"], "/no/such: no such folder"),
        (["check", "/dev/null"], "not a folder"),
        (["check", "/tmp", "/tmp"], "unexpected"),
        (["check", "/tmp", "--seed", "x"], "--seed"),
        (["check", "/tmp", "--exercise", "helo"], "no such exercise"),
        (["check", "/tmp", "--requirement", "nonsense"], "no requirement begins so"),
        (["trace"], "which program"),
        (["trace", ""], "which program"),
        (["trace", "--nonsense", "/bin/true"], "--nonsense"),
        (["trace", "--", "/no/such\nprogram"], "/no/such"),
        (["trace", "--", "/tmp"], "/tmp: Permission denied"),
        (["trace", "--fault", "nonsense", "--", "/bin/true"], "a fault is CALL:NTH:ERROR"),
        (["trace", "--json", "/no/such/file", "--", "/bin/true"], "/no/such/file"),
        (["explain"], "ID"),
        (["explain", "transfer.any-splt"], "transfer.any-split"),
        (["explain", "any-split"], "transfer.any-split"),
        (["explain", "\x1b[2Jqqqq\nqq"], "no such requirement"),
        (["explain", ""], "no such requirement"),
        (["new"], "EXERCISE"),
        (["new", "hello_server"], "--language"),
        (["new", "helo", "--language", "c"], "no such exercise; there are hello_server"),
        (["new", "hello_server", "--language", "cobol"], "no such language; there are c, cpp"),
        (["new", "fd_seri", "--language", "java"], "fd_seri can be written in c, cpp, python, go, rust"),
        (["new", "hello_server", "--language", "c", "/dev/null"], "/dev/null"),
        (["new", "hello_server", "--language", "c", "/dev/null/x"], "/dev/null"),
        (["replay"], "FILE"),
        (["replay", "/no/such/file"], "/no/such/file: No such file"),
        (["replay", "/"], "/: Is a directory"),
        (["replay", "/dev/null"], "no results"),
        (["replay", "/dev/null", "--exercise", "helo"], "no such exercise"),
        (["replay", "/dev/null", "--requirement", "nonsense"], "no requirement begins so"),
    ],
)
def test_wrong_use_is_answered_in_one_line(arguments: list[str], words: str) -> None:
    done = offhook(*arguments, status=2)
    assert words in done.stderr
    assert done.stderr.startswith("offhook: ")
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr
    assert not done.stdout


# ---------------------------------------------------------------- explain


def test_every_requirement_is_explained_in_eighty_columns() -> None:
    for requirement in catalogue().requirements.values():
        done = CliRunner().invoke(app, ["explain", requirement.id], env={"COLUMNS": "200"})
        assert done.exit_code == 0, done.output
        shown = done.output
        assert "\x1b" not in shown
        assert max(map(len, shown.splitlines())) <= 80
        one_line = " ".join(shown.split())
        said = words().requirement[requirement.id]
        for text in (requirement.id, requirement.level, said.title, said.mistake, said.latitude, said.todo, said.why):
            assert text in one_line


def test_every_family_has_its_words() -> None:
    assert {f"family.{test.family.name}" for test in all_tests()} <= set(table(ENGLISH))


def test_a_prefix_lists_what_begins_so() -> None:
    shown = offhook("explain", "transfer", status=0).stdout
    begun = [line.split()[0] for line in shown.splitlines() if line.startswith("transfer.")]
    assert begun == [name for name in catalogue().requirements if name.startswith("transfer")]


# ---------------------------------------------------------------- new


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Judges all starters of this process; a check of each on the command line would mostly start and end."""
    options = Options(profile=PROFILES["quick"], tries=TRIES_OF_A_KILLER)
    with Engine(start_sandboxes(first=worker_number()), options) as one:
        yield one


@pytest.mark.parametrize(
    ("exercise", "language"),
    [(name, one) for name, data in catalogue().exercises.items() for one in skeleton_languages(data)],
)
def test_a_starter_builds_without_a_word_and_explains_its_arguments(
    exercise: str, language: str, folder: Path, engine: Engine
) -> None:
    tool = languages_of(catalogue().exercises[exercise])[SKELETON_EXTENSIONS[language]]
    if find_tool(tool) is None:
        pytest.skip(f"no {tool.name} here")
    done = CliRunner().invoke(app, ["new", exercise, "--language", language, str(folder / "work")])
    assert "offhook check" in done.output
    submission = read_submission(folder / "work")
    verdicts = {
        one.verdict.requirement: one.verdict for one in engine.verdicts(plan(submission, prefixes=OF_A_STARTER))
    }
    built = engine.programs(submission)[exercise].built
    assert (built.language, built.program is not None, built.words) == (tool.name, True, "")
    names = {one.verdict for one in verdicts.values()}
    if catalogue().exercises[exercise].arguments:
        assert verdicts["robust.arguments"].verdict == "passed"
    assert {"failed", "not-run"} & names
    assert not {"crashed", "hung", "unsteady", "not-implemented", "harness-error"} & names


def test_a_starter_is_never_written_over_anything(folder: Path) -> None:
    put(folder, "hello_server.c", "mine\n")
    (folder / "HelloServer.java").symlink_to(folder / "elsewhere")
    for language in ("c", "java"):
        done = offhook("new", "hello_server", "--language", language, folder, status=2)
        assert "is not overwritten" in done.stderr
        assert done.stderr.count("\n") == 1
    assert (folder / "hello_server.c").read_text() == "mine\n"
    assert not (folder / "elsewhere").exists()


@pytest.mark.parametrize("language", SKELETON_EXTENSIONS)
def test_an_exercise_to_come_needs_only_its_data(language: str) -> None:
    exercise = Exercise(
        role="alone", conversation="none", source=("low_copy",), arguments=("{from}", "{to}"), name="low_copy"
    )
    made = starter(exercise, language, "Copies a file")
    assert made.name == ("LowCopy" if language == "java" else "low_copy") + SKELETON_EXTENSIONS[language]
    assert "<from> <to>" in made.text
    assert "close: each descriptor once" in made.text


# ---------------------------------------------------------------- replay


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The results of a textbook client."""
    folder = tmp_path_factory.mktemp("saved") / "work"
    folder.mkdir()
    put(folder, "hello_client.c", ONE_READ)
    return check(folder, status=1)


def replayed(folder: Path, results: Results, *arguments: str | Path, status: int) -> list[str]:
    """Replay results on a folder; return the first word of each line about a failure."""
    file = folder.parent / "saved results.json"
    file.write_bytes(encode(results))
    done = offhook("replay", file, "--folder", folder, *arguments, status=status)
    assert not done.stderr
    return [line.split("  ")[0] for line in done.stdout.splitlines() if line[:1].isupper()]


def test_replay_tells_what_is_fixed_from_what_is_not(folder: Path, saved: Results) -> None:
    put(folder, "hello_client.c", ONE_READ)
    assert replayed(folder, saved, status=1) == ["STILL FAILS", "STILL FAILS"]
    put(folder, "hello_client.c", RIGHT)
    assert replayed(folder, saved, status=0) == ["FIXED", "FIXED"]
    put(folder, "hello_client.c", HERE / "wrong" / "client_signal_ends_message.c")
    assert replayed(folder, saved, "--requirement", "transfer.any", status=0) == ["FIXED"]
    assert replayed(folder, saved, "--exercise", "hello_server", status=0) == []


def test_replay_takes_the_folder_of_the_results(saved: Results, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_bytes(encode(saved))
    done = offhook("replay", file, "--requirement", "transfer", status=1)
    assert "STILL FAILS  hello_client · transfer.any-split" in done.stdout
    assert "yours failed 10 of 10 times" in done.stdout
    assert "hello_client.c:" in done.stdout


@pytest.mark.parametrize("source", ["int main(void) { retrun 0; }\n", "int main(void) { return 0; }\n"])
def test_what_cannot_be_tried_is_not_fixed(folder: Path, saved: Results, source: str) -> None:
    put(folder, "hello_client.c", source)
    assert replayed(folder, saved, status=1) == ["CANNOT RUN", "CANNOT RUN"]


def test_a_call_that_is_not_reached_any_more_is_not_fixed(folder: Path, saved: Results) -> None:
    """The scenario lets the first read fail; the new program makes none."""
    put(folder, "hello_client.c", HERE / "right" / "client_mapped.c")
    failed = next(one for one in saved.verdicts if one.requirement == "robust.interrupted-calls")
    assert failed.evidence is not None
    accept = msgspec.structs.replace(failed.evidence.scenario.faults[0], call="accept")
    scenario = msgspec.structs.replace(failed.evidence.scenario, faults=(accept,))
    changed = msgspec.structs.replace(failed, evidence=msgspec.structs.replace(failed.evidence, scenario=scenario))
    assert replayed(folder, msgspec.structs.replace(saved, verdicts=[changed]), status=1) == ["CANNOT RUN"]


def test_results_from_elsewhere_do_no_harm(folder: Path, saved: Results) -> None:
    """Unknown names, names that steer a terminal, and a scenario that no check would make."""
    put(folder, "hello_client.c", RIGHT)
    evidence = next(one.evidence for one in saved.verdicts if one.evidence is not None)
    assert evidence is not None
    odd = msgspec.structs.replace(BASELINE[ExerciseKind("greeting", "client")], start=Start(descriptors=10_000_000))
    many = msgspec.structs.replace(odd, steps=(Accept(), *(Send(data=b"x") for _ in range(50)), End()), start=Start())

    def failed(scenario: Scenario) -> Verdict:
        shown = msgspec.structs.replace(evidence, scenario=scenario)
        return Verdict(
            exercise="hello_client",
            requirement="transfer.any-split",
            level="MUST",
            verdict="failed",
            evidence=shown,
        )

    verdicts = [
        Verdict(
            exercise="hello_client",
            requirement="transfer.future\n::error::x",
            level="MUST",
            verdict="failed",
            evidence=evidence,
        ),
        Verdict(
            exercise="\x1b[2Jecho_client",
            requirement="transfer.any-split",
            level="MUST",
            verdict="failed",
            evidence=evidence,
        ),
        Verdict(
            exercise="hello_client",
            requirement="transfer.greeting",
            level="MUST",
            verdict="failed",
            evidence=evidence,
        ),
        Verdict(exercise="hello_client", requirement="transfer.any-split", level="MUST", verdict="not-run"),
        failed(many),
    ]
    results = msgspec.structs.replace(saved, verdicts=verdicts)
    assert replayed(folder, results, status=1) == ["CANNOT RUN"] * 4 + ["FIXED"]
    file = folder.parent / "saved results.json"
    shown = offhook("replay", file, "--folder", folder, status=1).stdout
    assert "\x1b" not in shown
    assert not any(line.startswith("::") for line in shown.splitlines())
    assert replayed(folder, msgspec.structs.replace(saved, verdicts=[failed(odd)]), status=1) == ["CANNOT RUN"]


@pytest.mark.parametrize("text", ["", "[" * 100_000, '{"format": 2}', "\xff", "null", '{"format":'])
def test_a_file_that_holds_no_results_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "results.json"
    file.write_bytes(text.encode("latin-1"))
    done = offhook("replay", file, status=2)
    assert "no results of offhook check --json" in done.stderr
    assert done.stderr.count("\n") == 1


def test_results_of_another_format_and_folders_that_are_gone_are_named(saved: Results, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    for text in (encode(msgspec.structs.replace(saved, format=99)), b'{"format": 1, "verdicts": ["of another form"]}'):
        file.write_bytes(text)
        said = offhook("replay", file, status=2).stderr
        assert f"results of format {99 if b'99' in text else 1}, which another version of Offhook has written" in said
        assert said.count("\n") == 1
    file.write_bytes(encode(saved))
    assert "no such folder" in offhook("replay", file, "--folder", tmp_path / "gone", status=2).stderr


# ---------------------------------------------------------------- check --watch


@pytest.fixture
def watched(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A check that watches a textbook client, and writes its results into the same folder."""
    put(folder, "hello_client.c", ONE_READ)
    command = [sys.executable, "-m", "conformance.cli", "check", str(folder), "--requirement", "transfer", "--watch"]
    with subprocess.Popen(
        [*command, "--json", str(folder / "results.json")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, cwd="/",
        env={**os.environ, "COLUMNS": "200"},
    ) as process:  # fmt: skip
        bound = threading.Timer(120, process.kill)
        bound.start()
        yield process
        bound.cancel()
        process.kill()


def read_to(process: subprocess.Popen[str], last: str) -> str:
    """Return what is printed up to a line that contains these words."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if last in line:
            return "".join(lines)
    raise AssertionError(f"{last!r} never came: {''.join(lines)}")


def test_a_watch_tells_what_changed_and_ends_cleanly(folder: Path, watched: subprocess.Popen[str]) -> None:
    assert "failed hello_client · transfer.any-split" in read_to(watched, "Watching")
    put(folder, "hello_client.c", RIGHT)
    block = read_to(watched, "nothing else is broken")
    assert "hello_client.c changed" in block
    assert "+ passed hello_client · transfer.any-split" in block
    assert "results.json" not in block
    put(folder, "hello_client.c", ONE_READ)
    assert "- failed hello_client · transfer.any-split: the output is" in read_to(watched, "nothing else")
    put(folder, "notes.txt", "nothing of importance")
    assert "no verdict changed" in read_to(watched, "1 still broken")
    (folder / "hello_client.c").unlink()
    read_to(watched, "no program recognised")
    put(folder, "hello_client.c", "int main(void) { retrun 0; }\n")
    block = read_to(watched, "still broken")
    assert block.count("not implemented") == 1
    assert "retrun" in block
    watched.send_signal(signal.SIGINT)
    assert watched.wait() == 0
    assert watched.stdout is not None
    assert "Traceback" not in watched.stdout.read()
    assert decode((folder / "results.json").read_bytes()).count("not-implemented")
