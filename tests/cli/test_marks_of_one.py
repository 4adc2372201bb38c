"""`offhook check --rubric R --as FORMAT=FILE`: one submission, marked inside a course server's container."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.matrix import TEXTBOOK
from tests.support import readers
from tests.support.offhook import offhook, put

FEW = ("--requirement", "transfer.greeting", "--requirement", "descriptor.closed-once")
RUBRIC = '[rubric]\npoints = 10\n[exercise.hello_server]\npoints = 10\n[exercise.hello_server.group]\n' \
    '"transfer.greeting" = 6\n"descriptor.closed-once" = 4\n'  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("handed in")
    put(found, "hello_server.c", TEXTBOOK / "server_plain.c")
    put(found, "rubric.toml", RUBRIC)
    return found


def test_files_and_standard_output_are_as_the_system_reads_them(folder: Path, tmp_path: Path) -> None:
    scope = tmp_path / "results.json"
    words = ("--rubric", folder / "rubric.toml", "--as", f"gradescope={scope}", "--as", "autolab=-")
    done = offhook("check", folder, *words, *FEW, status=0)
    scores = json.loads(done.stdout.splitlines()[-1])["scores"]
    assert scores == {"hello_server": 10}
    assert json.loads(done.stdout.splitlines()[-2])["stages"]
    assert "hello_server" in done.stderr, "the summary is where no system reads it"
    tests = json.loads(scope.read_bytes())["tests"]
    assert sum(one["score"] for one in tests) == 10


def test_where_the_mark_is_open_no_older_file_stays(folder: Path, tmp_path: Path) -> None:
    scope = tmp_path / "results.json"
    scope.write_text('{"score": 100}')
    done = offhook("check", folder, "--rubric", "careful", "--as", f"gradescope={scope}", *FEW)
    assert done.returncode == 3, "most requirements were not judged"
    assert not scope.exists()
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--rubric", "careful"),
        ("--as", "autolab=-"),
        ("--rubric", "careful", "--as", "nonsense=x"),
        ("--rubric", "careful", "--as", "autolab"),
        ("--rubric", "careful", "--as", "autolab=-", "--as", "vpl=-"),
        ("--rubric", "no such", "--as", "autolab=-"),
        ("--as", "lines=-", "--as", "gradescope=x"),
        ("--as", "lines=-", "--github"),
        ("--as", "sarif=x", "--watch"),
        ("--rubric", "careful", "--as", "autolab=-", "--github"),
    ],
)
def test_wrong_use_is_said_in_one_line_before_anything_is_judged(words: tuple[str, ...], folder: Path) -> None:
    done = offhook("check", folder, *words, status=2)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


def test_what_holds_no_mark_needs_no_rubric_and_leaves_the_exit_status_as_it_is(folder: Path, tmp_path: Path) -> None:
    put(tmp_path, "hello_server.c", TEXTBOOK / "server_plain.c")
    forms = ("lines", "sarif", "ctrf", "junit")
    words = [word for form in forms for word in ("--as", f"{form}={tmp_path / form}")]
    offhook("check", folder, *words, *FEW, status=0)
    assert (tmp_path / "lines").read_text() == ""
    broken = ("--requirement", "transfer.short-writes")
    offhook("check", tmp_path, *words, *broken, status=1, GITHUB_WORKSPACE=str(tmp_path.parent))
    (line,) = readers.lines((tmp_path / "lines").read_bytes())
    assert (line.severity, line.code) == ("error", "transfer.short-writes")
    place = json.loads((tmp_path / "sarif").read_bytes())["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"{tmp_path.name}/hello_server.c", "as the repository names it"
    assert (line.file, line.line) == (str(tmp_path / "hello_server.c"), place["region"]["startLine"])
    assert json.loads((tmp_path / "ctrf").read_bytes())["results"]["summary"]["failed"] == 1
    assert ElementTree.parse(tmp_path / "junit").getroot().get("failures") == "1"


def test_lines_on_standard_output_stand_there_alone(tmp_path: Path) -> None:
    put(tmp_path, "hello_server.c", TEXTBOOK / "server_plain.c")
    done = offhook("check", tmp_path, "--as", "lines=-", "--requirement", "transfer.short-writes", status=1)
    (line,) = readers.lines(done.stdout.encode())
    assert line.code == "transfer.short-writes"
    assert "hello_server" in done.stderr


def test_with_a_rubric_the_summary_on_github_begins_with_the_mark(folder: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    words = ("--rubric", folder / "rubric.toml", "--as", f"sarif={tmp_path / 'sarif'}", "--github")
    offhook("check", folder, *words, *FEW, status=0, GITHUB_STEP_SUMMARY=str(summary))
    assert summary.read_text().splitlines()[2].startswith("**10 of 10 points")


@pytest.mark.parametrize("manifest", ["", "nonsense"], ids=["empty", "with a manifest that is wrong"])
def test_a_folder_in_which_nothing_can_be_judged_is_marked_with_its_reason(tmp_path: Path, manifest: str) -> None:
    if manifest:
        put(tmp_path, "offhook.toml", manifest)
    file = tmp_path / "results.json"
    words = ("--rubric", "careful", "--as", f"gradescope={file}", "--exercise", "hello_server")
    done = offhook("check", tmp_path, *words, status=0)
    found = readers.gradescope(file.read_bytes())
    assert found["score"] == 0
    assert done.stderr[:80] in found["output"]
    offhook("check", tmp_path / "nowhere", *words, status=2)
    offhook("check", tmp_path, *words[:4], status=2)
