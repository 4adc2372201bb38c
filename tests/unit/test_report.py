"""The page and the summary: everything from a program is escaped, and what comes first is what matters most."""

import io
import json
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from rich.console import Console

from conformance import reporting
from conformance.judging import evidence
from conformance.messages.escaping import escaped
from conformance.records import results as results_module
from conformance.records.results import CallLine, Evidence, SourceLine, VerdictName, WireLine
from conformance.records.run import Happening
from conformance.records.trace import Call, CallSite
from conformance.reporting import html, priority, terminal
from conformance.reporting.timeline import EVENTS_DRAWN, time_line
from tests.support import samples


def test_nothing_of_a_program_steers_the_page() -> None:
    page = html.page(samples.hostile())
    assert page.count("<script") == 1
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_nothing_of_a_program_steers_the_terminal() -> None:
    console = Console(record=True, width=120, file=io.StringIO())
    terminal.terminal_summary(samples.hostile(), console)
    text = console.export_text(styles=False)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\n::error::" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1bb", "a\\x1bb"),
        ("\u202e", "\\u202e"),
        ("가나 é\t\n", "가나 é\t\n"),
        ("\x00", "\\x00"),
        ("said ::set-output name=x::1", "said \\x3a:set-output name=x::1"),
        ("  ##[error]", "  \\x23#[error]"),
        ("a = ::bind(fd)", "a = ::bind(fd)"),
        ("std::move", "std::move"),
        ("#!/bin/sh", "#!/bin/sh"),
    ],
)
def test_plain_spells_out_what_steers(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_the_schema_in_the_package_is_that_of_the_records() -> None:
    file = Path(reporting.__file__).with_name("results.schema.json")
    assert json.loads(file.read_text("utf-8")) == json.loads(json.dumps(results_module.schema()))


def test_results_survive_a_round_trip() -> None:
    from conformance.records.results import decode, encode

    for results in (samples.hostile(), samples.mixed()):
        assert decode(encode(results)) == results
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"format": 1}')


# ---------------------------------------------------------------- what to fix first


def order(*found: tuple[str, VerdictName]) -> list[str]:
    """Return requirements in the order in which to fix them."""
    verdicts = [
        samples.verdict("hello_server", requirement, name, samples.said(requirement)) for requirement, name in found
    ]
    return [finding.first.requirement for finding in priority.wrong(samples.results(verdicts))]


def test_a_crash_comes_before_a_hang_and_a_must_before_a_should() -> None:
    assert order(
        ("robust.interrupted-calls", "failed"),
        ("robust.failed-setup-reported", "failed"),
        ("transfer.greeting", "failed"),
        ("transfer.short-writes", "unsteady"),
        ("lifecycle.server-backlog", "hung"),
        ("robust.arguments", "crashed"),
        ("lifecycle.server-binds-once", "passed"),
    ) == [
        "robust.arguments",
        "lifecycle.server-backlog",
        "transfer.greeting",
        "robust.failed-setup-reported",
        "transfer.short-writes",
        "robust.interrupted-calls",
    ]


def test_what_goes_wrong_earlier_in_the_conversation_comes_first() -> None:
    late, early = (
        msgspec.structs.replace(
            samples.verdict("hello_server", requirement, "failed"), evidence=samples.evidence(samples.calls(marked))
        )
        for requirement, marked in (("lifecycle.server-ends-cleanly", 6), ("transfer.greeting", 5))
    )
    found = priority.wrong(samples.results([late, early]))
    assert [finding.first for finding in found] == [early, late]


def test_a_program_that_was_not_built_comes_first_and_is_said_once() -> None:
    results = samples.unbuilt()
    crash, *verdicts = results.verdicts
    assert [finding.verdicts for finding in priority.wrong(results)] == [tuple(verdicts), (crash,)]
    page = html.page(results)
    assert page.index("error: expected ;") < page.index("hello_client-robust.no-crash")


# ---------------------------------------------------------------- the time line


def texts(shown: Evidence) -> list[str]:
    """Return the events of a time line, as they are read."""
    return [event.text for event in time_line(shown, "server").events]


def test_a_call_that_waits_begins_before_what_it_waits_for_and_returns_after() -> None:
    assert texts(samples.evidence())[4:] == [
        "accept(3) waits",
        "client 1 connects",
        "accept(3) = 4",
        'write(4, "Hello", 12) = 5',
        'client 1 receives "Hello"',
        "close(4) = 0",
        "client 1 sees the end of the program's side",
        "the end: exit status 0",
    ]


def test_a_call_that_never_returns_goes_on_waiting() -> None:
    calls = [CallLine(number=0, process=1, text="read(3, …) = …", marked=True)]
    line = time_line(
        samples.evidence(calls, [WireLine(what="accepted", client=0, data="", after=1, waiting=(0,))]), "client"
    )
    assert [event.text for event in line.events][:2] == [
        "read(3, …) waits",
        "the server takes the program's connection",
    ]
    assert line.events[0].marked


def test_each_client_has_a_line_of_its_own() -> None:
    wire = [WireLine(what="connected", client=client, data="", after=5, waiting=(4,)) for client in (2, 0, 1)]
    line = time_line(samples.evidence(wire=wire), "server")
    assert line.peers == ("client 1", "client 2", "client 3")
    assert [(event.text, event.lane) for event in line.events if event.shape == "in"] == [
        ("client 3 connects", 2),
        ("client 1 connects", 0),
        ("client 2 connects", 1),
    ]


def test_only_peers_that_are_drawn_have_a_line() -> None:
    wire = [WireLine(what="connected", client=client, data="", after=client) for client in range(40)]
    line = time_line(samples.evidence([], wire), "server")
    assert line.before == 10
    assert line.peers == (*(f"client {number}" for number in range(11, 16)), "client 16 and further ones")
    assert [event.lane for event in line.events[:-1]] == [0, 1, 2, 3, 4, *[5] * 25]


def test_all_that_can_happen_on_the_wire_has_its_shape_and_its_words() -> None:
    wire = [WireLine(what=what, client=0, data="", after=0) for what in get_args(Happening)]
    events = time_line(samples.evidence([], wire), "server").events
    assert len(events) == len(wire) + 1
    assert [event.shape for event in events if event.text.endswith(("reading", "reads again"))] == ["peer", "peer"]


def test_what_is_done_again_and_again_is_one_event_with_a_number() -> None:
    calls = [CallLine(number=number, process=1, text='read(3, "", 1) = 0') for number in range(50)]
    assert [event.times for event in time_line(samples.evidence(calls, []), "server").events] == [50, 1]


def test_a_long_line_is_cut_around_the_call_that_went_wrong() -> None:
    calls = [
        CallLine(number=number, process=1, text=f"close({number}) = 0", marked=number == 100) for number in range(200)
    ]
    line = time_line(samples.evidence(calls, []), "server")
    assert len(line.events) == EVENTS_DRAWN
    assert any(event.marked for event in line.events)
    assert line.before + len(line.events) + line.after == 200


# ---------------------------------------------------------------- source lines


def test_a_source_line_has_the_lines_around_it(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("\n".join(f"\tline {number};" for number in range(1, 10)) + "x" * 10_000_000)
    found = evidence.with_lines_around(SourceLine(file="a.c", line=8, text="line 8;"), str(tmp_path))
    assert (found.first, len(found.around)) == (5, 5)
    assert found.around[3] == "\tline 8;"
    assert len(found.around[-1]) == evidence.SOURCE_LINE_LIMIT
    assert evidence.with_lines_around(SourceLine(file="a.c", line=1, text="line 1;"), str(tmp_path)).first == 1


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "link.c", "folder", "gone.c", "x" * 5000])
def test_debug_information_does_not_lead_out_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "submission"
    (folder / "folder").mkdir(parents=True)
    (tmp_path / "secret").write_text("one\ntwo\n")
    (folder / "link.c").symlink_to(tmp_path / "secret")
    (folder / "honest.c").write_text("close(3);\n")
    call = Call(
        number=0,
        process=1,
        thread=1,
        name="close",
        system_call="close",
        args=(0,) * 6,
        result=0,
        place=CallSite(file="program", offset=0),
    )
    monkeypatch.setattr(evidence, "sources_of", lambda *_: [("honest.c", 1)])
    assert evidence.source_line(call, str(folder)) == SourceLine(file="honest.c", line=1, text="close(3);")
    monkeypatch.setattr(evidence, "sources_of", lambda *_: [(name, 1)])
    assert evidence.source_line(call, str(folder)) is None
