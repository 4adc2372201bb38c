"""What programs can reach in each tier: files, the suite's memory and environment, its processes."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.sandbox import landlock
from conformance.sandbox.temporary import closed_to_others
from tests.conftest import Compile
from tests.support.offhook import ROOT, offhook, put

NO_NAMESPACES = "unshare,mount,clone3"
ASK = """
import os, sys
from conformance.records.scenario import Scenario
from conformance.sandbox.client import start_sandboxes
from conformance.sandbox.request import Program, RunRequest
(started,) = start_sandboxes(wanted=sys.argv[1])
with started as sandbox:
    print(sandbox.isolation.tier)
    for whom in (os.getpid(), sandbox._process.pid):
        for observe in (True, False):
            program = Program(command=(sys.argv[2], str(whom), *sys.argv[3:]))
            run = sandbox.run(RunRequest(program=program, scenario=Scenario(), observe=observe))
            print(*run.stdout.decode().split() or [run.ending])
"""
PYTHON = sys.executable
if os.getuid() == 0 and closed_to_others(Path(sys.executable)) is not None:  # in a home of root's
    PYTHON = f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"
SITE = [place for place in sys.path if place.endswith("-packages")]
SHOWN_AT = Path("/mnt")
"""Any folder that every user reaches: the checkout is mounted there where others do not reach its own place."""
SHOW = ("unshare", "--mount", "sh", "-c", f'mount --bind "$0" {SHOWN_AT} && exec "$@"', str(ROOT))
AS_A_PLAIN_USER = ("setpriv", "--reuid", "40990", "--regid", "40990", "--clear-groups")


def reached(
    compiled: Compile, folder: Path, refused: str, wanted: str = "best", *, plain: bool
) -> tuple[str, set[str]]:
    """Return the tier, and what programs reach: of the suite's processes, a file of the user, a folder of the user."""
    program, (secret, new) = compiled("peeks"), (folder / "secret", folder / "new")
    secret.write_text("secret")
    deny = (str(compiled("deny")), refused) if refused else ()
    before: tuple[str, ...] = ()
    places = [str(ROOT), *SITE]
    if plain and os.getuid() == 0:
        before = AS_A_PLAIN_USER
        if closed_to_others(ROOT) is not None:  # in a folder of root's
            before = (*SHOW, *AS_A_PLAIN_USER)
            places = [one.replace(str(ROOT), str(SHOWN_AT), 1) for one in places]
    if plain and os.getuid() == 0:
        for path, mode in ((folder, 0o700), (secret, 0o600)):
            os.chown(path, 40990, 40990)
            path.chmod(mode)
    command = [*before, *deny, PYTHON, "-B", "-c", ASK, wanted, str(program), str(secret), str(new)]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nowhere",
        "PYTHONPATH": os.pathsep.join(places),
    }
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    tier, *lines = done.stdout.splitlines()
    return tier, {word for line in lines for word in line.split()}


pytestmark = pytest.mark.skipif(not Path(PYTHON).exists(), reason="no Python that every user can reach")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a plain user finds."""
    made = Path(tempfile.mkdtemp(prefix="reached-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.skipif(not landlock.works(), reason="no Landlock in this kernel")
@pytest.mark.parametrize("plain", [False, True], ids=["root or user", "user"])
def test_without_namespaces_a_program_reaches_nothing_but_its_own(compiled: Compile, folder: Path, plain: bool) -> None:
    assert reached(compiled, folder, NO_NAMESPACES, plain=plain) == ("landlock", {"own"})


def test_where_nothing_is_kept_apart_the_suites_memory_is_closed_all_the_same(compiled: Compile, folder: Path) -> None:
    tier, found = reached(compiled, folder, f"{NO_NAMESPACES},landlock_create_ruleset", plain=True)
    assert tier == "limits"
    assert not {"environment", "memory"} & found


def test_with_namespaces_the_suites_memory_and_processes_are_closed(compiled: Compile, folder: Path) -> None:
    tier, found = reached(compiled, folder, "", plain=True)
    assert tier in ("full", "namespaces")
    assert not {"environment", "memory", "signal"} & found


def test_who_asks_for_nothing_gets_limits_alone(compiled: Compile, folder: Path) -> None:
    assert reached(compiled, folder, "", "none", plain=False)[0] == "limits"


def test_who_requires_what_cannot_be_had_is_told_in_one_line(compiled: Compile, tmp_path: Path) -> None:
    put(tmp_path, "hello_server.py", ROOT / "reference_impl/python/hello_server.py")
    words = [str(compiled("deny")), NO_NAMESPACES, sys.executable, "-m", "conformance.cli", "check", str(tmp_path)]
    done = subprocess.run([*words, "--sandbox=require"], capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "--sandbox=require" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_way_is_wrong_use(tmp_path: Path) -> None:
    assert "require" in offhook("check", tmp_path, "--sandbox=some", status=2).stderr
