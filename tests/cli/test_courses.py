"""Courses as their authors meet them: begun, checked, and laid over the package's exercises by each command."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.catalogue import course_folder
from conformance.records.results import decode
from tests.support.courses import write_course
from tests.support.offhook import ROOT, offhook

ADDER = """
[adder]
title = "Adds"
role = "{role}"
conversation = "dialogue"
requests = "{requests}"
example = [{{ send = "1 + 1\\n", expect = "2\\n" }}]
"""
PARROT = """
[parrot]
title = "Says what it hears"
like = "echo_server"
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of one exercise."""
    return write_course(tmp_path / "course", {"exercises.toml": PARROT})


@pytest.fixture
def homework(tmp_path: Path) -> Path:
    """A folder with a right program of it."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    (tmp_path / "homework").mkdir()
    shutil.copy(ROOT / "reference_impl" / "c" / "echo_server.c", tmp_path / "homework" / "parrot.c")
    return tmp_path / "homework"


def test_a_course_to_begin_with_is_right(tmp_path: Path) -> None:
    folder = str(tmp_path / "mine")
    assert folder in offhook("course", "new", folder, status=0).stdout
    assert "is there already" in offhook("course", "new", folder, status=2).stderr
    said = offhook("course", "check", folder, status=0).stdout
    assert "reference/adder_server.c: keeps all" in said
    assert "wrong/forgets_the_rest.c: breaks transfer.requests-together, as it says" in said


def test_one_program_of_a_course_is_tried_alone(tmp_path: Path) -> None:
    folder = str(tmp_path / "mine")
    offhook("course", "new", folder, status=0)
    said = offhook("course", "check", folder, "--program", "forgets", status=0).stdout
    assert "wrong/forgets_the_rest.c: breaks" in said
    assert "adder_server.c: keeps" not in said
    assert "has nobody in its name" in offhook("course", "check", folder, "--program", "nobody", status=2).stderr


@pytest.mark.parametrize("named", ["next-chapters", str(course_folder(Path("next-chapters")))])
def test_a_course_of_the_package_is_named_by_its_short_name_or_its_folder(named: str, tmp_path: Path) -> None:
    offhook("new", "next-udp_echo_server", tmp_path, "--language", "c", "--course", named, status=0)
    assert (tmp_path / "udp_echo_server.c").is_file()


def test_a_short_name_that_is_nearly_right_is_corrected(tmp_path: Path) -> None:
    said = offhook("check", tmp_path, "--course", "next-chapter", status=2).stderr
    assert "did you mean next-chapters?" in said


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "exercises.toml",
            PARROT.replace("like", "lik"),
            "exercises.toml:4: parrot: there is no key lik (did you mean",
        ),
        ("course.toml", 'name = "A"\nprefix = "A-1"\n', "course.toml:2: a course has a prefix of small letters"),
        (
            "exercises.toml",
            PARROT + 'without = ["transfer.lrge"]\n',
            "no requirement begins with transfer.lrge (did you",
        ),
        ("wrong/one.c", "/* Wrong.\n * exercise: parot\n */", "wrong/one.c: parot: there is no such exercise (did you"),
        ("wrong/one.c", "/* Wrong.\n * exercise: parrot\n */", "wrong/one.c: a wrong program says what it breaks"),
        ("exercises.toml", PARROT + "[[parrot.example]]\nsend = 1\n", "parrot: Expected `str | object`, got `int`"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(course: Path, name: str, text: str, said: str) -> None:
    write_course(course, {name: text})
    assert said in offhook("course", "check", str(course), status=2).stderr


@pytest.mark.parametrize(
    ("requests", "role", "said"),
    [
        ("draw.py:nothing", "server", "adder: the course has no function draw.py:nothing"),
        ("other.py:requests", "server", "adder: the course has no function other.py:requests"),
        ("draw.py:number", "server", "adder: the function draw.py:number of the course returns no Hypothesis strategy"),
        ("draw.py:requests", "client", "exercises.toml:6: adder: requests are drawn for a server"),
    ],
)
def test_a_strategy_that_is_none_is_named(course: Path, requests: str, role: str, said: str) -> None:
    draw = "from hypothesis.strategies import binary\n\nrequests = binary\n\n\ndef number():\n    return 1\n"
    write_course(course, {"draw.py": draw, "exercises.toml": ADDER.format(requests=requests, role=role)})
    assert said in offhook("course", "check", course, status=2).stderr


def test_a_solution_that_is_not_right_is_named(course: Path) -> None:
    write_course(course, {"reference/parrot.py": "import sys\nsys.exit('usage: parrot <port>')\n"})
    said = offhook("course", "check", str(course), status=1).stdout
    assert "reference/parrot.py: a solution that is not right" in said


def test_check_and_results_name_the_course(homework: Path, course: Path, tmp_path: Path) -> None:
    data = tmp_path / "results.json"
    asked = ("check", str(homework), "--requirement", "transfer.echo-exact", "--json", str(data))
    offhook(*asked, "--course", str(course), status=0)
    results = decode(data.read_bytes())
    assert [one.exercise for one in results.programs] == ["a-parrot"]
    (used,) = results.harness.courses
    assert (used.name, used.prefix) == ("A course", "a")
    write_course(course, {"exercises.toml": PARROT + "# otherwise\n"})
    offhook(*asked, "--course", str(course), status=0)
    assert decode(data.read_bytes()).harness.courses[0].digest != used.digest


def test_explain_and_new_know_its_exercises(course: Path, tmp_path: Path) -> None:
    assert "a-parrot" in offhook("explain", "transfer.echo-exact", "--course", str(course), status=0).stdout
    offhook("new", "a-parrot", str(tmp_path / "new"), "--language", "c", "--course", str(course), status=0)
    assert (tmp_path / "new" / "parrot.c").is_file()


def test_pytest_knows_its_exercises(homework: Path, course: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.offhook]\ncourse = "{course.name}"\n')
    command = [sys.executable, "-m", "pytest", "-q", "--pyargs", "conformance.suite", "--collect-only"]
    asked = ["--submission", str(homework), "--requirement", "transfer.echo-exact", "--rootdir", str(tmp_path)]
    done = subprocess.run([*command, *asked], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "test_echo_exact[a-parrot]" in done.stdout, done.stdout + done.stderr


def test_a_class_is_judged_by_it(homework: Path, course: Path, tmp_path: Path) -> None:
    shutil.copytree(homework, tmp_path / "class" / "kim")
    out = tmp_path / "marks"
    asked = ("--requirement", "transfer.echo-exact", "--sandbox", "best", "--course", str(course))
    offhook("class", str(tmp_path / "class"), "--into", str(out), *asked, status=0)
    results = decode((out / "students" / "kim" / "results.json").read_bytes())
    assert [(one.exercise, one.verdict) for one in results.verdicts] == [("a-parrot", "passed")]
    assert results.harness.courses[0].name == "A course"
