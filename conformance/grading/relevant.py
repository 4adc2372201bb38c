"""Which files of a submission can matter: sources and what builds them, not what editors, builds and phones leave."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Final

from conformance.submission.byte_order_marks import UTF_16

SKIPPED_FOLDERS: Final = frozenset(
    {
        *("__macosx", ".git", ".svn", ".hg", ".vs", ".vscode", ".idea", "__pycache__", "node_modules"),
        *("debug", "release", "x64", "x86", "bin", "obj", "build", "ipch"),
    }
)
"""In small letters: Visual Studio writes `Debug`, others `debug`."""
SKIPPED_FILES: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz")
"""What is opened."""
OTHER_ARCHIVES: Final = (".egg", ".alz", ".7z", ".rar", ".tar.xz", ".tar.bz2", ".gz", ".xz")
"""What is named and not opened: of ALZip, 7-Zip and WinRAR, for which Python has no reader."""
BUILT: Final = (".exe", ".o", ".obj", ".class", ".jar", ".pyc", ".out", ".so", ".a", ".lib", ".dll", ".pdb", ".ilk")
"""What a build makes."""
DOCUMENTS: Final = (
    *(".hwp", ".hwpx", ".doc", ".docx", ".pdf", ".ppt", ".pptx", ".xls", ".xlsx", ".odt", ".rtf", ".pages"),
    *(".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".heic", ".svg", ".mp4", ".mov", ".avi", ".mkv"),
)
EDITORS: Final = (
    *(
        ".vcxproj",
        ".filters",
        ".user",
        ".sln",
        ".suo",
        ".sdf",
        ".opensdf",
        ".vc.db",
        ".ipch",
        ".db",
        ".tlog",
        ".recipe",
    ),
    *(".idb", ".pch", ".ncb", ".swp", ".lnk", ".iml"),
)
SKIPPED_ENDINGS: Final = (*BUILT, *DOCUMENTS, *EDITORS)
LOOKED_AT: Final = 1024


def is_skipped(name: str) -> bool:
    """Tell whether a file, by its place in a submission, is in a folder in which nothing matters, or such a file."""
    *folders, file = name.lower().split("/")
    return file in SKIPPED_FILES or file.startswith("._") or not SKIPPED_FOLDERS.isdisjoint(folders)


def ends_in(name: str, endings: Iterable[str]) -> bool:
    """Tell whether a name ends in one of these."""
    return name.lower().endswith(tuple(endings))


def stem_of(name: str) -> str:
    """Return the name of an archive without what says that it is one."""
    file = PurePath(name).name
    ending = max((one for one in (*ARCHIVES, *OTHER_ARCHIVES) if file.lower().endswith(one)), key=len, default="")
    return file[: len(file) - len(ending)] or "archive"


def is_binary(start: bytes) -> bool:
    """Tell from how a file begins whether it is no text; UTF-16, in which Windows may save a source, is one."""
    return b"\0" in start[:LOOKED_AT] and not start.startswith(UTF_16)
