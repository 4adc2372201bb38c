"""The languages that are built and run without a manifest."""

import re
import shutil
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from conformance.catalogue import Exercise
from conformance.observe.regular_file import open_regular

C_FLAGS: Final = ("-O0", "-g", "-Wall", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=0", "-pthread")
"""Students' C is built as they wrote it: with _FORTIFY_SOURCE an open without a mode does not even compile."""


SANITIZE: Final = ("-fsanitize=address,bounds", "-fsanitize-recover=address,bounds", "-fno-omit-frame-pointer", "-g1")
"""`bounds` sees an index far outside, which misses the guard zones that AddressSanitizer lays around an object; of the
debug information the lines are enough, and link faster."""


OPENSSL: Final = ("-lssl", "-lcrypto")


class Language(Struct, frozen=True):
    """How one language's single file becomes a program. `{source}`, `{output}` and `{main}` are filled in."""

    name: str
    extensions: tuple[str, ...]
    tools: tuple[str, ...]
    """Programs of which one must be there; the first that is becomes `{tool}`."""
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    package: str = ""
    """The Debian package that brings a tool."""
    wide: tuple[str, ...] = ()
    """What the compiler is told besides, where the linker finds no `main`, because the program has `wmain` instead."""
    korean: tuple[str, ...] = ()
    """What it is told besides where the source has a wide string and is not UTF-8."""
    runtime: Literal["native", "managed"] = "managed"
    """Whether its programs bring a runtime that takes memory and computes."""
    version: tuple[str, ...] = ("--version",)
    """What makes the tool say its version."""
    sanitize: tuple[str, ...] = ()
    """What the compiler is told besides for a build that reports writes outside of a buffer; none where it cannot."""
    tls: tuple[str, ...] = ()
    """What it is told besides for an exercise over TLS."""


LANGUAGES: Final = (
    Language(
        "C",
        (".c",),
        ("gcc", "cc", "clang"),
        ("{tool}", "-std=gnu17", *C_FLAGS, "-o", "{output}", "{source}", "-lm"),
        ("{output}",),
        "gcc",
        runtime="native",
        sanitize=SANITIZE,
        tls=OPENSSL,
    ),
    Language(
        "C++",
        (".cpp", ".cc", ".cxx"),
        ("g++", "c++", "clang++"),
        ("{tool}", "-std=gnu++20", *C_FLAGS, "-o", "{output}", "{source}"),
        ("{output}",),
        "g++",
        runtime="native",
        sanitize=SANITIZE,
        tls=OPENSSL,
    ),
    Language(
        "Python",
        (".py",),
        ("/usr/bin/python3", "python3"),
        ("{tool}", "-I", "-m", "py_compile", "{source}"),
        ("{tool}", "{source}"),
        "python3",
    ),
    Language(
        "JavaScript",
        (".js", ".cjs", ".mjs"),
        ("node", "nodejs"),
        ("{tool}", "--check", "{source}"),
        ("{tool}", "{source}"),
        "nodejs",
    ),
    Language(
        "Java",
        (".java",),
        ("javac",),
        ("{tool}", "-d", "{folder}", "{source}"),
        ("java", "-cp", "{folder}", "{main}"),
        "default-jdk-headless",
        version=("-version",),
    ),
    Language(
        "Go",
        (".go",),
        ("go",),
        ("{tool}", "build", "-o", "{output}", "{source}"),
        ("{output}",),
        "golang-go",
        version=("version",),
    ),
    Language(
        "Rust",
        (".rs",),
        ("rustc",),
        ("{tool}", "-g", "-o", "{output}", "{source}"),
        ("{output}",),
        "rustc",
        runtime="native",
    ),
)
WINDOWS_C: Final = (
    "-O0", "-g", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-unknown-pragmas", "-U_FORTIFY_SOURCE", "-isystem",
    "{headers}", "-isystem", "{spellings}", "-B", "{headers}", "-o", "{output}", "{source}", "{missing}", "-lws2_32",
    "-lmswsock", "-lwinmm", "-liphlpapi", "-static",
)  # fmt: skip
"""-Wextra warns of a SOCKET that is compared with `< 0`. Libraries are always linked: the pragma that asks for one
means nothing to gcc. Headers whose names are spelled as Visual Studio lets one spell them lead to the real ones, and
what its library has and mingw's lacks is added."""
WIDE_MAIN_FLAGS: Final = ("-municode", "-UUNICODE")
"""Starts at `wmain`, which is also what `_tmain` becomes; whether UNICODE is defined is the program's affair."""
KOREAN: Final = ("-finput-charset=CP949", "-fexec-charset=CP949")
"""The code page in which a Korean Windows saves a source, and in which its programs print."""
WINDOWS_SANITIZE: Final = ("-fsanitize=bounds",)
"""mingw has no AddressSanitizer, and no library of UndefinedBehaviorSanitizer: its one function stands in
`windows_headers/missing.c`, and the files there with which gcc links that library are empty."""
# Debian has two compilers for C++: before gcc 13 only the one with POSIX threads knows std::thread.
WINSOCK_LANGUAGES: Final = (
    Language(
        "C for Winsock",
        (".c",),
        ("x86_64-w64-mingw32-gcc",),
        ("{tool}", "-std=gnu17", *WINDOWS_C),
        ("{output}",),
        "gcc-mingw-w64-x86-64",
        WIDE_MAIN_FLAGS,
        KOREAN,
        sanitize=WINDOWS_SANITIZE,
    ),
    Language(
        "C++ for Winsock",
        (".cpp", ".cc", ".cxx"),
        ("x86_64-w64-mingw32-g++-posix", "x86_64-w64-mingw32-g++"),
        ("{tool}", "-std=gnu++20", *WINDOWS_C),
        ("{output}",),
        "g++-mingw-w64-x86-64",
        WIDE_MAIN_FLAGS,
        KOREAN,
        sanitize=WINDOWS_SANITIZE,
    ),
)
WINDOWS_HEADERS_FOLDER: Final = Path(__file__).parent / "windows_headers"
EXTENSIONS: Final = {extension: language for language in LANGUAGES for extension in language.extensions}
WINSOCK_EXTENSIONS: Final = {extension: language for language in WINSOCK_LANGUAGES for extension in language.extensions}
JAVA_WORDS: Final = re.compile(
    rb"""//[^\n]*|/\*.*?(?:\*/|\Z)|\"{3}.*?(?:\"{3}|\Z)|"(?:\\.|[^"\\\n])*+"?|'(?:\\.|[^'\\\n])*+'?"""
    rb"""|\bpackage\s+(?P<package>[\w.]+)\s*;|(?<![.\w])(?:class|enum|record|interface)\s+(?P<type>\w+)"""
    rb"""|(?P<begin>\{)|(?P<end>\})|(?P<main>\bstatic\s+(?:final\s+)?void\s+main\b)""",
    re.DOTALL,
)
"""What says in which class of a Java file `main` stands; comments and texts are words too: nothing is read in them.

One that does not end goes to the end of the file or of the line, so that no end is looked for twice.
"""
LARGEST_JAVA_READ: Final = 1 << 20


def languages_of(exercise: Exercise) -> dict[str, Language]:
    """Return the languages in which an exercise may be written, by the extensions of their files."""
    return WINSOCK_EXTENSIONS if exercise.platform == "winsock" else EXTENSIONS


def find_tool(language: Language) -> str | None:
    """Return the path of the language's compiler or interpreter, or None where there is none."""
    return next((path for tool in language.tools if (path := shutil.which(tool)) is not None), None)


def java_main(source: Path) -> str:
    """Return the name of the class whose `main` a Java file has; the file's own name where none is found."""
    package, waiting, around = b"", b"", [b""]
    with open_regular(source) as file:
        text = file.read(LARGEST_JAVA_READ)
    for word in JAVA_WORDS.finditer(text):
        match word.lastgroup:
            case "package":
                package = word["package"] + b"."
            case "type":
                waiting = word["type"]
            case "begin":
                around.append(waiting)
                waiting = b""
            case "end" if len(around) > 1:
                around.pop()
            case "main":
                return (package + b"$".join(filter(None, around))).decode()
    return source.stem
