"""`offhook check`: judge the programs in a folder, once or whenever they change.

What is slow to load is loaded where it is needed: help and wrong use answer at once.
"""

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer
from rich.console import Console

from conformance.catalogue import catalogue
from conformance.commands.common import (
    SANDBOX,
    Courses,
    Requirements,
    complete_exercise,
    known,
    known_prefixes,
    known_sandbox,
    or_stop,
    progress,
    stop,
    with_courses,
    write_output,
)
from conformance.commands.exports import (
    STANDARD_OUTPUT,
    exports_of,
    known_rubric,
    marked,
    nothing_judged,
    setting_of,
    write_exports,
)
from conformance.grading.records import Graded
from conformance.messages import say, text
from conformance.records.profiles import DEFAULT_PROFILE, PROFILES
from conformance.records.results import Results, encode
from conformance.reporting import github, terminal
from conformance.sandbox.client import start_sandboxes
from conformance.sandbox.request import Wanted
from conformance.submission.discover import Submission, SubmissionError, named_program, read_submission

NOT_TOGETHER: Final = (
    ("--watch", "--github"),
    ("--watch", "--as"),
    ("--fail-fast", "--watch"),
    ("--fail-fast", "--as"),
    ("--as …=-", "--github"),
)
"""Pairs of options of which the one leaves no sense to the other."""


class OutputFiles(NamedTuple):
    """What is written besides the summary."""

    json: Path | None
    html: Path | None
    junit: Path | None
    strict: bool = False
    """Whether a SHOULD that is broken is a failure in JUnit XML."""

    def forget(self) -> None:
        """Remove what an earlier check has written: nobody takes it for what this one found, should it fail."""
        for path in (self.json, self.html, self.junit):
            if path is not None and path.is_file():
                with contextlib.suppress(OSError):  # where that cannot be written either, writing says so
                    path.unlink()

    def write(self, found: Results) -> Results:
        """Write all that were asked for, and return what was found."""
        from conformance.reporting import html, junit

        for path, form in (
            (self.json, encode),
            (self.html, html.page),
            (self.junit, partial(junit.xml, strict=self.strict)),
        ):
            if path is not None:
                made = form(found)
                write_output(path, made.encode() if isinstance(made, str) else made)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for."""

    folder: Path | None
    programs: Mapping[str, str | None]
    """The exercises that are named, each with the file that is to be taken for it; none where all are judged."""
    requirements: tuple[str, ...]
    observe: bool
    seed: int | None
    profile: str
    jobs: int
    sandbox: Wanted
    fail_fast: bool

    def submission(self) -> Submission:
        """Look into the folder. Raises `SubmissionError` where it holds no program, or none on which all is judged."""
        chosen = {name: file for name, file in self.programs.items() if file}
        found = read_submission(self.folder or Path(), chosen)
        exercises = tuple(self.programs or found.found)
        if not _selected(exercises, self.requirements):
            raise SubmissionError(say("command.none-applies", requirements=self.requirements, exercises=exercises))
        return found

    def may_lack_programs(self) -> bool:
        """Return whether a folder in which nothing can be judged is a submission all the same."""
        there = self.folder is not None and self.folder.is_dir()
        return there and bool(self.programs) and bool(_selected(tuple(self.programs), self.requirements))

    def judged(self) -> Results:
        """Judge it, and show how far that is. The sandboxes are set up while the rest is still loaded."""
        submission = self.submission()
        sandboxes = start_sandboxes(min(self.jobs, len(self.programs or submission.found)), wanted=self.sandbox)
        from conformance.judging.assess import Request, check
        from conformance.judging.engine import Options

        request = Request(
            submission=submission,
            exercises=tuple(self.programs),
            requirements=self.requirements,
            options=Options(observe=self.observe, seed=self.seed, profile=PROFILES[self.profile]),
            fail_fast=self.fail_fast,
        )
        with progress(text("command.building")) as report:
            return check(request, sandboxes, report)


def check_command(
    folder: Annotated[Path | None, typer.Argument(help=text("help.check.folder"), metavar="FOLDER")] = None,
    exercise: Annotated[
        list[str] | None,
        typer.Option(
            help=text("help.check.exercise"),
            metavar="NAME[=FILE]",
            autocompletion=complete_exercise,
        ),
    ] = None,
    requirement: Requirements = None,
    json: Annotated[Path | None, typer.Option(help=text("help.check.json"), metavar="FILE")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help=text("help.check.html"), metavar="FILE")] = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", help=text("help.check.junit"), metavar="FILE")] = None,
    seed: Annotated[int | None, typer.Option(help=text("help.check.seed"), metavar="N")] = None,
    profile: Annotated[str, typer.Option(help=text("help.check.profile"), metavar="NAME")] = DEFAULT_PROFILE.name,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", help=text("help.check.jobs"), metavar="N", min=1)] = None,
    sandbox: Annotated[str, typer.Option(help=text("help.check.sandbox"), metavar="WHICH")] = SANDBOX,
    rubric: Annotated[str, typer.Option(help=text("help.check.rubric"), metavar="NAME|FILE")] = "",
    form: Annotated[list[str] | None, typer.Option("--as", help=text("help.check.as"), metavar="FORMAT=FILE")] = None,
    course: Courses = None,
    *,
    observer: Annotated[bool, typer.Option(help=text("help.check.observer"))] = True,
    on_github: Annotated[bool, typer.Option("--github", help=text("help.check.github"))] = False,
    strict: Annotated[bool, typer.Option("--strict", help=text("help.check.strict"))] = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help=text("help.check.fail-fast"))] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=text("help.check.quiet"))] = False,
    watch: Annotated[bool, typer.Option("--watch", help=text("help.check.watch"))] = False,
    debug: Annotated[bool, typer.Option(help=text("help.check.debug"))] = False,
    list_only: Annotated[bool, typer.Option("--list", help=text("help.check.list"))] = False,
) -> None:
    """Judge the programs in a folder."""
    with_courses(course)
    programs = dict(named_program(words) for words in exercise or ())
    names = known(tuple(programs), list(catalogue().exercises), "exercise")
    asked = Asked(
        folder=folder,
        programs=dict(zip(names, programs.values(), strict=True)),
        requirements=known_prefixes(requirement or ()),
        observe=observer,
        seed=seed,
        profile=known((profile,), list(PROFILES), "profile")[0],
        jobs=1 if fail_fast else jobs or len(os.sched_getaffinity(0)),  # else chance would say which is the first
        sandbox=known_sandbox(sandbox),
        fail_fast=fail_fast,
    )
    if list_only:
        with or_stop():
            _list_selected(tuple(asked.programs or (asked.submission().found if folder else ())), asked.requirements)
        return
    if folder is None:
        stop(text("command.which-folder"))
    exports = exports_of(form or ())
    on_errors = any(one.file == STANDARD_OUTPUT for one in exports)  # a system reads all of standard output
    asked_for = {
        "--watch": watch,
        "--github": on_github,
        "--as": bool(exports),
        "--as …=-": on_errors,
        "--fail-fast": fail_fast,
    }
    for one, other in NOT_TOGETHER:
        if asked_for[one] and asked_for[other]:
            stop(text("command.not-together", one=one, other=other))
    marked_by = known_rubric(rubric, exports)
    files = OutputFiles(json, html_file, junit_file, strict)
    with github.commands_stopped(enabled=on_github), or_stop():
        if watch:
            from conformance.commands.watch import watching

            asked.submission()
            watching(
                folder,
                [path for path in (json, html_file, junit_file) if path is not None],
                lambda: files.write(asked.judged()),
            )
            return
        files.forget()
        setting = partial(setting_of, folder, marked_by, strict=strict)
        try:
            found = files.write(asked.judged())
        except SubmissionError as nothing:
            if marked_by is None or not asked.may_lack_programs():
                raise
            typer.echo(str(nothing), err=True)
            lacking = nothing_judged(folder, marked_by, tuple(asked.programs), nothing)
            raise typer.Exit(write_exports(lacking, setting(), exports)) from nothing
        if not quiet:
            terminal.terminal_summary(found, Console(highlight=False, stderr=on_errors), debug=debug)
        if html_file is not None and not quiet:
            typer.echo(text("command.page", file=html_file), err=on_errors)
        graded = marked(found, marked_by, tuple(asked.programs))
        status = write_exports(graded, setting(), exports) if exports else 0
    if on_github:
        _tell_github(found, graded if marked_by is not None else None)
    raise typer.Exit(found.exit_status if marked_by is None else status)


def _tell_github(found: Results, graded: Graded | None) -> None:
    """Print annotations, and add to the summary of the job where there is one."""
    typer.echo(github.annotations(found, Path(os.environ.get("GITHUB_WORKSPACE", "."))), nl=False)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        from conformance.reporting.exports.items import summary as mark_in_words

        said = mark_in_words(graded) if graded is not None else ()
        write_output(Path(summary), github.job_summary(found, said).encode(), add=True)


def _list_selected(exercises: Sequence[str], prefixes: Sequence[str]) -> None:
    width = max(map(len, catalogue().requirements))
    for requirement, judged in _selected(exercises or tuple(catalogue().exercises), prefixes).items():
        level = catalogue().requirements[requirement].level
        typer.echo(f"{requirement:<{width}} {level:<6} {', '.join(judged)}")


def _selected(exercises: Sequence[str], prefixes: Sequence[str]) -> dict[str, list[str]]:
    """Return what is judged of exercises: by requirement, those that it concerns, in the order of the catalogue."""
    by_requirement = {
        requirement.id: [name for name in catalogue().exercises if name in exercises and requirement.concerns(name)]
        for requirement in catalogue().requirements.values()
        if not prefixes or requirement.id.startswith(tuple(prefixes))
    }
    return {requirement: judged for requirement, judged in by_requirement.items() if judged}
