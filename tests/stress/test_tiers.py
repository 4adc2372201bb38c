"""The same verdicts in every tier: whatever a machine refuses, a program is judged alike, or `not-observed`.

One submission with right and wrong programs in two languages is checked in each tier. In none is there a traceback, a
harness error, or a process that stays.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

import psutil
import pytest

from conformance.catalogue import catalogue
from conformance.observe.libc import libc
from conformance.observe.linux.arch import PR_SET_CHILD_SUBREAPER
from conformance.records.results import Results, decode
from conformance.submission.references import reference_sources, references
from tests.conftest import Compile
from tests.matrix import HERE, TEXTBOOK
from tests.support.load import load

WRONG: Final = HERE / "wrong"
RIGHT: Final = WRONG.parent / "right"
POSIX: Final = tuple(name for name, one in catalogue().exercises.items() if one.platform == "posix")
PROGRAMS: Final = {
    "hello_server.c": references() / "c" / "hello_server.c",
    "hello_client.c": TEXTBOOK / "client_one_read.c",
    "echo_server.py": references() / "python" / "echo_server.py",
    "echo_client.c": WRONG / "echo_client_exits_one.c",
    "low_open.py": references() / "python" / "low_open.py",
    "fd_seri.c": WRONG / "fd_seri_never_closes.c",
}
REQUIREMENTS: Final = (
    "descriptor.closed-once", "lifecycle.server-binds-given-port", "robust.connection-refused", "robust.port-in-use",
    "transfer.any-split", "transfer.echo-exact", "transfer.greeting", "transfer.prints",
)  # fmt: skip
MOST_TIMES: Final = 2
"""How often at most each submission is judged where nothing else happens, and once more as often while it does."""
SUBMISSIONS: Final = {
    "references": {f"{exercise}.c": reference_sources(exercise)[0] for exercise in POSIX},
    "right": {
        "hello_server.c": RIGHT / "server_threads.c",
        "hello_client.c": RIGHT / "client_nonblocking.c",
        "echo_server.c": RIGHT / "echo_server_threads.c",
        "echo_client.c": RIGHT / "echo_client_fgets.c",
        "file_server.c": RIGHT / "file_server_plain.c",
        "file_client.c": RIGHT / "file_client_plain.c",
        "low_open.c": RIGHT / "low_open_handler.c",
        "low_read.c": RIGHT / "low_read_textbook.c",
    },
    "textbook": {
        "hello_server.c": TEXTBOOK / "server_plain.c",
        "hello_client.c": TEXTBOOK / "client_one_read.c",
        "echo_server.c": TEXTBOOK / "echo_server_one.c",
        "echo_client.c": TEXTBOOK / "echo_client_plain.c",
        "file_server.c": TEXTBOOK / "file_server_loop.c",
        "file_client.c": TEXTBOOK / "file_client_low.c",
        "low_open.c": TEXTBOOK / "low_open_plain.c",
        "low_read.c": TEXTBOOK / "low_read_plain.c",
        "fd_seri.c": TEXTBOOK / "fd_seri_plain.c",
    },
}
NOT_TO_BE_SEEN: Final = "not-observed"


class Tier(NamedTuple):
    """What a machine refuses, and what is known then."""

    name: str
    refused: str = ""
    """System calls, and `filter`: no filter of system calls can be installed."""
    before: tuple[str, ...] = ()
    """A command that starts the suite with fewer rights."""
    traced: bool = True
    apart: bool = True
    user: str = ""
    """Who programs run as, where it is known."""


NO_RIGHTS: Final = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
ONE_USER: Final = ("unshare", "--user", "--map-root-user")
TIERS: Final = (
    Tier("no namespaces", "unshare,mount,clone3", apart=False),
    Tier("no tracing", "ptrace", traced=False),
    Tier("no filters", "filter,seccomp", traced=False),
    Tier("neither", "unshare,mount,clone3,ptrace", traced=False, apart=False),
    Tier("no limits", "sched_setaffinity,setrlimit,prlimit64,personality"),
    Tier("no capabilities", before=NO_RIGHTS, apart=False, user="0"),
    Tier("one user", before=ONE_USER, user="0"),
    Tier("one user, neither", "unshare,ptrace", before=ONE_USER, traced=False, apart=False, user="0"),
)


ALL: Final = Tier("all")
WITHOUT: Final = (*TIERS[:2], TIERS[3])
"""The tiers in which whole submissions are judged again and again: all of them only where there is time for two."""
LEAST: Final = (TIERS[0], TIERS[3])
"""Those of them that are always looked at: what is refused is refused in one of these."""


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("submission")
    for name, source in PROGRAMS.items():
        shutil.copyfile(source, folder / name)
    return folder


def verdicts(found: Results) -> dict[tuple[str, str], str]:
    return {(one.exercise, one.requirement): one.verdict for one in found.verdicts}


def is_of_the_suite(process: psutil.Process) -> bool:
    """Tell whether a process runs for the suite. One that has ended is a zombie until its parent asks for it."""
    try:
        return "offhook-" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def check(submission: Path, before: tuple[str, ...], requirements: tuple[str, ...] = REQUIREMENTS) -> Results:
    """Check the submission as a command; nothing that it starts may stay."""
    file = submission / "results.json"
    asked = [word for one in requirements for word in ("--requirement", one)]
    command = [*before, sys.executable, "-m", "conformance.cli", "check", str(submission), "--json", str(file), *asked]
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what stays comes to this process
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd="/", check=False)
    assert list(filter(is_of_the_suite, psutil.Process().children())) == []
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return decode(file.read_bytes())


@pytest.fixture(scope="module")
def full(submission: Path) -> dict[tuple[str, str], str]:
    """The verdicts where nothing is refused."""
    found = verdicts(check(submission, ()))
    assert found["hello_client", "transfer.any-split"] == "failed"
    assert found["fd_seri", "descriptor.closed-once"] == "failed"
    assert found["hello_server", "robust.port-in-use"] == "passed"
    return found


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name)
def test_the_verdicts_are_the_same(
    tier: Tier, submission: Path, full: dict[tuple[str, str], str], compiled: Compile
) -> None:
    if tier.user and os.getuid() != 0:
        pytest.skip("a plain user has no other rights to give up")
    deny = (str(compiled("deny")), tier.refused) if tier.refused else ()
    found = check(submission, (*tier.before, *deny))
    given = {one: verdict for one, verdict in verdicts(found).items() if verdict != NOT_TO_BE_SEEN}
    assert given == {one: full[one] for one in given}
    assert (len(given) == len(full)) == tier.traced
    assert found.harness.observer.startswith("linux" if tier.traced else "none")
    assert ("host network" not in str(found.harness.sandbox)) == tier.apart
    assert str(found.harness.sandbox).endswith(f"user {tier.user}" if tier.user else "")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if {"tier", "name"} <= set(metafunc.fixturenames):
        whole = metafunc.config.getoption("times") >= MOST_TIMES
        names, without = (SUBMISSIONS, WITHOUT) if whole else (("textbook",), LEAST)
        cases = [(ALL, name) for name in SUBMISSIONS] + [(tier, name) for tier in without for name in names]
        metafunc.parametrize(("tier", "name"), cases, ids=[f"{name}-{tier.name}" for tier, name in cases])


def test_verdicts_do_not_change(tier: Tier, name: str, tmp_path: Path, compiled: Compile, times: int) -> None:
    times = min(times, MOST_TIMES)
    for file, source in SUBMISSIONS[name].items():
        shutil.copyfile(source, tmp_path / file)
    deny = (str(compiled("deny")), tier.refused) if tier.refused else ()
    seen = [verdicts(check(tmp_path, (*tier.before, *deny), ())) for _ in range(times)]
    with load():
        seen += [verdicts(check(tmp_path, (*tier.before, *deny), ())) for _ in range(times)]
    # without tracing it is chance whether a reset comes before a write: what fails may fail each time or not
    alike = {} if tier.traced else {"unsteady": "failed"}
    changed = {one for one in seen[0] if len({alike.get(each[one], each[one]) for each in seen}) > 1}
    assert {one: [found[one] for found in seen] for one in changed} == {}
