"""What the tests share: a stage, a compiler, and the rule that CI skips nothing."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from conformance.grading.languages import C_FLAGS
from conformance.stage.handle import Stage

PROGRAMS = Path(__file__).parent / "programs"
Compile = Callable[..., Path]


def worker_number() -> int:
    """Return this pytest-xdist worker's number, or 0."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one: a missing package must not hide."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and "conformance/suite" not in item.nodeid:
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """One stage for all tests of this process."""
    with Stage(worker_number()) as one:
        yield one


@pytest.fixture(scope="session")
def compiled() -> Iterator[Compile]:
    """Compile a C program of tests/programs once, with further flags, where every user may run it."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")

    def build(name: str, *flags: str) -> Path:
        target = folder / "".join([name, *flags]).replace("/", "_")
        if not target.exists():
            source = PROGRAMS / f"{name}.c"
            subprocess.run(["gcc", *C_FLAGS, *flags, "-o", str(target), str(source)], check=True)
        return target

    with tempfile.TemporaryDirectory(prefix="offhook-tests-") as name:  # pytest closes its own to other users
        folder = Path(name)
        folder.chmod(0o755)
        yield build
