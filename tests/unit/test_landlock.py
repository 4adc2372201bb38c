"""What the kernel is told to keep a program from: the rights that its version of the interface knows, and no others."""

import ctypes
import os
import struct
from pathlib import Path

import pytest

from conformance.observe.libc import libc
from conformance.sandbox import landlock
from conformance.sandbox.landlock import Confinement, described_ruleset, handled_rights, of_program


@pytest.mark.parametrize(("interface", "bits"), [(0, 0), (1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (6, 16), (9, 16)])
def test_only_rights_that_the_kernel_knows_are_taken(interface: int, bits: int) -> None:
    assert handled_rights(interface) == (1 << bits) - 1


@pytest.mark.parametrize(("interface", "words"), [(1, 1), (3, 1), (4, 2), (5, 2), (6, 3), (7, 3)])
def test_the_description_is_as_long_as_the_kernel_knows_it(interface: int, words: int) -> None:
    found = struct.unpack(f"={words}Q", described_ruleset(interface))
    assert found == (handled_rights(interface), 0, landlock.SCOPES)[:words]


def test_a_kernel_without_it_has_version_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        ctypes.set_errno(38)
        return -1

    monkeypatch.setattr(libc, "syscall", refuse)
    assert landlock.version() == 0
    assert not landlock.works()


def test_what_the_kernel_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        ctypes.set_errno(1)
        return -1

    monkeypatch.setattr(libc, "syscall", refuse)
    with pytest.raises(OSError, match="not permitted"):
        landlock.make_ruleset(Confinement(readable=(), writable=()))


def test_a_program_keeps_what_was_built_and_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/student")
    built, run = f"{tmp_path}/offhook-build-a/3", f"{tmp_path}/offhook-sandbox-b/run"
    environment = {"PATH": "/usr/bin:/home/student/.nvm/v20/bin:/home/student::."}
    kept = of_program("java", environment, (built,), (run,))
    assert kept.writable == ("/dev", run)
    assert built in kept.readable
    assert "/home/student/.nvm/v20/bin" in kept.readable
    assert not {"/home/student", "/home", "/", "", ".", str(tmp_path)} & set(kept.readable)


@pytest.mark.skipif(not landlock.works(), reason="no Landlock in this kernel")
def test_a_process_keeps_only_the_files_that_it_is_given(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    for folder in (own, other):
        folder.mkdir()
        (folder / "file").write_text("a")
    child = os.fork()
    if child == 0:
        try:
            kept = Confinement(readable=("/usr",), writable=(str(own), "/nowhere/at/all"))
            landlock.confine(landlock.make_ruleset(kept))
            (own / "new").write_text("b")
            reached = [place for place in (other / "file", other) if os.access(place, os.R_OK) and _opens(place)]
            os._exit(len(reached))
        finally:
            os._exit(100)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (own / "new").read_text() == "b"


@pytest.mark.skipif(not landlock.works(), reason="no Landlock in this kernel")
def test_a_ruleset_is_made_anew_where_a_folder_has_only_the_name_of_another(tmp_path: Path) -> None:
    folder, rulesets = tmp_path / "run", landlock.Rulesets(100)
    folder.mkdir()
    kept = Confinement(readable=("/usr",), writable=(str(folder),))
    first = rulesets.of(kept)
    assert rulesets.of(kept) == first >= 100
    folder.rename(tmp_path / "other")
    folder.mkdir()
    rulesets.of(kept)
    assert rulesets._known == (kept, (folder.stat().st_ino,))
    rulesets.close()


def _opens(place: Path) -> bool:
    try:
        os.close(os.open(place, os.O_RDONLY))
    except PermissionError:
        return False
    return True
