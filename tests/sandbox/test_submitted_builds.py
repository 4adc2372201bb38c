"""Submissions that are built and started: by a manifest as by hand, of several files, with every kind of name."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.catalogue import catalogue
from conformance.records.run import Run
from conformance.records.scenario import Scenario, Start
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import RunRequest
from conformance.scenarios.baseline import baseline_of
from conformance.submission.build import BuildDir, Built
from conformance.submission.discover import read_submission
from tests.matrix import HERE

RIGHT = HERE / "right"
C_SERVER = (RIGHT / "server_blocking.c").read_text()
NODE_SERVER = (RIGHT / "server_net.js").read_text()
PYTHON_SERVER = (RIGHT / "server_plain.py").read_text()
JAVA_SERVER = (RIGHT / "server_streams.java").read_text()
GO_SERVER = (RIGHT / "server_net.go").read_text()
RUST_SERVER = (RIGHT / "server_net.rs").read_text()
JAVA_CLASS = JAVA_SERVER.partition("class ")[2].split()[0]
START_SH = '#!/bin/sh\nexec ./hello "$1"\n'
BUILD_SH = "#!/bin/sh\nexec cc -o hello server.c\n"


@pytest.fixture(scope="module")
def build_dir(sandbox: Sandbox) -> Iterator[BuildDir]:
    """One workshop for all tests of this module."""
    with closing(BuildDir(sandbox)) as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name has a space and Korean letters."""
    made = tmp_path / "제출물 one"
    made.mkdir()
    return made


def put(folder: Path, files: dict[str, str], *executable: str) -> None:
    """Write the files of a submission."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        if name in executable:
            path.chmod(0o755)


def build(build_dir: BuildDir, folder: Path, exercise: str = "hello_server", file: str | None = None) -> Built:
    """Build one program of a submission."""
    submission = read_submission(folder, {exercise: file} if file is not None else None)
    return build_dir.build(folder, submission.found[exercise])


def baseline(build_dir: BuildDir, built: Built) -> Run:
    """Run a program in the conversation in which nothing goes wrong."""
    assert built.program is not None, built.words
    return build_dir.sandbox.run(
        RunRequest(program=built.program, scenario=baseline_of(catalogue().exercises[built.exercise]))
    )


def greets(build_dir: BuildDir, built: Built) -> bool:
    """Tell whether a program greets."""
    run = baseline(build_dir, built)
    assert run.received() == b"Hello World!", run.output
    return True


MANIFESTS = {
    "C": ({"server.c": C_SERVER}, "cc -o hello server.c", '["./hello", "{port}"]'),
    "C, no slash": ({"server.c": C_SERVER}, "cc -o hello server.c", '["hello", "{port}"]'),
    "C, {folder}": ({"server.c": C_SERVER}, "mkdir bin && cc -o bin/a server.c", '["{folder}/bin/a", "{port}"]'),
    "C++": (
        {"server.cpp": "#include <iostream>\n" + C_SERVER},
        "c++ -w -fpermissive -o hello server.cpp",
        '["./hello", "{port}"]',
    ),
    "script": ({"server.c": C_SERVER, "start.sh": START_SH}, "cc -o hello server.c", '["./start.sh", "{port}"]'),
    "script by sh": (
        {"server.c": C_SERVER, "start.sh": START_SH},
        "cc -o hello server.c",
        '["sh", "start.sh", "{port}"]',
    ),
    "build.sh": ({"server.c": C_SERVER, "build.sh": BUILD_SH}, "./build.sh", '["./hello", "{port}"]'),
    "make run": (
        {"server.c": C_SERVER, "Makefile": "hello: server.c\n\t$(CC) -o $@ $<\nrun: hello\n\t./hello $(PORT)\n"},
        "make",
        '["make", "-s", "run", "PORT={port}"]',
    ),
    "python3 -m": (
        {"pkg/__init__.py": "", "pkg/text.py": "T = 1\n", "pkg/__main__.py": "from pkg import text\n" + PYTHON_SERVER},
        "",
        '["python3", "-m", "pkg", "{port}"]',
    ),
    "python3 file": ({"app.py": PYTHON_SERVER}, "", '["python3", "app.py", "{port}"]'),
    "node": (
        {
            "app.js": "require('./text');\nrequire('mine');\n" + NODE_SERVER,
            "text.js": "",
            "node_modules/mine/index.js": "",
        },
        "",
        '["node", "app.js", "{port}"]',
    ),
    "java": ({f"{JAVA_CLASS}.java": JAVA_SERVER}, "javac *.java", f'["java", "{JAVA_CLASS}", "{{port}}"]'),
    "java -cp": (
        {"src/Server.java": JAVA_SERVER},
        "javac -d out src/*.java",
        f'["java", "-cp", "{{folder}}/out", "{JAVA_CLASS}", "{{port}}"]',
    ),
    "go": ({"main.go": GO_SERVER, "go.mod": "module example\n"}, "go build -o hello .", '["./hello", "{port}"]'),
    "rust": ({"main.rs": RUST_SERVER}, "rustc -o hello main.rs", '["./hello", "{port}"]'),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_run_finds_what_build_made_as_it_does_by_hand(build_dir: BuildDir, folder: Path, name: str) -> None:
    files, make, run = MANIFESTS[name]
    tool = name.split(maxsplit=1)[0]
    if tool in ("java", "go", "node", "rust") and shutil.which("rustc" if tool == "rust" else tool) is None:
        pytest.skip(f"no {tool} here")
    build_line = f'build = "{make}"\n' if make else ""
    put(folder, {**files, "offhook.toml": f"[hello_server]\n{build_line}run = {run}\n"}, "build.sh", "start.sh")
    built = build(build_dir, folder)
    assert greets(build_dir, built)
    assert greets(build_dir, built), "each start has a fresh directory"
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == sorted(
        Path(one).name for one in [*files, "offhook.toml"]
    )


def test_what_build_made_under_a_usual_name_needs_no_run(build_dir: BuildDir, folder: Path) -> None:
    put(folder, {"a.c": C_SERVER, "offhook.toml": '[hello_server]\nbuild = "cc -o hello_server a.c"\nsource = "a.c"\n'})
    built = build(build_dir, folder)
    assert built.by_manifest
    assert greets(build_dir, built)


def test_make_decides_by_the_times_of_the_files(build_dir: BuildDir, folder: Path) -> None:
    """A product that is newer than its source is not built again, as by hand."""
    makefile = "hello_server: server.c\n\t$(error built again)\n"
    put(folder, {"server.c": C_SERVER, "hello_server": "#!/bin/sh\n", "Makefile": makefile}, "hello_server")
    put(folder, {"offhook.toml": '[hello_server]\nbuild = "make"\nrun = ["./hello_server"]\n'})
    os.utime(folder / "server.c", ns=(0, 1_000_000_001))
    os.utime(folder / "hello_server", ns=(0, 1_000_000_002))
    assert build(build_dir, folder).program is not None
    os.utime(folder / "server.c", ns=(0, 1_000_000_003))
    assert "built again" in str(build(build_dir, folder).reason)


@pytest.mark.parametrize(
    ("files", "make", "run", "reason"),
    [
        ({}, "true", '["./hello", "{port}"]', "./hello (run): there is no such file in the built folder"),
        ({}, "true", '["hello", "{port}"]', "hello (run): there is no such command"),
        ({"start.sh": START_SH}, "true", '["./start.sh"]', "chmod +x"),
        ({"x.sh": START_SH.replace("\n", "\r\n")}, "chmod +x x.sh", '["./x.sh"]', "carriage return"),
        ({"x.sh": "#!/no/such\n"}, "chmod +x x.sh", '["./x.sh"]', "asks for the interpreter /no/such"),
        ({"b.sh": BUILD_SH}, "./b.sh", '["./x"]', "Permission denied"),
        ({"b.sh": BUILD_SH.replace("\n", "\r\n")}, "chmod +x b.sh; ./b.sh", '["./x"]', "b.sh has Windows line ends"),
        ({"Makefile": "x: y.c\n"}, "make x", '["./x"]', "No rule to make target 'y.c'"),
    ],
)
def test_a_start_that_cannot_work_has_a_true_reason(
    build_dir: BuildDir, folder: Path, files: dict[str, str], make: str, run: str, reason: str
) -> None:
    put(folder, {**files, "offhook.toml": f'[hello_server]\nbuild = "{make}"\nrun = {run}\n'})
    built = build(build_dir, folder)
    assert built.program is None
    assert reason in str(built.reason)


PARTS = {
    "net.h": "int greet(int fd);\nextern int count;\n",
    "net.c": '#include "net.h"\n#include <unistd.h>\nint count = 12;\nint greet(int fd)\n{\n'
    '    return write(fd, "Hello World!", count) == count ? 0 : 1;\n}\n',
    "other.c": "int greet_nobody(void) { return 1; }\n",
    "test_net.c": '#include "net.h"\nint greet(int fd) { return fd; }\nint main(void) { return greet(1); }\n',
}
WITH_PARTS = """#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "net.h"
int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    int l = socket(AF_INET, SOCK_STREAM, 0);
    if (count == 0 || bind(l, (struct sockaddr *)&at, sizeof at) || listen(l, 5))
        return 1;
    int fd = accept(l, 0, 0);
    return greet(fd);
}
"""


@pytest.mark.parametrize("where", ["", "src/"])
def test_the_sources_that_define_what_is_missing_are_built_together(
    build_dir: BuildDir, folder: Path, where: str
) -> None:
    put(folder, {"hello_server.c": WITH_PARTS.replace('"net.h"', f'"{where}net.h"')})
    put(folder, {f"{where}{name}": text for name, text in PARTS.items()})
    built = build(build_dir, folder)
    assert greets(build_dir, built)
    assert [(note.kind, dict(note.values)) for note in built.notes] == [("together", {"others": f"{where}net.c"})]


def test_go_files_of_one_program_are_built_together(build_dir: BuildDir, folder: Path) -> None:
    main, begin, rest = GO_SERVER.partition("func main()")
    head = main.partition("func greet")
    put(folder, {"hello_server.go": head[0] + begin + rest, "greet.go": head[0] + head[1] + head[2]})
    put(folder, {"other.go": "package main\n\nfunc main() {}\n"})
    for name in ("hello_server.go", "greet.go"):
        text = (folder / name).read_text()
        used = [word for word in ("log", "net", "os") if f"{word}." in text.partition(")")[2]]
        imports = "\n".join(f'\t"{word}"' for word in used)
        (folder / name).write_text("package main\n\nimport (\n" + imports + "\n)\n" + text.partition("\n)\n")[2])
    built = build(build_dir, folder)
    assert greets(build_dir, built)


@pytest.mark.parametrize(
    ("header", "kind"),
    [("winsock2.h", "windows-header"), ("conio.h", "console-header"), ("Net.h", "other-case-include")],
)
def test_a_header_that_is_missing_has_a_helpful_reason(
    build_dir: BuildDir, folder: Path, header: str, kind: str
) -> None:
    put(folder, {"hello_server.c": f'#include <unistd.h>\n#include "{header}"\nint main(void) {{ }}\n', "net.h": ""})
    built = build(build_dir, folder)
    assert (
        str(built.reason).startswith(f"hello_server.c:2: fatal error: {header}: No such file or directory; {header}")
        or kind == "other-case-include"
    )
    assert kind in {note.kind for note in built.notes}


def test_a_backslash_in_an_include_is_named(build_dir: BuildDir, folder: Path) -> None:
    put(folder, {"hello_server.c": '#include "inc\\net.h"\nint main(void) { }\n', "inc/net.h": ""})
    built = build(build_dir, folder)
    assert 'write "inc/net.h"' in str(built.reason)


def test_syntax_errors_of_python_and_node_are_found_before_the_start(build_dir: BuildDir, folder: Path) -> None:
    put(folder, {"hello_server.py": "import socket\ndef f(:\n", "echo_server.js": "const net =\n"})
    assert build(build_dir, folder).reason == "hello_server.py:2: SyntaxError: invalid syntax"
    if shutil.which("node") is not None:
        assert "SyntaxError: " in str(build(build_dir, folder, "echo_server").reason)


NAMES = ["-rf.c", "a b.c", "a'b\"c.c", "two\nlines.c", ";reboot.c", "$(reboot).c", "`reboot`.c", "안녕.c", "@file.c"]


@pytest.mark.parametrize("name", [*NAMES, "x" * 240 + ".c", os.fsdecode(b"\xff\xfe.c")])
def test_a_hostile_name_is_built_like_any_other(build_dir: BuildDir, folder: Path, name: str) -> None:
    put(folder, {name: C_SERVER})
    assert greets(build_dir, build(build_dir, folder, file=name))


def test_what_the_suite_itself_makes_in_the_copy_may_have_been_there(build_dir: BuildDir, folder: Path) -> None:
    put(
        folder,
        {
            "hello_server.c": C_SERVER,
            "hello_server/x": "",
            "hello_server.out/x": "",
            ".offhook-headers": "",
            ".offhook-go": "",
        },
    )
    assert greets(build_dir, build(build_dir, folder))


def test_a_file_exercise_starts_in_an_empty_directory(build_dir: BuildDir, folder: Path) -> None:
    put(folder, {"data.txt": "old", "r.py": "print(open('data.txt').read())\n"})
    put(folder, {"offhook.toml": '[low_read]\nrun = ["python3", "r.py"]\n'})
    built = build(build_dir, folder, "low_read")
    assert built.program is not None
    run = build_dir.sandbox.run(RunRequest(program=built.program, scenario=Scenario(start=Start())))
    assert b"old" not in run.output
