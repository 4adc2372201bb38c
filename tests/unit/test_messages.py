"""Messages: each key that is said exists, each that exists is said, and each is given the values that it shows."""

import string
from collections.abc import Iterable
from typing import Final, get_args, get_type_hints

from conformance.catalogue import Role, catalogue
from conformance.catalogue.patterns import patterns
from conformance.catalogue.records import JudgedOn
from conformance.checks.sanitizer import OTHERS
from conformance.cli import COMMANDS, COMPLETION
from conformance.commands.common import Nameable
from conformance.commands.doctor import STATES as STATES_OF_DOCTOR
from conformance.grading.naming import WAYS
from conformance.judging.course_check import Kind
from conformance.judging.replay import Outcome
from conformance.messages import ENGLISH, table
from conformance.model.calls import REFUSED_CALLS
from conformance.model.descriptors import State
from conformance.model.failures import FILE_FAILURES
from conformance.model.measured import PLATFORMS, probes
from conformance.model.platforms import Topic, topics
from conformance.model.signals import NOTIFICATION_SIGNALS
from conformance.model.tls_libraries import TellsCut
from conformance.observe.bounded.asked import LeftOutWhy
from conformance.records.notes import VALUES, Departure, NoteKind
from conformance.records.results import VerdictName
from conformance.records.run import Busy, Happening
from conformance.records.scenario import Step, Versions
from conformance.sandbox.request import FileView
from conformance.sandbox.tls.certificates import KINDS
from conformance.submission.names import Side
from conformance.submission.skeletons import KNOWN_ARGUMENTS, SKELETON_EXTENSIONS
from conformance.suite.registry import all_tests
from conformance.trace_tool.live import FATES
from docs.by_state import STATES
from docs.model import DESCRIPTOR
from tests.matrix import FOLDERS
from tests.support.messages import ANY, Use, uses

WORDS: Final = table(ENGLISH)
USES: Final = list(uses())


def parts_of(topic: Topic) -> tuple[str, ...]:
    """Return the parts of a topic that have words."""
    return "topic", "posix", "winsock", *(("wine",) if topic.touched is not None else ())


OF_WHOLE_ARCHIVE: Final = {"too-large", "too-many", "too-much", "broken", "no-room"}
"""Why members of an archive are left out, where other words say it."""
STEPS: Final = [one.__name__.lower() for one in get_args(Step)]
ALL_TESTS: Final = all_tests()
# What stands for `{}` in each key whose end is known only when it is said.
ENDS: Final[dict[str, Iterable[str]]] = {
    "bounds.by.{}": OTHERS.values(),
    "by-state.{}": get_args(Role)[:2],
    "start.certificate.{}": KINDS,
    "start.versions.{}": get_args(Versions)[1:],
    "call.{}": ("input", "output"),
    "catalogue.runs.{}": get_args(JudgedOn),
    "class.archive.member.{}": set(get_args(LeftOutWhy)) - OF_WHOLE_ARCHIVE,
    "class.look.{}": ("student", "judged", "missing", "remarks"),
    "class.note.taken.{}": WAYS[1:],
    "course.{}.surprise": get_args(Kind),
    "command.unknown.{}": get_args(Nameable),
    "complaint.no-such.{}": ("requirement", "exercise"),
    "complaint.no-words.{}": ("requirement", "exercise"),
    "departure.{}": get_args(Departure),
    "doctor.state.{}": STATES_OF_DOCTOR,
    "drawing.{}": ("socket", "descriptor"),
    "exercises.{}": ("name", "arguments", "does", "files"),
    "explain.{}": ("why", "latitude", "mistake", "todo", "judged", "exercises", "sources"),
    "family.{}": {test.family.name for test in ALL_TESTS},
    "help.{}": [*COMMANDS, *COMPLETION],
    "group.{}": {one.group for one in catalogue().requirements.values()},
    "isolation.files.{}": get_args(FileView),
    "judged-on.{}": get_args(JudgedOn),
    "limit.{}": [limit.replace(" ", "-") for limit in get_args(get_type_hints(Busy)["limit"])],
    "line.{}": [what.replace(" ", "-") for what in get_args(Happening)],
    "matrix.{}": ("breaks", "may", "kept"),
    "matrix.folder.{}": [folder.name for folder in FOLDERS],
    "model.{}": ["connection.input", *(f"file.{name}" for name in FILE_FAILURES)],
    "news.{}": NOTIFICATION_SIGNALS.values(),
    "note.{}": get_args(NoteKind),
    "pattern.{}": [one.name for one in patterns()],
    "platforms.caption.{}": {one.part for one in topics()} | {"details"},
    "platforms.platform.{}": PLATFORMS,
    "platform.{}.{}": [f"{one.id}.{part}" for one in topics() for part in parts_of(one)],
    "platform.{}.topic": [one.topic for one in probes().probe],
    "platform.{}.wine": [one.id for one in topics() if one.touched is not None],
    "platforms.{}": ("topic", "posix", "winsock", "course", "judged", "wine", "measured", "first", "calls"),
    "refused.{}": REFUSED_CALLS,
    "replay.{}": get_args(Outcome),
    "side.{}": get_args(Side),
    "starter.argument.{}": [*KNOWN_ARGUMENTS, "other"],
    "starter.calls.{}.{}": [f"{language}.{role}" for language in SKELETON_EXTENSIONS for role in get_args(Role)],
    "starter.calls.tls.{}.{}": [
        f"{language}.{role}" for language in SKELETON_EXTENSIONS if language != "rust" for role in get_args(Role)[:2]
    ],
    "starter.steps.tls.{}": get_args(Role)[:2],
    "starter.steps.winsock.{}": get_args(Role)[:2],
    "starter.steps.{}": get_args(Role),
    "state.{}": [*State, *STATES, *DESCRIPTOR],
    "step.{}": [
        *STEPS,
        *("connect.if-room", "connect.plain", "accept.plain", "end.cut-off", "update.asked"),
        *("connect.datagrams", "accept.datagrams", "echo.copies", "echo.lost", "echo.late"),
        *("echo.cut", "echo.swapped", "echo.most"),
        *("echo.answers", "echo.answers.cut", "echo.answers.most"),
    ],
    "step.{}.early": ("connect", "connect.plain"),
    "text.{}": ("expected", "seen", "at", "when", "tried", "output", "calls", "repeat"),
    "tls-library.{}": ("language", "library", "cut", "empty", "old", "closes", "notify"),
    "tls-library.cut.{}": [one.replace(" ", "-") for one in get_args(TellsCut)],
    "trace.signal.{}": [*FATES.values(), "default"],
    "verdict-name.{}": get_args(VerdictName),
}
# Where the code around a use does not tell the key: what it is there.
GIVEN: Final[dict[tuple[str, str], Iterable[str]]] = {
    ("conformance/trace_tool/faults.py", "key"): ("trace.fault.count", "trace.fault.nth"),
    ("conformance/judging/unbroken.py", "case.test.family.empty_reason"): {
        test.family.empty_reason for test in ALL_TESTS
    },
}
# Values that are given together, as a dictionary.
TOGETHER: Final[dict[str, frozenset[str]]] = {
    **{f"note.{kind}": frozenset(names) for kind, names in VALUES.items()},
    "replay.counts": frozenset(get_args(Outcome)),
}


def said(use: Use) -> list[str]:
    """Return every key that a use may say."""
    keys = use.keys or GIVEN.get((use.place.rpartition(":")[0], use.text), ())
    return [one for key in keys for one in ([key] if ANY not in key else _whole(key))]


def _whole(key: str) -> list[str]:
    head, tail = key.split(ANY, maxsplit=1)[0], key.rsplit(ANY, maxsplit=1)[1]
    return [f"{head}{end}{tail}" for end in ENDS.get(key, ())]


def shown(key: str) -> set[str]:
    """Return the names of the values that a message shows."""
    return {name for _, name, _, _ in string.Formatter().parse(WORDS[key]) if name}


def test_it_is_known_what_each_use_says() -> None:
    assert [use for use in USES if not said(use)] == []
    assert len(USES) > 500


def test_no_end_of_a_key_is_listed_that_nobody_says() -> None:
    assert {key for use in USES for key in use.keys if ANY in key} == set(ENDS)


def test_each_key_that_is_said_exists() -> None:
    assert [(use.place, key) for use in USES for key in said(use) if key not in WORDS] == []


def test_each_key_that_exists_is_said() -> None:
    assert set(WORDS) - {key for use in USES for key in said(use)} == set()


def test_each_message_is_given_the_values_that_it_shows_and_no_others() -> None:
    wrong: list[tuple[str, ...]] = []
    for use in USES:
        if use.open:
            wrong += [(use.place, key) for key in said(use) if shown(key) != TOGETHER[key]]
            continue
        wanted = [shown(key) for key in said(use) if key in WORDS]
        lacking = [key for key, names in zip(said(use), wanted, strict=False) if not names <= use.values]
        if lacking or set().union(*wanted) != use.values:
            wrong.append((use.place, *lacking))
    assert wrong == []
