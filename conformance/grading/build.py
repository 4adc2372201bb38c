"""Building: from a source file to a program that the stage can start, in a private copy of the folder."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from conformance.catalogue import catalogue
from conformance.grading import headers
from conformance.grading.languages import WINDOWS_HEADERS, Language, find_tool, java_main, languages_of
from conformance.grading.submission import Found
from conformance.stage.handle import Stage
from conformance.stage.script import Exited, Order, Program, Scenario

WORDS_KEPT: Final = 20_000
PATIENCE: Final = 120.0
LARGEST_FOLDER: Final = 64 << 20
MISSING: Final = "missing.c"
NO_MAIN: Final = "undefined reference to `WinMain"
"""What mingw's linker says where a program has neither `main` nor `WinMain`."""


class Built(Struct, frozen=True):
    """What became of one exercise's program."""

    exercise: str
    source: str | None
    program: Program | None
    """None where it could not be built."""
    folder: str
    """The private copy in which it was built."""
    language: str = ""
    compiler: str = ""
    """The compiler's command line, as results name it."""
    words: str = ""
    """What the compiler said: the student's answer, where it is an error."""


class Workshop:
    """A folder of private copies that is gone when the check is over."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.folder = Path(tempfile.mkdtemp(prefix="offhook-build-"))
        self.folder.chmod(0o755)
        self._count = 0

    def build(self, folder: Path, found: Found) -> Built:
        """Build one program. A failure is a result, not an exception."""
        copy = self._copy(folder)
        if found.recipe.run is not None:
            return self._by_recipe(copy, found, found.recipe.run)
        assert found.source is not None
        source = copy / found.source
        language = languages_of(catalogue().exercises[found.exercise])[source.suffix.lower()]
        tool = find_tool(language)
        if tool is None:
            return self._failed(
                copy, found, language, f"no {language.name} here: install the package {language.package}"
            )
        return self._by_language(copy, found, language, tool)

    def close(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _headers(self) -> Path:
        """Return a copy of the headers for Windows that the compiler's user may read, wherever the suite lies."""
        target = self.folder / "windows_headers"
        if not target.is_dir():
            shutil.copytree(WINDOWS_HEADERS, target, copy_function=shutil.copyfile)
            target.chmod(0o755)
        return target

    def _copy(self, folder: Path) -> Path:
        """Copy what a build may need: plain files, no links that lead outside, no more than a bounded size."""
        self._count += 1
        target = self.folder / str(self._count)
        target.mkdir()
        left = LARGEST_FOLDER
        for at, folders, files in os.walk(folder, followlinks=False):
            folders[:] = [name for name in folders if name not in (".git", "node_modules", "__pycache__")]
            into = target / Path(at).relative_to(folder)
            into.mkdir(exist_ok=True)
            for name in files:
                path = Path(at) / name
                if path.is_file() and not path.is_symlink() and (left := left - path.stat().st_size) > 0:
                    shutil.copyfile(path, into / name)
        return target

    def _by_language(self, copy: Path, found: Found, language: Language, tool: str) -> Built:
        assert found.source is not None
        source = copy / found.source
        exercise = catalogue().exercises[found.exercise]
        output = copy / f"{found.exercise}.{'exe' if exercise.platform == 'winsock' else 'built'}"
        fill = {
            "{tool}": tool,
            "{source}": str(source),
            "{output}": str(output),
            "{folder}": str(copy),
            "{headers}": str(self._headers()),
            "{missing}": str(self._headers() / MISSING),
            "{spellings}": str(copy / headers.FOLDER),
        }
        if exercise.platform == "winsock":
            headers.forward(copy)
        words, compiler = "", ""
        if language.build:
            good, words = self._compile(copy, language, fill)
            compiler = " ".join([Path(tool).name, *(word for word in language.build[1:] if "{" not in word)])
            if not good:
                return Built(
                    found.exercise, found.source, None, str(copy), language.name, compiler, self._tidy(copy, words)
                )
        if "{main}" in language.run:
            fill["{main}"] = java_main(source)
        program = _program(found, (*(_absolute(fill.get(word, word)) for word in language.run), *exercise.arguments))
        return Built(found.exercise, found.source, program, str(copy), language.name, compiler, self._tidy(copy, words))

    def _compile(self, copy: Path, language: Language, fill: dict[str, str]) -> tuple[bool, str]:
        """Run a language's compiler, and once more for a program that begins elsewhere than at `main`."""
        command = tuple(fill.get(word, word) for word in language.build)
        good, words = self._make(copy, command)
        if good or not language.wide or NO_MAIN not in words:
            return good, words
        good, more = self._make(copy, (*command, *language.wide))
        return (True, more) if good else (False, words)

    def _by_recipe(self, copy: Path, found: Found, run: tuple[str, ...]) -> Built:
        words = ""
        if found.recipe.build:
            good, words = self._make(copy, ("/bin/sh", "-c", found.recipe.build))
            if not good:
                return Built(
                    found.exercise, found.source, None, str(copy), "", found.recipe.build, self._tidy(copy, words)
                )
        start = tuple(str(copy / word) if word and (copy / word).is_file() else word for word in run)
        program = _program(found, start)
        return Built(
            found.exercise, found.source, program, str(copy), "", found.recipe.build or "", self._tidy(copy, words)
        )

    def _make(self, copy: Path, command: tuple[str, ...]) -> tuple[bool, str]:
        """Run a compiler on the stage, apart from everything else; return whether it was content, and its words."""
        environment = (
            ("GOCACHE", str(copy / ".cache")),
            ("GO111MODULE", "off"),
            ("PATH", os.environ.get("PATH", "")),
            *_toolchain(),
        )
        program = Program(command, "alone", environment)
        run = self.stage.run(
            Order(program, Scenario(), observe=False, directory=str(copy), patience=PATIENCE, build=True)
        )
        words = run.output[:WORDS_KEPT].decode("utf-8", "replace")
        return run.ending == Exited(0), words if run.output or run.ending == Exited(
            0
        ) else f"{command[0]}: {run.ending}"

    def _failed(self, copy: Path, found: Found, language: Language, words: str) -> Built:
        return Built(found.exercise, found.source, None, str(copy), language.name, "", words)

    def _tidy(self, copy: Path, words: str) -> str:
        """Take the private folder's name out of a compiler's words."""
        return words.replace(f"{copy}/", "")


def _program(found: Found, command: tuple[str, ...]) -> Program:
    """Return a program with what its exercise says of files and sockets."""
    exercise = catalogue().exercises[found.exercise]
    return Program(command, exercise.role, (), exercise.path, exercise.files, exercise.sockets, exercise.platform)


def _toolchain() -> tuple[tuple[str, str], ...]:
    """Return what toolchains that are installed for one user must know to find themselves."""
    known = tuple((name, os.environ[name]) for name in ("CARGO_HOME", "JAVA_HOME", "GOROOT") if name in os.environ)
    rustup = next((place for place in _rustup_homes() if (place / "toolchains").is_dir()), None)
    return (*known, ("RUSTUP_HOME", str(rustup))) if rustup is not None else known


def _rustup_homes() -> Iterator[Path]:
    """Yield where rustup may keep its toolchains: as told, in this home, in the home that its rustc lies in."""
    if "RUSTUP_HOME" in os.environ:
        yield Path(os.environ["RUSTUP_HOME"])
    yield Path.home() / ".rustup"
    rustc = shutil.which("rustc")
    if rustc is not None and len(Path(rustc).parents) > 2:
        yield Path(rustc).parents[2] / ".rustup"


def _absolute(word: str) -> str:
    return shutil.which(word) or word if "/" not in word else word
