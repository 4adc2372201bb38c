"""Measures, as ratios within one run: tracing beside strace, judged starts beside bare ones, checks, the page."""

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
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.grading.build import Workshop
from conformance.grading.languages import C_FLAGS
from conformance.grading.submission import Found
from conformance.reporting import html
from conformance.reporting.results import decode
from conformance.scenarios.greeting import LONG, conversation
from conformance.stage.handle import Stage
from conformance.stage.script import Connect, Order, Program, Scenario
from tests import samples

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
WRITES = 20_000
STARTS = 200
PAIRS = 5
EXAMPLES = (50, 100, 200, 400)
VERDICTS = 2_000
TICKS = os.sysconf("SC_CLK_TCK")
ORDINARY = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As people start it: Python keeps what it has compiled."""


def main() -> None:
    """Print the figures and keep them as reports/bench.json."""
    began, others = time.perf_counter(), _work_of_others()
    with tempfile.TemporaryDirectory() as name, Stage() as stage:
        folder = Path(name)
        folder.chmod(0o755)
        figures: dict[str, object] = {
            "machine": f"{platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}",
            **tracing(folder, stage),
            **starts(folder, stage),
            **windows_starts(stage),
            **whole_check(folder),
            **against_examples(stage),
            **against_programs(folder),
            **opening(folder),
        }
    figures["other work meanwhile, processors"] = round((_work_of_others() - others) / (time.perf_counter() - began), 2)
    for key, value in figures.items():
        print(f"{key:<44} {value}")
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


def tracing(folder: Path, stage: Stage) -> dict[str, object]:
    """Compare recording 20,000 writes with strace, in pairs: strace as people run it, and with all on one processor."""
    if shutil.which("strace") is None:
        return {"tracing / strace": "no strace here"}
    program = compiled(ROOT / "tests/programs/writes.c", folder)
    order = Order(Program((str(program), str(WRITES))), Scenario(), everything=True)
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
        ours.append(seconds(lambda: stage.run(order)))
        theirs.append(seconds(lambda: subprocess.run(strace, check=True)))
        pinned.append(seconds(lambda: subprocess.run(["taskset", "-c", "0", *strace], check=True)))
    return {
        "tracing 20,000 writes, seconds": _median(ours),
        "of that, a tracer that only lets go on": _median([a / b for a, b in zip(stops, ours, strict=True)]),
        "tracing / strace": _median([a / b for a, b in zip(ours, theirs, strict=True)]),
        "tracing / strace on one processor": _median([a / b for a, b in zip(ours, pinned, strict=True)]),
    }


def _only_stops(program: Path) -> float:
    command = [sys.executable, "-m", "tests.stops", str(program), str(WRITES)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)


def starts(folder: Path, stage: Stage) -> dict[str, object]:
    """Compare judged starts with the same program started, talked to and reaped bare."""
    program = compiled(ROOT / "reference_impl/c/hello_server.c", folder)
    order = Order(Program((str(program), "{port}"), "server"), Scenario((Connect(),)))
    rates = []
    waiting = seconds_in_runs = 0.0
    for _ in range(PAIRS):
        bare = STARTS / seconds(lambda: _all_bare(program))
        before = stage.seconds, stage.waiting_seconds
        judged = STARTS / seconds(lambda: [stage.run(order) for _ in range(STARTS)])
        seconds_in_runs += stage.seconds - before[0]
        waiting += stage.waiting_seconds - before[1]
        rates.append((judged, bare))
    return {
        "judged starts a second": _median([judged for judged, _ in rates]),
        "judged / bare starts": _median([judged / bare for judged, bare in rates]),
        "waiting, share of a run": round(waiting / seconds_in_runs, 4),
    }


def windows_starts(stage: Stage) -> dict[str, object]:
    """Time judged starts of a Windows program, once Wine is warm."""
    if stage.of("winsock").isolation.why_not:
        return {"judged starts under Wine, seconds": stage.of("winsock").isolation.why_not}
    workshop = Workshop(stage)
    try:
        built = workshop.build(ROOT / "reference_impl/winsock", Found("hello_server_win", "hello_server_win.c"))
        assert built.program is not None
        order = Order(built.program, Scenario((Connect(),)))
        stage.run(order)
        times = [seconds(lambda: stage.run(order)) for _ in range(STARTS)]
    finally:
        workshop.close()
    return {"judged starts under Wine, seconds": _median(times)}


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


def whole_check(folder: Path) -> dict[str, object]:
    """Time a whole check of the nine reference programs in C."""
    file = folder / "results.json"
    command = [sys.executable, "-m", "conformance.cli", "check", str(ROOT / "reference_impl/c"), "--json", str(file)]
    times = [seconds(lambda: subprocess.run(command, check=True, capture_output=True, env=ORDINARY)) for _ in range(3)]
    found = decode(file.read_bytes())
    harness = found.harness
    return {
        "check of the nine C references, seconds": _median(times),
        "its runs, on requirements": f"{harness.runs}, {len({one.requirement for one in found.verdicts})}",
        "its page, kB": round(len(html.page(found).encode()) / 1000, 1),
        "its waiting, share": round(harness.waiting_seconds / harness.seconds, 4),
    }


def against_examples(stage: Stage) -> dict[str, float]:
    """Time the same program in more and more scenarios: the cost of one stays the same."""
    workshop = Workshop(stage)
    try:
        built = workshop.build(ROOT / "reference_impl/c", Found("hello_client", "hello_client.c"))
        assert built.program is not None
        drawn = [Scenario(conversation(LONG[:length], [])) for length in range(1, max(EXAMPLES) + 1)]
        times = {count: _all_of(stage, built.program, drawn[:count]) for count in EXAMPLES}
    finally:
        workshop.close()
    return {f"seconds for {count} examples": round(time, 3) for count, time in times.items()} | {
        "cost of an example, many / few": round(
            times[EXAMPLES[-1]] / times[EXAMPLES[0]] * EXAMPLES[0] / EXAMPLES[-1], 3
        )
    }


def _all_of(stage: Stage, program: Program, drawn: list[Scenario]) -> float:
    return seconds(lambda: [stage.run(Order(program, one)) for one in drawn])


def against_programs(folder: Path) -> dict[str, float]:
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


def opening(folder: Path) -> dict[str, object]:
    """Time in chromium how long a page with many verdicts takes to open."""
    text = html.page(samples.many(VERDICTS))
    file = folder / "page.html"
    file.write_text(text, "utf-8")
    what = f"a page of {VERDICTS:,} verdicts"
    return {f"{what}, kB": round(len(text.encode()) / 1000, 1), f"{what}, opens in ms": _opens_in(file)}


def _opens_in(file: Path) -> float | str:
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


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


if __name__ == "__main__":
    main()
