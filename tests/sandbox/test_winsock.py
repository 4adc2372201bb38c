"""The Winsock observer: lines of the relay trace, program files, and real programs under Wine."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from conformance.checks.deviations import deviation
from conformance.model.winsock import WINSOCK_ERROR_NUMBERS
from conformance.observe.source_lines import source_of
from conformance.observe.wine import image, relay
from conformance.records.faults import Fail, Short
from conformance.records.run import Exited, Killed, Run, Waiting
from conformance.records.scenario import Accept, Connect, End, Reset, Scenario, Send
from conformance.records.trace import CallSite, Trace
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.sandbox.wine import ADDR_NO_RANDOMIZE
from tests.conftest import Build

ONE_CLIENT = Scenario(steps=(Connect(),))
MESSAGE = Scenario(steps=(Accept(), Send(data=b"Hello World!"), End()))


def server(sandbox: Sandbox, program: str, scenario: Scenario = ONE_CLIENT) -> Run:
    return sandbox.run(
        RunRequest(program=Program(command=(program, "{port}"), role="server", platform="winsock"), scenario=scenario)
    )


def client(sandbox: Sandbox, program: str, scenario: Scenario = MESSAGE) -> Run:
    return sandbox.run(
        RunRequest(
            program=Program(command=(program, "{ip}", "{port}"), role="client", platform="winsock"), scenario=scenario
        )
    )


@pytest.fixture
def load() -> Iterator[None]:
    """Something that keeps all processors busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 2)]
    yield
    for one in busy:
        one.kill()
        one.wait()


def functions(trace: Trace) -> list[str]:
    return [call.system_call.partition(".")[2] for call in trace.calls]


# ---------------------------------------------------------------- lines


def test_a_call_and_its_return_are_read() -> None:
    call = relay.line(b"0024:Call ws2_32.bind(00000030,0021fb80,00000010) ret=140001638")
    back = relay.line(b"0024:Ret  WS2_32.bind() retval=ffffffff ret=140001638")
    assert call == (False, "ws2_32.bind", (0x30, 0x21FB80, 0x10), 0, 0x140001638)
    assert back == (True, "ws2_32.bind", (), 0xFFFFFFFF, 0x140001638)


def test_text_among_the_arguments_is_passed_over() -> None:
    line = b'0024:Call ws2_32.getaddrinfo(0021fe2a "a),b",00000000 "\\"",0021fb80,00000007) ret=140001638'
    found = relay.line(line)
    assert found is not None
    assert found.args == (0x21FE2A, 0, 0x21FB80, 7)


@pytest.mark.parametrize(
    "line",
    [b"", b"0024:Starting thread proc 0000000140001430 (arg=0000000067FF0000)", b"Call ws2_32.bind() ret=1",
     b'0024:Call PE DLL (proc=0000000170068C10,module=0000000170000000 L"ntdll.dll",reason=PROCESS_ATTACH,res=1)'],
)  # fmt: skip
def test_other_lines_are_no_calls(line: bytes) -> None:
    assert relay.line(line) is None


def test_the_end_by_a_fault_is_told() -> None:
    assert (
        relay.crash_signal(b"wine: Unhandled page fault on read access to 00 at address 01 (thread 00bc)") == "SIGSEGV"
    )
    assert relay.crash_signal(b"wine: Unhandled division by zero at address 01 (thread 00bc)") == "SIGFPE"
    ruined = b"0034:err:virtual:virtual_setup_exception stack overflow 272 bytes addr 0x1700573fe stack 0x20ef0"
    assert relay.crash_signal(ruined) == "SIGSEGV"
    assert relay.crash_signal(b"0024:err:environ:run_wineboot failed to start wineboot c0000135") is None
    assert relay.crash_signal(b'wine: configuration in L"..." has been updated') is None


# ---------------------------------------------------------------- program files


@pytest.mark.parametrize("data", [b"", b"MZ", b"MZ" + bytes(62) + b"\x40\0\0\0", b"\x7fELF" + bytes(200)])
def test_what_is_no_program_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd.exe").write_bytes(data)
    assert image.image_of(str(tmp_path / "odd.exe")) is None
    assert source_of(CallSite(file=str(tmp_path / "odd.exe"), offset=0x140001000)) is None
    assert image.bytes_at(tmp_path / "odd.exe", 0x140001000, 4) == b""


# ---------------------------------------------------------------- programs


def test_the_calls_of_a_conversation(windows: Sandbox, build: Build) -> None:
    run = server(windows, build("hello_server_win"))
    assert run.ending == Exited(status=0)
    assert functions(run.trace) == [
        "WSAStartup", "socket", "bind", "listen", "accept", "send", "closesocket", "closesocket", "WSACleanup",
    ]  # fmt: skip
    bind, send = run.trace.named("bind")[0], run.trace.named("send")[0]
    assert bind.address is not None
    assert bind.address.port == run.port
    assert (send.data, send.result, send.state) == (b"Hello World!", 12, "connected")
    assert [one.state for one in run.trace.descriptions] == ["listening", "connected"]
    assert all(one.closes == 1 and not one.open_in for one in run.trace.descriptions)


def test_the_source_line_of_each_call(windows: Sandbox, build: Build) -> None:
    program = build("hello_server_win")
    text = Path(program).with_suffix(".c").read_text().splitlines()
    for call in server(windows, program).trace.calls:
        assert call.place is not None
        found = source_of(call.place)
        assert found is not None
        assert call.system_call.partition(".")[2] in text[found[1] - 1]


def test_it_is_known_where_a_program_waits(windows: Sandbox, build: Build) -> None:
    run = server(windows, build("hello_server_win"))
    connected = next(event for event in run.wire if event.what == "connected")
    assert [run.trace.calls[number].name for number in connected.waiting] == ["accept"]
    received = client(windows, build("hello_client_win"))
    sent = next(event for event in received.wire if event.what == "sent")
    assert [received.trace.calls[number].name for number in sent.waiting] == ["recv"]


def test_a_program_that_is_stopped_has_a_call_without_a_result(windows: Sandbox, build: Build) -> None:
    run = server(windows, build("hello_server_win"), Scenario())
    assert run.ending == Waiting()
    assert (run.trace.calls[-1].name, run.trace.calls[-1].result) == ("accept", None)


@pytest.mark.parametrize("call", ["socket", "bind", "listen", "accept", "output"])
def test_a_server_is_told_the_failure_that_was_asked_for(windows: Sandbox, build: Build, call: str) -> None:
    run = server(
        windows, build("hello_server_win"), Scenario(steps=(Connect(),), faults=(Fail(call=call, error="WSAENOBUFS"),))
    )
    assert run.faults_applied == 1
    assert run.ending == Exited(status=1)
    assert run.stderr.endswith(f"error {WINSOCK_ERROR_NUMBERS['WSAENOBUFS']}\n".encode())
    failed = next(one for one in run.trace.calls if one.injected)
    assert (failed.error, failed.result) == ("WSAENOBUFS", -1)


@pytest.mark.parametrize("call", ["socket", "connect", "input"])
def test_a_client_is_told_the_failure_that_was_asked_for(windows: Sandbox, build: Build, call: str) -> None:
    run = client(
        windows,
        build("hello_client_win"),
        Scenario(steps=MESSAGE.steps, faults=(Fail(call=call, error="WSAECONNRESET"),)),
    )
    assert run.faults_applied == 1
    assert run.ending == Exited(status=1)
    assert run.stderr.endswith(f"error {WINSOCK_ERROR_NUMBERS['WSAECONNRESET']}\n".encode())


def test_a_startup_that_fails(windows: Sandbox, build: Build) -> None:
    run = server(
        windows,
        build("hello_server_win"),
        Scenario(steps=(), faults=(Fail(call="startup", error="WSAVERNOTSUPPORTED"),)),
    )
    assert (run.ending, run.stderr) == (Exited(status=1), b"WSAStartup: error 10092\n")
    assert functions(run.trace) == ["WSAStartup"]


def test_a_short_count(windows: Sandbox, build: Build) -> None:
    run = client(
        windows, build("hello_client_win"), Scenario(steps=MESSAGE.steps, faults=(Short(call="input", count=5),))
    )
    assert [call.data for call in run.trace.named("recv")] == [b"Hello", b" Worl", b"d!", b""]
    assert run.stdout == b"Hello World!\n"


def test_a_program_that_waits_alone_is_no_longer_waited_for(windows: Sandbox, build: Build) -> None:
    run = windows.run(
        RunRequest(program=Program(command=(build("windows_ends"), "sleep"), platform="winsock"), scenario=Scenario())
    )
    assert (run.ending, run.stdout) == (Exited(status=0), b"awake\n")
    assert run.seconds < 5


@pytest.mark.parametrize(
    ("how", "ending"),
    [
        ("zero", Exited(status=0)),
        ("seven", Exited(status=7)),
        ("null", Killed(signal="SIGSEGV")),
        ("divide", Killed(signal="SIGFPE")),
        ("many", Exited(status=0)),
    ],
)
def test_how_a_program_ends(windows: Sandbox, build: Build, how: str, ending: object) -> None:
    run = windows.run(
        RunRequest(program=Program(command=(build("windows_ends"), how), platform="winsock"), scenario=Scenario())
    )
    assert run.ending == ending


def test_what_a_program_prints_is_no_line_of_the_trace(windows: Sandbox, build: Build) -> None:
    run = windows.run(
        RunRequest(program=Program(command=(build("windows_ends"), "forge"), platform="winsock"), scenario=Scenario())
    )
    assert b"Call ws2_32.bind" in run.stderr
    assert run.stdout.count(b"\n") == 1
    assert run.trace.calls == ()


def test_nobody_listens_and_a_taken_port_are_real(windows: Sandbox, build: Build) -> None:
    from conformance.records.scenario import Start

    refused = client(windows, build("hello_client_win"), Scenario(start=Start(listener=False)))
    assert refused.trace.named("connect")[0].error == "WSAECONNREFUSED"
    taken = server(windows, build("hello_server_win"), Scenario(start=Start(port_taken=True)))
    assert taken.trace.named("bind")[0].error == "WSAEADDRINUSE"


@pytest.mark.parametrize("how", ["polls", "dozes", "waits", "spins"])
def test_a_server_that_looks_again_and_again_is_met(windows: Sandbox, build: Build, how: str) -> None:
    program = Program(command=(build("windows_polls"), "{port}", how), role="server", platform="winsock")
    run = windows.run(RunRequest(program=program, scenario=ONE_CLIENT))
    assert run.received() == b"Hello World!\0"
    assert run.spun == (how == "spins")


def test_a_server_that_waits_half_a_minute_again_and_again_is_not_waited_for(windows: Sandbox, build: Build) -> None:
    program = Program(command=(build("windows_polls"), "{port}", "selects"), role="server", platform="winsock")
    run = windows.run(RunRequest(program=program, scenario=ONE_CLIENT))
    assert run.received() == b"Hello World!\0"
    assert run.ending == Waiting()


@pytest.mark.usefixtures("load")
def test_a_run_is_the_same_twenty_times_under_load(windows: Sandbox, build: Build) -> None:
    runs = [
        one
        for _ in range(20)
        for one in (server(windows, build("hello_server_win")), client(windows, build("hello_client_win")))
    ]
    seen = {
        (
            str(run.ending),
            run.output,
            str([msgspec.structs.replace(call, thread=0) for call in run.trace.calls]),
            run.wire,
        )
        for run in runs
    }
    assert len(seen) == 2


def test_nothing_is_left_after_a_hundred_starts(windows: Sandbox, build: Build) -> None:
    worker = psutil.Process(windows._process.pid)
    orders = [server(windows, build("hello_server_win")), server(windows, build("hello_server_win"), Scenario())]
    before = _what_is_there(worker)
    for run in orders * 50:
        server(windows, build("hello_server_win"), run.scenario)
    assert _what_is_there(worker) == before


def _what_is_there(worker: psutil.Process) -> tuple[int, list[int]]:
    """Count the processes below the worker, and the descriptors of all of them."""
    everybody = [worker, *worker.children(recursive=True)]
    return len(everybody), [one.num_fds() for one in everybody]


def test_a_connection_that_is_reset_before_it_is_read_says_nothing_of_windows(windows: Sandbox, build: Build) -> None:
    reset = server(windows, build("echo_server_win"), Scenario(steps=(Connect(), Reset(early=True))))
    assert [call.error for call in reset.trace.named("accept", "recv") if call.result is not None] == [None, None]
    found = deviation(reset)
    assert found is not None
    assert found.topic.touched == "accepts what was reset"
    assert (
        deviation(server(windows, build("echo_server_win"), Scenario(steps=(Connect(), Send(data=b"Hello"), End()))))
        is None
    )


def test_programs_lie_where_they_always_lie(windows: Sandbox) -> None:
    personality = Path(f"/proc/{windows._process.pid}/personality").read_text()
    assert int(personality, 16) & ADDR_NO_RANDOMIZE, "what the sandbox starts has its personality"
