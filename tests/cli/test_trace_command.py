"""`offhook trace` as its users meet it: the lines, the faults, the exit status, and nothing left behind."""

import base64
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from conformance.trace_tool.errors import FaultError
from conformance.trace_tool.faults import parse
from tests.conftest import Compile
from tests.support.offhook import ROOT

COMMAND = (sys.executable, "-m", "conformance.cli", "trace")
SERVER = ROOT / "reference_impl/c/hello_server.c"
LIMIT = 60


def trace(*words: str | Path, status: int | None = 0, **options: object) -> subprocess.CompletedProcess[str]:
    """Trace a program to its end."""
    arguments = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL, "timeout": LIMIT, **options}
    done: subprocess.CompletedProcess[str] = subprocess.run([*COMMAND, *map(str, words)], **arguments)  # type: ignore[call-overload]
    if status is not None:
        assert done.returncode == status, done.stderr
    return done


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the lines, with the numbers of processes and the padding taken out."""
    return [re.sub(r" +", " ", re.sub(r"\[\d+\]", "[N]", line)).strip() for line in done.stderr.splitlines()]


@contextmanager
def traced(*words: str | Path, **options: object) -> Iterator[subprocess.Popen[str]]:
    """Trace a program that has to be spoken to; whatever the test finds, it is ended."""
    arguments = {"stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True, **options}
    with subprocess.Popen([*COMMAND, *map(str, words)], process_group=0, **arguments) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], words: str) -> list[str]:
    """Read lines until one has these words in it."""
    assert process.stderr is not None
    found: list[str] = []
    for line in process.stderr:
        found.append(line)
        if words in line:
            return found
    raise AssertionError("".join(found))


def lives(process: psutil.Process) -> bool:
    """Tell whether a process goes on; an orphan that has ended may still wait for the system to take note."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@pytest.fixture(scope="session")
def server(compiled: Compile) -> Path:
    """The reference server with its source lines."""
    target = compiled("writes", "-g").with_name("hello_server")
    subprocess.run(["gcc", "-g", "-o", str(target), str(SERVER)], check=True)
    return target


def line_of(text: str, source: Path = SERVER) -> int:
    """Return the number of the line of a source that has this text in it."""
    return next(n for n, line in enumerate(source.read_text("utf-8").splitlines(), 1) if text in line)


def test_a_conversation_with_its_source_lines(server: Path) -> None:
    port = free_port()
    with traced("--", server, str(port)) as process:
        before = until(process, "accept(")
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert client.recv(100) == b"Hello World!"
        assert process.stderr is not None
        shown = [*before, *process.stderr]
    assert process.returncode == 0
    expected = [
        ("int listener = socket(", "socket(AF_INET, SOCK_STREAM, 0) = 3"),
        ("if (setsockopt(", "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 1) = 0"),
        ("if (bind(", f"bind(3, 0.0.0.0:{port}, 16) = 0"),
        ("if (listen(", "listen(3, 5) = 0"),
        ("= accept(", "accept(3) … waits"),
        ("= accept(", "… accept(3) = 4"),
        ("= write(", 'write(4, "Hello World!", 12) = 12'),
        ("if (close(connection)", "close(4) = 0"),
        ("if (close(listener)", "close(3) = 0"),
    ]
    whole = [f"hello_server.c:{line_of(text)}".ljust(18) + "  " + call for text, call in expected]
    assert [line.rstrip() for line in shown][: len(whole)] == whole
    assert shown[len(whole)].strip() == "— ends with status 0"


def test_an_interrupted_call_is_shown_when_the_signal_comes(compiled: Compile) -> None:
    shown = lines(trace("--", compiled("interrupted")))
    returned = [line for line in shown if "read(3" in line and " = " in line]
    assert [line.split("read(3, ")[1] for line in returned] == [
        '"x", 1) = 1',
        "…, 1) = -1 EINTR (Interrupted system call)",
    ]
    assert shown[shown.index(returned[1]) - 1] == "— SIGALRM arrives: its handler runs"


def test_children_are_followed_and_told_apart(compiled: Compile) -> None:
    shown = trace("--", compiled("forks")).stderr.splitlines()
    sockets = [line.split()[0] for line in shown if "socket(" in line]
    born = [line.split()[-2] for line in shown if line.endswith("begins")]
    assert [f"[{number}]" for number in born] == sockets[1:]
    assert sum("ends with status" in line for line in shown) == 3


def test_threads_are_told_apart(compiled: Compile) -> None:
    shown = [line for line in trace("--", compiled("threads")).stderr.splitlines() if "write(" in line]
    assert len(shown) == 40
    assert len({line.split("]")[0] for line in shown if line.startswith("[")}) >= 3


def test_an_exec_is_shown(compiled: Compile) -> None:
    assert any(line.startswith("[N] — becomes ") for line in lines(trace("--", compiled("vforks"))))


PEER = """
import socket
near, far = socket.socketpair()
near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 5, 0, 0, 0]))
near.send(b"\\x1b[2J\\xea\\xb0\\x80", socket.MSG_NOSIGNAL)
far.recv(3, socket.MSG_PEEK | socket.MSG_WAITALL)
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.bind(("127.0.0.1", 0))
own.sendto(b"me", own.getsockname())
own.recvfrom(9)
import select
select.select([far], [], [], 1.5)
polled = select.poll()
polled.register(far, select.POLLIN)
polled.poll(250)
socket.socket(socket.AF_UNIX).connect("/no\\x1b/such")
"""


def test_arguments_are_decoded_and_nothing_steers_the_terminal() -> None:
    done = trace("--sockets", "--", sys.executable, "-S", "-c", PEER, status=1)
    text = done.stderr
    assert "\x1b" not in text
    assert 'send(3, "\\x1b[2J가", 7, MSG_NOSIGNAL) = 7' in text
    assert 'recv(4, "\\x1b[2", 3, MSG_PEEK|MSG_WAITALL) = 3' in text
    assert "setsockopt(3, SOL_SOCKET, SO_LINGER, {on, 5 s}) = 0" in text
    assert "select(5, {4}, NULL, NULL, 1.5 s) = 1 ({4}, NULL, NULL)" in text
    assert re.search(r"poll\(\[4 POLLIN\], 1, (250|0.25 s)\) = 1 \(4 POLLIN\)", text)
    assert re.search(r'connect\(6, "/no\\x1b/such", \d+\) = -1 ENOENT \(No such file or directory\)', text)
    where = re.search(r"getsockname\(5, (127\.0\.0\.1:\d+)\) = 0", text)
    assert where is not None
    assert f'send(5, "me", 2, 0, {where[1]}) = 2' in text
    assert f'recv(5, "me", 9, 0, {where[1]}) = 2' in text
    assert "open(" not in text, "only sockets were asked for"


def test_several_messages_and_copied_files_are_decoded(compiled: Compile) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with traced("--fault", "send:1:short=4", "--", compiled("messages"), "127.0.0.1", str(port)) as process:
            peer, _ = listener.accept()
            peer.sendall(b"hello")
            assert process.stderr is not None
            text = process.stderr.read()
            peer.close()
    assert re.search(r'send\(\d, "abcdefg", 2 messages, 0\) = 1  ← fault', text)
    assert re.search(r'recv\(\d, "hello", 2 messages, MSG_WAITFORONE\) = 1', text)
    assert re.search(r'sendfile\(\d, \d, "01", 2\) = 2', text)
    assert re.search(r'sendfile\(\d, \d, "345", 9\) = 3', text)


def test_the_dynamic_loader_is_left_out_and_that_is_said(compiled: Compile) -> None:
    shown = lines(trace("--", compiled("writes")))
    said = next(line for line in shown if "dynamic loader" in line)
    everything = lines(trace("--all", "--", compiled("writes")))
    assert not any("libc.so" in line for line in shown)
    assert any("libc.so" in line for line in everything)
    assert len(everything) - (len(shown) - 1) == int(said.split()[0])


def test_a_static_program_has_no_loader(compiled: Compile) -> None:
    assert not any("dynamic loader" in line for line in lines(trace("--", compiled("writes", "-static"))))


def test_faults_play_the_kernel(compiled: Compile) -> None:
    done = trace("--fault", "write:2:EPIPE", "--fault", "connect:*:EINTR", "--", compiled("writes"), "3", status=1)
    shown = lines(done)
    assert [line.split(" ", 1)[1] for line in shown if "write(" in line] == [
        'write(3, "x", 1) = 1',
        'write(3, "x", 1) = -1 EPIPE (Broken pipe) ← fault',
    ]
    assert "no connect number * came for its fault: 0 were made" in shown


def test_short_counts_and_every_call() -> None:
    program = "import os; d = b'abcdef'\nwhile d: d = d[os.write(1, d):]"
    done = trace("--fault", "output:*:short=2", "--", sys.executable, "-S", "-c", program)
    assert done.stdout == "abcdef"
    assert [line for line in lines(done) if line.startswith("write(")] == [
        'write(1, "abcdef", 6) = 2 ← fault',
        'write(1, "cdef", 4) = 2 ← fault',
        'write(1, "ef", 2) = 2',
    ]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("write", "CALL:NTH:ERROR or CALL:NTH:short=COUNT"),
        ("wirte:1:EPIPE", "did you mean write?"),
        ("write:0:EPIPE", "a number from 1"),
        ("write:²:EPIPE", "a number from 1"),
        ("write:1:epipe", "did you mean EPIPE?"),
        ("write:1:short=0", "a number from 1"),
        ("write:1:short=", "a number from 1"),
        ("accept:1:short=1", "moves no bytes"),
    ],
)
def test_a_wrong_fault_says_what_is_known(fault: str, words: str) -> None:
    with pytest.raises(FaultError, match=re.escape(words)):
        parse(fault)


def test_json_lines(compiled: Compile, tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    trace("--json", file, "--fault", "write:2:EIO", "--", compiled("writes", "-g"), "2", status=1)
    calls = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [call["call"] for call in calls] == ["open", "write", "write"]
    opened, first, second = calls
    assert (opened["path"], opened["arguments"], opened["result"]) == (
        "/dev/null",
        ['"/dev/null"', "O_WRONLY"],
        first["descriptor"],
    )
    assert base64.b64decode(first["data"]) == b"x"
    assert first["source"]["file"] == "writes.c"
    assert (second["result"], second["error"], second["injected"]) == (-1, "EIO", "made to fail with EIO")
    assert first["process"] == first["thread"] == second["process"]


def test_a_call_that_never_returned_is_written_too(server: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    with traced("--json", file, "--", server, str(free_port())) as process:
        until(process, "accept(")
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT) == 128 + signal.SIGTERM
    last = json.loads(file.read_text("utf-8").splitlines()[-1])
    assert (last["call"], last["result"], last["error"]) == ("accept", None, None)


def test_standard_output_is_the_programs_own_and_lines_can_go_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    done = trace("--output", file, "--", "echo", "--help me")
    assert (done.stdout, done.stderr) == ("--help me\n", "")
    assert 'write(1, "--help me\\n", 10) = 10' in file.read_text("utf-8")
    assert "\x1b" not in file.read_text("utf-8")


def test_the_exit_status_is_the_programs_own() -> None:
    assert "ends with status 7" in trace("--", "sh", "-c", "exit 7", status=7).stderr
    assert "ended by SIGKILL" in trace("--", "sh", "-c", "kill -9 $$", status=137).stderr
    trace("--", "sh", "-c", "exit 127", status=127)


def test_the_program_finds_what_a_shell_would_give_it() -> None:
    """Directory, input, signals and descriptors are the caller's; what Python does to signals is undone."""
    show = "pwd; cat; grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd | wc -l"
    bare = subprocess.run(["sh", "-c", show], input="in", capture_output=True, text=True, cwd="/usr", check=True)
    assert trace("--", "sh", "-c", show, input="in", stdin=None, cwd="/usr").stdout == bare.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "which program? offhook trace -- PROGRAM ARGS"),
        (["--", "/no/such\x1bprogram"], "/no/such\\x1bprogram: No such file or directory"),
        (["--", "/etc/passwd"], "/etc/passwd: Permission denied"),
        (["--fault", "nonsense", "--", "true"], "nonsense: a fault is"),
        (["--json", "/no/such/file", "--", "true"], "/no/such/file: No such file or directory"),
    ],
)
def test_what_cannot_be_is_answered_in_one_line(words: list[str], said: str) -> None:
    done = trace(*words, status=2)
    assert done.stderr.startswith(f"offhook: {said}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_ctrl_c_goes_to_the_program_and_ends_the_trace(server: Path) -> None:
    with traced("--", server, str(free_port())) as process:
        until(process, "accept(")
        children = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        shown = until(process, "ended by SIGINT")
        assert process.wait(LIMIT) == 128 + signal.SIGINT
    assert any("SIGINT arrives" in line for line in shown)
    assert children
    assert not any(map(lives, children))


def test_ctrl_c_leaves_no_daemon_behind() -> None:
    with traced("--", "sh", "-c", "setsid sleep 1000 & exec sleep 999") as process:
        until(process, "sleep(999 s) … waits")
        until(process, "sleep(1000 s) … waits")
        children = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(LIMIT) == 128 + signal.SIGINT
    assert len(children) >= 2, "and a process that reads debug information"
    assert not any(map(lives, children))


def test_a_reader_that_leaves_ends_it(compiled: Compile) -> None:
    with traced("--", compiled("writes"), "1000000") as process:
        until(process, "write(")
        assert process.stderr is not None
        process.stderr.close()
        assert process.wait(LIMIT) == 128 + signal.SIGPIPE


def test_colours_on_a_terminal_only(compiled: Compile) -> None:
    ours, theirs = pty.openpty()
    with open(ours, "rb", buffering=0) as screen:  # noqa: PTH123 (a descriptor)
        trace("--", compiled("writes"), capture_output=False, stderr=theirs, stdout=subprocess.DEVNULL)
        os.close(theirs)
        shown = screen.read(1 << 16)
    assert b"\x1b[1mwrite\x1b[0m(3" in shown


def test_help_teaches() -> None:
    done = trace("--help")
    assert "--fault accept:1:EINTR -- ./hello_server 5000" in done.stdout


def test_without_the_right_to_trace_that_is_said(tmp_path: Path) -> None:
    """A program that is traced already cannot be traced again: the same refusal as without the right."""
    done = trace("--output", tmp_path / "lines", "--", *COMMAND, "--", "true", status=2)
    assert "offhook: tracing is not allowed here: Operation not permitted" in done.stderr
    assert done.stderr.count("\n") == 1
