"""A build directory in which the same source is built once, for programs that are judged again and again."""

from pathlib import Path

from conformance.sandbox.client import Sandbox
from conformance.submission.build import BuildDir, Built
from conformance.submission.discover import Found


class BuiltOnce(BuildDir):
    """Builds a program of one file when it is first asked for, and its build with sanitizers too."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self._built: dict[tuple[str, str | None, bytes], Built] = {}
        self._sanitized: dict[str, Built | None] = {}

    def build(self, folder: Path, found: Found) -> Built:
        """See `BuildDir`."""
        asked = found.exercise, found.source, (folder / (found.source or "")).read_bytes()
        if asked not in self._built:
            self._built[asked] = super().build(folder, found)
        return self._built[asked]

    def sanitized(self, built: Built) -> Built | None:
        """See `BuildDir`."""
        if built.folder not in self._sanitized:
            self._sanitized[built.folder] = super().sanitized(built)
        return self._sanitized[built.folder]
