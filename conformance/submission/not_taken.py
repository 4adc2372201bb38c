"""What lies in a folder and was not taken, as far as somebody would expect that it was."""

import difflib
import os
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path, PurePath
from typing import Final

from conformance.catalogue import catalogue
from conformance.observe.bounded.asked import Members
from conformance.observe.bounded.asking import READER
from conformance.records.notes import Note, shown_name
from conformance.submission.languages import EXTENSIONS
from conformance.submission.manifest import MANIFEST
from conformance.submission.names import SIDES, Name, by_plain_name, name_of
from conformance.submission.private_copy import NEVER_COPIED, leads_to
from conformance.submission.roles import COMMENTS, LARGEST_SOURCE_READ

MOST_NOTES: Final = 20
MOST_MEMBERS: Final = 2_000
LARGEST_ARCHIVE: Final = 64 << 20
DEEPEST_FOLDER_SEARCHED: Final = 3
MOST_FOLDERS: Final = 500
NEAR: Final = 0.84
"""How like a usual name another one is that is mistaken for it: `helo_server`, `hello_sever`."""
MAKEFILES: Final = ("GNUmakefile", "makefile", "Makefile", "CMakeLists.txt", "build.sh")
ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".7z", ".rar", ".egg", ".alz")
BUILT: Final = frozenset({"", ".o", ".obj", ".exe", ".out", ".class", ".jar", ".pyc", ".a", ".so"})
NO_PROGRAMS: Final = frozenset(
    {
        *(".h", ".hpp", ".i", ".md", ".txt", ".log", ".dat", ".bak", ".toml", ".json", ".html", ".xml"),
        *(".png", ".jpg", ".pdf", ".docx", ".hwp", ".sln", ".vcxproj", ".filters", ".user", ".dsp", ".dsw", ".ncb"),
    }
)
"""Files of a usual name that nobody means for a program."""
MAIN: Final = re.compile(
    r"\b_?t?w?main\s*\(|__name__\s*==|\bfunc\s+main\b|\bfn\s+main\b|\bstatic\s+(?:final\s+)?void\s+main\b"
)
WHOLE_FILE: Final = frozenset({".py", ".js", ".cjs", ".mjs"})
"""Languages in which every file may be a program."""


def remarks(
    folder: Path, files: list[str], found: Collection[str], known: Collection[str], *, built: bool
) -> tuple[Note, ...]:
    """Return what is to be said of what was not taken; `known` are the files of which it is said already."""
    others = [file for file in files if file not in known]
    all_of_them = (
        *(_makefile(others) if found and not built else ()),
        *(note for file in others for note in _of_file(folder, file, found)),
        *_links(folder),
        *_folders(folder, found),
        *(note for file in others for note in _archive(folder / file, found)),
    )
    return all_of_them[:MOST_NOTES]


def _makefile(files: Iterable[str]) -> Iterator[Note]:
    found = next((file for file in MAKEFILES if file in files), None)
    if found is not None:
        command = {"CMakeLists.txt": "cmake . && make", "build.sh": "sh build.sh"}.get(found, "make")
        yield Note(kind="makefile", file=found, values=(("command", command), ("manifest", MANIFEST)))


def _of_file(folder: Path, file: str, found: Collection[str]) -> Iterator[Note]:
    name, usual = name_of(file), by_plain_name(catalogue().exercises.values())
    if file.lower() in (f"{MANIFEST}.txt", f".{MANIFEST}", MANIFEST) and file != MANIFEST:
        yield Note(kind="manifest-name", file=shown_name(file), values=(("manifest", MANIFEST),))
        return
    exercise = (usual.get(name.plain) or usual.get(name.bare) or ("", 0))[0]
    if exercise and exercise not in found:
        yield from _of_no_language(folder / file, name, exercise)
    inner = name_of(PurePath(file).stem)
    if name.extension not in EXTENSIONS:
        meant = (usual.get(inner.plain) or usual.get(inner.bare) or ("", 0))[0]
        if inner.extension in EXTENSIONS and meant and meant not in found:
            yield Note(
                kind="other-extension",
                file=shown_name(file),
                values=(("meant", shown_name(PurePath(file).stem)),),
                exercise=meant,
            )
        return
    if not exercise:
        yield from _of_program(folder / file, name, list(usual))


def _of_no_language(path: Path, name: Name, exercise: str) -> Iterator[Note]:
    """Say that a file of a usual name is no source that can be built."""
    if name.extension in BUILT or _is_binary(path):
        yield Note(kind="binary", file=shown_name(path.name), exercise=exercise)
    elif name.extension not in NO_PROGRAMS:
        values = (("extension", shown_name(name.extension)), ("manifest", MANIFEST))
        yield Note(kind="unknown-language", file=shown_name(path.name), values=values, exercise=exercise)


def _of_program(path: Path, name: Name, usual: list[str]) -> Iterator[Note]:
    """Say that a source's name is of no exercise."""
    extension = name.extension
    near = difflib.get_close_matches(name.bare, usual, 1, NEAR) if name.bare not in SIDES else []
    if near:
        exercise, place = by_plain_name(catalogue().exercises.values())[near[0]]
        meant = f"{catalogue().exercises[exercise].source[place]}{extension}"
        yield Note(kind="near", file=shown_name(path.name), values=(("meant", meant),), exercise=exercise)
    elif name.bare in SIDES:
        yield Note(
            kind="undecided", file=shown_name(path.name), values=(("side", SIDES[name.bare]), ("manifest", MANIFEST))
        )
    elif extension not in WHOLE_FILE and has_main(path):
        yield Note(kind="no-exercise", file=shown_name(path.name), values=(("manifest", MANIFEST),))


def has_main(path: Path) -> bool:
    """Tell whether a program begins in a source."""
    with path.open("rb") as file:
        return begins_in(file.read(LARGEST_SOURCE_READ))


def begins_in(source: bytes) -> bool:
    """Tell whether a program begins in the text of a source."""
    text = source[:LARGEST_SOURCE_READ].decode("utf-8", "replace")
    return MAIN.search(COMMENTS.sub(lambda found: found["text"] or " ", text)) is not None


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4)[:4] in (b"\x7fELF", b"\xca\xfe\xba\xbe") or b"\0" in file.read(1024)


def _links(folder: Path) -> Iterator[Note]:
    """Name links that lead out of the folder under a usual name: they may have been meant for programs."""
    root = folder.resolve()
    with os.scandir(folder) as entries:
        for entry in islice(entries, MOST_MEMBERS):
            if entry.is_symlink() and _exercises_among((entry.name,)) and leads_to(Path(entry.path), root) is None:
                yield Note(kind="link-outside", file=shown_name(entry.name))


def _exercises_among(files: Iterable[str]) -> list[str]:
    """Return the exercises whose programs are among files, by their names."""
    usual = by_plain_name(catalogue().exercises.values())
    names = [name_of(PurePath(file).name) for file in files]
    known = [usual.get(name.plain) or usual.get(name.bare) for name in names if name.extension in EXTENSIONS]
    return list(dict.fromkeys(one[0] for one in known if one is not None))


def _folders(folder: Path, found: Collection[str]) -> Iterator[Note]:
    """Name the folders below that hold programs which were not found above."""
    waiting = deque([(folder, 0)])
    for _ in range(MOST_FOLDERS):
        if not waiting:
            return
        at, depth = waiting.popleft()
        files, below = _listing(at)
        programs = [name for name in _exercises_among(files) if name not in found] if depth else []
        if programs:
            yield Note(
                kind="subfolder", file=shown_name(at.relative_to(folder)), values=(("programs", ", ".join(programs)),)
            )
        elif depth < DEEPEST_FOLDER_SEARCHED:
            waiting.extend((at / name, depth + 1) for name in below)


def _listing(folder: Path) -> tuple[list[str], list[str]]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(islice(entries, MOST_MEMBERS), key=lambda entry: os.fsencode(entry.name))
    except OSError:
        return [], []
    files = [entry.name for entry in found if entry.is_file(follow_symlinks=False)]
    skipped = NEVER_COPIED | {"node_modules", "__MACOSX"}
    return files, [entry.name for entry in found if entry.is_dir(follow_symlinks=False) and entry.name not in skipped]


def _archive(path: Path, found: Collection[str]) -> Iterator[Note]:
    """Name an archive that holds programs which were not found beside it."""
    if not path.name.lower().endswith(ARCHIVES):
        return
    programs = [name for name in _exercises_among(_zip_members(path)) if name not in found]
    if programs or not found:
        yield Note(kind="archive", file=shown_name(path.name), values=(("programs", ", ".join(programs) or "?"),))


def _zip_members(path: Path) -> list[str]:
    """Return the names in a zip, as far as it is one and not too large to look into."""
    if path.stat().st_size > LARGEST_ARCHIVE:
        return []
    answer = READER.ask(Members(file=os.fsencode(path), most=MOST_MEMBERS), str(path.parent))
    return list(answer.names) if answer is not None else []
