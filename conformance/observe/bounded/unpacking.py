"""Unpacking in the reading process: bytes are counted while they are read, and no size in a header is trusted."""

import errno
import lzma
import stat
import struct
import tarfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo, is_zipfile

from conformance.observe.bounded.asked import Answer, LeftOut, LeftOutWhy, Member, Unpack
from conformance.observe.bounded.member_names import checked_name, decoded_name, repaired_name
from conformance.observe.regular_file import open_regular

MOST_ENTRIES: Final = 100_000
"""Members that are looked at, those of skipped folders among them."""
MOST_BYTES_OF_NAMES: Final = 2 << 20
"""Of the names of all members: the answer has to fit into one message."""
MOST_LEFT_OUT: Final = 100
"""What is left out is named so often."""
MOST_LISTED: Final = 2_000
"""Files and folders that are not unpacked are listed so often."""
MOST_PASSED: Final = 512 << 20
"""Bytes of a tar that are gone through: to skip a member it must be unpacked too, unlike in a zip."""
PIECE: Final = 1 << 16
ENCRYPTED: Final = 0x1
UTF_8: Final = 0x800
"""Bits of a zip's flags (APPNOTE.TXT, 4.4.4)."""
METHODS: Final = (ZIP_STORED, ZIP_DEFLATED)
"""What zips are compressed with. Python bounds what it unpacks at once for these only."""
BROKEN: Final = (
    BadZipFile,
    tarfile.TarError,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    ValueError,
)
FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class _EnoughError(Exception):
    """A limit is reached: nothing more is unpacked."""


class _Unpacking:
    """One archive under way."""

    def __init__(self, asked: Unpack) -> None:
        self.asked = asked
        self.into = Path(asked.into.decode("utf-8", "surrogateescape"))
        self.members: dict[str, Member] = {}
        self.left_out: list[LeftOut] = []
        self.taken = self.listed = self.names = self.passed = 0
        self.size = asked.size

    def zip(self, file: BinaryIO) -> None:
        with ZipFile(file) as archive:
            for info in archive.infolist()[:MOST_ENTRIES]:
                if info.is_dir():
                    self.folder(_zip_name(info))
                else:
                    executable = bool(info.external_attr >> 16 & 0o100)
                    self.entry(_zip_name(info), _wrong_in_zip(info), partial(archive.open, info), executable)

    def tar(self, file: BinaryIO) -> None:
        with tarfile.open(fileobj=file, mode="r:*", encoding="utf-8", errors="surrogateescape") as archive:
            for count, info in enumerate(archive):
                self.passed += info.size
                if self.passed > max(MOST_PASSED, self.asked.size) or count > MOST_ENTRIES:
                    self.stop("too-much")
                name = decoded_name(info.name.encode("utf-8", "surrogateescape"))
                if info.isdir():
                    self.folder(name)
                else:
                    self.entry(name, _wrong_in_tar(info), partial(archive.extractfile, info), info.mode & 0o100)

    def entry(
        self, given: str | None, wrong: LeftOutWhy | None, opened: Callable[[], IO[bytes] | None], executable: object
    ) -> None:
        """Unpack one file, list it, or say why it is left out."""
        name, unusable = self.checked(given)
        folders = name.lower().split("/")[:-1]
        skipped = next((place for place, one in enumerate(folders) if one in self.asked.skipped_folders), None)
        if skipped is not None and unusable is None:
            self.folder("/".join(name.split("/")[:skipped]))
        elif unusable is not None or wrong is not None:
            self.leave_out(name, unusable or wrong or "name")
        elif name.lower().endswith(self.asked.skipped_endings):
            self.list(name)
        else:
            self.unpack(name, opened, bool(executable))

    def checked(self, given: str | None) -> tuple[str, LeftOutWhy | None]:
        """Return a usable name, and why there is none."""
        repaired = repaired_name(given) if given is not None and self.asked.repaired else given
        if repaired != given:
            self.leave_out(repaired or "?", "renamed")
        return checked_name(repaired)

    def folder(self, given: str | None) -> None:
        """List a folder: it may be all that somebody handed in."""
        name, unusable = self.checked(given)
        if unusable is None:
            self.list(f"{name}/")

    def list(self, name: str) -> None:
        if name not in self.members and self.listed < MOST_LISTED and self.names < MOST_BYTES_OF_NAMES:
            self.listed += 1
            self.names += len(name.encode())
            self.members[name] = Member(name=name, number=None)

    def unpack(self, name: str, opened: Callable[[], IO[bytes] | None], executable: bool) -> None:
        self.taken += 1
        self.names += len(name.encode())
        if self.taken > self.asked.members or self.names > MOST_BYTES_OF_NAMES:
            self.stop("too-many")
        path = self.into / str(self.taken)
        try:
            size = self.copy(opened, path)
        except BROKEN:
            size = None
        if size is None or size > self.asked.largest:
            path.unlink(missing_ok=True)
            self.leave_out(name, "damaged" if size is None else "too-large")
            return
        before = self.members.get(name)
        if before is not None and before.number is not None:
            (self.into / str(before.number)).unlink()
            self.leave_out(name, "twice")
        self.members[name] = Member(name=name, number=self.taken, size=size, executable=executable)

    def copy(self, opened: Callable[[], IO[bytes] | None], path: Path) -> int:
        """Write one member, and return how many bytes it has; more than the largest has are not read."""
        count, source = 0, opened()
        if source is None:
            raise EOFError
        with source, path.open("xb") as target:
            while count <= self.asked.largest and (piece := source.read(PIECE)):
                count += len(piece)
                self.size -= len(piece)
                if self.size < 0:
                    self.stop("too-much")
                target.write(piece)
        return count

    def leave_out(self, name: str, why: LeftOutWhy) -> None:
        if len(self.left_out) < MOST_LEFT_OUT:
            self.left_out.append(LeftOut(name=_as_text(name), why=why))

    def stop(self, why: LeftOutWhy) -> None:
        self.left_out.append(LeftOut(name="", why=why))
        raise _EnoughError


def unpacked(asked: Unpack) -> Answer:
    """Unpack an archive as far as the limits allow; whatever it is, there is an answer."""
    work = _Unpacking(asked)
    try:
        with open_regular(asked.file) as file:
            kind = work.zip if is_zipfile(file) else work.tar
            file.seek(0)
            kind(file)
    except _EnoughError:
        pass
    except (*BROKEN, OSError) as problem:
        full = isinstance(problem, OSError) and problem.errno in FULL
        work.left_out.append(LeftOut(name="", why="no-room" if full else "broken"))
    return Answer(members=tuple(work.members.values()), left_out=tuple(work.left_out), unpacked=True)


def _zip_name(info: ZipInfo) -> str | None:
    """Return a member's name: without its flag for UTF-8 it is in whatever the packing system uses.

    Python reads such names as CP437, in which every byte is a character; that is undone.
    """
    if info.flag_bits & UTF_8:
        return info.filename
    return decoded_name(info.orig_filename.partition("\0")[0].encode("cp437"))


def _wrong_in_zip(info: ZipInfo) -> LeftOutWhy | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "link"
    if kind not in (0, stat.S_IFREG):
        return "device"
    if info.flag_bits & ENCRYPTED:
        return "encrypted"
    return None if info.compress_type in METHODS else "method"


def _wrong_in_tar(info: tarfile.TarInfo) -> LeftOutWhy | None:
    if info.issym() or info.islnk():
        return "link"
    return None if info.isreg() else "device"


def _as_text(name: str) -> str:
    """Return a name that a message can hold: without what no encoding has."""
    return name.encode("utf-8", "backslashreplace").decode()
