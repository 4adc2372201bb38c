"""results.json: everything that a check found out, as records; whatever is shown to people is made from it alone."""

from typing import Final, Literal

import msgspec
from msgspec import Struct

from conformance.catalogue import Level
from conformance.stage.script import Scenario

FORMAT: Final = 1
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


class SourceLine(Struct, frozen=True, omit_defaults=True):
    """A line of the submission's source."""

    file: str
    line: int
    text: str
    first: int = 0
    """The number of the first of the lines around it; 0 where they are not kept."""
    around: tuple[str, ...] = ()
    """The lines around it, itself among them, each cut where it gets long."""


class CallLine(Struct, frozen=True):
    """One call of a trace, ready to be shown."""

    number: int
    process: int
    text: str
    """As a C programmer would write it: `bind(3, 0.0.0.0:9190, 16) = 0`."""
    source: SourceLine | None = None
    injected: str | None = None
    marked: bool = False
    """The call that went wrong."""

    @property
    def unfinished(self) -> bool:
        """Whether it had not returned when the run ended."""
        return self.text.endswith("= …")


class WireLine(Struct, frozen=True, omit_defaults=True):
    """One thing that showed on the wire."""

    what: str
    client: int
    data: str
    after: int
    """How many calls had been made by then."""
    waiting: tuple[int, ...] = ()
    """The calls in which the program waited by then, by their numbers."""


class Tries(Struct, frozen=True):
    """How often a scenario was tried, and how often it was broken."""

    failed: int
    tried: int


class Evidence(Struct, frozen=True):
    """Why a verdict is what it is."""

    expected: str
    seen: str
    scenario_words: list[str]
    scenario: Scenario
    calls: list[CallLine]
    wire: list[WireLine]
    output: str
    ending: str
    program: Tries
    reference: Tries | None
    source: SourceLine | None
    """Where the call that went wrong stands; where none did and the program did not end by itself, its last call."""
    repeat: str
    """The command that judges this requirement again."""

    @property
    def names_the_call(self) -> bool:
        """Whether one of the calls is the one that went wrong."""
        return any(call.marked for call in self.calls)


class Verdict(Struct, frozen=True):
    """What was found for one program and one requirement."""

    exercise: str
    requirement: str
    level: Level
    verdict: VerdictName
    reason: str = ""
    evidence: Evidence | None = None


class ProgramReport(Struct, frozen=True):
    """What became of one exercise's program."""

    exercise: str
    source: str | None
    language: str
    built: bool
    compiler: str
    words: str
    """What the compiler said."""


class SubmissionReport(Struct, frozen=True):
    """What was handed in."""

    name: str
    folder: str


class Harness(Struct, frozen=True):
    """How it was judged: enough to defend a mark a term later."""

    version: str
    catalogue: str
    scenarios: str
    observer: str
    sandbox: str
    seed: int | None
    runs: int
    seconds: float
    waiting_seconds: float
    platform: str
    compiler: str
    profile: str = "default"
    """How much was tried: `quick`, `default` or `thorough`."""


class BesideRow(Struct, frozen=True):
    """A call of a program and what stands for it on another platform."""

    posix: str
    """Nothing where only the other program makes such a call."""
    windows: str
    differs: bool


class Beside(Struct, frozen=True):
    """The calls of one exercise's programs on two platforms."""

    posix: str
    """The exercise's name."""
    windows: str
    rows: list[BesideRow]


class Results(Struct, frozen=True):
    """All of it."""

    format: int
    submission: SubmissionReport
    programs: list[ProgramReport]
    verdicts: list[Verdict]
    harness: Harness
    beside: list[Beside]

    def count(self, *verdicts: str) -> int:
        """Return how many verdicts are one of these."""
        return sum(one.verdict in verdicts for one in self.verdicts)

    @property
    def exit_status(self) -> int:
        """0: all MUST kept; 1: some broken; 3: the harness failed somewhere."""
        if self.count("harness-error"):
            return 3
        return int(any(one.level == "MUST" and one.verdict in COUNTS_AGAINST for one in self.verdicts))


def schema() -> dict[str, object]:
    """Return the JSON Schema of results.json."""
    return msgspec.json.schema(Results)


def encode(results: Results) -> bytes:
    """Return results.json."""
    return msgspec.json.format(msgspec.json.encode(results)) + b"\n"


def decode(text: bytes) -> Results:
    """Read results.json. Raises `msgspec.ValidationError` where it is not one."""
    return msgspec.json.decode(text, type=Results)
