"""Results can be shown in another language: nothing English is left behind, but what is data."""

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Final, get_args
from xml.etree import ElementTree

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner

from conformance.catalogue import catalogue, words
from conformance.cli import app
from conformance.messages import ENGLISH, LANGUAGE_VARIABLE, known_languages, say, table
from conformance.records.notes import DEPARTURE_VALUE, VALUES, Note
from conformance.records.results import Problem, ProgramReport, Results, VerdictName, decode, encode
from conformance.records.run import Busy, Killed, NotStarted, Waiting
from conformance.reporting import changes, github, html, junit, terminal
from tests.support import nonsense, samples
from tests.support.offhook import ROOT

NAMES: Final = frozenset({"Offhook", "offhook", "MUST", "SHOULD", "MAY"})
SHOWN: Final = frozenset({"title", "aria-label", "alt", "placeholder", "data-shown", "data-done"})
"""The attributes of a page that people read or hear."""
LIBRARIES: Final = """
Usage Options Arguments Commands Show this message and exit required default best
Expected object got array JSON is malformed invalid character byte
bool str int list path text c h j o q x N
"""
"""The words of the libraries that read the command line and JSON."""


@pytest.fixture(autouse=True)
def _nonsense_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    nonsense.add()
    monkeypatch.setenv(LANGUAGE_VARIABLE, nonsense.NAME)


def everything() -> Results:
    """Results with every kind of verdict, remark and program, read from JSON."""
    mixed = samples.mixed()
    shown = {DEPARTURE_VALUE: "peer"}
    notes = tuple(
        Note(
            kind=kind,
            file="file.c",
            exercise="hello_server",
            values=tuple((name, shown.get(name, "server")) for name in names),
        )
        for kind, names in VALUES.items()
    )
    refused = ProgramReport(
        exercise="hello_client",
        source=None,
        language="Rust",
        built=False,
        compiler="",
        words=say("build.no-tool", language="Rust", package="rustc"),
        sanitizers="-fsanitize=address",
    )
    problem = Problem(exercise="hello_server", requirement="transfer.greeting", traceback="KeyError: 'others.seen'")
    return decode(
        encode(
            msgspec.structs.replace(
                mixed,
                submission=msgspec.structs.replace(mixed.submission, notes=notes),
                programs=[*mixed.programs, refused],
                harness=msgspec.structs.replace(
                    mixed.harness, not_observed=say("isolation.no-tracing", why="EPERM"), problems=(problem,)
                ),
            )
        )
    )


def data(*further: object) -> frozenset[str]:
    """Return the words that are data in what is shown: those of the results, and the names of the catalogue."""
    facts = [catalogue().exercises, list(catalogue().exercises), *catalogue().requirements.values()]
    return NAMES | nonsense.data_of(everything(), *facts, *further)


def on_a_terminal(show: Callable[[Console], None]) -> str:
    console = Console(record=True, width=200, file=io.StringIO())
    show(console)
    return console.export_text(styles=False)


def test_every_language_has_every_word() -> None:
    for language in known_languages():
        assert set(table(language)) == set(table(ENGLISH))
        assert set(words(language).requirement) == set(words(ENGLISH).requirement)
        assert set(words(language).exercise) == set(words(ENGLISH).exercise)


def test_the_results_hold_every_kind_of_verdict() -> None:
    assert {one.verdict for one in everything().verdicts} == set(get_args(VerdictName))
    assert data() & set(get_args(VerdictName)) == set(), "then it would not show that one is left in English"


def test_nothing_english_is_left_on_the_terminal() -> None:
    shown = on_a_terminal(lambda console: terminal.terminal_summary(everything(), console, debug=True))
    assert nonsense.english(shown, data()) == set()


@pytest.mark.parametrize("number", range(6))
def test_however_a_program_ends_it_is_told_in_the_language(number: int) -> None:
    found = everything()
    ending = (Killed(signal="SIGSEGV"), Waiting(), NotStarted(reason=say("sandbox.32-bit")), *map(limit, LIMITS))[
        number
    ]
    verdicts = [
        one if one.evidence is None else msgspec.structs.replace(one, evidence=replaced)
        for one in found.verdicts
        for replaced in (one.evidence and msgspec.structs.replace(one.evidence, ending=ending),)
    ]
    shown = github.job_summary(msgspec.structs.replace(found, verdicts=verdicts))
    assert nonsense.english(shown.replace("\\", "").replace("```text", ""), data(ending)) == set()


LIMITS: Final = ("calls without result", "processes", "time")


def limit(name: str) -> Busy:
    return msgspec.convert({"type": "busy", "limit": name}, Busy)


def test_nothing_english_is_left_of_what_changed() -> None:
    before, after = everything(), samples.flawless()
    shown = on_a_terminal(lambda console: changes.show_changes(["a.c", "b.c", "d.c", "e.c"], before, after, console))
    shown += on_a_terminal(lambda console: changes.show_changes(["a.c"], after, before, console))
    assert nonsense.english(shown, data(["a.c", "b.c", "d.c", "e.c"])) == set()


class _Reader(HTMLParser):
    """Gathers what people read of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style")
        self.shown += [value or "" for name, value in attrs if name in SHOWN]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.shown.append(data)


@pytest.mark.parametrize("make", [everything, samples.unbuilt, samples.flawless])
def test_nothing_english_is_left_on_the_page(make: Callable[[], Results]) -> None:
    reader = _Reader()
    page = html.page(make())
    reader.feed(page)
    assert f'<html lang="{nonsense.NAME}">' in page
    placeholders = {"shown", "all"}  # the page's script puts numbers there
    assert nonsense.english(" ".join(reader.shown), data(make())) - placeholders == set()


def test_nothing_english_is_left_in_junit() -> None:
    root = ElementTree.fromstring(junit.xml(everything()))
    assert nonsense.english(" ".join(_in_junit(root)), data()) == set()


def _in_junit(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        yield element.text or ""
        yield element.get("message", "")
        yield element.get("value", "")


def test_nothing_english_is_left_for_github() -> None:
    found = everything()
    log = re.sub(r"::(?:error|warning) |\b(?:file|line|title)=|%0A", " ", github.annotations(found, ROOT))
    summary = github.job_summary(found).replace("\\", "").replace("```text", "")
    assert nonsense.english(log + summary, data()) == set()


@pytest.mark.parametrize("requirement", ["transfer", *catalogue().requirements])
def test_nothing_english_is_left_of_an_explanation(requirement: str) -> None:
    done = CliRunner().invoke(app, ["explain", requirement], env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    assert nonsense.english(done.output, data()) == set()


SPEAKS: Final = "from tests.support import nonsense; nonsense.add(); from conformance import cli; cli.run_cli()"


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        ("--help", "en ko xx check class doctor explain new replay trace check my_homework --html page.html"),
        ("check --help", "my_homework github watch"),
        ("doctor --help", "doctor"),
        ("explain --help", "explain"),
        ("new --help", "my_homework c cpp python java node rust"),
        ("replay --help", "replay results.json transfer"),
        ("trace --help", "trace"),
        ("check", "check"),
        ("check /no/such", "no such"),
        ("check . --exercise helo", "helo"),
        ("check . --requirement nonsense", "nonsense"),
        ("replay pyproject.toml", "pyproject.toml JSON is malformed"),
        ("replay tests/unit/test_docs.py", "tests/unit/test_docs.py JSON is malformed"),
        ("trace", "trace"),
        ("trace --fault accept:1:NONE -- true", "NONE accept"),
    ],
)
def test_nothing_english_is_left_of_the_command_line(arguments: str, known: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPEAKS, *arguments.split()], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    shown = done.stdout + done.stderr
    assert shown.strip()
    assert nonsense.english(shown, data(known.split()) | set(LIBRARIES.split()) | options(shown)) == set()


def options(shown: str) -> set[str]:
    """Return the names of options and of what they take, which are the same in every language."""
    return {*re.findall(r"(?<=--)[\w-]+", shown), *re.findall(r"\b[A-Z_]{2,}\b", shown)}
