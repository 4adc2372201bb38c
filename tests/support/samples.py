"""Results to show: one where all texts are hostile, one with every kind of verdict, one that is very large."""

from conformance.catalogue import catalogue
from conformance.messages import Message, say
from conformance.records.faults import Short
from conformance.records.results import (
    FORMAT,
    CallLine,
    CallPair,
    Evidence,
    ProgramReport,
    Provenance,
    Results,
    SideBySide,
    SourceLine,
    SubmissionReport,
    Tries,
    Verdict,
    VerdictName,
    WireLine,
)
from conformance.records.run import Exited, NotStarted
from conformance.records.scenario import Connect, Scenario, Send
from conformance.reporting.priority import WEIGHT
from conformance.sandbox.request import Isolation, Tracing

NASTY = (
    "<script>document.title='owned'</script></script></style><img src=x onerror=\"document.title='owned'\">"
    "\x1b[2J\u202eevil\u2066\u0007::error::x\n\"'&{{ 7 * 7 }}{% raw %}"
)


def said(text: str) -> Message:
    """Return a message whose words are a text."""
    return say("as-it-is", text=text)


SOURCE = SourceLine(
    file="hello_server.c",
    line=44,
    text="write(client, m, 12);",
    first=43,
    around=("\tclient = accept(s, 0, 0);", "\twrite(client, m, 12);"),
)


def calls(marked: int | None = 5) -> list[CallLine]:
    """The calls of a short server."""
    texts = (
        "socket(AF_INET, SOCK_STREAM, 0) = 3", "bind(3, 0.0.0.0:9190, 16) = 0", "listen(3, 5) = 0",
        "setsockopt(3, SOL_SOCKET, SO_REUSEADDR) = 0", "accept(3) = 4", 'write(4, "Hello", 12) = 5', "close(4) = 0",
    )  # fmt: skip
    return [
        CallLine(
            number=number,
            process=1,
            text=text,
            source=SOURCE,
            injected=say("injected.short", count=5, wanted=12) if number == marked else None,
            marked=number == marked,
        )
        for number, text in enumerate(texts)
    ]


WIRE = [
    WireLine(what="connected", client=0, data="", after=5, waiting=(4,)),
    WireLine(what="received", client=0, data='"Hello"', after=6),
    WireLine(what="program ended", client=0, data="", after=7),
]


def evidence(shown: list[CallLine] | None = None, wire: list[WireLine] | None = None) -> Evidence:
    """Why a server is wrong that ignores what write returns."""
    return Evidence(
        expected=say("received", peer=say("peer.only-client"), data='"Hello World!"'),
        seen=say("received", peer=say("peer.only-client"), data='"Hello"'),
        scenario=Scenario(steps=(Connect(),), faults=(Short(call="output", count=5),)),
        calls=calls() if shown is None else shown,
        wire=WIRE if wire is None else wire,
        output="",
        ending=Exited(status=0),
        program=Tries(failed=10, tried=10),
        reference=Tries(failed=0, tried=10),
        source=SOURCE,
        repeat="offhook check homework --requirement transfer.short-writes",
    )


def verdict(
    exercise: str, requirement: str, name: VerdictName, why: Message | None = None, *, shown: bool = False
) -> Verdict:
    """A verdict, with evidence where it is asked for."""
    level = catalogue().requirements[requirement].level
    return Verdict(
        exercise=exercise,
        requirement=requirement,
        level=level,
        verdict=name,
        reason=why,
        evidence=evidence() if shown else None,
    )


def results(verdicts: list[Verdict], *programs: ProgramReport, name: str = "homework") -> Results:
    """Results with these verdicts."""
    harness = Provenance(
        version="0.1.0",
        catalogue="c0ffee",
        scenarios="5ce7e",
        observer="linux",
        sandbox=Isolation(network=True, processes=True, files="own-root", user="40001", calls=Tracing()).described(),
        tier="full",
        seed=None,
        runs=3,
        seconds=1.0,
        waiting_seconds=0.01,
        platform="Linux",
        compiler="gcc -Wall",
    )
    rows = [
        CallPair(posix="", windows="WSAStartup(MAKEWORD(2, 2)) = 0", differs=True),
        CallPair(posix="listen(3, 5) = 0", windows="listen(48, 5) = 0", differs=False),
        CallPair(posix="close(3) = 0", windows="closesocket(48) = 0", differs=True),
        CallPair(posix="setsockopt(3) = 0", windows="", differs=True),
    ]
    beside = [SideBySide(posix="hello_server", windows="hello_server_win", rows=rows)]
    return Results(
        format=FORMAT,
        submission=SubmissionReport(name=name, folder=name),
        programs=list(programs),
        verdicts=verdicts,
        harness=harness,
        beside=beside,
    )


def hostile(size: int = 1) -> Results:
    """Results in which each text that may come from a program is nasty, and as long as one likes."""
    text = NASTY * size
    source = SourceLine(file=text, line=3, text=text, first=1, around=(text, text, text))
    shown = Evidence(
        expected=said(text),
        seen=said(text),
        scenario=Scenario(steps=(Send(data=text.encode()),)),
        calls=[CallLine(number=0, process=1, text=text, source=source, injected=said(text), marked=True)],
        wire=[WireLine(what="sent", client=0, data=text, after=0)],
        output=text,
        ending=NotStarted(reason=text),
        program=Tries(failed=10, tried=10),
        reference=Tries(failed=0, tried=10),
        source=source,
        repeat=text,
    )
    verdicts = [
        Verdict(
            exercise="hello_server",
            requirement="transfer.greeting",
            level="MUST",
            verdict="failed",
            reason=said(text),
            evidence=shown,
        ),
        Verdict(
            exercise="hello_server",
            requirement="transfer.short-writes",
            level="MUST",
            verdict="not-run",
            reason=said(text),
        ),
        Verdict(exercise="hello_client", requirement="transfer.prints-message", level="MUST", verdict="passed"),
    ]
    harness = Provenance(
        version="0",
        catalogue="c",
        scenarios="s",
        observer=text,
        sandbox=said(text),
        not_observed=said(text),
        seed=None,
        runs=3,
        seconds=1.0,
        waiting_seconds=0.01,
        platform=text,
        compiler=text,
    )
    program = ProgramReport(exercise="hello_server", source=text, language=text, built=True, compiler=text, words=text)
    beside = [
        SideBySide(
            posix="hello_server", windows="hello_server_win", rows=[CallPair(posix=text, windows=text, differs=True)]
        )
    ]
    return Results(
        format=FORMAT,
        submission=SubmissionReport(name=text, folder=text),
        programs=[program],
        verdicts=verdicts,
        harness=harness,
        beside=beside,
    )


def mixed() -> Results:
    """Every kind of verdict, and a warning of the compiler."""
    server = [name for name, one in catalogue().requirements.items() if one.concerns("hello_server")]
    kinds = ("crashed", "hung", "failed", "unsteady")
    found = [
        verdict("hello_server", requirement, name, say("closesocket.never", number=WEIGHT[name]), shown=name in kinds)
        for requirement, name in zip(server, WEIGHT, strict=False)
    ]
    found += [verdict("hello_server", requirement, "passed") for requirement in server[len(WEIGHT) :]]
    found += [verdict("hello_client", "transfer.prints-message", "passed")]
    program = ProgramReport(
        exercise="hello_server",
        source="hello_server.c",
        language="C",
        built=True,
        compiler="gcc",
        words="hello_server.c:3: warning: unused",
    )
    return results(found, program)


def broken_everywhere() -> Results:
    """Each requirement of both exercises failed, with as many calls as evidence keeps."""
    long = [
        CallLine(number=number, process=1, text=f'write(4, "{number:064}", 64) = 64', source=SOURCE)
        for number in range(59)
    ]
    shown = evidence([*long, CallLine(number=59, process=1, text="close(4) = 0", source=SOURCE, marked=True)])
    found = [
        Verdict(
            exercise=exercise,
            requirement=name,
            level=one.level,
            verdict="failed",
            reason=say("half-close.no-end"),
            evidence=shown,
        )
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
    """Nothing to fix."""
    return results([verdict("hello_server", "transfer.greeting", "passed")])


def unbuilt() -> Results:
    """A program that the compiler refused, and whose requirements share that reason."""
    names = ("transfer.greeting", "transfer.short-writes")
    found = [verdict("hello_server", name, "not-implemented", say("verdict.not-built", why="error")) for name in names]
    program = ProgramReport(
        exercise="hello_server",
        source="hello_server.c",
        language="C",
        built=False,
        compiler="gcc",
        words="error: expected ;",
    )
    return results([verdict("hello_client", "robust.no-crash", "crashed", shown=True), *found], program)
