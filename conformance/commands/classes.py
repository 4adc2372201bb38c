"""`offhook class`: judge many submissions, mark them by a rubric, compare two runs, write what course servers read."""

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from typer.core import TyperGroup

from conformance.catalogue import catalogue
from conformance.commands.common import (
    EXIT_HARNESS,
    Courses,
    Requirements,
    complete_exercise,
    known,
    known_prefixes,
    known_sandbox,
    or_stop,
    stop,
    with_courses,
    write_output,
)
from conformance.grading.errors import ClassError
from conformance.grading.intake import read_class
from conformance.grading.marking import marked, timed
from conformance.grading.points import Rubric
from conformance.grading.pool import LocalPool, Pool
from conformance.grading.records import Class, Graded
from conformance.grading.rubric import read_rubric
from conformance.grading.running import Asked, Report, course_folders
from conformance.grading.running import Progress as HowFar
from conformance.grading.store import Store, write
from conformance.judging.budget import BURNT_MOST_S
from conformance.messages import text
from conformance.messages.escaping import escaped
from conformance.records.notes import shown_name
from conformance.records.profiles import DEFAULT_PROFILE, PROFILES

RUN: Final = "run"
"""The command behind `offhook class FOLDER`."""
READY: Final = "careful"
REQUIRED: Final = "require"
ANONYMOUS, KEY = "anonymous", "key.json"
NAMES_SHOWN: Final = 3
A_MINUTE: Final = 60

EXAMPLES: Final = {
    "class run": "offhook class homework1.zip --into marks --rubric careful",
    "class look": "offhook class look homework1.zip",
    "class score": "offhook class score marks --rubric professional",
    "class compare": "offhook class compare marks marks_of_tuesday",
    "class export": "offhook class export marks --as csv --to marks.csv",
}
"""Each command, with an example of its use."""


class _Group(TyperGroup):
    """`offhook class FOLDER` judges; whatever else there is has a name of its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [RUN, *args]
        return super().parse_args(ctx, args)


def _example(name: str) -> str:
    return text("help.example", command=EXAMPLES[f"class {name}"])


app: Final = typer.Typer(name="class", cls=_Group, no_args_is_help=True, help=text("help.class"))
RubricName = Annotated[str, typer.Option("--rubric", help=text("help.class.rubric"), metavar="NAME|FILE")]
Layout = Annotated[str, typer.Option("--layout", help=text("help.class.layout"), metavar="NAME")]
Roster = Annotated[Path | None, typer.Option("--roster", help=text("help.class.roster"), metavar="FILE")]
Names = Annotated[Path | None, typer.Option("--names", help=text("help.class.names"), metavar="FILE")]
Exercises = Annotated[
    list[str] | None,
    typer.Option("--exercise", help=text("help.class.exercise"), metavar="NAME", autocompletion=complete_exercise),
]
Into = Annotated[Path, typer.Argument(help=text("help.class.out"), metavar="OUT")]
Anonymous = Annotated[bool, typer.Option("--anonymous", help=text("help.class.anonymous"))]


@app.command(RUN, help=text("help.class.run"), epilog=_example(RUN))
def run(
    place: Annotated[Path, typer.Argument(help=text("help.class.place"), metavar="FOLDER|ZIP")],
    into: Annotated[Path, typer.Option("--into", help=text("help.class.into"), metavar="OUT")],
    exercise: Exercises = None,
    requirement: Requirements = None,
    rubric: RubricName = READY,
    roster: Roster = None,
    layout: Layout = "auto",
    names: Names = None,
    only: Annotated[list[str] | None, typer.Option(help=text("help.class.only"), metavar="STUDENT")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", help=text("help.class.jobs"), metavar="N", min=1)] = None,
    profile: Annotated[str, typer.Option(help=text("help.check.profile"), metavar="NAME")] = DEFAULT_PROFILE.name,
    budget: Annotated[float, typer.Option(help=text("help.class.budget"), metavar="SECONDS", min=1)] = BURNT_MOST_S,
    sandbox: Annotated[str, typer.Option(help=text("help.class.sandbox"), metavar="WHICH")] = REQUIRED,
    scheduler: Annotated[str, typer.Option(help=text("help.class.scheduler"), metavar="ADDRESS")] = "",
    title: Annotated[str, typer.Option(help=text("help.class.title"), metavar="TEXT")] = "",
    course: Courses = None,
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help=text("help.class.fresh"))] = False,
    anonymous: Anonymous = False,
) -> None:
    """Judge a class."""
    with_courses(course)
    (profile,) = known((profile,), list(PROFILES), "profile")
    requirements = known_prefixes(requirement or ())
    if scheduler and sandbox != REQUIRED:
        stop(text("class.cluster-requires", wanted=sandbox))
    from conformance.grading.whole_class import Order, judge_into

    exercises = known(exercise or (), list(catalogue().exercises), "exercise")
    if place.resolve() in (into.resolve(), *into.resolve().parents):
        stop(text("class.into-itself", into=into, place=place))
    with _or_stop():
        marked_by = read_rubric(rubric)
        intake = read_class(place, layout=layout, exercises=exercises, roster=roster, names=names)
        _known_students(only or (), [one.student.id for one in intake.handed_in])
        asked = Asked(
            exercises=exercises,
            requirements=requirements,
            profile=PROFILES[profile].name,
            budget_s=budget,
            sandbox=known_sandbox(sandbox),
            courses=course_folders(),
        )
        order = Order(
            asked=asked,
            title=title or marked_by.whole.title or shown_name(place.resolve().stem),
            only=tuple(only or ()),
            fresh=fresh,
        )
        store = Store(into)
        with store.locked():
            pool = _cluster(scheduler) if scheduler else LocalPool(jobs or len(os.sched_getaffinity(0)))
            with _shown(Console(stderr=True, highlight=False)) as report:
                judge_into(store, intake, order, pool, report)
            raise typer.Exit(_finish(store, marked_by, anonymous=anonymous))


@app.command("look", help=text("help.class.look"), epilog=_example("look"))
def look(
    place: Annotated[Path, typer.Argument(help=text("help.class.place"), metavar="FOLDER|ZIP")],
    exercise: Exercises = None,
    roster: Roster = None,
    layout: Layout = "auto",
    names: Names = None,
    course: Courses = None,
) -> None:
    """Show who handed in what, and run nothing."""
    with_courses(course)
    from conformance.reporting.class_look import class_look

    exercises = known(exercise or (), list(catalogue().exercises), "exercise")
    with _or_stop():
        intake = read_class(place, layout=layout, exercises=exercises, roster=roster, names=names)
        class_look(intake, Console(highlight=False), exercises)


@app.command("score", help=text("help.class.score"), epilog=_example("score"))
def score(out: Into, rubric: RubricName = READY, course: Courses = None, *, anonymous: Anonymous = False) -> None:
    """Mark again what was judged, and run nothing."""
    with_courses(course)
    with _or_stop():
        raise typer.Exit(_finish(_known_store(out), read_rubric(rubric), anonymous=anonymous))


@app.command("compare", help=text("help.class.compare"), epilog=_example("compare"))
def compare(
    old: Annotated[Path, typer.Argument(help=text("help.class.old"), metavar="OLD")],
    new: Annotated[Path, typer.Argument(help=text("help.class.new"), metavar="NEW")],
    rubric: RubricName = READY,
    course: Courses = None,
) -> None:
    """Show what is otherwise in another run of a class; status 1 where anything is."""
    with_courses(course)
    from conformance.grading.comparison import compare as compared

    with _or_stop():
        marked_by = read_rubric(rubric)
        changes = compared(*(_marked(_known_store(one), marked_by) for one in (old, new)))
    for change in changes:
        what = f"{change.exercise} {change.requirement}".strip() or text("class.mark")
        was, now = (one or text("class.absent") for one in (change.before, change.now))
        typer.echo(escaped(text("class.changed", student=change.student, what=what, before=was, now=now)))
    typer.echo(text("class.changes", number=len(changes)))
    raise typer.Exit(int(bool(changes)))


@app.command("export", help=text("help.class.export"), epilog=_example("export"))
def export(
    out: Into,
    form: Annotated[str, typer.Option("--as", help=text("help.class.as"), metavar="FORMAT")],
    to: Annotated[Path, typer.Option("--to", help=text("help.class.to"), metavar="FILE")],
    worksheet: Annotated[Path | None, typer.Option(help=text("help.class.worksheet"), metavar="FILE")] = None,
    column: Annotated[str, typer.Option(help=text("help.class.column"), metavar="NAME")] = "",
    rubric: RubricName = READY,
    course: Courses = None,
    *,
    anonymous: Anonymous = False,
) -> None:
    """Write the marks as another system reads them."""
    with_courses(course)
    from conformance.reporting.exports import FORMATS, Refused, Setting

    writers = {name: one for name, one in FORMATS.items() if one.of_class is not None}
    if form not in writers:
        stop(text("class.unknown-format", name=form, known=[*writers]))
    if writers[form].fills and worksheet is None:
        stop(text("class.which-worksheet", name=form))
    with _or_stop():
        marked_by, store = read_rubric(rubric), _known_store(out)
        found = _marked(store, marked_by)
        found = _named(timed(found, store) if writers[form].timed else found, store, anonymous=anonymous)
        setting = Setting(
            title=marked_by.title,
            date=found.date,
            hidden_after=marked_by.hidden.after,
            worksheet=worksheet.read_bytes() if worksheet is not None else b"",
            column=column,
        )
    writer = writers[form].of_class
    assert writer is not None
    made = writer(found, setting)
    if isinstance(made, Refused):
        stop(str(made.why), made.status)
    write_output(to, made.data)
    for remark in made.remarks:
        typer.echo(escaped(str(remark)), err=True)


# ---------------------------------------------------------------- what they share


@contextmanager
def _or_stop() -> Iterator[None]:
    """End the command in one line where the class, its folder or the rubric cannot be used."""
    with or_stop():
        try:
            yield
        except ClassError as problem:
            stop(str(problem))


@contextmanager
def _shown(console: Console) -> Iterator[Report]:
    """Show how far a class is: a bar on a terminal, elsewhere a line for each submission."""
    if not console.is_terminal:
        yield _tell_in_lines
        return
    columns = BarColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda how: bar.update(task, total=how.students, completed=how.done, description=_in_one_line(how))


def _tell_in_lines(how: HowFar) -> None:
    for student in how.finished:
        typer.echo(
            escaped(text("class.progress.line", done=how.done, students=how.students, student=student)), err=True
        )


def _in_one_line(how: HowFar) -> str:
    parts = [text("class.progress.done", done=how.done, students=how.students)]
    if how.at_work:
        parts.append(text("class.progress.at-work", number=len(how.at_work), students=how.at_work[:NAMES_SHOWN]))
    if how.without:
        parts.append(text("class.progress.without", number=how.without))
    if how.seconds_left is not None:
        parts.append(_left(how.seconds_left))
    return escaped(" · ".join(parts))


def _left(seconds: float) -> str:
    if seconds < A_MINUTE:
        return text("class.progress.seconds", number=max(round(seconds, -1), 10))
    return text("class.progress.minutes", number=math.ceil(seconds / A_MINUTE))


def _cluster(address: str) -> Pool:
    """Return the workers behind a scheduler; what connects to it comes with an extra of the package."""
    if find_spec("distributed") is None:
        stop(text("class.no-distributed"))
    from conformance.grading.cluster import Cluster

    return Cluster(address)


def _known_students(given: Sequence[str], known_ids: Sequence[str]) -> None:
    wrong = next((one for one in given if one not in known_ids), None)
    if wrong is not None:
        stop(text("class.unknown-student", name=wrong))


def _known_store(folder: Path) -> Store:
    store = Store(folder)
    if store.roll() is None:
        stop(text("class.not-judged", folder=folder))
    return store


def _marked(store: Store, rubric: Rubric) -> Class:
    roll = store.roll()
    assert roll is not None
    here = {one.prefix for one in catalogue().courses}
    for entry in store.entries(roll):
        for course in entry.results.harness.courses if entry.results is not None else ():
            if course.prefix not in here:
                stop(text("class.which-course", name=course.name))
    return marked(store, roll, rubric)


def _named(found: Class, store: Store, *, anonymous: bool) -> Class:
    """Return a class with numbers in place of names, if that is asked for."""
    from conformance.grading import anonymous as nameless

    return nameless.anonymous(found, nameless.key_in(store.folder / KEY)) if anonymous else found


def _finish(store: Store, rubric: Rubric, *, anonymous: bool) -> int:
    """Mark what was judged, write the files that people read, and say what there is; return the exit status."""
    from conformance.reporting.class_files import PAGE, class_files

    found = _named(_marked(store, rubric), store, anonymous=anonymous)
    roll = store.roll()
    assert roll is not None
    folder = store.folder / ANONYMOUS if anonymous else store.folder
    hidden = [one for one in catalogue().requirements if rubric.is_hidden(one)]
    for file in class_files(found, rubric_title=rubric.title, hidden=hidden, layout=roll.layout):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, file.data)
    return _summary(found, folder / PAGE)


def _summary(found: Class, page: Path) -> int:
    judged = sum(one.entry.results is not None for one in found.students)
    typer.echo(text("class.summary", students=len(found.students), judged=judged))
    for note in found.notes:
        typer.echo(escaped(str(note)))
    unsure = [one.entry.student.id for one in found.students if one.mark.is_open]
    if unsure:
        typer.echo(escaped(text("class.open", number=len(unsure), students=unsure[:NAMES_SHOWN])))
    failed = [one.entry.student.id for one in found.students if _has_failed(one)]
    if failed:
        typer.echo(escaped(text("class.suite-failed", number=len(failed), students=failed[:NAMES_SHOWN])), err=True)
    typer.echo(escaped(text("class.page", file=page)))
    return EXIT_HARNESS if failed else 0


def _has_failed(one: Graded) -> bool:
    results = one.entry.results
    return bool(one.entry.problem) or (results is not None and results.count("harness-error") > 0)
