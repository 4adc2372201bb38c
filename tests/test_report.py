"""The page and the summary: everything from a program is escaped, and the page opens in a browser."""

import io
import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from conformance.reporting import html, terminal
from conformance.reporting import results as results_module
from conformance.reporting.results import (
    CallLine,
    Evidence,
    Harness,
    ProgramReport,
    Results,
    SourceLine,
    SubmissionReport,
    Tries,
    Verdict,
    WireLine,
)
from conformance.reporting.safe import plain
from conformance.stage.script import Scenario

NASTY = "<script>document.title='owned'</script>\x1b[2J\u202eevil\u0007::error::x\n\"'&"


def results() -> Results:
    """Results in which each text that may come from a program is nasty."""
    source = SourceLine(NASTY, 3, NASTY)
    evidence = Evidence(
        NASTY, NASTY, [NASTY], Scenario(), [CallLine(0, 1, NASTY, source, NASTY, marked=True)],
        [WireLine("sent", 0, NASTY, 0)], NASTY * 1000, NASTY, Tries(10, 10), Tries(0, 10), source, NASTY,
    )  # fmt: skip
    harness = Harness("0", "c", "s", "linux", "apart", None, 3, 1.0, 0.01, "Linux", NASTY)
    verdicts = [
        Verdict("hello_server", "transfer.greeting", "MUST", "failed", NASTY, evidence),
        Verdict("hello_server", "transfer.short-writes", "MUST", "not-run", NASTY),
        Verdict("hello_client", "transfer.prints-message", "MUST", "passed"),
    ]
    return Results(
        1,
        SubmissionReport(NASTY, NASTY),
        [ProgramReport("hello_server", NASTY, "C", True, NASTY, NASTY)],
        verdicts,
        harness,
    )


def test_nothing_of_a_program_steers_the_page() -> None:
    page = html.page(results())
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_nothing_of_a_program_steers_the_terminal() -> None:
    console = Console(record=True, width=120, file=io.StringIO())
    terminal.summary(results(), console)
    text = console.export_text(styles=False)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\n::error::" not in text


@pytest.mark.parametrize(
    ("text", "shown"), [("a\x1bb", "a\\x1bb"), ("\u202e", "\\u202e"), ("가나 é\t\n", "가나 é\t\n"), ("\x00", "\\x00")]
)
def test_plain_spells_out_what_steers(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_the_page_opens_in_a_browser(tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("no chromium here")
    file = tmp_path / "page.html"
    file.write_text(html.page(results()), "utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-sync",
    ]
    dumped = subprocess.run(
        [browser, *options, f"--user-data-dir={tmp_path}/profile", "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout
    assert "What to mend" in dumped
    assert "<title>Offhook" in dumped
    assert "owned</title>" not in dumped.replace("'owned'", "")


def test_the_schema_in_the_package_is_that_of_the_records() -> None:
    file = Path(results_module.__file__).with_name("results.schema.json")
    assert json.loads(file.read_text("utf-8")) == json.loads(json.dumps(results_module.schema()))


def test_results_survive_a_round_trip() -> None:
    from conformance.reporting.results import decode, encode

    assert decode(encode(results())) == results()
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"format": 1}')
