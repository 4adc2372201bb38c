"""The outputs for CI: whatever a program or a compiler prints, the files are whole and nothing is commanded."""

import re
import sys
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import msgspec
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from conformance.catalogue import words
from conformance.messages.escaping import escaped
from conformance.records.results import COUNTS_AGAINST, ProgramReport, Verdict
from conformance.reporting import github, junit
from tests.matrix import TEXTBOOK
from tests.support.offhook import check, offhook, put
from tests.support.samples import NASTY, said
from tests.support.samples import hostile as results

READ_LINE = str(
    1
    + (TEXTBOOK / "client_one_read.c")
    .read_text()
    .splitlines()
    .index("\tstr_len = read(sock, message, sizeof(message) - 1);")
)
EVIL = (
    "\n::error::owned\n##[set-output name=a]b\n::add-mask::o\r::warning::x\n%0A::error::y"
    "]]>&<b>|[a](http://b)``````\n# x"
)
EVIL_CLIENT = r"""
#include <stdio.h>
int main(int argc, char *argv[]) {
    fputs("\n::error::owned\n##[set-output name=a]b\r::warning::x\n]]>\1\2\33[2J\xff\xef\xbf\xbe<b>|````````", stdout);
    return argc == 3 ? 0 : 1;
}
"""

LOUD_BUILD = """[hello_client]
build = "printf '::error::x\\\\n##[error]y\\\\n'; exit 1"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is named like a command."""
    made = tmp_path / "::error::own, 100% 제출"
    made.mkdir()
    return made


# ---------------------------------------------------------------- JUnit


def test_junit_says_what_the_results_say(folder: Path) -> None:
    put(folder, "hello_client.c", TEXTBOOK / "client_one_read.c")
    file = folder.parent / "new folder" / "junit.xml"
    found = check(folder, "--junit", str(file), status=1)
    root = ElementTree.parse(file).getroot()
    assert [suite.get("name") for suite in root] == ["hello_client"]
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert list(cases) == [one.requirement for one in found.verdicts]
    failure = cases["transfer.any-split"].find("failure")
    assert failure is not None
    assert failure.text is not None
    assert cases["transfer.any-split"].get("file") == "hello_client.c"
    assert cases["transfer.any-split"].get("line") == READ_LINE
    assert words().requirement["transfer.any-split"].title in failure.text
    assert "read(3" in failure.text
    assert root.get("tests") == str(len(found.verdicts))
    must = [one for one in found.verdicts if one.verdict == "failed" and one.level == "MUST"]
    assert (root.get("failures"), found.count("failed")) == (str(len(must)), 2), "a broken SHOULD is no failure"
    assert root.get("skipped") == str(found.count("not-applicable")) == "1"
    assert float(root.get("time", "0")) == pytest.approx(sum(one.seconds for one in found.verdicts), abs=0.01)
    assert 0 < float(root.get("time", "0")) <= found.harness.seconds
    assert [suite.get("timestamp") for suite in root] == [found.harness.began.removesuffix("Z")]


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        ("passed", None), ("failed", "failure"), ("unsteady", "failure"), ("not-implemented", "failure"),
        ("not-run", "failure"), ("not-applicable", "skipped"), ("not-observed", "skipped"), ("harness-error", "error"),
    ],
)  # fmt: skip
def test_each_verdict_has_its_word_in_junit(verdict: str, outcome: str | None) -> None:
    one = msgspec.convert(
        {"exercise": "hello_client", "requirement": "transfer.any-split", "level": "MUST", "verdict": verdict}, Verdict
    )
    root = ElementTree.fromstring(junit.xml(msgspec.structs.replace(results(), verdicts=[one], programs=[])))
    assert [element.tag for case in root.iter("testcase") for element in case] == ([outcome] if outcome else [])
    counted = {name: root.get(name) for name in ("failures", "errors", "skipped")}
    assert counted == {name: str(int(what == outcome)) for name, what in junit.COUNTED_OUTCOMES.items()}


def test_what_counts_against_a_program_is_a_failure_in_junit() -> None:
    assert {verdict for verdict, outcome in junit.OUTCOMES.items() if outcome == "failure"} == COUNTS_AGAINST


def test_junit_is_whole_whatever_was_printed() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    pieces = [every[place : place + 9_000] for place in range(0, len(every), 9_000)]
    program = ProgramReport(
        exercise="hello_server", source=every[:100], language="C", built=True, compiler="cc", words=every[:9_000]
    )
    verdicts = [
        Verdict(
            exercise="hello_server",
            requirement="transfer.greeting",
            level="MUST",
            verdict="failed",
            reason=said(piece[:400]),
        )
        for piece in pieces
    ]
    verdicts += [
        Verdict(
            exercise="hello_server", requirement="transfer.greeting", level="MUST", verdict="failed", reason=said(piece)
        )
        for piece in pieces
    ]
    whole = msgspec.structs.replace(results(), verdicts=verdicts, programs=[program])
    root = ElementTree.fromstring(junit.xml(whole))
    assert len(list(root.iter("failure"))) == len(verdicts)
    text = "".join(failure.text or "" for failure in root.iter("failure"))
    assert "가" in text
    assert "\\x00" in text
    assert "\\ufffe" in text
    assert ElementTree.fromstring(junit.xml(results())).tag == "testsuites"


# ---------------------------------------------------------------- GitHub


def commands(log: str) -> list[tuple[str, str]]:
    """Return the commands that a runner finds in a log, with what stands behind the name."""
    found, token = [], None
    for line in re.split(r"\r\n|\r|\n", log):
        line = line.strip()
        if token is not None:
            token = None if line == f"::{token}::" else token
            continue
        old = re.search(r"##\[([\w-]+)", line)
        new = re.match(r"::([\w-]+)(.*)", line)
        if new and new[1] == "stop-commands":
            token = new[2].removeprefix("::")
        elif new or old:
            name, rest = (new[1], new[2]) if new else (old[1] if old else "", line)
            found.append((name, rest))
    assert token is None
    return found


def test_annotations_stand_at_their_lines(folder: Path) -> None:
    put(folder, "hello_client.c", TEXTBOOK / "client_one_read.c")
    summary = folder.parent / "summary.md"
    summary.write_text("before\n")
    places = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(folder.parent)}
    log = offhook("check", folder, "--github", status=1, **places)
    assert not log.stderr
    (first, error), (second, warning) = commands(log.stdout)
    assert (first, second) == ("error", "warning")
    properties, message = error.strip().split("::", 1)
    named = dict(part.split("=", 1) for part in properties.split(","))
    assert {name: unquote(value) for name, value in named.items()} == {
        "file": f"{folder.name}/hello_client.c",
        "line": READ_LINE,
        "title": "hello_client · transfer.any-split · failed",
    }
    assert message.startswith(words().requirement["transfer.any-split"].title + "%0A")
    assert "robust.interrupted-calls" in warning
    assert summary.read_text("utf-8").startswith("before\n## Offhook")
    assert "transfer\\.any\\-split" in summary.read_text("utf-8")


def test_without_github_there_are_no_commands(folder: Path) -> None:
    put(folder, "hello_client.c", TEXTBOOK / "client_one_read.c")
    assert not commands(offhook("check", folder, "--requirement", "transfer.any", status=1).stdout)


@pytest.mark.parametrize(
    "files",
    [
        {"hello_client.c": EVIL_CLIENT},
        {"offhook.toml": f"{LOUD_BUILD}run = ['./x']\n"},
        {"offhook.toml": '["x\\n::error::owned"]\n'},
        {"offhook.toml": '[hello_client]\n"x\\r::error::owned" = 1\n'},
    ],
)
def test_a_submission_commands_nothing(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        put(folder, name, text)
    summary = folder.parent / "summary.md"
    log = offhook("check", folder, "--github", GITHUB_STEP_SUMMARY=str(summary))
    assert log.returncode == (1 if summary.exists() else 2)
    for name, rest in commands(log.stdout + log.stderr):
        assert name in ("error", "warning")
        assert "title=hello_client" in rest
    assert log.stdout.startswith("::stop-commands::")
    assert not log.stderr
    if summary.exists():
        assert_tame(summary.read_text("utf-8"))


def test_each_run_stops_commands_with_a_word_of_its_own(folder: Path) -> None:
    tokens = {offhook("check", folder, "--github", status=2).stdout.splitlines()[0] for _ in range(2)}
    assert len(tokens) == 2
    assert all(len(token) > 40 for token in tokens)


def test_annotations_escape_names_and_words() -> None:
    evil = msgspec.json.decode(msgspec.json.encode(results()).replace(b"\\u0007", b",\\r%:"), type=type(results()))
    log = github.annotations(evil, Path("/"))
    assert {name for name, _ in commands(log)} == {"error"}
    assert len(log.splitlines()) == 2
    assert re.search(r"file=[^,]*%3A%3Aerror%3A%3Ax%0A", log)


def assert_tame(text: str) -> None:
    """Markdown holds headings, tables, lists and code, and nothing that links, loads or steers."""
    tokens = list(flat(MarkdownIt("commonmark").enable("table").parse(text)))
    kinds = {token.type for token in tokens}
    assert not kinds & {"html_block", "html_inline", "image", "link_open", "em_open", "strong_open", "code_block"}
    assert all(token.markup in ("##", "###") for token in tokens if token.type == "heading_open")
    assert all(token.info == "text" for token in tokens if token.type == "fence")


def flat(tokens: list[Token]) -> list[Token]:
    """Return tokens with those inside them."""
    return [inner for token in tokens for inner in (token, *flat(token.children or []))]


def test_markdown_shows_what_was_said_and_no_more() -> None:
    evil = msgspec.json.encode(results()).replace(b"\\u0007", msgspec.json.encode(EVIL)[1:-1])
    assert_tame(github.job_summary(msgspec.json.decode(evil, type=type(results()))))
    for text in (EVIL, NASTY, "1. a", "*a* _b_ <http://c> &lt; \\", "- [ ] x", "www.a.example"):
        shown = MarkdownIt("commonmark").enable("table").parseInline(github.markdown(text))
        pieces = [token for token in flat(shown) if token.type != "inline"]
        assert {token.type for token in pieces} <= {"text", "text_special"}
        said = "".join(token.content for token in pieces)
        assert said.strip() == escaped(text).replace("\n", " ").strip()


def test_a_summary_is_never_too_large() -> None:
    many = [
        msgspec.structs.replace(results().verdicts[0], reason=said(f"{number}" + "x" * 90_000)) for number in range(40)
    ]
    text = github.job_summary(msgspec.structs.replace(results(), verdicts=many))
    assert len(text.encode()) < github.SUMMARY_LIMIT
    assert_tame(text)
