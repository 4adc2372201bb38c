"""The code that a page shows compiles, in each language."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from conformance.catalogue.patterns import WINSOCK, patterns
from tests.support import snippets
from tests.support.snippets import Snippets


class Compiler(NamedTuple):
    """How the snippets of a language are looked at."""

    language: str
    command: tuple[str, ...]
    file: str
    made: Callable[[Snippets], str]


def plain_c(found: Snippets) -> str:
    """Return those without TLS."""
    return snippets.c_file(
        {one: text for one, text in found.items() if not is_tls(one)}, snippets.C_INCLUDES, snippets.C_NAMES
    )


def tls_c(found: Snippets) -> str:
    """Return those with TLS."""
    includes, names = snippets.C_INCLUDES + snippets.TLS_INCLUDES, snippets.C_NAMES + snippets.TLS_NAMES
    return snippets.c_file({one: text for one, text in found.items() if is_tls(one)}, includes, names)


def winsock_c(found: Snippets) -> str:
    """Return those for Windows."""
    return snippets.c_file(found, snippets.WINSOCK_INCLUDES, snippets.WINSOCK_NAMES)


def is_tls(pattern: str) -> bool:
    return pattern.startswith("tls-")


C: Final = ("gcc", "-std=gnu17", "-Wall", "-Werror", "-fsyntax-only")
CXX: Final = ("g++", "-std=gnu++17", "-Wall", "-Werror", "-Wno-sign-compare", "-fsyntax-only")
WINDOWS: Final = ("x86_64-w64-mingw32-gcc", "-std=gnu17", "-Wall", "-Werror", "-fsyntax-only", "-D_WIN32_WINNT=0x0601")
COMPILERS: Final = (
    Compiler("C", C, "a.c", plain_c),
    Compiler("C", CXX, "a.cpp", plain_c),
    Compiler("C", C, "tls.c", tls_c),
    Compiler("C", CXX, "tls.cpp", tls_c),
    Compiler(WINSOCK, WINDOWS, "a.c", winsock_c),
    Compiler("Java", ("javac", "-proc:none", "-Xlint:none"), "Patterns.java", snippets.java_file),
    Compiler("JavaScript", ("node", "--check"), "a.js", snippets.javascript_file),
    Compiler("Go", ("go", "vet", "-unusedresult=false"), "a.go", snippets.go_file),
    Compiler("Rust", ("rustc", "--edition=2021", "--crate-type=lib", "--emit=metadata"), "a.rs", snippets.rust_file),
)


def in_language(language: str) -> Snippets:
    """Return the snippets of a language."""
    return {one.name: one.code[language] for one in patterns() if language in one.code}


def compiled(compiler: Compiler, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let a compiler look at a source."""
    if shutil.which(compiler.command[0]) is None:
        pytest.skip(f"no {compiler.command[0]} here")
    if "tls" in compiler.file and not Path("/usr/include/openssl/ssl.h").is_file():
        pytest.skip("no OpenSSL here")
    (folder / compiler.file).write_text(text)
    return subprocess.run(
        [*compiler.command, compiler.file], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "GO111MODULE": "off", "GOCACHE": str(folder / "cache")},
    )  # fmt: skip


@pytest.mark.parametrize("compiler", COMPILERS, ids=lambda one: f"{one.command[0]}-{one.file}")
def test_the_snippets_of_a_language_compile(compiler: Compiler, tmp_path: Path) -> None:
    found = in_language(compiler.language)
    assert len(found) > 5
    done = compiled(compiler, compiler.made(found), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("compiler", COMPILERS, ids=lambda one: f"{one.command[0]}-{one.file}")
def test_a_snippet_that_is_wrong_is_found(compiler: Compiler, tmp_path: Path) -> None:
    name = "tls-wrong" if "tls" in compiler.file else "wrong"
    wrong = "let 1 = nobody(;" if compiler.language == "JavaScript" else "nobody_declares_it += 1;"
    assert compiled(compiler, compiler.made({name: wrong}), tmp_path).returncode != 0


def test_the_snippets_in_python_name_nothing_that_nobody_declares() -> None:
    found = in_language("Python")
    assert {one: unknown for one, text in found.items() if (unknown := snippets.unknown_in_python(text))} == {}
    assert snippets.unknown_in_python("total = nobody + 1") == {"nobody"}
