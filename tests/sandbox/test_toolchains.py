"""A compiler that lies in root's home builds as the program's user: what only root can read reaches no result."""

import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from conformance.records.errors import SandboxError
from conformance.sandbox import toolchain
from conformance.sandbox.client import Sandbox
from conformance.sandbox.temporary import closed_to_others
from conformance.submission.build import BuildDir, Built
from conformance.submission.discover import Found

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root has files that the program's user cannot read")
NEEDS_RUST = pytest.mark.skipif(shutil.which("rustc") is None, reason="no rustc")
SHELL = "#!/bin/sh\n"


def built(sandbox: Sandbox, folder: Path, name: str) -> Built:
    with closing(BuildDir(sandbox)) as build_dir:
        return build_dir.build(folder, Found("hello_client", name))


@AS_ROOT
@NEEDS_RUST
def test_a_file_that_only_root_can_read_is_not_built_in(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("for root's eyes")
    secret.chmod(0o600)
    (tmp_path / "sub").mkdir()
    source = tmp_path / "sub" / "hello_client.rs"
    for file in (secret, Path("/etc/shadow")):
        source.write_text(f'fn main() {{ print!("{{}}", include_str!("{file}")); }}')
        found = built(sandbox, source.parent, source.name)
        assert found.program is None
        assert str(file) in str(found.words)
        assert not any(line and line in str(found.words) for line in file.read_text().splitlines())


@NEEDS_RUST
def test_a_program_in_rust_is_built_wherever_its_compiler_lies(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "hello_client.rs").write_text("fn main() {}")
    assert built(sandbox, tmp_path, "hello_client.rs").program is not None


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is closed to others, with a compiler in it that tells who it is and what it sees."""
    home = tmp_path / "home"
    tools = home / "tools" / "bin"
    tools.mkdir(parents=True)
    (home / "notes").write_text("open to all, in a closed home")
    gcc = tools / "gcc"
    gcc.write_text(f"{SHELL}id -u; ls {home}; cat {home}/notes; touch {tools}/mine; exit 1\n")
    gcc.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    home.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return home


@AS_ROOT
@pytest.mark.usefixtures("closed")
def test_in_a_closed_home_a_compiler_sees_itself_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "hello_client.c").write_text("int main(void) { return 0; }\n")
    words = str(built(sandbox, tmp_path, "hello_client.c").words).splitlines()
    assert words[:2] == [sandbox.isolation.user, "tools"]
    assert "open to all" not in "".join(words)
    assert any("Read-only" in line for line in words)


@AS_ROOT
def test_a_compiler_that_cannot_be_shown_is_refused_in_one_sentence(
    sandbox: Sandbox, closed: Path, tmp_path: Path
) -> None:
    (closed / "tools" / "bin").chmod(0o700)  # it stays closed, however it is shown
    (tmp_path / "hello_client.c").write_text("int main(void) { return 0; }\n")
    with pytest.raises(SandboxError, match=f"gcc lies in {closed}, which is closed to other users"):
        built(sandbox, tmp_path, "hello_client.c")


def test_of_a_home_only_the_toolchain_is_shown(closed: Path) -> None:
    tools = closed / "tools"
    environment = {"PATH": str(tools / "bin"), "RUSTUP_HOME": str(tools)}
    assert closed_to_others(tools) == closed
    assert toolchain.parts(["gcc"], environment) == (str(tools),)
    hidden = closed / ".local"
    tools.rename(hidden)
    assert toolchain.parts(["gcc"], {"PATH": str(hidden / "bin")}) == (str(hidden / "bin"),)
