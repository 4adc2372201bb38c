"""A class without names: numbers are stable and no others, and no name is left in any text."""

import stat
import unicodedata
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from conformance.grading.anonymous import BLANK, KeyFileError, anonymous, key_in
from conformance.grading.records import Class, Entry, Graded, Student
from conformance.messages import say
from conformance.records.results import Results
from tests.support import class_records, samples

KEY = bytes(range(32))
MINSU = Student(
    id="20231234", name="Minsu Kim", email="ms.kim77@example.ac.kr", label="Minsu Kim_881234_assignsubmission_file_"
)
KOREAN = Student(id="student_007", name="김민수", email="minsu@example.ac.kr")
SPACED = Student(id="an", name="남궁 민")


def of(text: str, *students: Student) -> str:
    """Return what becomes of a text in a class of these students."""
    lines = tuple(
        Graded(entry=Entry(student=one, nothing=samples.said(text)), mark=class_records.mark_of(None, ()))
        for one in students
    )
    found = structs.replace(class_records.class_of(1), students=lines, near=(), changes=())
    return str(anonymous(found, KEY).students[0].entry.nothing)


def numbers(found: Class) -> list[str]:
    return [one.entry.student.id for one in found.students]


def encoded(found: Class) -> str:
    return unicodedata.normalize("NFC", msgspec.json.encode(found).decode())


def test_no_name_is_left_anywhere() -> None:
    found = class_records.class_of(24)
    told = encoded(anonymous(found, KEY))
    before = encoded(found)
    for student in (one.entry.student for one in found.students):
        for name in (student.id, student.name, student.email):
            assert name in before
            assert name not in told
    assert class_records.FOLDER in before
    assert class_records.FOLDER not in told


def test_whatever_field_a_name_is_in_it_goes() -> None:
    """Every text of results, that of a record that somebody adds tomorrow too."""
    name = "Minsu Kim"

    results = samples.mixed()
    source = structs.replace(samples.SOURCE, file=f"{name}.c", text=name, around=(name,))
    shown = structs.replace(
        samples.evidence(),
        expected=samples.said(name),
        seen=say("joined.list", first=samples.said(name), next=name),
        calls=[structs.replace(one, text=name, source=source, injected=samples.said(name)) for one in samples.calls()],
        wire=[structs.replace(one, data=name) for one in samples.WIRE],
        output=name,
        source=source,
        repeat=name,
    )
    program = structs.replace(results.programs[0], source=f"{name}.c", compiler=name, words=name, sanitizers=name)
    results = structs.replace(
        results,
        verdicts=[structs.replace(results.verdicts[0], evidence=shown, reason=samples.said(name))],
        programs=[program],
        submission=structs.replace(results.submission, name=name, folder=f"/x/{name}"),
    )
    whole = Graded(
        entry=Entry(student=MINSU, results=results, notes=(samples.said(name),)),
        mark=class_records.mark_of(results, ["hello_server"]),
    )
    found = structs.replace(class_records.class_of(1), students=(whole,), near=(), changes=(), title=f"Work of {name}")
    told = anonymous(found, KEY)
    assert "insu" not in encoded(told)
    assert told.title == f"Work of {BLANK}"
    results_ = told.students[0].entry.results
    assert isinstance(results_, Results)
    assert results_.submission.name == numbers(told)[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("by Minsu Kim", f"by {BLANK}"),
        ("by kim, MINSU!", f"by {BLANK}!"),
        ("minsu_kim.c", f"{BLANK}.c"),
        ("KimMinsu2.c", f"{BLANK}2.c"),
        ("/home/minsu/", f"/home/{BLANK}/"),
        ('printf("\\nMinsu\\n")', f'printf("\\n{BLANK}\\n")'),
        ("20231234.zip", f"{BLANK}.zip"),
        ("ms.kim77@example.ac.kr", BLANK),
        ("Minsu Kim_881234_assignsubmission_file_", f"{BLANK}_"),
        ("kimchi 120231234 minsum", "kimchi 120231234 minsum"),
        ("close(3) = 0", "close(3) = 0"),
    ],
)
def test_a_latin_name_is_found_as_words(text: str, told: str) -> None:
    assert of(text, MINSU) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("// 김민수의 프로그램", f"// {BLANK}의 프로그램"),
        ("작성자김민수", f"작성자{BLANK}"),
        ("김 민 수", BLANK),
        (unicodedata.normalize("NFD", "김민수.c"), f"{BLANK}.c"),
        ("student_007 and Student-007", f"{BLANK} and {BLANK}"),
        ("student_0071", "student_0071"),
        ("김치", "김치"),
        ("남궁민, 남궁 민, 민남궁", f"{BLANK}, {BLANK}, {BLANK}"),
        ("an int", "an int"),
    ],
)
def test_a_korean_name_is_found_within_words(text: str, told: str) -> None:
    assert of(text, KOREAN, SPACED) == told


def test_names_of_others_are_found_too() -> None:
    assert of("copied from 김민수", SPACED, KOREAN) == f"copied from {BLANK}"


def test_the_suites_own_names_stay() -> None:
    """A student may be called as an exercise or a call is."""
    found = class_records.class_of(2)
    student = Student(id="hello_server", name="failed crashed MUST Hello Server transfer greeting")
    first = structs.replace(found.students[0], entry=structs.replace(found.students[0].entry, student=student))
    told = anonymous(structs.replace(found, students=(first, *found.students[1:])), KEY)
    before = found.students[0].entry.results
    after = next(one.entry.results for one in told.students if one.entry.results and one.mark == first.mark)
    assert before is not None
    assert [(one.exercise, one.requirement, one.verdict, one.level) for one in after.verdicts] == [
        (one.exercise, one.requirement, one.verdict, one.level) for one in before.verdicts
    ]


# ---------------------------------------------------------------- numbers


def test_a_number_is_stable_and_the_keys_own() -> None:
    found = class_records.class_of(24)
    alone = structs.replace(found, students=found.students[3:4], near=(), changes=())
    assert set(numbers(anonymous(alone, KEY))) < set(numbers(anonymous(found, KEY)))
    assert not set(numbers(anonymous(found, bytes(32)))) & set(numbers(anonymous(found, KEY)))
    assert len(set(numbers(anonymous(found, KEY)))) == 24


def test_the_order_tells_nothing() -> None:
    told = anonymous(class_records.class_of(24), KEY)
    assert numbers(told) == sorted(numbers(told))
    assert all(one.one < one.other for one in told.near if one.other)


def test_pairs_and_changes_speak_of_the_same_students() -> None:
    found = class_records.class_of(24)
    told = anonymous(found, KEY)
    assert {name for one in told.near for name in (one.one, one.other)} <= {*numbers(told), ""}
    assert sum(not one.other for one in told.near) == 1
    assert {one.student for one in told.changes} <= set(numbers(told))


def test_marks_stay_and_digests_do_not() -> None:
    found = class_records.class_of(24)
    told = anonymous(found, KEY)
    assert sorted(one.mark.low for one in told.students) == sorted(one.mark.low for one in found.students)
    assert not {one.entry.digest for one in told.students} & {one.entry.digest for one in found.students} - {""}


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_any_text_and_any_name_are_taken(text: str, name: str, identity: str) -> None:
    clean = [one.encode("utf-8", "replace").decode() for one in (text, name, identity)]
    assert isinstance(of(clean[0], Student(id=clean[2] or "x", name=clean[1], email=clean[1], label=clean[1])), str)


def test_a_long_text_is_taken_quickly() -> None:
    assert of("Minsu " * 50_000, MINSU).count(BLANK) == 50_000
    assert of("김 " * 50_000, KOREAN) == "김 " * 50_000


# ---------------------------------------------------------------- the key


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    key = key_in(file)
    assert len(key) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key_in(file) == key
    assert key_in(tmp_path / "other.json") != key
    assert sorted(one.name for one in tmp_path.iterdir()) == ["key.json", "other.json"]


def test_of_two_keys_made_at_once_the_first_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key.json"
    key = key_in(file)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert key_in(file) == key
    assert [one.name for one in tmp_path.iterdir()] == ["key.json"]


@pytest.mark.parametrize("broken", ["", "{}", '{"key": "zz"}', '{"key": "00"}', '{"key": 3}', "\xff", "[" * 10_000])
def test_a_broken_key_is_never_replaced(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(broken, "latin-1")
    with pytest.raises(KeyFileError) as raised:
        key_in(file)
    assert "key.json" in str(raised.value.args[0])
    assert file.read_text("latin-1") == broken


def test_where_no_file_can_be_written_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="no-such-folder"):
        key_in(tmp_path / "no-such-folder" / "key.json")
