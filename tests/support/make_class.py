"""A class that was handed in, made up: twelve kinds of hand-ins in turn, in the folders of any course server.

`python -m tests.support.make_class LAYOUT FOLDER [STUDENTS]` makes one; the same call makes the same bytes.
"""

import gzip
import io
import re
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from tests.matrix import HERE, TEXTBOOK

REFERENCES: Final = HERE.parents[1] / "reference_impl"
EXERCISE: Final = re.compile(rb"exercise: (\w+)\s")
SERVER, CLIENT = "hello_server", "hello_client"
SUFFIXES: Final = (".c", ".py")
"""Languages whose programs are built at once wherever the suite is tested."""
NAMES: Final = (
    "김민수",
    "이서연",
    "박지훈",
    "최수빈",
    "Anna Schmidt",
    "정하은",
    "John O'Brien",
    "강도윤",
    "조은우",
    "Li Wei",
)
STUDENTS: Final = 120
Files = dict[str, bytes]
BROKEN_C: Final = b'#include <stdio.h>\n\nint main(void)\n{\n    printf("hello"\n    return 0;\n}\n'
SOLUTION: Final = b"\xef\xbb\xbf\r\nMicrosoft Visual Studio Solution File, Format Version 12.00\r\n"
LEFTOVERS: Final = b"MZ\x90\x00" + bytes(60)


class HandedFiles(NamedTuple):
    """What one student of the made-up class handed in."""

    number: int
    name: str
    kind: str
    files: Files

    @property
    def account(self) -> str:
        """What course servers call the student."""
        return f"2026{self.number:04}"


# ---------------------------------------------------------------- programs


@cache
def pool(folder: Path, exercise: str) -> tuple[Path, ...]:
    """Return the programs of a folder that are for an exercise."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    heads = ((path, EXERCISE.search(path.read_bytes()[:1000])) for path in paths)
    return tuple(path for path, head in heads if head is not None and head[1].decode() == exercise)


def program(folder: Path, exercise: str, number: int) -> tuple[str, bytes]:
    """Return one program of a folder, in turn: how its name ends, and its text."""
    paths = pool(folder, exercise)
    path = paths[number % len(paths)]
    return path.suffix, path.read_bytes()


def reference(exercise: str) -> bytes:
    """Return the program in C that students are shown."""
    return (REFERENCES / "c" / f"{exercise}.c").read_bytes()


def pair(folder: Path, number: int) -> Files:
    """Return a server and a client under their usual names."""
    found = ((one, *program(folder, one, number)) for one in (SERVER, CLIENT))
    return {f"{name}{suffix}": text for name, suffix, text in found}


def c_pair(server: str, client: str) -> Files:
    """Return the reference programs under other names."""
    return {server: reference(SERVER), client: reference(CLIENT)}


# ---------------------------------------------------------------- the twelve kinds


def _wrong_names(number: int) -> Files:
    servers = ("HelloSever.c", "hello-server (2).c", "hello_server - 복사본.c", "server.c", "hello server_최종.c")
    clients = ("helo_client.c", "HELLO_CLIENT.C", "hello-client-1.c", "my_hello_client.c", "hello_clientt.c")
    return c_pair(servers[number % len(servers)], clients[number % len(clients)])


def _zip(number: int) -> Files:
    return {f"hw{number % 3}.zip": zipped({f"hw/{name}": text for name, text in pair(HERE / "wrong", number).items()})}


def _tar(number: int) -> Files:
    return {"homework.tar.gz": tarred(pair(HERE / "right", number))}


def _cp949(_number: int) -> Files:
    inside = zipped({"PLACE__/hello_server.c": reference(SERVER), "PLACE__/hello_client.c": reference(CLIENT)})
    return {"과제1.zip": inside.replace(b"PLACE__", "과제1_1".encode("cp949"))}


def _visual_studio(number: int) -> Files:
    source = "소스.c" if number % 2 else "main.c"
    return {
        "Homework1/Homework1.sln": SOLUTION,
        "Homework1/.vs/Homework1/v17/.suo": LEFTOVERS,
        "Homework1/HelloServer/HelloServer.vcxproj": b"<Project/>\r\n",
        f"Homework1/HelloServer/{source}": reference(SERVER),
        "Homework1/HelloServer/Debug/HelloServer.exe": LEFTOVERS,
        f"Homework1/hello_client/{source}": reference(CLIENT),
        "Homework1/x64/Debug/hello_client.exe": LEFTOVERS,
    }


def _nested(number: int) -> Files:
    below = pair(TEXTBOOK, number)
    return {f"homework/hw1/submit/{name}": text for name, text in below.items()} | {"__MACOSX/._homework": b"\0\5"}


def _two_versions(number: int) -> Files:
    suffix, older = program(HERE / "wrong", SERVER, number)
    newer = "hello_server_v2.c" if number % 2 else "hello_server (1).c"
    return {f"hello_server{suffix}": older, newer: reference(SERVER), "hello_client.c": reference(CLIENT)}


def _build_error(_number: int) -> Files:
    return {"hello_server.c": BROKEN_C, "hello_client.c": reference(CLIENT)}


def _nothing(number: int) -> Files:
    choices: tuple[Files, ...] = (
        {"과제1 보고서.hwp": b"\xd0\xcf\x11\xe0" + bytes(100)},
        {"hello_server.exe": LEFTOVERS, "hello_client.exe": LEFTOVERS},
        {"homework.zip": zipped(pair(TEXTBOOK, number))[:200]},
        {"homework.egg": b"EGGA" + bytes(60)},
        {"readme.txt": "나중에 제출하겠습니다.\n".encode()},
    )
    return choices[number % len(choices)]


def _spinning(_number: int) -> Files:
    spinner = (HERE / "wrong" / "server_spins_on_accept.c").read_bytes()
    return {"hello_server.c": spinner, "hello_client.c": reference(CLIENT)}


KINDS: Final[Mapping[str, Callable[[int], Files]]] = {
    "right": lambda number: pair(HERE / "right", number),
    "textbook": lambda number: pair(TEXTBOOK, number),
    "wrong names": _wrong_names,
    "zip": _zip,
    "tar.gz": _tar,
    "CP949 zip": _cp949,
    "Visual Studio": _visual_studio,
    "nested": _nested,
    "two versions": _two_versions,
    "build error": _build_error,
    "nothing": _nothing,
    "spinning": _spinning,
}


def handed_files(students: int = STUDENTS) -> Iterator[HandedFiles]:
    """Yield what each student hands in: every kind in turn."""
    kinds = list(KINDS)
    for number in range(students):
        kind = kinds[number % len(kinds)]
        name = f"{NAMES[number % len(NAMES)]} {number // len(NAMES) + 1}"
        yield HandedFiles(number, name, kind, KINDS[kind](number // len(kinds)))


def zipped(files: Files) -> bytes:
    """Return files as a zip, always the same."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def tarred(files: Files) -> bytes:
    """Return files as a tar.gz, always the same."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    return gzip.compress(made.getvalue(), mtime=0)


# ---------------------------------------------------------------- the layouts


def _folders(one: HandedFiles) -> Files:
    return {f"{one.account} {one.name}/{name}": text for name, text in one.files.items()}


def _moodle(one: HandedFiles) -> Files:
    return {f"{one.name}_{one.account}_assignsubmission_file/{name}": text for name, text in one.files.items()}


def _canvas(one: HandedFiles) -> Files:
    """Canvas takes files only: students pack their folders."""
    files = one.files if all("/" not in name for name in one.files) else {"homework.zip": zipped(one.files)}
    who = re.sub(r"\W", "", one.name).lower()
    late = "LATE_" if one.number % 10 == 0 else ""
    return {f"{who}_{late}{one.account}_{place}_{name}": files[name] for place, name in enumerate(files, 70001)}


def _gradescope(one: HandedFiles) -> Files:
    return {f"submission_{one.account}/{name}": text for name, text in one.files.items()}


def _github(one: HandedFiles) -> Files:
    return {f"hw1-submissions/hw1-user{one.account}/{name}": text for name, text in one.files.items()}


LAYOUTS: Final[Mapping[str, Callable[[HandedFiles], Files]]] = {
    "folders": _folders,
    "moodle": _moodle,
    "canvas": _canvas,
    "gradescope": _gradescope,
    "github": _github,
}


def _beside(layout: str, everybody: list[HandedFiles]) -> Files:
    """Return what the server gives besides."""
    if layout != "gradescope":
        return {}
    people = (
        f"submission_{one.account}:\n  :submitters:\n  - :name: {one.name}\n    :sid: '{one.account}'\n"
        f"    :email: s{one.account}@example.org\n  :created_at: 2026-11-29 01:00:00.000000000 Z\n"
        for one in everybody
    )
    return {"submission_metadata.yml": ("---\n" + "".join(people)).encode()}


def class_files(layout: str, students: int = STUDENTS) -> Files:
    """Return the files of a class as a course server gives them."""
    everybody = list(handed_files(students))
    files = _beside(layout, everybody)
    for one in everybody:
        files |= LAYOUTS[layout](one)
    return files


def make_class(layout: str, folder: Path, students: int = STUDENTS) -> None:
    """Write the files of a class into a folder."""
    for name, text in class_files(layout, students).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


if __name__ == "__main__":
    make_class(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else STUDENTS)
