"""The same submission gets the same verdicts, run after run, whatever else the machine does."""

from contextlib import closing

import pytest

from conformance.catalogue import catalogue
from conformance.judging.context import TRIES, References
from conformance.judging.specimens import Specimen
from conformance.sandbox.client import Sandbox
from conformance.submission.build import BuildDir
from tests.matrix import HERE, TEXTBOOK, specimens, verdicts
from tests.support.built_once import BuiltOnce
from tests.support.load import load

MOST_UNDER_WINE = 2
"""How often at most: a program takes ten times as long to judge there."""
CHOSEN = {
    HERE / "right/server_threads.c",
    HERE / "right/client_nonblocking.c",
    HERE / "right/echo_server_threads.c",
    HERE / "right/echo_client_fgets.c",
    HERE / "right/file_server_plain.c",
    HERE / "right/file_client_plain.c",
    HERE / "right/low_open_handler.c",
    HERE / "right/low_read_textbook.c",
    HERE / "right/fd_seri_plain.c",
    HERE / "right/tls_server_textbook.c",
    HERE / "right/tls_client_textbook.c",
    HERE / "right/tls_echo_server_epoll.c",
    HERE / "right/tls_echo_client_textbook.c",
    HERE / "right/win_server_threads.c",
    HERE / "right/win_client_getaddrinfo.c",
    HERE / "right/win_echo_server_select.c",
    HERE / "right/win_echo_client_textbook.c",
    TEXTBOOK / "server_plain.c",
    TEXTBOOK / "client_one_read.c",
    TEXTBOOK / "echo_server_one.c",
    TEXTBOOK / "echo_client_plain.c",
    TEXTBOOK / "file_server_loop.c",
    TEXTBOOK / "file_client_low.c",
    TEXTBOOK / "low_open_plain.c",
    TEXTBOOK / "low_read_plain.c",
    TEXTBOOK / "fd_seri_plain.c",
    TEXTBOOK / "win_client_one_recv.c",
}
"""A right program of each exercise, and wrong ones. None hands what lies behind its buffers on: `file_client_plain.c`
of the textbook does after a failed read, and where the system puts its stack decides."""
SPECIMENS = [one for one in specimens() if one.path in CHOSEN]


@pytest.mark.parametrize("specimen", SPECIMENS, ids=[one.name for one in SPECIMENS])
def test_verdicts_do_not_change(specimen: Specimen, sandbox: Sandbox, times: int) -> None:
    if not specimen.runnable:
        pytest.skip(f"nothing here to run {specimen.path.suffix} programs of {specimen.exercise}")
    with closing(BuiltOnce(sandbox)) as build_dir:
        references = References(sandbox, build_dir)
        if catalogue().exercises[specimen.exercise].platform != "posix":
            times = min(times, MOST_UNDER_WINE)
        seen = {judged(specimen, build_dir, references) for _ in range(times)}
        with load():
            seen |= {judged(specimen, build_dir, references) for _ in range(times)}
    assert len(seen) == 1


def judged(specimen: Specimen, build_dir: BuildDir, references: References) -> tuple[tuple[str, str], ...]:
    found = verdicts(specimen, build_dir, references=references, tries=TRIES)
    return tuple((one.requirement, one.verdict) for one in found)


def test_the_chosen_are_there() -> None:
    assert {one.path for one in SPECIMENS} == CHOSEN
    right = {one.exercise for one in SPECIMENS if not one.breaks}
    assert right == set(catalogue().exercises)
