"""Wrong programs, and what is shown of them: the evidence names the place where it goes wrong, and the call."""

from typing import NamedTuple

import pytest

from conformance.submission.build import BuildDir
from tests.matrix import specimens, verdicts

SPECIMENS = {one.name: one for one in specimens()}


class Case(NamedTuple):
    """A program, a requirement that it breaks, and pieces of what must be shown."""

    program: str
    requirement: str
    seen: tuple[str, ...]
    line: str = ""
    call: str = ""


CASES = (
    Case("wrong/echo_server_port_htonl.c", "lifecycle.server-binds-given-port", ("bind is given port 0",), "bind("),
    Case(
        "wrong/echo_client_q_ends_cut_line.c", "transfer.long-message",
        ("of a line of 1024 bytes the server receives the first 1023", 'the rest of it, "Q"'), "fgets(",
    ),
    Case(
        "wrong/echo_server_keeps_select_set.c", "lifecycle.server-serves-next-client", ("client 2 receives nothing",),
        "select(", "select(5, {",
    ),
    Case("wrong/echo_server_no_error_listener.js", "robust.client-reset", ('said "Error: read ECONNRESET"',)),
    Case(
        "wrong/echo_server_decodes.py", "transfer.binary-safe",
        ("UnicodeDecodeError: 'utf-8' codec can't decode byte 0x80 in position 128: invalid start byte",),
    ),
    Case(
        "wrong/server_tells_at_length_and_fails.c", "lifecycle.server-ends-cleanly",
        ("status 4", 'in the end: the greeting seems too short\\n"'),
    ),
    Case("textbook/echo_client_plain.c", "transfer.any-split", ("Hel",), "read("),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.program for case in CASES])
def test_the_evidence_shows_the_crux(case: Case, build_dir: BuildDir) -> None:
    specimen = SPECIMENS[case.program]
    if not specimen.runnable:
        pytest.skip(f"no compiler or interpreter for {case.program}")
    (verdict,) = verdicts(specimen, build_dir, requirements=[case.requirement], tries=1)
    evidence = verdict.evidence
    assert evidence is not None, verdict.reason
    assert [piece for piece in case.seen if piece not in str(evidence.seen)] == [], evidence.seen
    assert case.line in (evidence.source.text if evidence.source is not None else "")
    assert any(call.text.startswith(case.call) for call in evidence.calls)
