"""The programs of one exercise on two platforms stand beside each other on the page."""

import shutil
from pathlib import Path

import pytest

from conformance.records.results import SideBySide
from tests.matrix import HERE
from tests.support.offhook import check

REFERENCES = HERE.parent.parent / "reference_impl"


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> SideBySide:
    if shutil.which("wine") is None or shutil.which("x86_64-w64-mingw32-gcc") is None:
        pytest.skip("no Wine here")
    folder = tmp_path_factory.mktemp("beside")
    for path in (REFERENCES / "c/hello_server.c", REFERENCES / "winsock/hello_server_win.c"):
        shutil.copyfile(path, Path(folder) / path.name)
    found = check(
        folder, "--requirement", "lifecycle.server-accepts", "--requirement", "winsock.startup-first", status=0
    )
    (one,) = found.beside
    return one


def test_the_same_calls_stand_in_one_line(beside: SideBySide) -> None:
    assert (beside.posix, beside.windows) == ("hello_server", "hello_server_win")
    pairs = [(row.posix.partition("(")[0], row.windows.partition("(")[0], row.differs) for row in beside.rows]
    assert pairs == [
        ("", "WSAStartup", True), ("socket", "socket", False), ("setsockopt", "", True), ("bind", "bind", False),
        ("listen", "listen", False), ("accept", "accept", False), ("write", "send", True),
        ("close", "closesocket", True), ("close", "closesocket", True), ("", "WSACleanup", True),
    ]  # fmt: skip
