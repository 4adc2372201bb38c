"""Evidence names the line that a person wrote, also where a language's own library makes the call."""

import os
import shutil
from pathlib import Path

import pytest

from conformance.judging.specimens import Specimen
from conformance.observe.bounded import line_tables
from conformance.observe.source_lines import source_of
from conformance.records.scenario import Scenario
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.submission.build import BuildDir
from tests.conftest import Compile
from tests.matrix import HERE, TEXTBOOK, verdicts

ONE_READ_IN_RUST = """use std::io::Read;
use std::net::TcpStream;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: {} <ip> <port>", arguments[0]);
        std::process::exit(1);
    }
    let mut server = TcpStream::connect(format!("{}:{}", arguments[1], arguments[2])).unwrap();
    let mut buffer = [0; 30];
    let count = server.read(&mut buffer).unwrap();
    println!("Message from server: {}", String::from_utf8_lossy(&buffer[..count]));
}
"""
ONE_READ_IN_CPP = r"""#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <sys/socket.h>
#include <unistd.h>

struct Connection {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    ~Connection() { close(descriptor); }
    ssize_t receive(char *buffer, size_t size)
    {
        return read(descriptor, buffer, size);
    }
};

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    Connection server;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (server.descriptor == -1 || connect(server.descriptor, (sockaddr *)&address, sizeof address) == -1) {
        perror("connect");
        return 1;
    }
    char buffer[31] = {};
    if (server.receive(buffer, 30) == -1) {
        perror("read");
        return 1;
    }
    printf("Message from server: %s\n", buffer);
}
"""
CASES: dict[str, tuple[str, Path | str, str, str]] = {
    "go": ("go", HERE / "wrong/client_reset_is_end.go", "robust.failed-transfer-reported", "server.Read("),
    "rust": ("rustc", ONE_READ_IN_RUST, "transfer.any-split", "server.read("),
    "c++": ("g++", ONE_READ_IN_CPP, "transfer.any-split", "return read("),
    "c": ("gcc", TEXTBOOK / "client_one_read.c", "transfer.any-split", "read("),
}
EXTENSIONS = {"go": ".go", "rust": ".rs", "c++": ".cpp", "c": ".c"}


def test_a_table_of_lines_that_fills_the_memory_is_not_read(
    sandbox: Sandbox, compiled: Compile, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(command=(str(compiled("hides_itself", "-DAGAIN")),))  # of a name that nobody has asked for yet
    (call, *_) = sandbox.run(RunRequest(program=program, scenario=Scenario())).trace.named("socket")
    assert call.place is not None
    file, offset = os.fsencode(call.place.file), call.place.offset
    monkeypatch.setattr(line_tables, "LARGEST_UNIT", 10)
    assert line_tables.lines_of(file, (offset,)) == (None,)
    line_tables._units.cache_clear()
    monkeypatch.undo()
    (found,) = line_tables.lines_of(file, (offset,))
    assert found is not None
    assert source_of(call.place) == found


@pytest.mark.parametrize("language", list(CASES))
def test_a_failure_names_its_line(language: str, build_dir: BuildDir, tmp_path: Path) -> None:
    tool, source, requirement, text = CASES[language]
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool} here")
    path = tmp_path / f"hello_client{EXTENSIONS[language]}"
    path.write_text(source.read_text() if isinstance(source, Path) else source)
    specimen = Specimen(path, "hello_client", "", frozenset(), frozenset())
    (broken,) = verdicts(specimen, build_dir, requirements=[requirement])
    assert broken.evidence is not None
    assert broken.evidence.source is not None
    assert broken.evidence.source.file == path.name
    assert text in broken.evidence.source.text
