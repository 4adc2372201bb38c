"""Results to show: one where all texts are hostile, one with every kind of verdict, one that is very large."""

from conformance.catalogue import catalogue
from conformance.reporting.gravity import WEIGHT
from conformance.reporting.results import (
    Beside,
    BesideRow,
    CallLine,
    Evidence,
    Harness,
    ProgramReport,
    Results,
    SourceLine,
    SubmissionReport,
    Tries,
    Verdict,
    VerdictName,
    WireLine,
)
from conformance.stage.script import Scenario

NASTY = (
    "<script>document.title='owned'</script></script></style><img src=x onerror=\"document.title='owned'\">"
    "\x1b[2J\u202eevil\u2066\u0007::error::x\n\"'&{{ 7 * 7 }}{% raw %}"
)
SOURCE = SourceLine(
    "hello_server.c", 44, "write(client, m, 12);", 43, ("\tclient = accept(s, 0, 0);", "\twrite(client, m, 12);")
)


def calls(marked: int | None = 5) -> list[CallLine]:
    """The calls of a short server."""
    texts = (
        "socket(AF_INET, SOCK_STREAM, 0) = 3", "bind(3, 0.0.0.0:9190, 16) = 0", "listen(3, 5) = 0",
        "setsockopt(3, SOL_SOCKET, SO_REUSEADDR) = 0", "accept(3) = 4", 'write(4, "Hello", 12) = 5', "close(4) = 0",
    )  # fmt: skip
    return [
        CallLine(number, 1, text, SOURCE, "moves at most 5 of 12 bytes" if number == marked else None, number == marked)
        for number, text in enumerate(texts)
    ]


WIRE = [
    WireLine("connected", 0, "", 5, (4,)),
    WireLine("received", 0, '"Hello"', 6),
    WireLine("program ended", 0, "", 7),
]


def evidence(shown: list[CallLine] | None = None, wire: list[WireLine] | None = None) -> Evidence:
    """Why a server is wrong that ignores what write returns."""
    return Evidence(
        'the client receives "Hello World!"', 'the client receives "Hello"', ["client 1 connects"], Scenario(),
        calls() if shown is None else shown, WIRE if wire is None else wire, "", "exit status 0",
        Tries(10, 10), Tries(0, 10), SOURCE, "offhook check homework --requirement transfer.short-writes",
    )  # fmt: skip


def verdict(exercise: str, requirement: str, name: VerdictName, why: str = "", *, shown: bool = False) -> Verdict:
    """A verdict, with evidence where it is asked for."""
    level = catalogue().requirements[requirement].level
    return Verdict(exercise, requirement, level, name, why, evidence() if shown else None)


def results(verdicts: list[Verdict], *programs: ProgramReport, name: str = "homework") -> Results:
    """Results with these verdicts."""
    harness = Harness("0.1.0", "c0ffee", "5ce7e", "linux", "apart", None, 3, 1.0, 0.01, "Linux", "gcc -Wall")
    rows = [
        BesideRow("", "WSAStartup(MAKEWORD(2, 2)) = 0", True),
        BesideRow("listen(3, 5) = 0", "listen(48, 5) = 0", False),
        BesideRow("close(3) = 0", "closesocket(48) = 0", True), BesideRow("setsockopt(3) = 0", "", True),
    ]  # fmt: skip
    beside = [Beside("hello_server", "hello_server_win", rows)]
    return Results(1, SubmissionReport(name, name), list(programs), verdicts, harness, beside)


def hostile(size: int = 1) -> Results:
    """Results in which each text that may come from a program is nasty, and as long as one likes."""
    text = NASTY * size
    source = SourceLine(text, 3, text, 1, (text, text, text))
    shown = Evidence(
        text, text, [text], Scenario(), [CallLine(0, 1, text, source, text, marked=True)],
        [WireLine("sent", 0, text, 0)], text, text, Tries(10, 10), Tries(0, 10), source, text,
    )  # fmt: skip
    verdicts = [
        Verdict("hello_server", "transfer.greeting", "MUST", "failed", text, shown),
        Verdict("hello_server", "transfer.short-writes", "MUST", "not-run", text),
        Verdict("hello_client", "transfer.prints-message", "MUST", "passed"),
    ]
    harness = Harness("0", "c", "s", text, text, None, 3, 1.0, 0.01, text, text)
    program = ProgramReport("hello_server", text, text, True, text, text)
    beside = [Beside("hello_server", "hello_server_win", [BesideRow(text, text, True)])]
    return Results(1, SubmissionReport(text, text), [program], verdicts, harness, beside)


def mixed() -> Results:
    """Every kind of verdict, and a warning of the compiler."""
    server = [name for name, one in catalogue().requirements.items() if one.concerns("hello_server")]
    kinds = ("crashed", "hung", "failed", "unsteady")
    found = [
        verdict("hello_server", requirement, name, f"this is {name}", shown=name in kinds)
        for requirement, name in zip(server, WEIGHT, strict=False)
    ]
    found += [verdict("hello_server", requirement, "passed") for requirement in server[len(WEIGHT) :]]
    found += [verdict("hello_client", "transfer.prints-message", "passed")]
    program = ProgramReport("hello_server", "hello_server.c", "C", True, "gcc", "hello_server.c:3: warning: unused")
    return results(found, program)


def broken_everywhere() -> Results:
    """Each requirement of both exercises failed, with as many calls as evidence keeps."""
    long = [CallLine(number, 1, f'write(4, "{number:064}", 64) = 64', SOURCE) for number in range(59)]
    shown = evidence([*long, CallLine(59, 1, "close(4) = 0", SOURCE, marked=True)])
    found = [
        Verdict(exercise, name, one.level, "failed", "wrong", shown)
        for exercise in ("hello_server", "hello_client")
        for name, one in catalogue().requirements.items()
        if one.concerns(exercise)
    ]
    return results(found)


def many(count: int) -> Results:
    """Very many verdicts, every twentieth with evidence."""
    names = list(catalogue().requirements)
    found = [
        verdict(
            f"exercise_{number // len(names)}", names[number % len(names)], "failed" if wrong else "passed", shown=wrong
        )
        for number in range(count)
        for wrong in (number % 20 == 0,)
    ]
    return results(found)


def flawless() -> Results:
    """Nothing to mend."""
    return results([verdict("hello_server", "transfer.greeting", "passed")])


def unbuilt() -> Results:
    """A program that the compiler refused, and whose requirements share that reason."""
    names = ("transfer.greeting", "transfer.short-writes")
    found = [verdict("hello_server", name, "not-implemented", "it could not be built") for name in names]
    program = ProgramReport("hello_server", "hello_server.c", "C", False, "gcc", "error: expected ;")
    return results([verdict("hello_client", "robust.no-crash", "crashed", shown=True), *found], program)
