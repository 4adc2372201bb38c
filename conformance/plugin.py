"""The pytest plugin: lets the conformance tests run on submissions in a course's own pytest.

Each item asks the engine for one verdict. With `-n`, the workers of pytest-xdist have a sandbox each, and each program
is judged by one of them.
"""

import contextlib
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from conformance.catalogue import CatalogueError, catalogue, lay_over
from conformance.judging.engine import Engine, Options, Task
from conformance.messages import text
from conformance.records.errors import SandboxError, Unusable
from conformance.records.profiles import DEFAULT_PROFILE, PROFILES
from conformance.records.results import COUNTS_AGAINST
from conformance.sandbox.client import Sandbox, start_sandboxes
from conformance.sandbox.request import Wanted
from conformance.sandbox.temporary import temporary_root
from conformance.submission.discover import Submission, SubmissionError, named_program, read_submission
from conformance.suite.registry import RequirementTest, strayed, untested

SUBMISSIONS = pytest.StashKey[dict[str, Submission]]()
"""The submissions by the names under which items show them."""
ENGINE = pytest.StashKey[Engine]()
PROJECT: Final = "pyproject.toml"
ALSO_WITHOUT_PREFIX: Final = frozenset({"submission", "exercise", "requirement"})
"""Options that are short as well: other plugins have none of these names."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose what is judged."""
    group = parser.getgroup("offhook", text("help.pytest.group"))

    def add(name: str, **how: Any) -> None:
        short = [f"--{name}"] if name in ALSO_WITHOUT_PREFIX else []
        group.addoption(f"--offhook-{name}", *short, dest=f"offhook_{name.replace('-', '_')}", **how)

    several: dict[str, Any] = {"action": "append", "default": []}
    add("submission", metavar="FOLDER", help=text("help.pytest.submission"), **several)
    add("course", metavar="FOLDER", help=text("help.course"), **several)
    add("exercise", metavar="NAME", help=text("help.pytest.exercise"), **several)
    add(
        "program",
        metavar="EXERCISE=FILE",
        help=text("help.pytest.program"),
        **several,
    )
    add(
        "requirement",
        metavar="ID",
        help=text("help.pytest.requirement"),
        **several,
    )
    add("seed", type=int, help=text("help.pytest.seed"))
    add("profile", choices=list(PROFILES), default=DEFAULT_PROFILE.name, help=text("help.pytest.profile"))
    add("sandbox", choices=list(get_args(Wanted)), default="best", help=text("help.pytest.sandbox"))
    add("no-observer", action="store_true", help=text("help.pytest.no-observer"))


def pytest_configure(config: pytest.Config) -> None:
    """Look into the submissions once; a wrong one ends the session with one line."""
    config.addinivalue_line("markers", "xdist_group(name): what one worker judges from beginning to end")
    folders = config.getoption("offhook_submission")
    if not folders:
        return
    try:
        lay_over(_courses(config))
        named = dict(named_program(words) for words in config.getoption("offhook_program"))
        found = [read_submission(Path(folder), named) for folder in folders]
        temporary_root()
    except (CatalogueError, SubmissionError, OSError, Unusable) as problem:
        raise pytest.UsageError(str(problem)) from None
    names = Counter(one.name for one in found)
    config.stash[SUBMISSIONS] = {one.name if names[one.name] == 1 else one.folder: one for one in found}


def _courses(config: pytest.Config) -> list[Path]:
    """Return the courses that the options name, or `course` in `[tool.offhook]` of the project's pyproject.toml."""
    named = config.getoption("offhook_course")
    if named:
        return [Path(folder) for folder in named]
    project = config.rootpath / PROJECT
    tables = tomllib.loads(project.read_text("utf-8")) if project.is_file() else {}
    listed = tables.get("tool", {}).get("offhook", {}).get("course", [])
    return [config.rootpath / folder for folder in ([listed] if isinstance(listed, str) else listed)]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n`, let each program be built and judged by one worker, from beginning to end."""
    if SUBMISSIONS not in config.stash:
        return None
    from xdist.scheduler import LoadGroupScheduling

    config.option.loadgroup = True
    return LoadGroupScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Let the sandbox of this process be set up while the tests are collected; each requirement has its test."""
    config = session.config
    if SUBMISSIONS not in config.stash:
        return
    complaints = [*untested(), *strayed()]
    if complaints:
        raise pytest.UsageError("\n".join(complaints))
    if config.option.collectonly or config.getoption("dist", "no") != "no":
        return
    options = Options(
        observe=not config.getoption("offhook_no_observer"),
        seed=config.getoption("offhook_seed"),
        profile=PROFILES[config.getoption("offhook_profile")],
    )
    config.stash[ENGINE] = engine = Engine(_sandboxes(config), options)
    config.add_cleanup(engine.close)
    if config.getoption("offhook_sandbox") == "require":
        try:
            _ = engine.isolation
        except SandboxError as problem:
            raise pytest.UsageError(str(problem)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> list[pytest.Item] | None:
    """Make an item of each conformance test for each program that it judges here."""
    if not isinstance(obj, RequirementTest):
        return None
    if SUBMISSIONS not in collector.config.stash:
        raise pytest.UsageError(text("pytest.which"))
    return list(_items(collector, name, obj))


def _items(collector: pytest.Collector, name: str, test: RequirementTest) -> Iterator[pytest.Item]:
    submissions = collector.config.stash[SUBMISSIONS]
    for shown, submission in submissions.items():
        for exercise in chosen(collector.config, test, submission):
            program = f"{shown}-{exercise}" if len(submissions) > 1 else exercise
            task = Task(submission, exercise, test)
            item = Item.from_parent(collector, name=f"{name}[{program.encode('unicode_escape').decode()}]", task=task)
            item.add_marker(pytest.mark.xdist_group(program))
            yield item


def chosen(config: pytest.Config, test: RequirementTest, submission: Submission) -> list[str]:
    """Return the exercises whose programs a test judges in this session."""
    prefixes = tuple(config.getoption("offhook_requirement"))
    if prefixes and not test.requirement.id.startswith(prefixes):
        return []
    asked = config.getoption("offhook_exercise") or list(submission.found)
    return [exercise for exercise in catalogue().exercises if exercise in asked and test.concerns(exercise)]


class BrokenError(Exception):
    """A requirement is not kept: pytest shows the verdict, and no traceback."""


class Item(pytest.Item):
    """One conformance test on one program."""

    def __init__(self, *, task: Task, **how: Any) -> None:
        super().__init__(**how)
        self.task = task

    def runtest(self) -> None:
        """Ask the engine, and say the verdict in pytest's words."""
        found = self.config.stash[ENGINE].judge(self.task)
        reason = found.reason or ""
        said = text("pytest.verdict", verdict=text(f"verdict-name.{found.verdict}"), reason=reason)
        if found.verdict in COUNTS_AGAINST:
            raise BrokenError(said)
        if found.verdict == "harness-error":
            raise RuntimeError(reason)
        if found.verdict != "passed":
            pytest.skip(said)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what pytest shows: of a fault of the suite's own its traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, BrokenError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where it stands, and its name."""
        return self.path, None, self.name


def _sandboxes(config: pytest.Config) -> list[Sandbox]:
    return start_sandboxes(first=_worker_number(config), wanted=config.getoption("offhook_sandbox"))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say how much was isolated, where that was in this process."""
    engine = config.stash.get(ENGINE, None)
    with contextlib.suppress(SandboxError):  # each test has said it already
        if engine is not None:
            terminalreporter.write_line(text("pytest.isolation", sandbox=engine.isolation.described()))


def _worker_number(config: pytest.Config) -> int:
    """Return 0, or the number of this worker of pytest-xdist."""
    name = getattr(config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))
