"""The package as others get it: its metadata is true, it declares what it imports, and its files are there."""

import ast
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
CONFIGURATION: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT: Final[dict[str, Any]] = CONFIGURATION["project"]
README: Final = (ROOT / "README.md").read_text("utf-8")
OURS: Final = ("conformance", "docs", "tests")
FUZZING: Final = "tests/fuzz/"
"""It has a group of its own, since its fuzzer is not to be had everywhere."""
JUDGED: Final = ("matrix/right", "matrix/wrong", "matrix/textbook", "tests/courses", "conformance/courses")
"""Programs that are judged; they import what they like."""


def canonical(name: str) -> str:
    """Return a distribution's name in its normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: list[Any]) -> set[str]:
    """Return the distributions that a list of requirements names, with those of the groups that it includes."""
    found: set[str] = set()
    for one in requirements:
        if isinstance(one, dict):
            found |= named(CONFIGURATION["dependency-groups"][one["include-group"]])
        else:
            found.add(canonical(re.split(r"[\s<>=!~;\[]", one)[0]))
    return found


def imported(folder: str) -> dict[str, str]:
    """Return the distributions that the files of a folder import, each with one file that does."""
    found: dict[str, str] = {}
    providers = packages_distributions()
    for path in sorted((ROOT / folder).rglob("*.py")):
        if any(part in path.as_posix() for part in (*JUDGED, FUZZING)):
            continue
        for module in modules(path):
            if module in sys.stdlib_module_names or module in OURS:
                continue
            assert module in providers, f"{path} imports {module}, which is not installed"
            found[canonical(providers[module][0])] = str(path.relative_to(ROOT))
    return found


def modules(path: Path) -> Iterator[str]:
    """Yield the top-level modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


EXTRAS: Final = {name for packages in PROJECT["optional-dependencies"].values() for name in named(packages)}
DEPENDENCIES: Final = named(PROJECT["dependencies"])


def test_the_package_declares_exactly_what_it_imports() -> None:
    used = imported("conformance")
    assert {name: file for name, file in used.items() if name not in DEPENDENCIES | EXTRAS} == {}, "not declared"
    assert (DEPENDENCIES | EXTRAS) - set(used) == set(), "declared, and not imported"


@pytest.mark.parametrize(("folder", "group"), [("docs", "docs"), ("tests", "tests")])
def test_a_group_declares_what_its_folder_imports(folder: str, group: str) -> None:
    declared = named(CONFIGURATION["dependency-groups"][group])
    used = imported(folder)
    assert {name: file for name, file in used.items() if name not in declared | DEPENDENCIES | EXTRAS} == {}, (
        "not declared"
    )
    assert declared - set(used) - set(imported("docs")) == set(), "declared, and not imported"


def test_the_readme_gives_the_reason_of_each_dependency() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| [^|]+ \|$", README.split("## What it stands on", 1)[1].split("##")[0], re.MULTILINE
    )
    names = {canonical(name) for row in rows for name in re.sub(r"\(.*?\)", "", row).replace(" ", "").split(",")}
    assert names >= DEPENDENCIES | EXTRAS
    groups = CONFIGURATION["dependency-groups"]
    assert names - {"package", "---"} <= DEPENDENCIES | EXTRAS | named(groups["tests"]) | named(groups["fuzz"])


def test_the_files_of_the_wheel_are_there() -> None:
    wheel = CONFIGURATION["tool"]["hatch"]["build"]["targets"]["wheel"]
    for pattern in PROJECT["license-files"]:
        assert list(ROOT.glob(pattern)), pattern
    files = [PROJECT["readme"], CONFIGURATION["tool"]["hatch"]["version"]["path"]]
    for name in (*files, *wheel["packages"], *wheel["force-include"]):
        assert (ROOT / name).exists(), name
    assert (ROOT / "conformance" / "py.typed").is_file()


def test_the_license_is_the_one_that_the_metadata_names() -> None:
    assert PROJECT["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License\n")


def test_each_entry_point_can_be_imported() -> None:
    for name in (*PROJECT["scripts"].values(), *PROJECT["entry-points"]["pytest11"].values()):
        assert importlib.util.find_spec(name.partition(":")[0]), name


def test_the_workflow_runs_the_sessions_of_the_projects_own_ci() -> None:
    session = re.compile(r"nox -s (\w+)")
    commands = README.split("## Two commands", 1)[1].split("##")[0]
    asked = session.findall(commands) + session.findall((ROOT / ".ci" / "run").read_text("utf-8"))
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    run = re.findall(r"^ +session: \[(.*)\]$", workflow, re.MULTILINE)
    assert [name.split(", ") for name in run] == [asked]


@pytest.mark.parametrize(
    "name", ["CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "docs/index.md"]
)
def test_the_readme_leads_to(name: str) -> None:
    assert (ROOT / name).is_file()
    assert f"]({name})" in README
