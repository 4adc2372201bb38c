#!/usr/bin/env python3
"""Make the zip that Gradescope takes as an autograder: the two scripts, the rubric, the exercises, and Offhook itself.

In a clone: python3 docs/files/gradescope/make_zip.py --rubric rubric.toml --exercise hello_server --to autograder.zip
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[2]
SCRIPTS: Final = ("setup.sh", "run_autograder")
PARTS: Final = ("pyproject.toml", "README.md", "LICENSE", "conformance", "reference_impl")
"""What Offhook is installed from."""
RUBRIC: Final = "rubric.toml"
EXECUTABLE, PLAIN = 0o755, 0o644


def main() -> None:
    """Read the command line, and write the file."""
    parser = argparse.ArgumentParser(description="Make the zip that Gradescope takes as an autograder.")
    parser.add_argument("--rubric", required=True, help="a file, or first-chapter, careful or professional")
    parser.add_argument("--exercise", action="append", required=True, help="what counts; may be repeated")
    parser.add_argument("--to", type=Path, default=Path("autograder.zip"), help="the file to write")
    asked = parser.parse_args()
    rubric = Path(asked.rubric)
    arguments = [f"--rubric={RUBRIC if rubric.is_file() else asked.rubric}"]
    arguments += [f"--exercise={one}" for one in asked.exercise]
    with ZipFile(asked.to, "w", ZIP_DEFLATED) as archive:
        for name in SCRIPTS:
            add(archive, name, (HERE / name).read_bytes(), EXECUTABLE)
        add(archive, "arguments.txt", "".join(f"{one}\n" for one in arguments).encode())
        if rubric.is_file():
            add(archive, RUBRIC, rubric.read_bytes())
        for path in sources():
            add(archive, f"offhook/{path.relative_to(ROOT).as_posix()}", path.read_bytes())


def sources() -> Iterator[Path]:
    """Yield the files of Offhook."""
    for part in PARTS:
        path = ROOT / part
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (one for one in found if one.is_file() and "__pycache__" not in one.parts)


def add(archive: ZipFile, name: str, data: bytes, mode: int = PLAIN) -> None:
    """Add a file with its mode: Gradescope starts run_autograder as it is. Equal files make an equal zip."""
    member = ZipInfo(name)
    member.external_attr = mode << 16
    member.compress_type = ZIP_DEFLATED
    archive.writestr(member, data)


if __name__ == "__main__":
    main()
