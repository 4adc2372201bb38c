"""The command line for tests: run as a shell would, and its results."""

import os
import subprocess
import sys
from pathlib import Path

from conformance.records.results import Results, decode

ROOT = Path(__file__).parents[2]


def offhook(*arguments: str | Path, status: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell would."""
    command = [sys.executable, "-m", "conformance.cli", *map(str, arguments)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=900,
        env={**os.environ, **environment},
        cwd="/",
    )
    if status is not None:
        assert done.returncode == status, done.stdout + done.stderr
    return done


def check(folder: Path, *arguments: str, status: int) -> Results:
    """Judge a folder and return its results."""
    file = folder.parent / f"{folder.name} results.json"
    offhook("check", folder, "--json", file, *arguments, status=status)
    return decode(file.read_bytes())


def put(folder: Path, name: str, source: Path | str) -> None:
    """Hand in a program under a name."""
    data = source.read_bytes() if isinstance(source, Path) else source.encode()
    (folder / name).write_bytes(data)
