"""What a class costs: judged, judged again unchanged, marked again, by its size, and on a cluster."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Final

from conformance.reporting.class_page import class_page
from conformance.sandbox.client import Sandbox
from tests.support.class_records import class_of, statistics_of
from tests.support.make_class import make_class, reference

SIZES: Final = (10, 30, 60, 120)
EACH_DIFFERS: Final = (15, 30, 60)
SPINNER: Final = "int main(void) { for (;;) { } }\n"


def classes(folder: Path, _sandbox: Sandbox) -> Mapping[str, object]:
    """Judge classes of several sizes; judge the largest again, and mark it again; judge one student who spins."""
    found: dict[str, object] = {}
    for size in SIZES:
        make_class("moodle", folder / f"class{size}", size)
        found[f"a class of {size}, s"] = _judge(folder / f"class{size}", folder / f"marks{size}")
    last = SIZES[-1]
    found[f"the class of {last} again, s"] = _judge(folder / f"class{last}", folder / f"marks{last}")
    found[f"the class of {last} marked again, s"] = _offhook("class", "score", str(folder / f"marks{last}"))
    spinner = folder / "spinning" / "kim"
    spinner.mkdir(parents=True)
    (spinner / "hello_server.c").write_text(SPINNER)
    found["one student who spins, s"] = _judge(spinner.parent, folder / "spun")
    return found


def straight_line(folder: Path, _sandbox: Sandbox) -> Mapping[str, object]:
    """Judge classes in which no two submissions are the same, and are as much work: each student costs as much."""
    took: dict[int, float] = {}
    for size in EACH_DIFFERS:
        for number in range(size):
            student = folder / f"each{size}" / f"student{number}"
            student.mkdir(parents=True)
            for name in ("hello_server.c", "hello_client.c"):
                (student / name).write_bytes(b"/* %d */\n" % number + reference(name.partition(".")[0]))
        took[size] = _judge(folder / f"each{size}", folder / f"each{size} marks") / size
    seconds = {f"a student's share in {size}, s": round(share, 2) for size, share in took.items()}
    return {**seconds, "dearest / cheapest share": round(max(took.values()) / min(took.values()), 2)}


def cluster(folder: Path, _sandbox: Sandbox) -> Mapping[str, object]:
    """Judge a class on one worker and on two."""
    make_class("moodle", folder / "class", SIZES[1])
    took = []
    for count in (1, 2):
        with _cluster(folder, count) as address:
            took.append(_judge(folder / "class", folder / f"on{count}", "--scheduler", address))
    return {"one Dask worker / two": round(took[0] / took[1], 2)}


def large_class(folder: Path, _sandbox: Sandbox) -> Mapping[str, object]:
    """Time in chromium how long the page of 300 students takes to open."""
    from tests.bench import opens_in

    made = class_of(300)
    text = class_page(made, statistics_of(made))
    (folder / "class.html").write_text(text, "utf-8")
    size = round(len(text.encode()) / 1000, 1)
    return {"the page of 300 students, kB": size, "it opens in ms": opens_in(folder / "class.html")}


def _judge(handed_in: Path, into: Path, *words: str) -> float:
    return _offhook("class", str(handed_in), "--into", str(into), *words)


def _offhook(*words: str) -> float:
    began = monotonic()
    subprocess.run([sys.executable, "-m", "conformance.cli", *words], check=True, capture_output=True)
    return round(monotonic() - began, 1)


@contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[str]:
    """Start a scheduler and so many workers on this machine, with one thread each."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        address = f"tcp://127.0.0.1:{one.getsockname()[1]}"
    commands = [["distributed.cli.dask_scheduler", "--host", address, "--no-dashboard"]]
    alone = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
    commands += [["distributed.cli.dask_worker", address, *alone]] * workers
    log = (folder / "cluster.log").open("ab")
    environment = {**os.environ, "DASK_TEMPORARY_DIRECTORY": str(folder)}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", *one], stderr=log, stdout=log, cwd=_own(folder / f"{place}"), env=environment
        )
        for place, one in enumerate(commands)
    ]
    from distributed import Client

    try:
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        yield address
    finally:
        for one_of_them in reversed(running):
            one_of_them.terminate()
            one_of_them.wait()
        log.close()


def _own(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
