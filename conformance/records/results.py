"""results.json: everything that a check found out, as records; whatever is shown to people is made from it alone."""

from typing import Final, Literal

import msgspec
from msgspec import Struct

from conformance.catalogue import Course, Level
from conformance.messages import Message
from conformance.records.notes import Note
from conformance.records.run import Ending, Happening
from conformance.records.scenario import Scenario

FORMAT: Final = 2
"""The form of results.json. In the first one, sentences stood where messages stand now."""
VerdictName = Literal[
    "passed",
    "failed",
    "crashed",
    "hung",
    "unsteady",
    "not-implemented",
    "not-run",
    "not-applicable",
    "not-observed",
    "harness-error",
]
COUNTS_AGAINST: Final = frozenset({"failed", "crashed", "hung", "unsteady", "not-implemented", "not-run"})
"""Verdicts that are not `passed` and count."""
COUNTS_NOWHERE: Final = frozenset({"not-applicable", "not-observed", "harness-error"})


class SourceLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the submission's source."""

    file: str
    line: int
    text: str
    first: int = 0
    """The number of the first of the lines around it; 0 where they are not kept."""
    around: tuple[str, ...] = ()
    """The lines around it, itself among them, each cut where it gets long."""
    named: bool = False
    """Whether the program itself named it as the place of its mistake."""


class CallLine(Struct, frozen=True, kw_only=True):
    """One call of a trace, ready to be shown."""

    number: int
    process: int
    text: str
    """As a C programmer would write it: `bind(3, 0.0.0.0:9190, 16) = 0`."""
    source: SourceLine | None = None
    injected: Message | None = None
    """What the system was made to do to it."""
    marked: bool = False
    """The call that went wrong."""

    @property
    def unfinished(self) -> bool:
        """Whether it had not returned when the run ended."""
        return self.text.endswith("= …")


class WireLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that showed on the wire."""

    what: Happening
    client: int
    data: str
    after: int
    """How many calls had been made by then."""
    waiting: tuple[int, ...] = ()
    """The calls in which the program waited by then, by their numbers."""
    detail: str = ""
    """Over TLS: the name in a hello, the version of a handshake, an alert, the number of certificates."""


class Tries(Struct, frozen=True, kw_only=True):
    """How often a scenario was tried, and how often it was broken."""

    failed: int
    tried: int


class Evidence(Struct, frozen=True, kw_only=True):
    """Why a verdict is what it is."""

    expected: Message
    seen: Message
    scenario: Scenario
    calls: list[CallLine]
    wire: list[WireLine]
    output: str
    ending: Ending
    program: Tries
    reference: Tries | None
    source: SourceLine | None
    """Where the call that went wrong stands; where none did and the program did not end by itself, its last call."""
    repeat: str
    """The command that judges this requirement again."""
    unwatched: bool = False
    """Whether nobody watched the calls, though they can be watched here: the program behaves otherwise then."""

    @property
    def names_the_call(self) -> bool:
        """Whether the place is known: one of the calls is the one that went wrong, or the program named the line."""
        return any(call.marked for call in self.calls) or (self.source is not None and self.source.named)


class Verdict(Struct, frozen=True, kw_only=True):
    """What was found for one program and one requirement."""

    exercise: str
    requirement: str
    level: Level
    verdict: VerdictName
    reason: Message | None = None
    """Why it is not `passed`."""
    evidence: Evidence | None = None
    seconds: float = 0.0
    """How long it took to find this. A run that several requirements look at counts with the first of them. 0 where it
    was not measured."""

    @property
    def breaks_must(self) -> bool:
        """Whether a MUST is broken."""
        return self.level == "MUST" and self.verdict in COUNTS_AGAINST


class ProgramReport(Struct, frozen=True, kw_only=True):
    """What became of one exercise's program."""

    exercise: str
    source: str | None
    language: str
    built: bool
    compiler: str
    words: str | Message
    """What the compiler said, or why none could be asked."""
    sanitizers: str = ""
    """The command line of the second build, with sanitizers, in which `robust.no-crash` was judged too; nothing where
    there was none."""
    digest: str = ""
    """A hash of all that was handed in with it, before anything was built; nothing where names are left out."""


class SubmissionReport(Struct, frozen=True, kw_only=True):
    """What was handed in."""

    name: str
    folder: str
    notes: tuple[Note, ...] = ()
    """What is worth a remark about how it was taken: what was not, and why."""


class Problem(Struct, frozen=True, kw_only=True):
    """A fault of the suite's own: what it was about to judge, and where it failed."""

    exercise: str
    requirement: str
    traceback: str

    @property
    def summary(self) -> str:
        """The exception's own line, as `KeyError: 'others.seen'`."""
        return self.traceback.strip().rpartition("\n")[2]


class Provenance(Struct, frozen=True, kw_only=True):
    """How it was judged: enough to defend a mark a term later."""

    version: str
    catalogue: str
    scenarios: str
    observer: str
    """What saw the calls, and what stood in for Windows: `linux`, `none`, `linux, wine-8.0`."""
    sandbox: Message
    """What was isolated."""
    seed: int | None
    runs: int
    seconds: float
    waiting_seconds: float
    platform: str
    compiler: str
    not_observed: Message | None = None
    """Why no calls were seen; nothing where they were."""
    tier: Literal["full", "namespaces", "landlock", "limits", ""] = ""
    """How much was isolated, the most first, as SECURITY.md describes it; nothing in results of earlier versions."""
    profile: str = "default"
    """How much was tried: `quick`, `default` or `thorough`."""
    began: str = ""
    """When the check began, in UTC, as `2026-11-30T09:00:00Z`; nothing in results of earlier versions."""
    courses: tuple[Course, ...] = ()
    """The courses whose exercises were judged as well, each with a digest of all that decides about its verdicts."""
    problems: tuple[Problem, ...] = ()
    """Where the suite itself failed, with the traceback: each is a `harness-error` among the verdicts."""
    left_out: int = 0
    """How many verdicts were asked for and are not there, since the first broken MUST was to end the check."""


class CallPair(Struct, frozen=True, kw_only=True):
    """A call of a program and what stands for it on another platform."""

    posix: str
    """Nothing where only the other program makes such a call."""
    windows: str
    differs: bool


class SideBySide(Struct, frozen=True, kw_only=True):
    """The calls of one exercise's programs on two platforms."""

    posix: str
    """The exercise's name."""
    windows: str
    rows: list[CallPair]


class Results(Struct, frozen=True, kw_only=True):
    """All of it."""

    format: int
    submission: SubmissionReport
    programs: list[ProgramReport]
    verdicts: list[Verdict]
    harness: Provenance
    beside: list[SideBySide]

    def count(self, *verdicts: str) -> int:
        """Return how many verdicts are one of these."""
        return sum(one.verdict in verdicts for one in self.verdicts)

    @property
    def exit_status(self) -> int:
        """0: all MUST kept; 1: some broken; 3: the harness failed somewhere."""
        if self.count("harness-error"):
            return 3
        return int(any(one.breaks_must for one in self.verdicts))


def schema() -> dict[str, object]:
    """Return the JSON Schema of results.json."""
    return msgspec.json.schema(Results)


def encode(results: Results) -> bytes:
    """Return results.json."""
    return msgspec.json.format(msgspec.json.encode(results)) + b"\n"


class _Head(Struct):
    """What all formats have in common."""

    format: int


def format_of(text: bytes) -> int:
    """Return the format of a results.json. Raises `msgspec.ValidationError` where it names none."""
    return msgspec.json.decode(text, type=_Head).format


def decode(text: bytes) -> Results:
    """Read a results.json of this format. Raises `msgspec.ValidationError` where it is none."""
    return msgspec.json.decode(text, type=Results)
