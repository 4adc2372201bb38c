"""Where less is allowed: without tracing, without namespaces, as a plain user. What can be judged there is the same."""

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

from conformance.observe import seccomp
from conformance.observe.machine import PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, FilterProgram, libc
from conformance.reporting.results import Results, decode
from conformance.stage.script import Isolation
from conformance.stage.worker import Worker
from tests.kill_matrix import TEXTBOOK

PTRACE = {"x86_64": 101, "aarch64": 117}
UNSHARE = {"x86_64": 272, "aarch64": 97}
REFUSE = 0x0005_0000 | 1  # SECCOMP_RET_ERRNO with EPERM


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    shutil.copyfile(TEXTBOOK / "client_one_read.c", tmp_path / "hello_client.c")
    return tmp_path


def forbid(number: int) -> Callable[[], None]:
    """Return what makes one system call answer EPERM, in this process and all that it starts."""
    steps = [
        (seccomp.LOAD, 0, 0, seccomp.NUMBER),
        (seccomp.JUMP_EQUAL, 0, 1, number),
        (6, 0, 0, REFUSE),
        (6, 0, 0, seccomp.ALLOW),
    ]
    code = b"".join(struct.pack("<HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = FilterProgram(len(steps), ctypes.addressof(buffer))

    def install(_keep: object = buffer) -> None:
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)

    return install


def check(folder: Path, before: Callable[[], None] | None = None) -> Results:
    file = folder / "results.json"
    command = [sys.executable, "-m", "conformance.cli", "check", str(folder), "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, preexec_fn=before, cwd="/")
    assert done.returncode == 1, done.stdout + done.stderr
    return decode(file.read_bytes())


def test_without_tracing_the_wire_is_judged_and_it_is_said(submission: Path) -> None:
    found = check(submission, forbid(PTRACE[platform.machine()]))
    assert found.harness.observer.startswith("none: tracing is not allowed here")
    verdicts = {one.requirement: one.verdict for one in found.verdicts}
    assert verdicts["transfer.any-split"] == "failed"
    assert verdicts["robust.connection-refused"] == "passed"
    assert verdicts["descriptor.closed-once"] == "not-observed"


def test_without_namespaces_the_verdicts_are_the_same(submission: Path) -> None:
    apart = {one.requirement: one.verdict for one in check(submission).verdicts}
    found = check(submission, forbid(UNSHARE[platform.machine()]))
    assert "host network" in found.harness.sandbox
    assert {one.requirement: one.verdict for one in found.verdicts} == apart


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
