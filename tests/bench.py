"""Measures, as ratios within one run: tracing beside strace, judged beside bare starts, checks, endless programs.

nox -s bench                      all of it, in some minutes
nox -s bench -- starts tracing    only these; the names are those of the functions that measure
"""

import json
import os
import platform
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.judging.context import JudgingContext
from conformance.records.results import decode
from conformance.records.scenario import Connect, Scenario
from conformance.reporting import html
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.scenarios.greeting import LONG, conversation
from conformance.submission.build import BuildDir
from conformance.submission.discover import Found, read_submission
from conformance.submission.languages import C_FLAGS
from tests.bench_classes import classes, cluster, large_class, straight_line
from tests.support import samples

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
WRITES = 20_000
STARTS = 200
PAIRS = 5
EXAMPLES = (50, 100, 200, 400)
VERDICTS = 2_000
TICKS = os.sysconf("SC_CLK_TCK")
ENDLESS_SERVER = """#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    char byte[1];

    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || listen(listener, 5) == -1)
        return 1;
    int connection = accept(listener, NULL, NULL);
    for (;;)
        FOR_EVER;
    return argc + connection + byte[0];
}
"""
ENDLESS = {
    "computes": "",
    "prints": 'puts("for ever")',
    "reads the end": "if (read(connection, byte, 1) == 1) write(connection, byte, 1)",
    "floods its client": "write(connection, byte, 1)",
}
"""What a server may do without end, once a client is there."""
ORDINARY = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As people start it: Python keeps what it has compiled."""


def main(chosen: Sequence[str]) -> None:
    """Print each figure as soon as it is known; keep those of a whole run as reports/bench.json."""
    began, others = time.perf_counter(), _work_of_others()
    figures: dict[str, object] = {}

    def show(found: Mapping[str, object]) -> None:
        figures.update(found)
        for key, value in found.items():
            print(f"{key:<44} {value}", flush=True)

    show({"machine": f"{platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}"})
    with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
        folder = Path(name)
        folder.chmod(0o755)
        for measure in (one for one in MEASURES if not chosen or one.__name__ in chosen):
            show(measure(folder, sandbox))
    meanwhile = (_work_of_others() - others) / (time.perf_counter() - began)
    show({"other work meanwhile, processors": round(meanwhile, 2)})
    if not chosen:
        (ROOT / "reports").mkdir(exist_ok=True)
        (ROOT / "reports" / "bench.json").write_text(json.dumps(figures, indent=2) + "\n")


def _work_of_others() -> float:
    """Return how many seconds the machine's processors have worked for other processes than these."""
    with Path("/proc/stat").open() as stat:
        user, nice, system, _idle, _waiting, *rest = map(int, stat.readline().split()[1:9])
    ours = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (user + nice + system + sum(rest)) / TICKS - sum(used.ru_utime + used.ru_stime for used in ours)


def compiled(source: Path, folder: Path) -> Path:
    """Compile one C program."""
    target = folder / source.stem
    subprocess.run(["gcc", *C_FLAGS, "-o", str(target), str(source)], check=True)
    return target


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def tracing(folder: Path, sandbox: Sandbox) -> dict[str, object]:
    """Compare recording 20,000 writes with strace, in pairs: strace as people run it, and with all on one processor."""
    if shutil.which("strace") is None:
        return {"tracing / strace": "no strace here"}
    program = compiled(ROOT / "tests/support/programs/writes.c", folder)
    order = RunRequest(program=Program(command=(str(program), str(WRITES))), scenario=Scenario(), everything=True)
    strace = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-e",
        "trace=network,desc",
        "-o",
        str(folder / "strace.out"),
        str(program),
        str(WRITES),
    ]
    ours, theirs, pinned, stops = [], [], [], []
    for _ in range(PAIRS):
        stops.append(_only_stops(program))
        ours.append(seconds(lambda: sandbox.run(order)))
        theirs.append(seconds(lambda: subprocess.run(strace, check=True)))
        pinned.append(seconds(lambda: subprocess.run(["taskset", "-c", "0", *strace], check=True)))
    return {
        "tracing 20,000 writes, seconds": _median(ours),
        "of that, a tracer that only lets go on": _median([a / b for a, b in zip(stops, ours, strict=True)]),
        "tracing / strace": _median([a / b for a, b in zip(ours, theirs, strict=True)]),
        "tracing / strace on one processor": _median([a / b for a, b in zip(ours, pinned, strict=True)]),
    }


def _only_stops(program: Path) -> float:
    command = [sys.executable, "-m", "tests.support.stops", str(program), str(WRITES)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)


def starts(folder: Path, sandbox: Sandbox) -> dict[str, object]:
    """Compare judged starts with the same program started, talked to and reaped bare."""
    program = compiled(ROOT / "reference_impl/c/hello_server.c", folder)
    order = RunRequest(
        program=Program(command=(str(program), "{port}"), role="server"), scenario=Scenario(steps=(Connect(),))
    )
    rates = []
    waiting = delivery = seconds_in_runs = 0.0
    for _ in range(PAIRS):
        bare = STARTS / seconds(lambda: _all_bare(program))
        before = sandbox.seconds, sandbox.waiting_seconds, sandbox.delivery_seconds
        judged = STARTS / seconds(lambda: [sandbox.run(order) for _ in range(STARTS)])
        seconds_in_runs += sandbox.seconds - before[0]
        waiting += sandbox.waiting_seconds - before[1]
        delivery += sandbox.delivery_seconds - before[2]
        rates.append((judged, bare))
    return {
        "judged starts a second": _median([judged for judged, _ in rates]),
        "judged / bare starts": _median([judged / bare for judged, bare in rates]),
        "waiting, share of a run": round(waiting / seconds_in_runs, 4),
        "of it until a program falls asleep, until bytes have arrived": (
            f"{round((waiting - delivery) / seconds_in_runs, 4)}, {round(delivery / seconds_in_runs, 4)}"
        ),
    }


def windows_starts(_folder: Path, sandbox: Sandbox) -> dict[str, object]:
    """Time judged starts of a Windows program, once Wine is warm."""
    if sandbox.of("winsock").isolation.why_not:
        return {"judged starts under Wine, seconds": sandbox.of("winsock").isolation.why_not}
    build_dir = BuildDir(sandbox)
    try:
        built = build_dir.build(ROOT / "reference_impl/winsock", Found("hello_server_win", "hello_server_win.c"))
        assert built.program is not None
        order = RunRequest(program=built.program, scenario=Scenario(steps=(Connect(),)))
        sandbox.run(order)
        times = [seconds(lambda: sandbox.run(order)) for _ in range(STARTS)]
    finally:
        build_dir.close()
    return {"judged starts under Wine, seconds": _median(times)}


def over_tls(_folder: Path, sandbox: Sandbox) -> dict[str, object]:
    """Time judged starts of the references over TLS in C, in their baseline conversations; and a check of all four."""
    found: dict[str, object] = {}
    submission = read_submission(ROOT / "reference_impl/tls")
    with closing(BuildDir(sandbox)) as build_dir:
        context = JudgingContext(submission, sandbox, build_dir)
        for exercise in submission.found:
            program = context.program(exercise)
            assert program is not None
            assert program.built.program is not None
            order = RunRequest(program=program.built.program, scenario=program.baseline.scenario)
            runs = [sandbox.run(order) for _ in range(STARTS // 4)]
            found[f"a judged start of {exercise}, ms"] = _median([1000 * one.seconds for one in runs])
            waited = sum(one.waiting_seconds for one in runs) / sum(one.seconds for one in runs)
            found[f"of it, waiting ({exercise})"] = round(waited, 4)
    command = [sys.executable, "-m", "conformance.cli", "check", str(ROOT / "reference_impl/tls")]
    found["a check of the four, s"] = _median(
        [seconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(3)]
    )
    return found


def _all_bare(program: Path) -> None:
    for place in range(STARTS):
        _bare(program, 20_000 + place % 5_000)


def _bare(program: Path, port: int) -> None:
    with subprocess.Popen([str(program), str(port)]) as process:
        while True:
            try:
                line = socket.create_connection(("127.0.0.1", port))
                break
            except ConnectionRefusedError:
                continue
        with line:
            while line.recv(4096):
                pass
        process.wait()


def whole_check(folder: Path, _sandbox: Sandbox) -> dict[str, object]:
    """Time a check of the nine reference programs in C, one after the other and side by side, and of one alone."""
    file, one = folder / "results.json", folder / "one"
    one.mkdir()
    shutil.copy(ROOT / "reference_impl/c/hello_client.c", one)
    whole = [str(ROOT / "reference_impl/c"), "--json", str(file)]
    pairs = [(_checked(*whole, "--jobs", "1"), _checked(*whole), _checked(str(one))) for _ in range(3)]
    found = decode(file.read_bytes())
    harness = found.harness
    return {
        "check of the nine C references, seconds": _median([both for _, both, _ in pairs]),
        "the same one after the other / side by side": _median([alone / both for alone, both, _ in pairs]),
        "check of one C program from the shell, seconds": _median([small for _, _, small in pairs]),
        "its runs, on requirements": f"{harness.runs}, {len({one.requirement for one in found.verdicts})}",
        "its page, kB": round(len(html.page(found).encode()) / 1000, 1),
        "its waiting, share": round(harness.waiting_seconds / harness.seconds, 4),
    }


def _checked(*arguments: str) -> float:
    command = [sys.executable, "-m", "conformance.cli", "check", *arguments]
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True, env=ORDINARY))


def endless(folder: Path, _sandbox: Sandbox) -> dict[str, object]:
    """Measure the processor time that a check takes of a program that goes on without end, in each way there is."""
    taken = {name: _check_of(folder / f"endless {name}", source) for name, source in ENDLESS.items()}
    return {f"check of a server that {name}, processor seconds": figure for name, figure in taken.items()}


def _check_of(folder: Path, source: str) -> float:
    folder.mkdir()
    (folder / "echo_server.c").write_text(ENDLESS_SERVER.replace("FOR_EVER", source))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "conformance.cli", "check", str(folder)]
    subprocess.run(command, check=False, capture_output=True, env=ORDINARY)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1)


def against_examples(_folder: Path, sandbox: Sandbox) -> dict[str, float]:
    """Time the same program in more and more scenarios: the cost of one stays the same."""
    build_dir = BuildDir(sandbox)
    try:
        built = build_dir.build(ROOT / "reference_impl/c", Found("hello_client", "hello_client.c"))
        assert built.program is not None
        drawn = [Scenario(steps=conversation(LONG[:length], [])) for length in range(1, max(EXAMPLES) + 1)]
        times = {count: _all_of(sandbox, built.program, drawn[:count]) for count in EXAMPLES}
    finally:
        build_dir.close()
    return {f"seconds for {count} examples": round(time, 3) for count, time in times.items()} | {
        "cost of an example, many / few": round(
            times[EXAMPLES[-1]] / times[EXAMPLES[0]] * EXAMPLES[0] / EXAMPLES[-1], 3
        )
    }


def _all_of(sandbox: Sandbox, program: Program, drawn: list[Scenario]) -> float:
    return seconds(lambda: [sandbox.run(RunRequest(program=program, scenario=one)) for one in drawn])


def against_programs(folder: Path, _sandbox: Sandbox) -> dict[str, float]:
    """Time whole checks of two, four and eight programs in one session, and eight with two workers."""
    folders = [folder / f"student {number}" for number in range(1, 5)]
    for one in folders:
        shutil.copytree(ROOT / "reference_impl/c", one)
    alone = {2 * count: _session(folders[:count]) for count in (1, 2, 4)}
    pairs = [(_session(folders), _session(folders, "-n", "2")) for _ in range(3)]
    return {f"seconds for {count} programs": round(time, 2) for count, time in alone.items()} | {
        "eight programs, one worker / two": _median([one / two for one, two in pairs])
    }


def _session(folders: list[Path], *options: str) -> float:
    chosen = [word for one in folders for word in ("--submission", str(one))]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs", "conformance.suite"]
    return seconds(
        lambda: subprocess.run(
            [*command, *chosen, *options], check=True, capture_output=True, cwd=folders[0].parent, env=ORDINARY
        )
    )


def opening(folder: Path, _sandbox: Sandbox) -> dict[str, object]:
    """Time in chromium how long a page with many verdicts takes to open."""
    text = html.page(samples.many(VERDICTS))
    file = folder / "page.html"
    file.write_text(text, "utf-8")
    what = f"a page of {VERDICTS:,} verdicts"
    return {f"{what}, kB": round(len(text.encode()) / 1000, 1), f"{what}, opens in ms": opens_in(file)}


def opens_in(file: Path) -> float | str:
    """Return the milliseconds that a page takes to open in chromium, or that there is none."""
    command = shutil.which("chromium")
    if command is None:
        return "no chromium here"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=command, args=["--no-sandbox"])
        page = chromium.new_page()
        times = [opened(page, file.as_uri()) for _ in range(PAIRS)]
        chromium.close()
    return _median(times)


def opened(page: "Page", address: str) -> float:
    """Open a page and return the milliseconds until all of it was loaded, as the browser counts them."""
    ended = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    page.goto(address)
    page.wait_for_function(f"{ended} > 0")
    return float(page.evaluate(ended))


MEASURES: Final[tuple[Callable[[Path, Sandbox], Mapping[str, object]], ...]] = (
    tracing, starts, windows_starts, over_tls, whole_check, endless, against_examples, against_programs, opening,
    classes, straight_line, cluster, large_class,
)  # fmt: skip


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


if __name__ == "__main__":
    main(sys.argv[1:])
