"""What is built for Windows: headers in every spelling, where Wine is not, and whose calls are recorded."""

from pathlib import Path

import pytest

from conformance.catalogue import catalogue
from conformance.grading import headers
from conformance.grading.submission import SubmissionError, read
from conformance.observe.machine import machine
from conformance.stage import wine

INCLUDES = b"""#include <WinSock2.h>\r
  #  include "Windows.h"
#include <stdio.h>
#include "Mine.h"
#include <SYS/Types.h>
#include <../../Outside.h>
#include </etc/Passwd>
#include <A.h>
#include <A.h/B.h>
"""


def test_each_spelling_leads_to_the_real_header(tmp_path: Path) -> None:
    (tmp_path / "hello_server_win.c").write_bytes(INCLUDES)
    (tmp_path / "Mine.h").write_text("")
    folder = headers.forward(tmp_path)
    made = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert made == {
        "WinSock2.h": "#include <winsock2.h>\n",
        "Windows.h": "#include <windows.h>\n",
        "SYS/Types.h": "#include <sys/types.h>\n",
        "A.h": "#include <a.h>\n",
    }


def test_only_c_and_cpp_are_written_for_windows(tmp_path: Path) -> None:
    (tmp_path / "hello_server_win.py").write_text("")
    with pytest.raises(SubmissionError):
        read(tmp_path)
    (tmp_path / "HelloServerWin.CPP").write_text("")
    assert list(read(tmp_path).found) == ["hello_server_win"]


def test_what_every_posix_exercise_must_keep_is_not_asked_of_windows_programs() -> None:
    windows = {name for name, one in catalogue().exercises.items() if one.platform == "winsock"}
    everybody = [one for one in catalogue().requirements.values() if one.applies == ("*",)]
    assert len(windows) == 4
    assert everybody
    assert not any(one.concerns(name) for one in everybody for name in windows)


def test_without_wine_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wine, "LOADERS", ("no-such-wine",))
    assert "apt-get install wine" in str(wine.ready(machine()))


def test_on_other_machines_the_reason_is_the_machine() -> None:
    assert "x86-64" in str(wine.ready(None))
