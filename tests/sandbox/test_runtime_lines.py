"""Lines that a Python program's own runtime names: in functions, through the standard library, in threads."""

from contextlib import closing
from pathlib import Path

import pytest

from conformance.catalogue import ExerciseKind
from conformance.judging.context import ProgramUnderTest
from conformance.judging.evidence import source_line
from conformance.sandbox.client import Sandbox
from conformance.scenarios.baseline import BASELINE
from conformance.submission.build import BuildDir
from conformance.submission.discover import Found

PLAIN = """import socket, sys
listener = socket.socket()
listener.bind(("", int(sys.argv[1])))
listener.listen(5)
def serve(connection):
    while data := connection.recv(1024):
        connection.sendall(data)
    connection.close()
while True:
    serve(listener.accept()[0])
"""
THREADS = PLAIN.replace(
    "    serve(listener.accept()[0])", "    threading.Thread(target=serve, args=listener.accept()[:1]).start()"
).replace("import socket, sys", "import socket, sys, threading")
LIBRARY = """import socketserver, sys
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)
socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer(("", int(sys.argv[1])), Handler).serve_forever()
"""


def lines(sandbox: Sandbox, folder: Path, text: str) -> dict[str, set[int]]:
    """Return the lines of a server's source that are named for its calls, by the name of the call."""
    (folder / "echo_server.py").write_text(text)
    with closing(BuildDir(sandbox)) as build_dir:
        program = ProgramUnderTest(build_dir.build(folder, Found("echo_server", "echo_server.py")), sandbox)
        run = program.run_with_lines(BASELINE[ExerciseKind("echo", "server")])
        assert run is not None
        found: dict[str, set[int]] = {}
        for call in run.trace.in_scope():
            source = source_line(call, program.built.folder)
            if source is not None:
                found.setdefault(call.name, set()).add(source.line)
    assert run.received() == run.sent() != b""
    return found


@pytest.mark.parametrize(("text", "accepted"), [(PLAIN, 10), (THREADS, 10)])
def test_each_call_has_the_line_of_the_program_that_makes_it(
    sandbox: Sandbox, tmp_path: Path, text: str, accepted: int
) -> None:
    found = lines(sandbox, tmp_path, text)
    assert found["bind"] == {3}
    assert found["listen"] == {4}
    assert found["accept"] == {accepted}
    assert found["recv"] == {6}
    assert found["send"] == {7}
    assert found["close"] >= {8}


def test_a_call_of_the_library_has_the_innermost_line_of_the_program(sandbox: Sandbox, tmp_path: Path) -> None:
    found = lines(sandbox, tmp_path, LIBRARY)
    assert found["bind"] == {7}
    assert found["send"] == {5}
    assert found["recv"] == {4}


def test_nothing_else_of_the_run_is_changed(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "echo_server.py").write_text(PLAIN)
    with closing(BuildDir(sandbox)) as build_dir:
        program = ProgramUnderTest(build_dir.build(tmp_path, Found("echo_server", "echo_server.py")), sandbox)
        plain, hooked = program.baseline, program.run_with_lines(BASELINE[ExerciseKind("echo", "server")])
        assert hooked is not None
        assert [(call.name, call.descriptor, call.result) for call in plain.trace.calls] == [
            (call.name, call.descriptor, call.result) for call in hooked.trace.calls
        ]
        assert hooked.ending == plain.ending
        assert hooked.output == plain.output
