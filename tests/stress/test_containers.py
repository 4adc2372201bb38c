"""Where less is allowed: without tracing, without namespaces, as a plain user, in a container by its runtime's rules.

What can be judged there is the same.
"""

import ctypes
import os
import platform
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from conformance.observe.libc import libc
from conformance.observe.linux import seccomp
from conformance.observe.linux.arch import (
    PR_SET_NO_NEW_PRIVS,
    PR_SET_SECCOMP,
    SECCOMP_MODE_FILTER,
    FilterProgram,
)
from conformance.records.results import Results, decode
from conformance.sandbox.request import Isolation
from conformance.sandbox.worker import Worker
from tests.matrix import TEXTBOOK

PTRACE = {"x86_64": 101, "aarch64": 117}
UNSHARE = {"x86_64": 272, "aarch64": 97}
REFUSE = 0x0005_0000 | 1  # SECCOMP_RET_ERRNO with EPERM
PR_CAPBSET_READ, PR_CAPBSET_DROP = 23, 24
OF_A_CONTAINER = frozenset({0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31})
"""The capabilities that container runtimes leave to root: of files, users, signals; none of tracing, of namespaces."""
SYS_PTRACE = 19


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    shutil.copyfile(TEXTBOOK / "client_one_read.c", tmp_path / "hello_client.c")
    return tmp_path


def forbid(*numbers: int) -> Callable[[], None]:
    """Return what makes system calls answer EPERM, in this process and all that it starts."""
    steps = [
        (seccomp.LOAD, 0, 0, seccomp.SECCOMP_NUMBER_AT),
        *((seccomp.JUMP_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)),
        (6, 0, 0, seccomp.ALLOW),
        (6, 0, 0, REFUSE),
    ]
    code = b"".join(struct.pack("<HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = FilterProgram(len(steps), ctypes.addressof(buffer))

    def install(_keep: object = buffer) -> None:
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program), 0, 0)

    return install


def container(*, cap_add: int | None = None, forbids_tracing: bool = False) -> Callable[[], None]:
    """Return what puts a process under the rules of a container's runtime, with at most one right more.

    Without CAP_SYS_ADMIN it makes no namespaces; up to Linux 4.7 runtimes forbid ptrace itself without CAP_SYS_PTRACE.
    """
    refuse = forbid(UNSHARE[platform.machine()], *([PTRACE[platform.machine()]] if forbids_tracing else []))

    def enter() -> None:
        refuse()
        for right in range(64):
            if right not in OF_A_CONTAINER | {cap_add} and libc.prctl(PR_CAPBSET_READ, right, 0, 0, 0) == 1:
                libc.prctl(PR_CAPBSET_DROP, right, 0, 0, 0)

    return enter


def check(folder: Path, before: Callable[[], None] | None = None) -> Results:
    file = folder / "results.json"
    command = [sys.executable, "-m", "conformance.cli", "check", str(folder), "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, preexec_fn=before, cwd="/")
    assert done.returncode == 1, done.stdout + done.stderr
    return decode(file.read_bytes())


def test_without_tracing_the_wire_is_judged_and_it_is_said(submission: Path) -> None:
    found = check(submission, forbid(PTRACE[platform.machine()]))
    assert str(found.harness.not_observed).startswith("tracing is not allowed here")
    verdicts = {one.requirement: one.verdict for one in found.verdicts}
    assert verdicts["transfer.any-split"] == "failed"
    assert verdicts["robust.connection-refused"] == "passed"
    assert verdicts["descriptor.closed-once"] == "not-observed"


def test_without_namespaces_the_verdicts_are_the_same(submission: Path) -> None:
    apart = {one.requirement: one.verdict for one in check(submission).verdicts}
    found = check(submission, forbid(UNSHARE[platform.machine()]))
    assert "host network" in str(found.harness.sandbox)
    assert {one.requirement: one.verdict for one in found.verdicts} == apart


def test_in_a_container_that_forbids_tracing_the_wire_is_judged_and_it_is_said(submission: Path) -> None:
    file = submission / "results.json"
    command = [sys.executable, "-m", "conformance.cli", "check", str(submission), "--json", str(file)]
    enter = container(forbids_tracing=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, preexec_fn=enter, cwd="/")
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.lstrip().startswith("Calls were not observed"), done.stdout
    verdicts = {one.requirement: one.verdict for one in decode(file.read_bytes()).verdicts}
    assert verdicts["transfer.any-split"] == "failed"
    assert verdicts["robust.connection-refused"] == "passed"
    assert verdicts["descriptor.closed-once"] == "not-observed"


@pytest.mark.parametrize("right", [SYS_PTRACE, None], ids=["with the right", "where the runtime allows tracing to all"])
def test_in_a_container_that_allows_tracing_all_is_judged(submission: Path, right: int | None) -> None:
    found = check(submission, container(cap_add=right))
    assert found.harness.observer == "linux"
    assert "host network" in str(found.harness.sandbox)
    verdicts = {one.requirement: one.verdict for one in found.verdicts}
    assert verdicts == {one.requirement: one.verdict for one in check(submission).verdicts}
    assert "not-observed" not in verdicts.values()


def test_a_plain_user_has_namespaces_and_tracing_too() -> None:
    if os.getuid() != 0:
        pytest.skip("the other tests run as a plain user already")
    isolation = _isolation_as_plain_user()
    assert isolation.user == "65534"
    assert isolation.tracing
    assert isolation.network


def _isolation_as_plain_user() -> Isolation:
    """Set up a worker in a child that has become a plain user, and return what it keeps apart."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            os.chdir("/tmp")
            libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, which the change of user took away
            worker = Worker(0)
            os.write(writing, msgspec.msgpack.encode(worker.isolation()))
            worker.close()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        data = answer.read()
    os.waitpid(child, 0)
    return msgspec.msgpack.decode(data, type=Isolation)
