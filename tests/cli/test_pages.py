"""What the pages of the documentation tell to run is run, and prints what they say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from docs.site import ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))


class Block(NamedTuple):
    """A block of code in a page: `sh` is run, `text` is what that printed, a language with a path is a file."""

    language: str
    path: str
    text: str


def blocks(path: Path) -> list[Block]:
    found = re.findall(r"^```(\w+) ?([\w./]*)\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [Block(*one) for one in found]


@pytest.mark.parametrize(
    "page", [path for path in PAGES if any(one.language == "sh" for one in blocks(path))], ids=lambda path: path.stem
)
def test_what_a_page_runs_prints_what_it_says(page: Path, tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    if not page.stem.startswith("first_check"):
        homework(tmp_path / "my_homework", starts_empty=page.stem == "how_to_new")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "120",
        "OFFHOOK_LANGUAGE": "ko" if page.stem.endswith("_ko") else "en",
    }
    printed = ""
    for block in blocks(page):
        if block.path:
            (tmp_path / block.path).write_text(block.text, "utf-8")
        if block.language == "sh":
            command = ["bash", "-eu", "-c", re.sub(r"^(offhook .*)$", LET_FAIL, block.text, flags=re.MULTILINE)]
            done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
            printed = done.stdout + done.stderr
            assert done.returncode == 0, printed
        if block.language == "text":
            assert_said(block.text, printed)


LET_FAIL = r"\1 || [ $? = 1 ]"
"""A check may find something: its exit status is then 1."""


def homework(folder: Path, *, starts_empty: bool) -> None:
    """Make the folder of which the how-to guides speak: a right server and a client with a slip."""
    folder.mkdir()
    if not starts_empty:
        shutil.copy(ROOT / "reference_impl" / "c" / "hello_server.c", folder)
        shutil.copy(ROOT / "tests" / "matrix" / "textbook" / "client_one_read.c", folder / "hello_client.c")


def assert_said(shown: str, printed: str) -> None:
    """Look for each line in what was printed, one after the other; `…` stands for anything within a line."""
    place = 0
    for line in filter(None, map(str.strip, shown.splitlines())):
        found = re.compile(".*".join(map(re.escape, line.split("…")))).search(printed, place)
        assert found, f"{line!r} is not printed, or not there:\n{printed}"
        place = found.end()


def test_what_is_not_printed_is_found() -> None:
    assert_said("two … six\n\n  eight", "one\ntwo four six\nseven eight")
    for shown in ("nine", "two … eight", "eight\ntwo"):
        with pytest.raises(AssertionError):
            assert_said(shown, "two four six\neight")
