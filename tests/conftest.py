"""What the tests share: a sandbox, a compiler, and the rule that CI skips nothing."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.sandbox.client import Sandbox
from conformance.submission.build import MISSING, BuildDir
from conformance.submission.languages import C_FLAGS, WINDOWS_C, WINDOWS_HEADERS_FOLDER

for _number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:  # as below nohup, or in the background of a script
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)

os.environ["OFFHOOK_LANGUAGE"] = "en"  # whatever the locale of this machine is
PROGRAMS = Path(__file__).parent / "support" / "programs"
REFERENCES = Path(__file__).parent.parent / "reference_impl" / "winsock"
Compile = Callable[..., Path]
Build = Callable[[str], str]


def worker_number() -> int:
    """Return this pytest-xdist worker's number, or 0."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let stress tests be shorter where they are run after each change."""
    what = "judge each program and class of the stress tests so often, and as often while the processors are busy"
    parser.addoption("--times", type=int, default=10, help=what)


@pytest.fixture(scope="session")
def times(request: pytest.FixtureRequest) -> int:
    """How often a stress test judges the same while nothing else happens, and once more as often while it does."""
    given = request.config.getoption("--times")
    assert isinstance(given, int)
    assert given >= 1
    return given


FOLDER_MARKS = {
    "sandbox": ("sandbox",),
    "cli": ("sandbox",),
    "matrix": ("sandbox",),
    "platforms": ("sandbox",),
    "browser": ("browser",),
    "stress": ("sandbox", "stress"),
    "hostile": ("sandbox", "stress"),
}
"""How the tests of each folder are marked; those of `unit` run no program and are done in seconds."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they need, so that they can be chosen by it: `-m "sandbox and not wine"`."""
    for item in items:
        for mark in FOLDER_MARKS.get(item.path.parent.name, ()):
            item.add_marker(mark)
        if not {"windows", "build"}.isdisjoint(getattr(item, "fixturenames", ())) or "win_" in item.name:
            item.add_marker("wine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one: a missing package must not hide."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and "conformance/suite" not in item.nodeid:
        report.outcome = "failed"
    return report


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In CI show a failure at once: where the whole is stopped before its end, nothing else would say why."""
    if os.environ.get("CI") == "true" and report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.nodeid} ({report.when}) failed:\n{report.longreprtext}", file=sys.__stderr__, flush=True)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all tests of this process."""
    with Sandbox(worker_number()) as one:
        yield one


@pytest.fixture(scope="session")
def build_dir(sandbox: Sandbox) -> Iterator[BuildDir]:
    """Where programs for that sandbox are built."""
    with closing(BuildDir(sandbox)) as one:
        yield one


@pytest.fixture(scope="session")
def compiled() -> Iterator[Compile]:
    """Compile a C program of tests/support/programs once, with further flags, where every user may run it."""
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


@pytest.fixture(scope="session")
def build() -> Iterator[Build]:
    """Compile a Windows program of tests/support/programs or of the references, where every user may run it."""
    mingw = shutil.which("x86_64-w64-mingw32-gcc")
    if mingw is None:
        pytest.skip("no mingw here")

    def made(name: str) -> str:
        source = next(path for path in (PROGRAMS / f"{name}.c", REFERENCES / f"{name}.c") if path.is_file())
        copy, target = folder / source.name, folder / f"{name}.exe"
        fill = {"{headers}": str(WINDOWS_HEADERS_FOLDER), "{spellings}": str(folder)}
        fill |= {"{missing}": str(WINDOWS_HEADERS_FOLDER / MISSING)}
        fill |= {"{output}": str(target), "{source}": str(copy)}
        if not target.exists():
            shutil.copyfile(source, copy)
            subprocess.run([mingw, *(fill.get(word, word) for word in WINDOWS_C)], check=True)
        return str(target)

    with tempfile.TemporaryDirectory(prefix="offhook-tests-") as name:  # pytest closes its own to other users
        folder = Path(name)
        folder.chmod(0o755)
        yield made


@pytest.fixture(scope="session")
def windows(sandbox: Sandbox) -> Sandbox:
    """The sandbox of Windows programs."""
    found = sandbox.of("winsock")
    if not found.isolation.tracing:
        pytest.skip(str(found.isolation.why_not))
    return found
