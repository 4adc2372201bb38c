"""Rubrics: what is read, and how a rubric that cannot be used is refused with its line."""

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.catalogue import catalogue
from conformance.catalogue.toml_lines import line_of, lines_of
from conformance.grading.points import Hidden, Late, Whole, Worth, concerned, shares
from conformance.grading.rubric import TABLES, RubricError, read_rubric, ready_rubrics
from docs.site import ROOT
from tests.matrix import TEXTBOOK

HOMEWORK: Final = """\
[rubric]
title = "Homework 1"
points = 100
round = 0.5
late = {per_day = 10, at_most = 30}

[exercise.hello_server]
points = 50
[exercise.hello_server.group]
lifecycle = 20
transfer = 5
descriptor = 5
robust = 10
"transfer.short-writes" = 10

[exercise.hello_client]
points = 50

[level]
SHOULD = 0.25

[verdict]
unsteady = 0.5

[gate]
"lifecycle.server-call-order" = 0.4

[hidden]
requirements = ["robust.*"]
after = "due_date"
"""


def written(folder: Path, text: str | bytes) -> str:
    """Write a rubric and return its path."""
    path = folder / "homework.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def complaint(folder: Path, text: str | bytes) -> str:
    """Return what is said of a rubric that cannot be used, without its folder."""
    path = written(folder, text)
    with pytest.raises(RubricError) as problem:
        read_rubric(path)
    return str(problem.value).removeprefix(f"{folder}/")


def test_a_rubric_is_read(tmp_path: Path) -> None:
    found = read_rubric(written(tmp_path, HOMEWORK))
    assert (found.name, found.title) == ("homework", "Homework 1")
    assert (found.whole.points, found.whole.round) == (100, 0.5)
    assert found.whole.late == Late(per_day=10, at_most=30)
    assert found.level == {"MUST": 1, "SHOULD": 0.25, "MAY": 0}
    assert found.verdict == {"unsteady": 0.5}
    assert found.gate == {"lifecycle.server-call-order": 0.4}
    assert found.is_hidden("robust.arguments")
    assert not found.is_hidden("transfer.greeting")
    assert found.hidden.after == "due_date"


def test_a_digest_says_what_a_rubric_means_and_not_how_it_is_written(tmp_path: Path) -> None:
    digest = read_rubric(written(tmp_path, HOMEWORK)).digest
    assert (
        read_rubric(written(tmp_path, HOMEWORK.replace("= 0.25", "= 0.250 # a quarter") + "\n# end\n")).digest == digest
    )
    assert read_rubric(written(tmp_path, HOMEWORK.replace("\n", "\r\n"))).digest == digest
    assert read_rubric(written(tmp_path, HOMEWORK.replace("at_most = 30", "at_most = 40"))).digest != digest


# One thing is changed in the homework: where that is, and what is said about it.
WRONG: Final = [
    ("[rubric]", "[rubrik]", 1, "rubrik is not known (did you mean rubric?); there are rubric, exercise, level"),
    ("round = 0.5", "ronud = 0.5", 4, "rubric.ronud is not known (did you mean round?)"),
    ("points = 100", "points = -1", 3, "rubric: Expected `float`"),
    ("points = 100", "points = nan", 3, "rubric: Expected `float`"),
    ("points = 100", "points = inf", 3, "rubric: Expected `float`"),
    ("points = 100", f"points = {'9' * 400}", 3, "rubric: Number out of range"),
    ("points = 100", 'points = "100"', 3, "got `str`"),
    ("points = 100", "points = true", 3, "got `bool`"),
    ("points = 100", "points = 90", 3, "the exercises have 100 points together, and the rubric has 90"),
    ("round = 0.5", "round = 0", 4, "rubric: Expected `float` > 0"),
    ("round = 0.5", "round = 0.3", 4, "100 points cannot be reached in steps of 0.3"),
    ("per_day = 10", "per_day = -10", 5, "rubric: Expected `float` >= 0"),
    ("per_day = 10", "per_dya = 10", 5, "unknown field `per_dya`"),
    ("late = {per_day = 10, at_most = 30}", "late = 10", 5, "rubric: Expected `object | null`, got `int`"),
    ("[exercise.hello_server]", "[exercise.hello_sever]", 7, "exercise.hello_sever is not known (did you mean hello_"),
    ("points = 50\n[exercise.hello_server.group]", "[exercise.hello_server.group]", 7, "hello_server] has no points"),
    ("lifecycle = 20", "lifecycle = 21", 9, "the shares of hello_server are 51 together, and the exercise has 50"),
    ("lifecycle = 20", "lifecycle = -20", 10, "exercise.hello_server.group.lifecycle: Expected `float` >= 0"),
    ("lifecycle = 20", "livecycle = 20", 10, "livecycle is not known (did you mean lifecycle?); there are lifecycle"),
    ("lifecycle = 20", "file = 20", 10, "group.file is not known"),
    ("lifecycle = 20", "winsock.send-recv = 20", 10, "write it in quotes"),
    ('"transfer.short-writes" = 10', "transfer.short-writes = 10", 14, "not TOML"),
    ('"transfer.short-writes"', '"transfer.any-split"', 14, 'group."transfer.any-split" is not known'),
    ('"transfer.short-writes"', '"transfer.short-write"', 14, "(did you mean transfer.short-writes?)"),
    ("transfer = 5", '"transfer.greeting" = 0\ntransfer = 5', 12, "no requirement that can earn the share of transfer"),
    ("SHOULD = 0.25", "SHUOLD = 0.25", 20, "level.SHUOLD is not known (did you mean SHOULD?)"),
    ("SHOULD = 0.25", "MUST = 2", 20, "level.MUST is not known"),
    ("SHOULD = 0.25", "SHOULD = 2", 20, "level.SHOULD: Expected `float` <= 1"),
    ("[level]\nSHOULD = 0.25", "level = 1", 19, "exercise.hello_client.level is not known"),
    ("unsteady = 0.5", "unstaedy = 0.5", 23, "(did you mean unsteady?)"),
    ("unsteady = 0.5", "not-run = 0.5", 23, "verdict.not-run is not known"),
    ('"lifecycle.server-call-order" = 0.4', '"lifecycle.server-call-oder" = 0.4', 26, "server-call-order?)"),
    ('"lifecycle.server-call-order" = 0.4', "lifecycle.server-call-order = 0.4", 26, "write it in quotes"),
    ("0.4", "40", 26, 'gate."lifecycle.server-call-order": Expected `float` <= 1'),
    ('["robust.*"]', '["rubost.*"]', 29, "no requirement has an id like rubost.*"),
    ('["robust.*"]', '"robust.*"', 29, "hidden: Expected `array`"),
    ('"due_date"', '"tomorrow"', 30, "hidden: Invalid enum value"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line", "words"), WRONG)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, before: str, after: str, line: int, words: str) -> None:
    assert before in HOMEWORK
    said = complaint(tmp_path, HOMEWORK.replace(before, after))
    assert words in said
    assert f"homework.toml:{line}: " in said or f"line {line}" in said, said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "homework.toml:1: no exercise has points"),
        ("rubric = 1\n", "homework.toml:1: rubric: a table is expected here"),
        ("exercise = []\n", "homework.toml:1: exercise: a table is expected here"),
        ("[exercise.hello_server]\ngroup = 3\n", "homework.toml:2: exercise.hello_server.group: a table is expected"),
        ('[exercise."*"]\npoints = 10\n', 'homework.toml:2: [exercise."*"] stands for any number of exercises'),
        ('[exercise."*".group]\nlifecycle = 1\n', 'homework.toml:1: in low_open nothing can earn a point'),
        ('[exercise."*"]\n[level]\nSHOULD = 1\n[exercise.fd_seri]\npoints = 100\n', "nothing is left for"),
        ('[exercise.fd_seri]\npoints = 100\ngroup = {file = 0}\n', "homework.toml:3: the shares of fd_seri are 0"),
        (b"\xff\xfe[\0", "UTF-16"),
        (b"[rubric]\ntitle = '\xff'\n", "homework.toml:2: not UTF-8"),
        ("[rubric\n", "not TOML"),
        ("a" * (1 << 17), "larger than"),
        (".".join("a" * 5_000) + " = 1\n", "homework.toml"),
        ("[" * 5_000 + "\n", "homework.toml"),
        ('"\\u001b[2J" = 1\n', r"\x1b[2J is not known"),
    ],
)  # fmt: skip
def test_what_is_no_rubric_is_refused(tmp_path: Path, text: str | bytes, words: str) -> None:
    said = complaint(tmp_path, text)
    assert words in said
    assert said.isprintable()
    assert len(said) < 1_000


def test_a_rubric_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(
        RubricError, match=r"carefull: .*did you mean careful\?\); there are careful, first-chapter, prof"
    ):
        read_rubric("carefull")
    with pytest.raises(RubricError, match="no such file"):
        read_rubric(str(tmp_path))


@given(st.text(alphabet="[].=#\"'\\{}\n a1*", max_size=60))
def test_lines_are_found_in_any_text(text: str) -> None:
    lines = lines_of(text)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
    assert line_of(("rubric", "points"), lines) >= 1


def test_a_line_that_nobody_writes_is_not_read_again() -> None:
    """A key of ten thousand dots fills the memory and takes minutes."""
    assert lines_of("a" + ".a" * 300 + " = 1\nb = 2") == {("b",): 2}


def test_lines_are_those_of_tables_and_keys_however_they_are_written() -> None:
    lines = lines_of('a = 1\n[ "b.c" . d ] # [e]\nf."g" = {h = 1}\n\n[b]\n"x=y" = 2\nf = 3')
    assert {path: lines[path] for path in (("a",), ("b.c", "d"), ("b.c", "d", "f", "g"), ("b", "f"))} == {
        ("a",): 1, ("b.c", "d"): 2, ("b.c", "d", "f", "g"): 3, ("b", "f"): 7,
    }  # fmt: skip
    assert line_of(("b", "x=y"), lines) == 5  # its table, since the key is hard to read
    assert line_of(("b.c", "d", "f", "g", "h"), lines) == 3


# ---------------------------------------------------------------- the rubrics that come with the package


def worthless(name: str, exercise: str) -> set[str]:
    """Return the requirements of an exercise that are worth nothing by a ready rubric."""
    return {one for one, part in shares(read_rubric(name), exercise).items() if not part}


def test_ready_rubrics_have_titles_and_say_different_things() -> None:
    found = [read_rubric(name) for name in ready_rubrics()]
    assert [one.name for one in found] == ["careful", "first-chapter", "professional"]
    assert len({one.title for one in found}) == len({one.digest for one in found}) == 3


@pytest.mark.parametrize("exercise", catalogue().exercises)
def test_ready_rubrics_count_what_they_say(exercise: str) -> None:
    should = {one.id for one in concerned(exercise) if one.level == "SHOULD"}
    assert worthless("professional", exercise) == set()
    assert worthless("careful", exercise) == should
    later = worthless("first-chapter", exercise)
    assert {one.id for one in concerned(exercise) if one.group == "robust" or one.judged_on == "faults"} <= later
    assert not {one for one in later if one.endswith((".any-split", "-call-order", ".closed-once", "-ends-cleanly"))}


def test_the_first_chapter_takes_nothing_from_the_program_of_the_course_notes() -> None:
    text = (TEXTBOOK / "server_plain.c").read_text("utf-8")
    breaks = text.split("breaks: ", 1)[1].splitlines()[0].split(", ")
    assert set(breaks) <= worthless("first-chapter", "hello_server")
    assert not set(breaks) <= worthless("careful", "hello_server")


# ---------------------------------------------------------------- the page about rubrics


PAGE: Final = (ROOT / "docs" / "how_to_rubric.md").read_text("utf-8")


def test_the_rubrics_of_the_page_can_be_read(tmp_path: Path) -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert [read_rubric(written(tmp_path, block)).whole.points for block in blocks] == [100, 100]


def test_the_page_names_every_ready_rubric_and_every_key() -> None:
    keys = {*ready_rubrics(), *Worth.__struct_fields__, *Whole.__struct_fields__, *Late.__struct_fields__}
    keys |= {*Hidden.__struct_fields__, "SHOULD", "MAY", "unsteady"}
    assert {key for key in keys if f"`{key}`" not in PAGE} == set()
    assert {table for table in TABLES if f"[{table}" not in PAGE} == set()
