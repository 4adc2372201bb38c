"""The house: rooms import only from rooms above them, and the documents do not lag behind."""

import ast
import subprocess
import sys
from pathlib import Path

import conformance
from conformance.messages import table
from conformance.scenarios.draw_fixed import DRAWN_FAMILIES, HAND_PICKED
from conformance.scenarios.family import fixed

PACKAGE = Path(conformance.__file__).parent
COURSES = PACKAGE / "courses"
"""Data: programs that are judged, and no room of the house."""
MODULES = [path for path in PACKAGE.rglob("*.py") if COURSES not in path.parents]
README = (PACKAGE.parent / "README.md").read_text("utf-8")


def rooms() -> list[str]:
    """Return the rooms in the order of the README's picture of the house."""
    picture = README.split("## The house", 1)[1].split("reference_impl/", 1)[0]
    return [
        line.split()[0].removesuffix("/").removesuffix(".py")
        for line in picture.splitlines()
        if line.startswith("      ")
    ]


def test_every_room_is_in_the_picture_and_imports_only_from_above() -> None:
    order = {name: place for place, name in enumerate(rooms())}
    for path in MODULES:
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room in ("__init__", "__main__"):
            continue
        assert room in order, f"{room} is not in the README's picture of the house"
        for imported in imports(path):
            assert order[imported] <= order[room], f"{path} imports {imported}, which lies below {room}"


def imports(path: Path) -> set[str]:
    """Return the rooms that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if names == ["conformance"] and isinstance(node, ast.ImportFrom):
            names = [f"conformance.{alias.name}" for alias in node.names if not alias.name.startswith("__")]
        found |= {name.split(".")[1] for name in names if name.startswith("conformance.")}
    return found


def test_every_module_opens_with_a_sentence() -> None:
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), path


def test_fixed_sets_hold_their_corners_and_every_family() -> None:
    assert set(fixed()) == {family.name for family in DRAWN_FAMILIES}
    for name, corners in HAND_PICKED.items():
        assert fixed()[name][: len(corners)] == corners


def test_words_have_no_empty_entries() -> None:
    assert all(text.strip() for text in table("en").values())


def test_only_the_plugin_knows_of_pytest() -> None:
    knowing = {path.name for path in MODULES if "import pytest" in path.read_text("utf-8")}
    assert knowing == {"plugin.py"}
    text = "import conformance.judging.assess, conformance.cli, sys; print({'pytest', 'hypothesis'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"
