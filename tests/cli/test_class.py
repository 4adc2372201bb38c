"""`offhook class`: from a folder to marks; killed, interrupted, judged again, and on a cluster, with the same bytes."""

import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from xml.etree import ElementTree

import psutil
import pytest

from tests.matrix import HERE, TEXTBOOK
from tests.support.offhook import ROOT, offhook

REFERENCES: Final = ROOT / "reference_impl"
QUICK: Final = ("--requirement", "transfer.greeting", "--requirement", "descriptor.closed-once", "--jobs", "1")
HANDED_IN: Final = {
    "강도윤/hello_server.c": REFERENCES / "c" / "hello_server.c",
    "kim/hello_server.c": REFERENCES / "c" / "hello_server.c",
    "lee/Hello-Server (2).c": TEXTBOOK / "server_plain.c",
    "park/hello_server.py": REFERENCES / "python" / "hello_server.py",
    "choi/hello_server.c": HERE / "wrong" / "server_closes_twice.c",
    "jung/hello_server.c": TEXTBOOK / "server_fork.c",
}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of seven: two have the same, one has no program."""
    folder = tmp_path_factory.mktemp("과제 1")
    for name, source in HANDED_IN.items():
        (folder / name).parent.mkdir()
        shutil.copyfile(source, folder / name)
    (folder / "yoon").mkdir()
    (folder / "yoon" / "report.pdf").write_bytes(b"%PDF-1.7\n")
    return folder


@pytest.fixture(scope="module")
def marks(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same class, judged without being disturbed."""
    folder = tmp_path_factory.mktemp("out") / "marks"
    offhook("class", handed_in, "--into", folder, *QUICK, status=0)
    return folder


def judged(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "judged").iterdir()}


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_everybody_has_a_row_a_page_and_a_mark(marks: Path) -> None:
    found = {row["id"]: row for row in rows(marks)}
    assert set(found) == {name.partition("/")[0] for name in HANDED_IN} | {"yoon"}
    assert found["choi"]["hello_server.descriptor.closed-once"] == "failed"
    assert found["kim"]["hello_server.descriptor.closed-once"] == "passed"
    assert found["yoon"]["mark"] == "0"
    assert "notes" in found["lee"]["flags"]
    for student in found:
        assert (marks / "students" / f"{student}.html").is_file()
    assert "report.pdf" in (marks / "students" / "yoon.html").read_text("utf-8")
    assert (marks / "students" / "kim" / "results.json").is_file()


def test_equal_submissions_are_judged_once(marks: Path) -> None:
    assert len(judged(marks)) == len(HANDED_IN) - 1


def test_an_unchanged_class_is_not_judged_again(handed_in: Path, marks: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(marks, tmp_path / "marks")
    for path in (copy / "judged").iterdir():
        os.utime(path, (1, 1))
    before = (copy / "marks.csv").read_bytes()
    offhook("class", handed_in, "--into", copy, *QUICK, status=0)
    assert {path.stat().st_mtime for path in (copy / "judged").iterdir()} == {1}
    assert (copy / "marks.csv").read_bytes() == before


def test_another_rubric_runs_nothing(marks: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(marks, tmp_path / "marks")
    rubric = tmp_path / "rubric.toml"
    rubric.write_text('[rubric]\npoints = 10\n[exercise.hello_server]\npoints = 10\n[exercise.hello_server.group]\n'
                      '"descriptor.closed-once" = 4\n"transfer.greeting" = 6\n')  # fmt: skip
    offhook("class", "score", copy, "--rubric", rubric, status=0, PATH="/nonexistent")
    marked = {row["id"]: row["mark"] for row in rows(copy)}
    assert marked["choi"] == "6"
    assert marked["kim"] == "10"
    assert judged(copy) == judged(marks)


def test_compare_says_what_changed(marks: Path, tmp_path: Path) -> None:
    assert offhook("class", "compare", marks, marks, status=0).stdout == "0 changes\n"
    other = shutil.copytree(marks, tmp_path / "marks")
    roll = other / "class.json"
    digests = {row["id"]: row["digest"] for row in rows(marks)}
    roll.write_text(roll.read_text("utf-8").replace(digests["kim"], digests["choi"]), "utf-8")
    said = offhook("class", "compare", marks, other, status=1).stdout
    assert "kim hello_server descriptor.closed-once: passed -> failed" in said


def test_no_name_is_in_what_is_anonymous(marks: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(marks, tmp_path / "marks")
    offhook("class", "score", copy, "--anonymous", status=0)
    written = [path for path in (copy / "anonymous").rglob("*") if path.is_file()]
    assert len(written) == 3 + len(HANDED_IN) + 1
    for path in written:
        text = path.read_text("utf-8")
        assert not re.search(r"강도윤|\bkim\b|\bchoi\b|\byoon\b", f"{path.name} {text}"), path


def test_reports_of_a_class_tell_when_it_was_and_how_long_it_took(marks: Path, tmp_path: Path) -> None:
    """What was judged says nothing of it: it would differ each time."""
    written = [tmp_path / name for name in ("1.xml", "2.xml", "1.json")]
    for file in written:
        form = "junit" if file.suffix == ".xml" else "ctrf"
        offhook("class", "export", marks, "--as", form, "--to", file, status=0)
    assert written[0].read_bytes() == written[1].read_bytes()
    suites = {one.get("name", ""): one for one in ElementTree.parse(written[0]).getroot()}
    assert all(float(one.get("time", "0")) > 0 for name, one in suites.items() if name != "yoon")
    assert all(one.get("timestamp", "").startswith("20") for name, one in suites.items() if name != "yoon")
    (greeting, _) = suites["kim.hello_server"].iter("testcase")
    assert float(greeting.get("time", "0")) > 0
    summary = json.loads(written[2].read_bytes())["results"]
    assert summary["summary"]["stop"] > summary["summary"]["start"]
    assert sum(test["duration"] for test in summary["tests"]) > 0
    for kept in judged(marks).values():
        results = json.loads(kept)["results"]
        assert results is None or not results["harness"].get("began")


def test_what_is_asked_wrongly_is_said_in_one_line(marks: Path, handed_in: Path, tmp_path: Path) -> None:
    for words in (
        ("class", tmp_path / "nothing", "--into", tmp_path / "out"),
        ("class", handed_in, "--into", tmp_path / "out", "--rubric", "carefull"),
        ("class", handed_in, "--into", tmp_path / "out", "--only", "nobody"),
        ("class", handed_in, "--into", handed_in / "marks"),
        ("class", handed_in, "--into", tmp_path / "out", "--layout", "modle"),
        ("class", "score", tmp_path),
        ("class", "export", marks, "--as", "moodle", "--to", tmp_path / "x"),
        ("class", "export", marks, "--as", "nonsense", "--to", tmp_path / "x"),
        ("class", handed_in, "--into", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9", "--sandbox", "best"),
    ):
        done = offhook(*words, status=2)
        assert done.stderr.count("\n") == 1, done.stderr
        assert done.stdout == ""


# ---------------------------------------------------------------- ended in the middle


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files that every user may look into, whatever becomes of pytest's own."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def at_work(handed_in: Path, into: Path, temporary: Path, *words: str) -> "Iterator[subprocess.Popen[str]]":
    """Judge a class, and go on as soon as its first submission is judged."""
    command = [sys.executable, "-m", "conformance.cli", "class", str(handed_in), "--into", str(into), *QUICK, *words]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, cwd="/", text=True) as run:
        assert run.stderr is not None
        first = run.stderr.readline()
        assert re.match(r"\d/7 ", first), first + run.stderr.read()
        yield run


@pytest.mark.parametrize("ask", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_goes_on_where_it_was(
    handed_in: Path, marks: Path, ask: signal.Signals, tmp_path: Path, temporary: Path
) -> None:
    into = tmp_path / "marks"
    with at_work(handed_in, into, temporary) as run:
        started = psutil.Process(run.pid).children(recursive=True)
        run.send_signal(ask)
        _, said = run.communicate(timeout=60)
    assert run.returncode == (-ask if ask == signal.SIGKILL else 130), said
    assert psutil.wait_procs(started, timeout=60)[1] == []
    kept = judged(into)
    assert 1 <= len(kept) < len(judged(marks))
    for name in kept:
        os.utime(into / "judged" / name, (1, 1))
    offhook("class", handed_in, "--into", into, *QUICK, status=0, TMPDIR=str(temporary))
    assert {name for name in kept if (into / "judged" / name).stat().st_mtime != 1} == set()
    assert judged(into) == judged(marks)
    assert list(temporary.iterdir()) == []


def test_two_runs_do_not_share_a_folder(handed_in: Path, tmp_path: Path, temporary: Path) -> None:
    with at_work(handed_in, tmp_path / "marks", temporary) as run:
        said = offhook("class", handed_in, "--into", tmp_path / "marks", *QUICK, status=2).stderr
        run.terminate()
    assert "another run is at work there" in said


# ---------------------------------------------------------------- on a cluster


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def started(folder: Path, *words: str, until: str, hidden: Path | None = None) -> "Iterator[subprocess.Popen[str]]":
    """Start a part of a cluster, and go on when it says that it is ready; a hidden folder is empty for it."""
    command = [sys.executable, "-m", "distributed.cli.dask_worker" if words[0] == "worker" else SCHEDULER, *words[1:]]
    if hidden is not None:
        command = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs "$0" && exec "$@"', str(hidden), *command]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "DASK_TEMPORARY_DIRECTORY": str(folder),
    }
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, cwd=folder, text=True) as one:
        assert one.stderr is not None
        said = []
        while until not in (line := one.stderr.readline()):
            said.append(line)
            assert line, "".join(said)
        try:
            yield one
        finally:
            one.terminate()
            one.communicate(timeout=60)


SCHEDULER: Final = "distributed.cli.dask_scheduler"


def test_an_interrupted_run_ends_its_jobs_on_the_workers(tmp_path: Path) -> None:
    """The first of three cannot be built, and is done at once. The others have all requirements before them."""
    folder = tmp_path / "class"
    reference = (REFERENCES / "c" / "hello_server.c").read_text()
    for student, source in (("a", "int main(void) {"), ("b", reference), ("c", f"{reference}\n")):
        (folder / student).mkdir(parents=True)
        (folder / student / "hello_server.c").write_text(source)
    address = f"tcp://127.0.0.1:{free_port()}"
    worker = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
    command = [sys.executable, "-m", "conformance.cli", "class", str(folder), "--into", str(tmp_path / "marks")]
    command += ["--scheduler", address]
    with (
        started(tmp_path, "scheduler", "--host", address, "--no-dashboard", until="Scheduler at"),
        started(tmp_path, *worker, "--name", "a", until="Registered to") as one,
        started(tmp_path, *worker, "--name", "b", until="Registered to") as other,
    ):
        with subprocess.Popen(command, stderr=subprocess.PIPE, cwd="/", text=True) as run:
            assert run.stderr is not None
            assert run.stderr.readline().startswith("1/3 a")
            workers = [psutil.Process(each.pid) for each in (one, other)]
            begun = [process for each in workers for process in each.children(recursive=True)]
            assert begun
            run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=60)
        assert run.returncode == 130, said
        assert [process for each in workers for process in each.children()] == [], "no job goes on"
        assert psutil.wait_procs(begun, timeout=60)[1] == [], "nor what it has started"
        quick = ["--requirement", "transfer.greeting"]
        assert subprocess.run([*command, *quick], check=False, capture_output=True).returncode == 0
    assert len(judged(tmp_path / "marks")) == 4, "the one that was done, and three on one requirement"


def test_a_worker_that_is_lost_costs_nothing(handed_in: Path, marks: Path, tmp_path: Path, temporary: Path) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    worker = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
    with (
        started(tmp_path, "scheduler", "--host", address, "--no-dashboard", until="Scheduler at"),
        started(tmp_path, *worker, "--name", "a", until="Registered to"),
        started(tmp_path, *worker, "--name", "b", until="Registered to") as lost,
    ):
        with at_work(handed_in, tmp_path / "marks", temporary, "--scheduler", address) as run:
            lost.kill()
            run.communicate(timeout=300)
        assert run.returncode == 0
    assert judged(tmp_path / "marks") == judged(marks)
    assert (tmp_path / "marks" / "class.json").read_bytes().count(b"digest") == len(HANDED_IN)


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
def test_a_job_takes_its_course_and_its_files_with_it(tmp_path: Path) -> None:
    """The worker sees neither: it has what a job brings."""
    mine, handed_in = tmp_path / "here" / "mine", tmp_path / "here" / "class"
    (tmp_path / "here").mkdir()
    offhook("course", "new", mine, status=0)
    for student, source in (("kim", "reference/adder_server.c"), ("lee", "wrong/forgets_the_rest.c")):
        (handed_in / student).mkdir(parents=True)
        shutil.copyfile(mine / source, handed_in / student / "adder_server.c")
    words = ("class", handed_in, "--course", mine, "--requirement", "transfer.requests-together", "--into")
    offhook(*words, tmp_path / "local", "--jobs", "1", status=0)
    address = f"tcp://127.0.0.1:{free_port()}"
    worker = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
    with (
        started(tmp_path, "scheduler", "--host", address, "--no-dashboard", until="Scheduler at"),
        started(tmp_path, *worker, until="Registered to", hidden=tmp_path / "here"),
    ):
        offhook(*words, tmp_path / "marks", "--scheduler", address, status=0)
    assert judged(tmp_path / "marks") == judged(tmp_path / "local")
    assert len(judged(tmp_path / "marks")) == 2
