"""The pages of a class and of its students: whole, inert, small, and silent about what they are not to tell."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from conformance.catalogue import catalogue, words
from conformance.grading.records import Class, Entry, ExerciseMark, Graded, Statistics, Student
from conformance.messages import LANGUAGE_VARIABLE, say, text
from conformance.records.results import Problem
from conformance.reporting.class_page import NAMES_SHOWN, class_page, page_address
from conformance.reporting.points import number, span
from conformance.reporting.student_page import as_shown, student_page, without_hidden
from tests.support import class_records, nonsense, samples

VOID: Final = frozenset({"meta", "link", "input", "br", "path", "rect"})
"""Elements without an end tag; those of SVG close themselves."""
NASTY: Final = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "\u202ereversed\u2066",
    "\x1b[2J\x00",
    "x" * 10_000,
    "../../etc/passwd",
    "javascript:alert(1)",
)
HIDDEN: Final = frozenset({"robust.no-crash", "transfer.greeting", "lifecycle.server-backlog"})
ANEW: Final = "offhook check . --exercise hello_server --requirement transfer.greeting"
LARGEST: Final = 2_000_000


class _Reader(HTMLParser):
    """Reads a page, and complains where its elements are not nested."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.shown: list[str] = []
        self.ids: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.shown += [value or "" for name, value in attrs if name in ("aria-label", "title", "data-shown", "alt")]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.shown.append(data)

    @property
    def text(self) -> str:
        """What people read."""
        return " ".join(self.shown)


def shown(found: Class, statistics: Statistics | None = None) -> str:
    return class_page(found, statistics or class_records.statistics_of(found))


def own(graded: Graded, hidden: frozenset[str] = frozenset()) -> str:
    return student_page(graded, title="Homework 1", date="2026-11-30T09:00:00Z", rubric="careful", hidden=hidden)


def named(found: Class, name: str) -> Class:
    """Return a class in which all texts that come from submissions are a nasty one."""
    student = Student(id=name, name=name, email=name, label=name)
    nothing = Entry(student=structs.replace(student, id=name + "2"), nothing=samples.said(name))
    first, second, *others = found.students
    entry = structs.replace(first.entry, student=student, notes=(samples.said(name),), digest=name)
    return structs.replace(
        found,
        title=name,
        rubric=name,
        date=name,
        students=(structs.replace(first, entry=entry), structs.replace(second, entry=nothing), *others),
        near=(structs.replace(found.near[0], one=name), structs.replace(found.near[0], other=name)),
        changes=(structs.replace(found.changes[0], student=name, before=name, now=name),),
    )


# ---------------------------------------------------------------- hostile texts


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_no_name_steers_the_pages(name: str) -> None:
    found = named(class_records.class_of(5), name)
    lines = class_records.statistics_of(found)
    counts = tuple(structs.replace(one, places=((name, 1),)) for one in lines.requirements)
    pages = [shown(found, structs.replace(lines, requirements=counts)), *map(own, found.students[:2])]
    for page in pages:
        reader = _Reader(page)
        assert page.count("<script") <= 1
        assert "<img" not in page
        assert not {one for one in reader.attributes if one.startswith("on")} | {"autofocus"} & reader.attributes
        assert not re.search("[\x00\x1b\u202e\u2066]", page)
        assert "x" * 700 not in re.sub(r'href="[^"]*"', "", page), "an address is whole, whatever its length"
        assert "{{ 7 * 7 }}" not in name or name in reader.text


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_links_lead_to_pages_of_students_alone(name: str) -> None:
    links = _Reader(shown(named(class_records.class_of(5), name))).links
    assert f"students/{name}.html" in map(unquote, links)
    assert all(re.fullmatch(r"#[a-z-]+|data:,|students/[^/]+\.html", link) for link in links)


@given(st.text(min_size=1))
def test_an_address_leads_nowhere_else(name: str) -> None:
    address = page_address(name.encode("utf-8", "replace").decode())
    assert re.fullmatch(r"students/[A-Za-z0-9._~%-]+\.html", address)


def test_what_a_program_printed_is_inert_on_a_students_page() -> None:
    entry = Entry(student=class_records.student(1), results=samples.hostile())
    page = own(Graded(entry=entry, mark=class_records.mark_of(samples.hostile(), ["hello_server"])))
    _Reader(page)
    assert page.count("<script") == 1
    assert "<img" not in page


# ---------------------------------------------------------------- what students may not see


def secrets_of(hidden: frozenset[str]) -> list[str]:
    """Return what names hidden requirements: their ids and their titles, as a page spells them."""
    titles = [words().requirement[name].title for name in hidden]
    return [*hidden, *titles]


@pytest.mark.parametrize("count", range(4))
def test_hidden_requirements_are_not_in_a_students_file(count: int) -> None:
    page = own(class_records.graded(count, hidden=HIDDEN), HIDDEN)
    assert [secret for secret in secrets_of(HIDDEN) if secret in page or secret in _Reader(page).text] == []


def test_hidden_requirements_are_summed_up() -> None:
    graded = class_records.graded(1, ("hello_server",), HIDDEN)
    lines = [line for line in graded.mark.exercises[0].lines if line.hidden]
    told = text(
        "student-page.hidden",
        points=number(sum(one.low for one in lines)),
        most=number(sum(one.points for one in lines)),
    )
    assert len(lines) == 2
    assert told in _Reader(own(graded, HIDDEN)).text


def test_no_reason_names_a_hidden_requirement() -> None:
    title = words().requirement["transfer.greeting"].title
    told = say("joined.also", first=say("verdict.explained", id="transfer.greeting"), next=title)
    longer = say("as-it-is", text="see transfer.greeting.x, robust.no-crash-at-all and transfer.greeting.")
    verdicts = [samples.verdict("hello_server", "transfer.short-writes", "failed", one) for one in (told, longer)]
    kept = without_hidden(samples.results(verdicts), HIDDEN)
    reasons = [str(one.reason) for one in kept.verdicts]
    assert reasons[0] == "a hidden requirement is broken, and what shows here follows from it; a hidden requirement"
    assert reasons[1] == "see transfer.greeting.x, robust.no-crash-at-all and a hidden requirement."


def test_no_gate_names_a_hidden_requirement() -> None:
    graded = class_records.graded(1, ("hello_server",), HIDDEN)
    gate = say("verdict.explained", id="lifecycle.server-backlog")
    mark = structs.replace(graded.mark, exercises=(structs.replace(graded.mark.exercises[0], gates=(gate,)),))
    page = own(structs.replace(graded, mark=mark), HIDDEN)
    assert "lifecycle.server-backlog" not in page
    assert "a hidden requirement is broken" in page


def test_what_is_hidden_stays_so_where_no_program_was_built() -> None:
    """Then a mark has no lines that could say what is hidden, and the results have verdicts all the same."""
    verdicts = [
        samples.verdict("hello_server", name, "not-implemented", say("verdict.not-built", why="x")) for name in HIDDEN
    ]
    mark = ExerciseMark(exercise="hello_server", points=50, low=0, high=0, reason=say("verdict.not-built", why="x"))
    entry = Entry(student=class_records.student(1), results=samples.results(verdicts))
    graded = Graded(entry=entry, mark=structs.replace(class_records.mark_of(None, ()), exercises=(mark,)))
    assert [secret for secret in secrets_of(HIDDEN) if secret in own(graded, HIDDEN)] == []


def test_the_build_for_a_hidden_requirement_is_hidden_too() -> None:
    program = structs.replace(samples.mixed().programs[0], sanitizers="gcc -fsanitize=address")
    found = structs.replace(samples.mixed(), programs=[program])
    assert without_hidden(found, {"transfer.greeting"}).programs == [program]
    assert without_hidden(found, {"robust.no-crash"}).programs[0].sanitizers == ""


def test_nothing_tells_of_the_teachers_machine() -> None:
    graded = class_records.graded(1)
    results = graded.entry.results
    assert results is not None
    folder = results.submission.folder
    traceback = Problem(exercise="hello_server", requirement="robust.arguments", traceback=f"{folder}/x.py: KeyError")
    told = structs.replace(results.programs[0], words=say("as-it-is", text=f"{folder}/hello_server.c:3: warning"))
    results = structs.replace(
        results,
        programs=[told],
        harness=structs.replace(results.harness, problems=(traceback,), platform=f"Linux in {folder}"),
    )
    assert class_records.FOLDER in repr(graded)
    changed = as_shown(structs.replace(graded, entry=structs.replace(graded.entry, results=results)), ())
    assert class_records.FOLDER not in repr(changed)
    assert "KeyError" not in repr(changed), "tracebacks name places of the suite, too"
    page = own(structs.replace(graded, entry=structs.replace(graded.entry, results=results)))
    assert "teacher" not in page
    assert "offhook check . --exercise hello_server --requirement " in page
    assert "./hello_server.c:3: warning" in page


@pytest.mark.parametrize(
    ("repeat", "told"),
    [
        ("offhook check '/a b' --exercise 'z=서버.c' --seed 3", "offhook check . --exercise 'z=서버.c' --seed 3"),
        ("offhook check /elsewhere --exercise z", ANEW),
        ("rm -rf /", ANEW),
    ],
)
def test_commands_are_said_in_the_students_folder(repeat: str, told: str) -> None:
    one = samples.verdict("hello_server", "transfer.greeting", "failed", shown=True)
    one = structs.replace(one, evidence=structs.replace(samples.evidence(), repeat=repeat))
    made = samples.results([one])
    made = structs.replace(made, submission=structs.replace(made.submission, folder="/a b"))
    graded = Graded(
        entry=Entry(student=class_records.student(1), results=made), mark=class_records.mark_of(made, ["hello_server"])
    )
    results = as_shown(graded, ()).entry.results
    assert results is not None
    assert results.verdicts[0].evidence is not None
    assert results.verdicts[0].evidence.repeat == told


def test_a_page_of_nothing_gives_the_reason_and_the_mark() -> None:
    page = own(class_records.graded(11))
    told = _Reader(page).text
    assert "0 of 100" in told
    assert "no such folder" in told.lower() or "homework" in told
    assert page.count("<script") == 0


def test_the_rubric_is_shown_line_by_line() -> None:
    graded = class_records.graded(1)
    told = re.sub(r"\s+", " ", _Reader(own(graded)).text)
    for line in (line for exercise in graded.mark.exercises for line in exercise.lines):
        assert words().requirement[line.requirement].title in told
    lost = next(line for line in graded.mark.exercises[0].lines if line.low < line.points)
    assert text("student-page.of", points=number(lost.low), most=number(lost.points)) in told
    assert graded.entry.digest in told
    assert "20230001" in told


# ---------------------------------------------------------------- the class


def test_each_student_has_a_row_with_the_mark() -> None:
    found = class_records.class_of(24)
    told = re.sub(r"\s+", " ", _Reader(shown(found)).text)
    for one in found.students:
        assert f"{one.entry.student.name} {one.entry.student.id} {span(one.mark.low, one.mark.high)}" in told


def test_a_mark_that_is_open_is_a_range_and_flagged() -> None:
    graded = structs.replace(
        class_records.graded(1), mark=structs.replace(class_records.graded(1).mark, low=35, high=40)
    )
    page = shown(structs.replace(class_records.class_of(2), students=(graded,), near=()))
    assert re.search(r"<b>35 to 40</b>.*mark open</td></tr>", page)


def test_rows_of_the_map_come_as_the_statistics_have_them_and_say_how_many() -> None:
    found = class_records.class_of(24)
    numbers = class_records.statistics_of(found)
    told = re.findall(r"broken by \d+ of \d+", shown(found, numbers))
    assert told == [f"broken by {one.broken} of {one.judged}" for one in numbers.requirements if one.broken]


def test_the_map_draws_each_student_in_the_column_of_the_mark() -> None:
    found = class_records.class_of(24)
    page = shown(found)
    column = {row[1]: int(row[0]) for row in re.findall(r'<tr data-column="(\d+)">.*?<small>(\d+)</small>', page)}
    best = sorted(found.students, key=lambda one: -one.mark.low)
    assert [column[one.entry.student.id] for one in best] == list(range(24))
    for letters, exercise, requirement in re.findall(
        r'data-columns="([x.]+)"><summary><span class="what"><small>(\w+)</small>.*?<p><code>([\w.-]+)</code>',
        page,
        re.S,
    ):
        assert letters == "".join("x" if breaks(one, exercise, requirement) else "." for one in best)


def breaks(graded: Graded, exercise: str, requirement: str) -> bool:
    against = {"failed", "crashed", "hung", "unsteady", "not-implemented", "not-run"}
    verdicts = graded.entry.results.verdicts if graded.entry.results is not None else []
    return any(
        (one.exercise, one.requirement) == (exercise, requirement) and one.verdict in against for one in verdicts
    )


def test_reasons_are_told_once_for_all_who_share_them() -> None:
    found = class_records.class_of(48)
    (reason, names), *others = re.findall(
        r"(no program of this exercise in the submission.*?)<br>(.*?)</p>", shown(found)
    )
    lacking = [one for one in found.students if one.entry.results and one.mark.exercises[1].reason]
    assert "hello_client" in reason
    assert names.count("<a ") == len(lacking) > 1
    assert not others


def test_only_some_of_very_many_are_named_in_one_place() -> None:
    found = class_records.class_of(300, ("hello_server",), most=3)
    places = re.findall(r"<h3>Who breaks it</h3>\n<p>(.*?)</p>", shown(found))
    broken = [one.broken for one in class_records.statistics_of(found).requirements]
    assert min(broken) > NAMES_SHOWN
    assert [place.count("<a ") for place in places] == [NAMES_SHOWN] * 3
    assert [
        place.endswith(f"and {number - NAMES_SHOWN} more") for place, number in zip(places, broken, strict=True)
    ] == [True] * 3


def test_changes_are_told_also_of_those_who_left() -> None:
    found = class_records.class_of(3)
    gone = structs.replace(found.changes[0], student="somebody")
    told = re.sub(r"\s+", " ", _Reader(shown(structs.replace(found, changes=(gone,)))).text)
    assert "somebody : hello_server · transfer.greeting: failed → passed" in told.replace("somebody:", "somebody :")


@pytest.mark.parametrize(
    "make",
    [
        lambda: shown(class_records.class_of(24)),
        lambda: own(class_records.graded(1, hidden=HIDDEN), HIDDEN),
        lambda: own(class_records.graded(11)),
    ],
)
def test_each_link_within_a_page_has_its_place(make: Callable[[], str]) -> None:
    reader = _Reader(make())
    assert {link[1:] for link in reader.links if link.startswith("#")} <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))


def test_a_class_of_nobody_has_a_page() -> None:
    found = structs.replace(class_records.class_of(2), students=(), near=(), changes=(), judged_before=False)
    numbers = structs.replace(
        class_records.statistics_of(class_records.class_of(2)),
        students=0,
        judged=0,
        open=0,
        histogram=(),
        requirements=(),
    )
    told = _Reader(shown(found, numbers)).text
    assert text("class-page.nothing-broken") in told
    assert text("class-page.first-run") in told


def test_a_class_of_300_is_one_small_page() -> None:
    assert len(shown(class_records.class_of(300, class_records.EXERCISES)).encode()) < LARGEST


def test_a_class_of_300_with_long_names_stays_small() -> None:
    found = class_records.class_of(300, class_records.EXERCISES)
    long = tuple(
        structs.replace(
            one, entry=structs.replace(one.entry, student=Student(id=f"{place:03}" + "김" * 25, name="각" * 10_000))
        )
        for place, one in enumerate(found.students)
    )
    assert len(shown(structs.replace(found, students=long, near=())).encode()) < LARGEST


# ---------------------------------------------------------------- languages and numbers


@pytest.fixture
def _nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    nonsense.add()
    monkeypatch.setenv(LANGUAGE_VARIABLE, nonsense.NAME)


@pytest.mark.usefixtures("_nonsense")
def test_nothing_english_is_left_on_the_pages() -> None:
    found = class_records.class_of(24, hidden=HIDDEN)
    facts = [catalogue().exercises, list(catalogue().exercises), *catalogue().requirements.values()]
    data = nonsense.data_of(found, *facts, "Offhook offhook MUST SHOULD MAY shown all hello_server.c: x")
    for page in (shown(found), *(own(one, HIDDEN) for one in found.students[:12])):
        assert f'<html lang="{nonsense.NAME}">' in page
        assert nonsense.english(_Reader(page).text, data) - {"shown", "all"} == set()


@pytest.mark.parametrize(
    ("value", "told"), [(0, "0"), (100, "100"), (37.5, "37.5"), (1 / 3, "0.33"), (99.999, "100"), (0.1 + 0.2, "0.3")]
)
def test_numbers_have_two_digits_at_most(value: float, told: str) -> None:
    assert number(value) == told


@settings(max_examples=50)
@given(st.floats(0, 1000), st.floats(0, 1000))
def test_a_span_is_one_number_where_both_look_the_same(low: float, high: float) -> None:
    assert (" to " in span(low, high)) == (number(low) != number(high))
