"""Judging a class: equal submissions once, kept by what decides about them; a lost place costs nobody a point."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import msgspec
import pytest

from conformance.grading.common import common_exercises
from conformance.grading.environment import Environment
from conformance.grading.job import Done, Job, encode
from conformance.grading.marking import marked
from conformance.grading.records import Class, File, HandedIn, Intake, Student
from conformance.grading.rubric import read_rubric
from conformance.grading.running import Asked, Progress, digest_of, job_of, judge_class, rows_of
from conformance.grading.store import Roll, Store, StoreError
from conformance.grading.whole_class import Order, judge_into
from conformance.messages import say
from tests.support import samples
from tests.support.class_records import requirements_of, results_of

HERE = Environment(version="1", catalogue="c", scenarios="s", tools={"C": "gcc 12", "Java": "javac 17"})
NOTHING = say("class.nothing.empty")


def handed(student: str, text: str = "int main", name: str = "hello_server.c") -> HandedIn:
    file = File(name=name, data=text.encode())
    return HandedIn(student=Student(id=student), files=(file,), found={"hello_server": name})


class Pool:
    """Does each job at once."""

    size = 2

    def __init__(self, does: Callable[[Job], Done]) -> None:
        self.does, self.jobs = does, list[Job]()

    def environment(self) -> Environment:
        """Return what judges here."""
        return HERE

    def submit(self, job: bytes) -> "Future[bytes]":
        """Do a job."""
        self.jobs.append(msgspec.msgpack.decode(job, type=Job))
        future = Future[bytes]()
        try:
            future.set_result(encode(self.does(self.jobs[-1])))
        except ConnectionError as problem:
            future.set_exception(problem)
        return future

    def close(self) -> None:
        """There is nothing to end."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "out")
    with made.locked():
        pass
    return made


def judge(store: Store, pool: Pool, *students: HandedIn) -> list[Progress]:
    told = list[Progress]()
    judge_class(students, rows_of(students, Asked(), HERE), Asked(), store, pool, told.append)
    return told


def test_equal_submissions_are_one_job(store: Store) -> None:
    pool = Pool(lambda _: Done(nothing=NOTHING))
    told = judge(store, pool, handed("a"), handed("b"), handed("c", "other"))
    assert len(pool.jobs) == 2
    assert {one for how in told for one in how.finished} == {"a", "b", "c"}
    assert (told[-1].done, told[-1].students) == (3, 3)
    judge(store, pool, handed("a"), handed("b"), handed("c", "other"))
    assert len(pool.jobs) == 2, "they are kept"


def test_a_student_without_a_program_counts_as_done(store: Store) -> None:
    pool = Pool(lambda _: Done(nothing=NOTHING))
    told = judge(store, pool, handed("a"), HandedIn(student=Student(id="b"), nothing=NOTHING))
    assert (told[0].done, told[-1].done, len(pool.jobs)) == (1, 2, 1)
    assert {one.without for one in told} == {1}


def test_quick_languages_come_first(store: Store) -> None:
    pool = Pool(lambda _: Done(nothing=NOTHING))
    judge(store, pool, handed("a", name="HelloServer.java"), handed("b", name="hello_server.py"), handed("c"))
    assert [job.files[0].name for job in pool.jobs] == ["hello_server.c", "hello_server.py", "HelloServer.java"]


def test_where_the_place_is_lost_nothing_is_kept_and_the_others_go_on(store: Store) -> None:
    def lose(job: Job) -> Done:
        if job.files[0].data == b"bad":
            raise ConnectionError("the worker is gone")
        return Done(nothing=NOTHING)

    students = handed("a", "bad"), handed("b")
    judge(store, Pool(lose), *students)
    rows = rows_of(students, Asked(), HERE)
    done = store.done(rows[0].digest)
    assert done is not None and "the worker is gone" in done.problem
    assert [store.has(row.digest) for row in rows] == [False, True]
    pool = Pool(lambda _: Done(nothing=NOTHING))
    judge(store, pool, *students)
    assert [job.files[0].data for job in pool.jobs] == [b"bad"]


@pytest.mark.parametrize(
    "other",
    [
        HERE.__class__(version="2", catalogue="c", scenarios="s", tools=HERE.tools),
        HERE.__class__(version="1", catalogue="d", scenarios="s", tools=HERE.tools),
        HERE.__class__(version="1", catalogue="c", scenarios="t", tools=HERE.tools),
        HERE.__class__(version="1", catalogue="c", scenarios="s", tools={**HERE.tools, "C": "gcc 13"}),
    ],
)
def test_whatever_decides_about_verdicts_is_in_the_digest(other: Environment) -> None:
    job = job_of(handed("a"), Asked())
    assert digest_of(job, HERE) != digest_of(job, other)


def test_compilers_of_other_languages_do_not_matter() -> None:
    other = msgspec.structs.replace(HERE, tools={**HERE.tools, "Java": "javac 21"})
    assert digest_of(job_of(handed("a"), Asked()), HERE) == digest_of(job_of(handed("a"), Asked()), other)
    java = job_of(handed("a", name="HelloServer.java"), Asked())
    assert digest_of(java, HERE) != digest_of(java, other)


@pytest.mark.parametrize(
    "asked", [Asked(profile="quick"), Asked(budget_s=5.0), Asked(requirements=("transfer.",)), Asked(sandbox="best")]
)
def test_so_is_what_is_asked(asked: Asked) -> None:
    assert digest_of(job_of(handed("a"), asked), HERE) != digest_of(job_of(handed("a"), Asked()), HERE)


# ---------------------------------------------------------------- the store


def test_a_folder_that_is_locked_is_refused(store: Store) -> None:
    with store.locked(), pytest.raises(StoreError, match="another run"), Store(store.folder).locked():
        pass


def test_what_was_not_written_to_its_end_is_removed(store: Store) -> None:
    left = store.folder / "judged" / "x.json.new"
    left.write_bytes(b"{")
    with store.locked():
        assert not left.exists()


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b'{"format": 1}'])
def test_a_file_of_something_else_is_named(text: bytes, store: Store) -> None:
    (store.folder / "class.json").write_bytes(text)
    with pytest.raises(StoreError, match=r"class\.json"):
        store.roll()


def test_the_roll_before_is_kept(store: Store) -> None:
    first = Roll(title="1", layout="moodle", date="d", exercises=(), profile="default", rows=())
    second = msgspec.structs.replace(first, title="2")
    for one in (first, second, second):
        store.write_roll(one)
    assert (store.roll(), store.roll("before.json")) == (second, first)


# ---------------------------------------------------------------- which exercises count


def keeps_all(job: Job) -> Done:
    """Find that each program that was handed in keeps everything."""
    names = [file.name.removesuffix(".c") for file in job.files]
    found = [samples.verdict(name, one, "passed", None) for name in names for one in requirements_of(name)]
    return Done(results=results_of(Student(id="x"), found))


def class_marks(store: Store, rubric: str, *handed_in: HandedIn, asked: tuple[str, ...] = ()) -> Class:
    with store.locked():
        intake = Intake(layout="folders", handed_in=handed_in)
        order = Order(asked=Asked(exercises=asked), title="t")
        roll = judge_into(store, intake, order, Pool(keeps_all), lambda _: None)
    return marked(store, roll, read_rubric(rubric))


def both(student: str) -> HandedIn:
    found = {"hello_server": "hello_server.c", "hello_client": "hello_client.c"}
    files = tuple(File(name=name, data=student.encode()) for name in found.values())
    return HandedIn(student=Student(id=student), files=files, found=found)


def test_what_one_student_adds_to_the_homework_costs_nobody_else_a_point(store: Store) -> None:
    further = handed("d", name="hello_server_win.c")
    found = class_marks(store, "careful", both("a"), both("b"), both("c"), further)
    assert [one.mark.low for one in found.students] == [100, 100, 100, 0]
    assert [str(note).split(".")[0] for note in found.notes] == [
        "hello_server_win does not count: 1 of 4 students handed it in"
    ]


def test_what_a_rubric_names_counts_even_if_nobody_handed_it_in(store: Store, tmp_path: Path) -> None:
    rubric = tmp_path / "rubric.toml"
    rubric.write_text("[exercise.hello_server]\npoints = 50\n[exercise.echo_server]\npoints = 50\n")
    found = class_marks(store, str(rubric), both("a"), both("b"))
    assert [one.mark.low for one in found.students] == [50, 50]


def test_what_was_asked_for_counts_even_if_few_have_it(store: Store) -> None:
    found = class_marks(store, "careful", both("a"), both("b"), asked=("hello_server", "echo_server"))
    assert [one.mark.low for one in found.students] == [50, 50]


def test_which_exercises_are_common() -> None:
    assert common_exercises([("hello_server", "hello_client"), ("hello_client",), ()]) == (
        "hello_server",
        "hello_client",
    )
    assert common_exercises([("hello_server",), ("hello_client",), ("fd_seri",)]) == (
        "hello_server",
        "hello_client",
        "fd_seri",
    )
    assert common_exercises([("hello_server",), ("hello_server",), ("fd_seri",)]) == ("hello_server",)
    assert common_exercises([]) == ()
