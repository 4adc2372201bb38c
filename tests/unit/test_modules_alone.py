"""Each module can be imported alone, in whatever order others come; and the C library's types are said in one place."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import conformance

PACKAGE = Path(conformance.__file__).parent
REALLY_ALONE = ["conformance.sandbox.fork_server"]
"""It keeps functions of the C library, and is a process of its own."""
ONE_BY_ONE = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
    for loaded in [one for one in sys.modules if one.split(".")[0] == "conformance"]:
        del sys.modules[loaded]
"""
LIBRARY = "conformance.observe.libc"


def modules() -> dict[str, Path]:
    """Return the modules of the package, but those that are copied to be run elsewhere."""
    paths = [path for path in PACKAGE.rglob("*.py") if not {"runtimes", "courses"} & {*path.relative_to(PACKAGE).parts}]
    return {_name(path): path for path in paths}


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def rooms() -> dict[str, list[str]]:
    """Return the modules of each room; most rooms need what few others need, so that they go together."""
    found: dict[str, list[str]] = {}
    for name in sorted(modules()):
        found.setdefault(".".join(name.split(".")[:2]), []).append(name)
    return found


@pytest.mark.parametrize("names", [*rooms().values(), REALLY_ALONE], ids=[*rooms(), "really alone"])
def test_each_module_can_be_imported_alone(names: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", ONE_BY_ONE, *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_one_module_loads_the_c_library_and_says_its_types() -> None:
    said = {name for name, path in modules().items() if _types(ast.parse(path.read_text("utf-8")))}
    assert said == {LIBRARY}


def _types(tree: ast.Module) -> bool:
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return not names.isdisjoint({"argtypes", "restype", "CDLL", "PyDLL"})
