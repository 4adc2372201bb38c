"""`offhook doctor` says what a machine can judge, what is missing, and how to get it; its status says so too."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Compile
from tests.support.offhook import ROOT, offhook


def look(*words: str, before: tuple[str, ...] = (), **environment: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the report."""
    command = [*before, sys.executable, "-m", "conformance.cli", "doctor", "--json", *words]
    told = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT, env=told, check=False)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def states(report: dict[str, Any]) -> dict[str, str]:
    return {one["what"]: one["state"] for one in report["examined"]}


def test_the_status_says_whether_everything_can_be_judged() -> None:
    status, report = look()
    assert report["judges_everything"] == (status == 0) == ("missing" not in states(report).values())
    assert report["tier"] in ("full", "namespaces", "landlock", "limits")
    for one in report["examined"]:
        assert one["said"]
        assert "\n" not in one["said"]


def test_a_missing_compiler_is_named_with_its_package(tmp_path: Path) -> None:
    (tmp_path / "python3").symlink_to(sys.executable)
    status, report = look(PATH=str(tmp_path))
    assert status == 1
    lacking = {one["what"]: one["todo"] for one in report["examined"] if one["state"] == "missing"}
    assert "apt-get install golang-go" in lacking["Go"][0]
    assert "apt-get install gcc" in lacking["C"][0]


def test_what_cannot_be_traced_is_missing(compiled: Compile) -> None:
    status, report = look(before=(str(compiled("deny")), "ptrace"))
    assert status == 1
    assert states(report)["tracing"] == "missing"


@pytest.mark.parametrize(
    ("refused", "tier"),
    [("unshare,mount,clone3", "landlock"), ("unshare,mount,clone3,landlock_create_ruleset", "limits")],
)
def test_what_would_raise_the_tier_is_said(compiled: Compile, refused: str, tier: str) -> None:
    _, report = look(before=(str(compiled("deny")), refused))
    assert report["tier"] in (tier, "limits")
    assert report["examined"][0]["todo"]


def test_where_nothing_can_be_run_one_line_says_why(tmp_path: Path) -> None:
    status, report = look(TMPDIR=str(tmp_path / "nowhere"))
    assert (status, report["tier"]) == (1, None)
    assert "nowhere" in report["examined"][0]["said"]


def test_wrong_use_has_a_status_of_its_own() -> None:
    offhook("doctor", "--sandbox=some", status=2)


def test_the_help_teaches() -> None:
    told = offhook("doctor", "--help", status=0).stdout
    assert "--sandbox=require" in told
    assert "SECURITY.md" in told
