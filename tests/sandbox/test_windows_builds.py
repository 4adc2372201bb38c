"""What is built for Windows: headers in every spelling, where Wine is not, and whose calls are recorded."""

from contextlib import closing
from itertools import cycle
from pathlib import Path

import pytest

from conformance.catalogue import catalogue
from conformance.observe.linux.arch import machine
from conformance.records.run import Exited
from conformance.records.scenario import Scenario
from conformance.sandbox import wine
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import RunRequest
from conformance.submission import windows_includes
from conformance.submission.build import BuildDir
from conformance.submission.discover import Found, SubmissionError, read_submission
from conformance.submission.languages import WINSOCK_EXTENSIONS, find_tool

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
    folder = windows_includes.forward(tmp_path)
    made = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert made == {
        "WinSock2.h": "#include <winsock2.h>\n",
        "Windows.h": "#include <windows.h>\n",
        "SYS/Types.h": "#include <sys/types.h>\n",
        "A.h": "#include <a.h>\n",
    }


def test_a_path_with_backslashes_leads_to_the_file_beside_the_source(tmp_path: Path) -> None:
    (tmp_path / "hello_server_win.c").write_bytes(b'#include "..\\..\\Common.h"\n#include "..\\Else.h"\n')
    (tmp_path / "Common.h").write_text("")
    folder = windows_includes.forward(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["..\\..\\Common.h"]
    assert (folder / "..\\..\\Common.h").read_text() == '#include "../Common.h"\n'


HABITS = {
    "time.c": "#include <time.h>\nint main(void) { struct timespec t; return timespec_get(&t, TIME_UTC) != TIME_UTC; }",
    "time_late.cpp": "#include <ctime>\nint main() { timespec t; return timespec_get(&t, TIME_UTC) != TIME_UTC; }",
    "line.cpp": "#include <cstdio>\nint main() { char line[9]; return gets_s(line) != NULL; }",
    "copy.c": '#include <stdlib.h>\nint main(void) { char *p; size_t n; return _dupenv_s(&p, &n, "PATH"); }',
    "first.c": "#include <windows.h>\n#include <winsock2.h>\nint main(void) { return htons(1) == 0; }",
    "old.c": "#include <winsock.h>\nint main(void) { return htons(1) == 0; }",
    "timer.c": '#include <windows.h>\n#pragma comment(lib, "winmm.lib")\nint main(void) { return timeGetTime() == 0; }',
    "none.c": "int main(void) { return 0; }",
    "wide.c": '#include <wchar.h>\nint main(void) { return L"\ud55c"[0] != 0xD55C; }',
    "book.c": '#include "..\\..\\Common.h"\nint main(void) { return COMMON; }',
}
"""Sources as they are written for Visual Studio."""
ENCODINGS = ("utf-8-sig", "utf-16", "cp949")


@pytest.mark.parametrize(("name", "encoding"), list(zip(HABITS, cycle(ENCODINGS), strict=False)))
def test_what_visual_studio_takes_is_built(name: str, encoding: str, sandbox: Sandbox, tmp_path: Path) -> None:
    suffix = Path(name).suffix
    source = tmp_path / f"hello_client_win{suffix}"
    (tmp_path / "Common.h").write_text("#define COMMON 0\n")
    source.write_bytes(f"// \ud55c\uae00\r\n{HABITS[name]}\r\n".encode(encoding))
    if find_tool(WINSOCK_EXTENSIONS[suffix]) is None:
        pytest.skip("no mingw here")
    with closing(BuildDir(sandbox)) as build_dir:
        built = build_dir.build(tmp_path, Found("hello_client_win", source.name))
        assert built.program is not None, built.words
        order = RunRequest(program=built.program, scenario=Scenario())
        assert sandbox.of("winsock").isolation.why_not or sandbox.of("winsock").run(order).ending == Exited(status=0)


def test_only_c_and_cpp_are_written_for_windows(tmp_path: Path) -> None:
    (tmp_path / "hello_server_win.py").write_text("")
    with pytest.raises(SubmissionError):
        read_submission(tmp_path)
    (tmp_path / "HelloServerWin.CPP").write_text("")
    assert list(read_submission(tmp_path).found) == ["hello_server_win"]


def test_what_every_posix_exercise_must_keep_is_not_asked_of_windows_programs() -> None:
    windows = {name for name, one in catalogue().exercises.items() if one.platform == "winsock"}
    posix = set(catalogue().exercises) - windows
    everybody = [one for one in catalogue().requirements.values() if set(one.applies) == posix]
    assert len(windows) == 4
    assert everybody
    assert not any(one.concerns(name) for one in everybody for name in windows)


def test_without_wine_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wine, "LOADERS", ("no-such-wine",))
    assert "apt-get install wine" in str(wine.ready(machine()))


def test_on_other_machines_the_reason_is_the_machine() -> None:
    assert "x86-64" in str(wine.ready(None))
