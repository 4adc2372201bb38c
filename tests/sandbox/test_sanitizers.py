"""What the sanitizers' reports are worth: writes outside of a buffer count, and nothing else that they may say."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from conformance.catalogue import ExerciseKind
from conformance.checks.judgement import Broken, Kept
from conformance.checks.sanitizer import stays_in_its_buffers
from conformance.judging.context import ProgramUnderTest
from conformance.records.run import Exited, Run
from conformance.records.sanitizers import LOG
from conformance.records.scenario import File, Scenario
from conformance.sandbox.client import Sandbox
from conformance.scenarios.memory import MEMORY
from conformance.submission.build import BuildDir
from conformance.submission.discover import Found
from tests.matrix import HERE

REPORT = """=================================================================
==14==ERROR: AddressSanitizer: {what} on address 0x7ffc6c1f0a28 at pc 0x55e98b861750
{access} of size 4 at 0x7ffc6c1f0a28 thread T0
    #0 0x55e98b86174f in __interceptor_memcpy ../../../../src/libsanitizer/interceptors.inc:827
    #1 0x55e98b86174f in store(char const*, int) /tmp/a b/echo_server.cpp:47
    #2 0x7f03e9845249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58

{where}
"""
STACK = "    [32, 232) 'message' (line 12) <== Memory access at offset 232 {how} this variable"


def judged(text: str = "", stderr: str = "") -> Broken | Kept:
    files = (File(name=f"{LOG}.14", content=text.encode()),) if text else ()
    found = stays_in_its_buffers(
        Run(scenario=Scenario(), ending=Exited(status=0), observed=True, port=9190, files=files, stderr=stderr.encode())
    )
    assert isinstance(found, Broken | Kept)
    return found


@pytest.mark.parametrize(
    ("what", "where", "seen"),
    [
        ("stack-buffer-overflow", STACK.format(how="overflows"), "past the end of the variable message"),
        ("stack-buffer-underflow", STACK.format(how="underflows"), "before the beginning of the variable message"),
        ("heap-buffer-overflow", "0x1 is located 0 bytes to the right of 30-byte region [0x0,0x1)", "end of 30 bytes"),
        ("heap-buffer-overflow", "0x1 is located 0 bytes after 30-byte region [0x0,0x1)", "end of 30 bytes"),
        ("heap-buffer-overflow", "0x1 is located 1 bytes before 30-byte region", "before the beginning of 30 bytes"),
        ("global-buffer-overflow", "0x1 is located 0 bytes after global variable 'table' defined in", "variable table"),
        ("unknown-crash", "", "outside of its variables"),
    ],
)
def test_a_write_is_told_with_what_it_leaves(what: str, where: str, seen: str) -> None:
    found = judged(REPORT.format(what=what, access="WRITE", where=where))
    assert isinstance(found, Broken)
    assert seen in str(found.seen)
    assert ("/tmp/a b/echo_server.cpp", 47) in found.places


def test_a_read_is_not_judged_and_a_write_after_it_is() -> None:
    read = REPORT.format(what="stack-buffer-overflow", access="READ", where=STACK.format(how="overflows"))
    assert judged(read) == Kept()
    assert isinstance(judged(read + REPORT.format(what="heap-buffer-overflow", access="WRITE", where="")), Broken)


@pytest.mark.parametrize("what", ["heap-use-after-free", "attempting double-free", "negative-size-param: (size=-1)"])
def test_memory_that_was_given_back_and_negative_sizes_count(what: str) -> None:
    assert isinstance(judged(REPORT.format(what=what, access="READ", where="")), Broken)


def test_an_index_outside_of_an_array_counts_and_no_other_undefined_behaviour() -> None:
    index = "/tmp/x/echo_server.c:47:12: runtime error: index 200 out of bounds for type 'char [200]'\n"
    found = judged(stderr=index)
    assert isinstance(found, Broken)
    assert found.places == (("/tmp/x/echo_server.c", 47),)
    other = "/tmp/x/echo_server.c:47:12: runtime error: signed integer overflow: 1 + 2147483647 cannot be represented\n"
    assert judged(stderr=other) == Kept()


@pytest.mark.parametrize(
    "text", ["==1==ERROR: AddressSanitizer failed to allocate 0x1 bytes", "==1==LeakSanitizer has"]
)
def test_what_the_sanitizer_says_of_its_own_troubles_is_nothing(text: str) -> None:
    assert judged(text) == Kept()


def test_a_build_without_sanitizers_is_none_and_costs_no_verdict(sandbox: Sandbox, tmp_path: Path) -> None:
    shutil.copy(HERE / "right/client_plain.py", tmp_path / "hello_client.py")
    with closing(BuildDir(sandbox)) as build_dir:
        assert build_dir.sanitized(build_dir.build(tmp_path, Found("hello_client", "hello_client.py"))) is None


def test_the_line_is_found_in_a_real_program(sandbox: Sandbox, tmp_path: Path) -> None:
    source = HERE / "wrong/client_nul_past_end.c"
    shutil.copy(source, tmp_path)
    with closing(BuildDir(sandbox)) as build_dir:
        built = build_dir.sanitized(build_dir.build(tmp_path, Found("hello_client", source.name)))
        assert built is not None
        program = ProgramUnderTest(built, sandbox)
        runs = [
            program.run(scenario) for scenario in MEMORY[ExerciseKind("greeting", "client")].scenarios(program.baseline)
        ]
    broken = [found for found in map(stays_in_its_buffers, runs) if isinstance(found, Broken)]
    assert broken
    line = source.read_text().splitlines().index("        buffer[count] = '\\0';") + 1
    assert (f"{built.folder}/{source.name}", line) in broken[0].places
