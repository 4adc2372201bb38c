"""Building: from a source file to a program that the sandbox can start, in a private copy of the folder."""

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from conformance.catalogue import Exercise, catalogue
from conformance.messages import Message, also, render, say
from conformance.observe.regular_file import open_regular
from conformance.records.errors import SandboxError
from conformance.records.notes import Note, described_note, readable, shown_name
from conformance.records.run import Busy, Exited, NotStarted, limit_of
from conformance.records.sanitizers import ENVIRONMENT
from conformance.records.scenario import Scenario
from conformance.sandbox import safe_files
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.sandbox.spawn import PATH
from conformance.sandbox.temporary import TemporaryFolder, is_full, is_narrow
from conformance.submission import private_copy, windows_includes
from conformance.submission.build_errors import first_error
from conformance.submission.build_hints import HINTS, crlf_scripts, hints
from conformance.submission.discover import Found
from conformance.submission.languages import (
    LANGUAGES,
    WINDOWS_HEADERS_FOLDER,
    WINSOCK_LANGUAGES,
    Language,
    find_tool,
    java_main,
    languages_of,
)
from conformance.submission.link_sources import further

WORDS_KEPT: Final = 20_000
BUILD_LIMIT_S, HASTY_BUILD_LIMIT_S = 120.0, 20.0
"""Seconds after which a build is ended whatever it does: of a submission of which that has happened, it is sooner."""
COMPUTED_MOST: Final = 200.0
"""Seconds that all builds of one program may compute: it is built again for what it lacks, or with other flags."""
MISSING: Final = "missing.c"
NO_MAIN: Final = "undefined reference to `WinMain"
"""What mingw's linker says where a program has neither `main` nor `WinMain`."""
LINK_ROUNDS: Final = 6
"""How often a program is built again with the sources that define what it lacks."""
FOLDER_PLACEHOLDER: Final = "{folder}"
"""Stands in a manifest's `run` for the folder in which it was built."""
LANGUAGE_PATHS: Final = (("CLASSPATH", ""), ("PYTHONPATH", ""), ("NODE_PATH", "node_modules"))
"""Where Java, Python and Node look for what a program is made of: the built folder."""
GO_FILES: Final = (("GO111MODULE", "off"),)
GO_MODULE: Final = (("GO111MODULE", "on"), ("GOFLAGS", "-mod=mod"), ("GOPROXY", "off"))
LONGEST_WORD: Final = 4_000
INTERPRETER: Final = re.compile(rb"#![ \t]*([^\s\r\n]+)(?:[ \t][^\r\n]*)?(\r?)\n")
"""The first line of a script. With a Windows line end the interpreter's name, or its argument, ends in a \\r."""
NOT_UTF_8: Final = "converting to execution character set"
"""What gcc says of a wide string in a source that is not UTF-8."""


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
    words: str | Message = ""
    """What the compiler said: the student's answer, where it is an error; or why none could be asked."""
    command: tuple[str, ...] = ()
    """The compiler's whole command; nothing for a program that needs none, or that a manifest's own line builds."""
    notes: tuple[Note, ...] = ()
    """What of the folder was not taken, how it was built, and what to do where that failed."""

    by_manifest: bool = False
    """Whether a manifest says how it is started."""
    digest: str = ""
    """A hash of all that was handed in, as it was before anything was built."""

    @property
    def reason(self) -> Message | str:
        """Why it could not be built, in one line, with what to do where that is known."""
        why = first_error(self.words) if isinstance(self.words, str) else self.words
        return also(why, *(described_note(note) for note in self.notes if note.kind in HINTS))


class BuildDir:
    """A folder of private copies that is gone when the check is over."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._place = TemporaryFolder("build")
        self.folder = self._place.path
        self.folder.chmod(0o755)
        self._count = 0
        self._untouched: BuildDir | None = None
        self._computed = 0.0
        """Seconds that the builds of the last program have computed."""
        self._slow = False
        """Whether a build of the last submission was ended by the clock."""
        self._last: Path | None = None

    @property
    def untouched(self) -> "BuildDir":
        """Where the suite's own programs are built and run, apart from every submission's."""
        if self.sandbox.untouched is self.sandbox:
            return self
        if self._untouched is None:
            self._untouched = BuildDir(self.sandbox.untouched)
        return self._untouched

    def build(self, folder: Path, found: Found) -> Built:
        """Build one program. A failure is a result, not an exception."""
        self._count += 1
        self._computed, self._slow, self._last = 0.0, self._slow and self._last == folder, folder
        copy = self.folder / str(self._count)
        built: Built | None = None
        try:
            built = self._build_in(copy, folder, found)
        finally:
            if built is None or built.program is None:
                safe_files.remove(str(copy))  # a build may have left so much there that nothing else finds room
        return built

    def _build_in(self, copy: Path, folder: Path, found: Found) -> Built:
        notes = private_copy.copy(folder, copy, first=() if found.source is None else (found.source,))
        digest = private_copy.digest(copy)
        built = self._build(copy, _in_text(copy, found))
        if built.program is None and not built.words:
            built = replace(built, words=say("build.silent", command=built.compiler or found.recipe.build))
        advice = () if built.program is not None else tuple(hints(render(built.words), copy, found.exercise))
        source = None if built.source is None else shown_name(built.source)
        return replace(built, source=source, notes=(*notes, *built.notes, *advice), digest=digest)

    def sanitized(self, built: Built) -> Built | None:
        """Build a program once more so that it reports writes outside of its buffers; None where that cannot be."""
        languages = (*LANGUAGES, *WINSOCK_LANGUAGES)
        language = next((one for one in languages if one.name == built.language), None)
        if built.program is None or language is None or not language.sanitize or not built.command:
            return None
        first = Path(built.program.command[0])
        output = str(first.with_name(f"sanitized_{first.name}"))  # Wine knows a program by how its name ends
        replaced = (output if word == built.program.command[0] else word for word in built.command)
        good, _ = self._make(Path(built.folder), (*replaced, *language.sanitize))
        if not good:
            return None
        environment = (*built.program.environment, *ENVIRONMENT)
        command = (output, *built.program.command[1:])
        program = replace(built.program, command=command, environment=environment, runtime="managed")
        return replace(built, program=program, compiler=f"{built.compiler} {' '.join(language.sanitize)}")

    def try_out(self, command: tuple[str, ...]) -> tuple[bool, str]:
        """Run a compiler as in a build, on nothing; return whether it was content, and its words."""
        self._count += 1
        self._computed, self._slow = 0.0, False
        place = self.folder / str(self._count)
        (place / private_copy.TEMPORARY).mkdir(parents=True)
        return self._make(place, command)

    def close(self) -> None:
        """Leave nothing behind."""
        self._place.close()
        if self._untouched is not None:
            self._untouched.close()

    def _headers(self) -> Path:
        """Return a copy of the headers for Windows that the compiler's user may read, wherever the suite lies."""
        target = self.folder / "windows_headers"
        if not target.is_dir():
            shutil.copytree(WINDOWS_HEADERS_FOLDER, target, copy_function=shutil.copyfile)
            for path in (target, *target.rglob("*")):  # whatever the umask is
                path.chmod(0o755 if path.is_dir() else 0o644)
        return target

    def _build(self, copy: Path, found: Found) -> Built:
        words, recipe = "", found.recipe
        if recipe.build:
            good, words = self._make(copy, ("/bin/sh", "-c", recipe.build))
            if not good:
                built = Built(found.exercise, found.source, None, str(copy), "", recipe.build, _tidy(copy, words))
                scripts = crlf_scripts(copy, _command_words(recipe.build), found.exercise)
                return replace(built, notes=tuple(scripts))
        run = recipe.run or (_manifest_product(copy, found) if recipe.build else None)
        if run is not None:
            return self._to_run(copy, found, run, words)
        assert found.source is not None
        language = languages_of(catalogue().exercises[found.exercise])[Path(found.source).suffix.lower()]
        tool = find_tool(language)
        if tool is None:
            why = say("build.no-tool", language=language.name, package=language.package)
            return Built(found.exercise, found.source, None, str(copy), language.name, "", why)
        return self._by_language(copy, found, language, tool)

    # -------------------------------------------------------------- by its language

    def _by_language(self, copy: Path, found: Found, language: Language, tool: str) -> Built:
        assert found.source is not None
        source = copy / found.source
        exercise = catalogue().exercises[found.exercise]
        output = _output(copy, exercise)
        fill = {
            "{tool}": tool,
            "{source}": str(source),
            "{output}": str(output),
            FOLDER_PLACEHOLDER: str(copy),
            "{headers}": str(self._headers()),
            "{missing}": str(self._headers() / MISSING),
            "{spellings}": str(copy / windows_includes.HEADERS_FOLDER),
        }
        if exercise.platform == "winsock":
            windows_includes.as_utf_8(copy)
            windows_includes.forward(copy)
        built = Built(found.exercise, found.source, None, str(copy), language.name)
        if language.build:
            libraries = language.tls if exercise.transport == "tls" else ()
            command = (*(fill.get(word, word) for word in language.build), *libraries)
            good, words, sources = self._together(language, command, source, [copy / name for name in found.further])
            others = [shown_name(path.relative_to(copy)) for path in sources]
            built = replace(
                built,
                compiler=" ".join(
                    [Path(tool).name, *(word for word in language.build[1:] if "{" not in word), *libraries]
                ),
                words=_tidy(copy, words),
                command=_with(command, str(source), sources),
                notes=(
                    Note(
                        kind="together",
                        file=shown_name(found.source),
                        values=(("others", ", ".join(others)),),
                        exercise=found.exercise,
                    ),
                )
                if good and others
                else (),
            )
            if not good:
                return replace(built, command=())
        if "{main}" in language.run:
            fill["{main}"] = java_main(source)
        start = (*(_absolute(fill.get(word, word)) for word in language.run), *exercise.arguments)
        program = replace(_program(found, start, copy), runtime=language.runtime, language=language.name)
        return replace(built, program=program)

    def _together(
        self, language: Language, command: tuple[str, ...], source: Path, sources: list[Path]
    ) -> tuple[bool, str, list[Path]]:
        """Compile a source, again with those others that define what it lacks; return these, too."""
        copy = self.folder / source.relative_to(self.folder).parts[0]
        for _ in range(LINK_ROUNDS):
            good, words = self._compile(copy, language, _with(command, str(source), sources))
            more = [] if good else further(language.name, copy, source, words, sources)
            if not more:
                break
            sources = [*sources, *more]
        return good, words, sources

    def _compile(self, copy: Path, language: Language, command: tuple[str, ...]) -> tuple[bool, str]:
        """Run a language's compiler, and once more for what it is told only where it is needed."""
        good, words = self._make(copy, command)
        needed = ((NO_MAIN, language.wide), (NOT_UTF_8, language.korean))
        flags = next((flags for sign, flags in needed if sign in words), ())
        if good or not flags:
            return good, words
        good, more = self._make(copy, (*command, *flags))
        return (True, more) if good else (False, words)

    # -------------------------------------------------------------- by a manifest

    def _to_run(self, copy: Path, found: Found, run: tuple[str, ...], words: str) -> Built:
        built = Built(
            found.exercise, found.source, None, str(copy), "", found.recipe.build or "", _tidy(copy, words),
            notes=tuple(crlf_scripts(copy, run, found.exercise)), by_manifest=True,
        )  # fmt: skip
        start = tuple(_in_folder(copy, word) for word in run)
        why = _cannot_start(copy, start[0], run[0])
        if why is not None:
            return replace(built, words=why)
        environment = tuple((name, str(copy / below)) for name, below in LANGUAGE_PATHS)
        program = replace(_program(found, start, copy), environment=environment)
        return replace(built, program=program if program.files else replace(program, folder=str(copy)))

    def _make(self, copy: Path, command: tuple[str, ...]) -> tuple[bool, str]:
        """Run a compiler on the sandbox, apart from everything else; return whether it was content, and its words."""
        if self._computed > COMPUTED_MOST:
            return False, render(say("build.stopped", limit=say("limit.processor-time")))
        environment = (
            ("TMPDIR", str(copy / private_copy.TEMPORARY)),
            ("GOCACHE", str(copy / private_copy.GO_CACHE)),
            *(GO_MODULE if (copy / "go.mod").is_file() else GO_FILES),
            ("PATH", os.environ.get("PATH", "")),
            *_toolchain(),
        )
        headers = (str(self._headers()),)
        program = Program(command=command, role="alone", environment=environment, shown=headers)
        run = self.sandbox.run(
            RunRequest(
                program=program,
                scenario=Scenario(),
                observe=False,
                directory=str(copy),
                build=True,
                hard_limit_s=HASTY_BUILD_LIMIT_S if self._slow else BUILD_LIMIT_S,
            )
        )
        self._computed += run.processor_seconds
        self._slow |= run.ending == Busy(limit="time")
        words = run.output[:WORDS_KEPT].decode("utf-8", "replace")
        if run.ending != Exited(status=0) and (full := is_full(words)) is not None:
            raise SandboxError(full)
        if run.ending == Busy(limit="files") and (narrow := is_narrow()) is not None:
            raise SandboxError(narrow)
        if isinstance(run.ending, NotStarted):
            words = render(run.ending.reason)
        if isinstance(run.ending, Busy):
            words = render(say("build.stopped", limit=limit_of(run.ending)))
        return run.ending == Exited(status=0), words


def _in_text(copy: Path, found: Found) -> Found:
    """Give a source whose name is no UTF-8 another name in the copy: what the sandbox is asked is text."""
    if found.source is None or found.source == (name := readable(found.source)):
        return found
    (copy / found.source).rename(copy / name)
    return replace(found, source=name)


def _command_words(command: str) -> tuple[str, ...]:
    """Return the words of a command for the shell; none where it is not well-formed."""
    try:
        return tuple(shlex.split(command))
    except ValueError:
        return ()


def _with(command: tuple[str, ...], source: str, further: list[Path]) -> tuple[str, ...]:
    """Return a compiler's command with further sources behind the first."""
    place = command.index(source) + 1
    return (*command[:place], *map(str, further), *command[place:])


def _output(copy: Path, exercise: Exercise) -> Path:
    """Return where a program is built: as people name it by hand, where that is free; what is in the way is removed."""
    windows = exercise.platform == "winsock"
    by_hand = copy / (f"{exercise.name}.exe" if windows else exercise.name)
    output = by_hand if windows or not os.path.lexists(by_hand) else copy / f"{exercise.name}.out"
    if output.is_dir() and not output.is_symlink():
        shutil.rmtree(output)
    else:
        output.unlink(missing_ok=True)
    return output


def _manifest_product(copy: Path, found: Found) -> tuple[str, ...] | None:
    """Return how to start what a manifest's `build` made, where it has a usual name: the source's or the exercise's."""
    exercise = catalogue().exercises[found.exercise]
    names = [*([Path(found.source).stem] if found.source is not None else []), *exercise.source]
    made = (name for name in names if (copy / name).is_file() and os.access(copy / name, os.X_OK))
    program = next(made, None)
    return (f"./{program}", *exercise.arguments) if program is not None else None


def _in_folder(copy: Path, word: str) -> str:
    """Return a word of `run` as it is started: a file of the built folder by its whole name."""
    word = word.replace(FOLDER_PLACEHOLDER, str(copy))
    path = copy / word
    is_there = "\0" not in word and len(word) < LONGEST_WORD and (path.is_file() or ("/" in word and path.exists()))
    return os.path.normpath(path) if word and is_there else word


def _cannot_start(copy: Path, path: str, word: str) -> Message | None:
    """Return why the system cannot start a program of the built folder; None where it may."""
    if "/" not in path:
        return None if shutil.which(path, path=PATH) else say("build.no-command", word=shown_name(word))
    program = copy / path
    if not program.is_file():
        return say("build.no-file", word=shown_name(word))
    if not program.stat().st_mode & 0o111:
        return say("build.not-executable", word=shown_name(word))
    with open_regular(program) as file:
        script = INTERPRETER.match(file.readline(LONGEST_WORD))
    if script is not None and (script[2] or not Path(os.fsdecode(script[1])).exists()):
        return say(
            "build.no-interpreter", word=shown_name(word), interpreter=shown_name(os.fsdecode(script[1] + script[2]))
        )
    return None


def _tidy(copy: Path, words: str) -> str:
    """Take the private folder's name out of a compiler's words."""
    return words.replace(f"{copy}/", "")


def _program(found: Found, command: tuple[str, ...], copy: Path) -> Program:
    """Return a program with what its exercise says of files and sockets."""
    exercise = catalogue().exercises[found.exercise]
    return Program(
        command=command,
        exercise=found.exercise,
        role=exercise.role,
        environment=(),
        transport=exercise.transport,
        path=exercise.path,
        files=exercise.files,
        sockets=exercise.sockets,
        platform=exercise.platform,
        shown=(str(copy),),
    )


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
