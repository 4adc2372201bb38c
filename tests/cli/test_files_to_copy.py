"""The files that people copy, for CI, course servers, editors and containers: each is run as the system runs it.

The image takes minutes and a network, so its steps are run where they are asked for. As root, with debootstrap there,
OFFHOOK_TREE names a folder that is a bare Debian or becomes one:

    OFFHOOK_TREE=/var/tmp/tree pytest tests/cli/test_files_to_copy.py -k tree
"""

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree
from zipfile import ZipFile

import jsonschema
import pytest

from conformance.observe.libc import libc
from conformance.records.results import COUNTS_AGAINST, Results, decode
from tests.matrix import TEXTBOOK
from tests.stress.test_containers import SYS_PTRACE, container
from tests.support import dockerfile, github_runner, readers
from tests.support.offhook import ROOT, put

FILES: Final = ROOT / "docs" / "files"
RIGHT: Final = ROOT / "reference_impl" / "c" / "hello_server.c"
WRONG: Final = TEXTBOOK / "server_plain.c"
BROKEN: Final = "transfer.short-writes"
ONE: Final = {"requirement": BROKEN}
SARIF: Final = json.loads((ROOT / "tests" / "support" / "sarif.schema.json").read_text("utf-8"))
LOG: Final = "installed.txt"

# What the tests have in place of what takes minutes and a network. A package is not installed: apt-get says whether it
# could be. Offhook is not copied: what pip would install is started where it lies.
APT_GET: Final = """#!/bin/bash
echo "apt-get $*" >> {log}
if [[ $1 == install && -x /usr/bin/apt-get ]]; then exec /usr/bin/apt-get --simulate "$@" > /dev/null; fi
"""
PIP: Final = """#!/bin/bash
echo "pip $*" >> {log}
source="${{@: -1}}"
case "$source" in
  https://*/OWNER/offhook/*) source={root} ;;
  *) test -f "$source/pyproject.toml" || exit 1 ;;
esac
here="$(dirname "$0")"
printf '#!/bin/bash\\nPYTHONPATH=%q exec {python} -P -m conformance.cli "$@"\\n' "$source" > "$here/offhook"
chmod +x "$here/offhook"
"""
PYTHON: Final = """#!/bin/bash
if [[ $1 == -m && $2 == venv ]]; then mkdir -p "$3/bin" && exec cp "$(dirname "$0")/pip" "$3/bin/pip"; fi
exec {python} "$@"
"""
OLD_PYTHON: Final = """#!/bin/bash
exit 1
"""


class Machine(NamedTuple):
    """A place where a file is tried: its folder, and commands that stand before those of the system."""

    folder: Path
    commands: Path

    @property
    def log(self) -> str:
        """What apt-get and pip were asked for."""
        file = self.folder / LOG
        return file.read_text() if file.exists() else ""

    def put(self, name: str, script: str) -> None:
        """Add a command."""
        path = self.commands / name
        path.write_text(script.format(log=self.folder / LOG, root=ROOT, python=sys.executable))
        path.chmod(0o755)

    def environment(self, **more: str | Path) -> dict[str, str]:
        """Return the variables of the system that runs a file."""
        found = {"PATH": f"{self.commands}:{os.environ['PATH']}", **{name: str(value) for name, value in more.items()}}
        return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | found

    def run(
        self, words: Sequence[str | Path], cwd: Path, status: int | None = 0, **more: str | Path
    ) -> subprocess.CompletedProcess[str]:
        """Run a command, with both streams in one, as most systems keep them."""
        done = subprocess.run(
            [str(word) for word in words],
            cwd=cwd,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        assert status is None or done.returncode == status, done.stdout
        return done


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    commands = tmp_path / "commands"
    commands.mkdir()
    found = Machine(tmp_path, commands)
    for name, script in (("apt-get", APT_GET), ("pip", PIP), ("python3", PYTHON)):
        found.put(name, script)
    return found


@pytest.fixture
def with_offhook(machine: Machine) -> Machine:
    """A machine on which Offhook is installed, as in an image that has it."""
    machine.run(["pip", "install", ROOT], machine.folder)
    return machine


def handed_in(folder: Path, program: Path) -> Path:
    """Hand in a server."""
    folder.mkdir(parents=True, exist_ok=True)
    put(folder, "hello_server.c", program)
    return folder


# ---------------------------------------------------------------- GitHub


class Repository(NamedTuple):
    """A repository that a runner has checked out."""

    machine: Machine
    folder: Path

    @property
    def summary(self) -> Path:
        """The file of the job's summary."""
        return self.machine.folder / "summary.md"

    def environment(self) -> dict[str, str]:
        """Return what the runner tells its steps."""
        temporary = self.machine.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        return self.machine.environment(
            GITHUB_WORKSPACE=self.folder, GITHUB_STEP_SUMMARY=self.summary, RUNNER_TEMP=temporary
        )

    def act(self, **given: str) -> github_runner.Done:
        """Run the action."""
        return github_runner.run_action(ROOT, given, self.environment())


@pytest.fixture
def repository(machine: Machine) -> Repository:
    folder = machine.folder / "repository"
    folder.mkdir()
    return Repository(machine, folder)


def sarif(file: str) -> list[Any]:
    """Return the results of a file of SARIF, by its schema."""
    found = json.loads(Path(file).read_bytes())
    jsonschema.validate(found, SARIF)
    results: list[Any] = found["runs"][0]["results"]
    return results


def test_the_action_leaves_a_right_program_green(repository: Repository) -> None:
    handed_in(repository.folder / "homework", RIGHT)
    done = repository.act(folder="homework", exercises="hello_server", **ONE)
    assert (done.status, done.outputs["status"], done.outputs["mark"]) == (0, "0", ""), done.log
    assert "::error" not in done.log
    assert [one.verdict for one in decode(Path(done.outputs["json"]).read_bytes()).verdicts] == ["passed"]
    assert Path(done.outputs["html"]).read_text("utf-8").lower().startswith("<!doctype html>")
    assert ElementTree.parse(done.outputs["junit"]).getroot().get("failures") == "0"
    assert sarif(done.outputs["sarif"]) == []
    assert f"pip install --quiet {ROOT}" in repository.machine.log, "the action's own folder is what is installed"


def test_the_action_marks_the_line_and_fails_where_a_must_is_broken(repository: Repository) -> None:
    handed_in(repository.folder / "homework", WRONG)
    done = repository.act(folder="homework", exercises="hello_server\n", **ONE)
    assert (done.status, done.outputs["status"]) == (1, "1"), done.log
    (result,) = sarif(done.outputs["sarif"])
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "homework/hello_server.c"
    assert f"::error file=homework/hello_server.c,line={place['region']['startLine']}," in done.log
    assert "hello\\_server" in repository.summary.read_text()


def test_with_a_rubric_the_action_has_the_mark_and_is_green(repository: Repository) -> None:
    handed_in(repository.folder, WRONG)
    (repository.folder / "rubric.toml").write_text(
        f'[rubric]\npoints = 10\n[exercise.hello_server]\npoints = 10\n[exercise.hello_server.group]\n"{BROKEN}" = 4\n'
        '"transfer.greeting" = 6\n'
    )
    done = repository.act(rubric="rubric.toml", requirement="transfer", strict="true", profile="quick")
    assert (done.status, done.outputs["mark"]) == (0, "6"), done.log
    assert "**6 of 10 points" in repository.summary.read_text()


def test_an_exercise_that_is_missing_fails_the_action(repository: Repository) -> None:
    handed_in(repository.folder, RIGHT)
    done = repository.act(exercises="hello_server hello_client", requirement="lifecycle")
    assert done.status == 1, done.log


@pytest.mark.parametrize(
    "given",
    [{"folder": "nowhere"}, {"folder": "--help"}, {"folder": "$(touch ran)"}, {"exercises": "`touch ran`; touch ran"}],
)
def test_wrong_inputs_of_the_action_are_wrong_use_and_are_not_run(
    repository: Repository, given: dict[str, str]
) -> None:
    handed_in(repository.folder, RIGHT)
    done = repository.act(**given)
    assert (done.status, done.outputs["status"], done.outputs["sarif"]) == (2, "2", ""), done.log
    assert not list(repository.machine.folder.rglob("ran"))


def test_the_action_says_where_python_is_too_old(repository: Repository) -> None:
    repository.machine.put("python3", OLD_PYTHON)
    done = repository.act()
    assert done.status == 2
    assert done.log.startswith("::error::Offhook takes Python 3.11")


@pytest.mark.parametrize(("program", "broken"), [(RIGHT, False), (WRONG, True)], ids=["right", "wrong"])
def test_the_workflow_shows_what_is_broken_and_keeps_the_page(
    repository: Repository, program: Path, broken: bool
) -> None:
    handed_in(repository.folder, program)
    workflow = github_runner.read(FILES / "github" / "workflow.yml")
    job = github_runner.run_job(workflow["jobs"]["offhook"], "OWNER/offhook@", ROOT, repository.environment())
    assert job.failed is broken, job.log
    used = {one.action.partition("@")[0]: one.given for one in job.used}
    assert list(used) == [
        "actions/checkout", "actions/setup-python", "github/codeql-action/upload-sarif", "actions/upload-artifact",
    ]  # fmt: skip
    assert {one["ruleId"] for one in sarif(used["github/codeql-action/upload-sarif"]["sarif_file"])} >= (
        {BROKEN} if broken else set()
    )
    for file in used["actions/upload-artifact"]["path"].split():
        assert Path(file).stat().st_size


def test_the_workflow_uploads_nothing_where_there_is_nothing(repository: Repository) -> None:
    workflow = github_runner.read(FILES / "github" / "workflow.yml")
    job = workflow["jobs"]["offhook"]
    job["steps"] = [step | {"with": {"folder": "nowhere"}} if step.get("id") else step for step in job["steps"]]
    found = github_runner.run_job(job, "OWNER/offhook@", ROOT, repository.environment())
    assert found.failed
    assert [one.action.partition("/")[0] for one in found.used] == ["actions", "actions"]


# ---------------------------------------------------------------- GitLab


@pytest.mark.parametrize(("program", "status"), [(RIGHT, 0), (WRONG, 1)], ids=["right", "wrong"])
def test_gitlab_runs_the_job_and_finds_its_artifacts(machine: Machine, program: Path, status: int) -> None:
    project = handed_in(machine.folder / "project", program)
    job = github_runner.read(FILES / "gitlab" / ".gitlab-ci.yml")["offhook"]
    script = machine.folder / "job.sh"
    script.write_text("set -eo pipefail\n" + "\n".join([*job["before_script"], *job["script"]]) + "\n")
    machine.run(["bash", script], project, status, CI_PROJECT_DIR=project, GITLAB_CI="true", **job["variables"])
    assert "pip install --quiet https://" in machine.log
    report = ElementTree.parse(project / job["artifacts"]["reports"]["junit"]).getroot()
    assert (int(report.get("failures", "")) > 0) is bool(status)
    for path in job["artifacts"]["paths"]:
        assert (project / path).stat().st_size


# ---------------------------------------------------------------- Gradescope


@pytest.fixture
def autograder(machine: Machine) -> Path:
    """What Gradescope makes of the zip: its files in `source`, `run_autograder` beside it, and setup.sh has run."""
    archive = machine.folder / "autograder.zip"
    words = ("--rubric", "careful", "--exercise", "hello_server", "--to", archive)
    machine.run([FILES / "gradescope" / "make_zip.py", *words], machine.folder)
    home = machine.folder / "autograder"
    with ZipFile(archive) as opened:
        opened.extractall(home / "source")
        modes = {one.filename: one.external_attr >> 16 for one in opened.infolist()}
    assert modes["setup.sh"] & modes["run_autograder"] & stat.S_IXUSR
    (home / "results").mkdir()
    shutil.copyfile(home / "source" / "run_autograder", home / "run_autograder")
    (home / "run_autograder").chmod(modes["run_autograder"])
    machine.run(["bash", home / "source" / "setup.sh"], home, AUTOGRADER=home)
    assert "apt-get install" in machine.log
    return home


@pytest.mark.parametrize("program", [RIGHT, WRONG], ids=["right", "wrong"])
def test_gradescope_reads_the_mark(machine: Machine, autograder: Path, program: Path) -> None:
    handed_in(autograder / "submission", program)
    machine.run([autograder / "run_autograder"], autograder, AUTOGRADER=autograder)
    found = readers.gradescope((autograder / "results" / "results.json").read_bytes())
    failed = [one["name"] for one in found["tests"] if one.get("status") == "failed"]
    assert bool(failed) is (program == WRONG)
    assert (found["score"] == 100) is (program == RIGHT)


def test_gradescope_finds_no_older_mark_where_there_is_none(machine: Machine, autograder: Path) -> None:
    results = autograder / "results" / "results.json"
    results.write_text('{"score": 100}')
    (autograder / "source" / "arguments.txt").write_text("--rubric=nowhere.toml\n")
    handed_in(autograder / "submission", RIGHT)
    machine.run([autograder / "run_autograder"], autograder, 2, AUTOGRADER=autograder)
    assert not results.exists()


def test_the_zip_takes_a_rubric_of_ones_own(machine: Machine) -> None:
    (machine.folder / "mine.toml").write_text("[rubric]\npoints = 5\n")
    words = ("--rubric", "mine.toml", "--exercise", "hello_server", "--exercise", "hello_client")
    machine.run([FILES / "gradescope" / "make_zip.py", *words], machine.folder)
    with ZipFile(machine.folder / "autograder.zip") as archive:
        assert archive.read("rubric.toml") == (machine.folder / "mine.toml").read_bytes()
        assert archive.read("arguments.txt").decode().split() == [
            "--rubric=rubric.toml", "--exercise=hello_server", "--exercise=hello_client",
        ]  # fmt: skip


def test_gradescope_gets_a_newer_python_where_its_own_is_too_old(machine: Machine) -> None:
    source = machine.folder / "autograder" / "source"
    source.mkdir(parents=True)
    (source / "offhook").symlink_to(ROOT)
    machine.put("python3.11", PYTHON)
    machine.put("python3", OLD_PYTHON)
    machine.put("apt-get", 'echo "apt-get $*" >> {log}\n')
    machine.run(["bash", FILES / "gradescope" / "setup.sh"], source, AUTOGRADER=source.parent)
    assert "python3.11-venv" in machine.log
    machine.run([source.parent / "offhook" / "bin" / "offhook", "--version"], source)


# ---------------------------------------------------------------- PrairieLearn


@pytest.mark.parametrize("program", [RIGHT, WRONG], ids=["right", "wrong"])
def test_prairielearn_reads_the_score(with_offhook: Machine, program: Path) -> None:
    grade = with_offhook.folder / "grade"
    shutil.copytree(FILES / "prairielearn" / "tests", grade / "tests")
    handed_in(grade / "student", program)
    options = json.loads((FILES / "prairielearn" / "info.json").read_bytes())["externalGradingOptions"]
    with_offhook.run([grade / Path(options["entrypoint"]).relative_to("/grade")], grade, GRADE=grade)
    found = readers.prairielearn((grade / "results" / "results.json").read_bytes())
    assert found["gradable"]
    assert (found["score"] == 1) is (program == RIGHT)


def test_prairielearn_is_told_of_a_program_that_cannot_be_built(with_offhook: Machine) -> None:
    grade = with_offhook.folder / "grade"
    shutil.copytree(FILES / "prairielearn" / "tests", grade / "tests")
    (grade / "student").mkdir()
    put(grade / "student", "hello_server.c", "int main(")
    with_offhook.run([grade / "tests" / "grade.sh"], grade, GRADE=grade)
    assert not readers.prairielearn((grade / "results" / "results.json").read_bytes())["gradable"]


# ---------------------------------------------------------------- Autolab


class Autolab(NamedTuple):
    """The folder in which Autolab grades: it copies three files there, and calls make."""

    machine: Machine
    folder: Path

    def graded(self) -> bytes:
        """Return what Autolab reads: standard output, with what went to standard error in it."""
        return self.machine.run(["make"], self.folder).stdout.encode()

    def hand_in(self, *words: str | Path) -> None:
        """Pack what is handed in."""
        subprocess.run(["tar", "-cf", self.folder / "handin.tar", *words], check=True)


@pytest.fixture
def autolab(with_offhook: Machine) -> Autolab:
    lab = with_offhook.folder / "lab"
    shutil.copytree(FILES / "autolab", lab)
    with_offhook.run(["make"], lab)
    folder = with_offhook.folder / "instance"
    folder.mkdir()
    shutil.copyfile(lab / "autograde.tar", folder / "autograde.tar")
    shutil.copyfile(lab / "autograde-Makefile", folder / "Makefile")
    return Autolab(with_offhook, folder)


@pytest.mark.parametrize("program", [RIGHT, WRONG], ids=["right", "wrong"])
def test_autolab_reads_the_scores(autolab: Autolab, program: Path) -> None:
    folder = handed_in(autolab.machine.folder / "homework", program)
    autolab.hand_in("-C", folder.parent, folder.name)
    stages, scores = readers.autolab(autolab.graded())
    assert stages["stages"] == ["Build", "hello_server"]
    assert (scores == {"hello_server": 100}) is (program == RIGHT)
    assert scores["hello_server"]


@pytest.mark.parametrize("data", [b"no archive", b""], ids=["nonsense", "nothing"])
def test_autolab_reads_a_score_of_what_cannot_be_unpacked(autolab: Autolab, data: bytes) -> None:
    (autolab.folder / "handin.tar").write_bytes(data)
    assert readers.autolab(autolab.graded())[1] == {"hello_server": 0}


def test_autolab_is_given_no_score_where_offhook_fails(autolab: Autolab) -> None:
    folder = handed_in(autolab.machine.folder / "homework", RIGHT)
    autolab.hand_in("-C", folder, "hello_server.c")
    autolab.machine.put("offhook", "#!/bin/bash\nexit 3\n")
    said = autolab.graded().decode().splitlines()
    assert json.loads(said[-1]) == {"scores": {"hello_server": None}}
    assert "status 3" in said[-2]


# ---------------------------------------------------------------- pre-commit


@pytest.mark.parametrize(("program", "status"), [(RIGHT, 0), (WRONG, 1)], ids=["right", "wrong"])
def test_the_hook_keeps_back_what_is_broken(with_offhook: Machine, program: Path, status: int) -> None:
    folder = handed_in(with_offhook.folder / "repository", program)
    (hook,) = github_runner.read(ROOT / ".pre-commit-hooks.yaml")
    assert hook["pass_filenames"] is False
    done = with_offhook.run([*shlex.split(hook["entry"]), *hook["args"]], folder, status)
    assert (BROKEN in done.stdout) is bool(status)


# ---------------------------------------------------------------- editors


@pytest.mark.parametrize("program", [RIGHT, WRONG], ids=["right", "wrong"])
def test_the_editor_finds_what_is_broken_at_its_line(with_offhook: Machine, program: Path) -> None:
    workspace = with_offhook.folder / "workspace"
    folder = handed_in(workspace / "homework", program)
    (task,) = json.loads((FILES / "vscode" / "tasks.json").read_bytes())["tasks"]
    known = {"${fileDirname}": str(folder), "${workspaceFolder}": str(workspace)}
    words = [known.get(word, word) for word in (task["command"], *task["args"])]
    done = with_offhook.run(words, Path(known[task["options"]["cwd"]]), int(program == WRONG))
    problems = list(matched(task["problemMatcher"]["pattern"], done.stdout))
    assert bool(problems) is (program == WRONG)
    assert all(Path(workspace, one["file"]).is_file() for one in problems)
    found = {one["code"]: one for one in problems}
    assert not problems or found[BROKEN]["severity"] == "error"
    assert (
        not problems
        or "write(" in folder.joinpath("hello_server.c").read_text().splitlines()[int(found[BROKEN]["line"]) - 1]
    )


def matched(pattern: Mapping[str, Any], output: str) -> list[dict[str, str]]:
    """Return the problems that an editor makes of what a task printed."""
    groups = {name: place for name, place in pattern.items() if name != "regexp"}
    found = (re.search(pattern["regexp"], line) for line in output.splitlines())
    return [{name: one[place] for name, place in groups.items()} for one in found if one]


# ---------------------------------------------------------------- the image


@pytest.mark.parametrize("target", ["offhook", "windows"])
def test_debian_has_the_packages_of_the_image(target: str) -> None:
    if shutil.which("apt-get") is None:
        pytest.skip("no Debian here")
    packages = dockerfile.installed(dockerfile.steps(FILES / "docker" / "Dockerfile", target))
    assert {"gcc", "g++", "make", "rustc"} <= set(packages)
    assert ("wine" in packages) is (target == "windows")
    command = ["apt-get", "install", "--simulate", "--no-install-recommends", *packages]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_image_is_given_all_that_offhook_is_installed_from(with_offhook: Machine) -> None:
    into = with_offhook.folder / "image"
    copied(dockerfile.steps(FILES / "docker" / "Dockerfile", "offhook"), into)
    source = into / "opt" / "offhook" / "source"
    with_offhook.run(["pip", "install", source], with_offhook.folder)
    folder = handed_in(with_offhook.folder / "homework", RIGHT)
    with_offhook.run(["offhook", "check", folder, "--requirement", BROKEN], with_offhook.folder)


def copied(found: Sequence[dockerfile.Step], into: Path) -> None:
    """Do what the COPY steps say, as a builder does: what is in a folder goes into the target, a file goes below it."""
    for step in found:
        if step.name == "COPY":
            *sources, target = step.words.split()
            for one in sources:
                place = into / target.lstrip("/")
                if (ROOT / one).is_dir():
                    shutil.copytree(ROOT / one, place, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    place.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / one, place / one)


MS_BIND, MS_REC, MS_PRIVATE, CLONE_NEWNS = 0x1000, 0x4000, 0x40000, 0x20000
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
ALL_LANGUAGES: Final = ("c", "python", "tls")


def inside(tree: Path, before: Callable[[], None] | None = None) -> Callable[[], None]:
    """Return what makes a process live in a tree: with /proc and /dev, in a mount namespace of its own."""

    def enter() -> None:
        assert libc.unshare(CLONE_NEWNS) == 0
        libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None)
        for source, target, kind, flags in (
            (b"proc", b"proc", b"proc", 0),
            (b"/dev", b"dev", None, MS_BIND | MS_REC),
        ):
            assert libc.mount(source, os.fsencode(tree) + b"/" + target, kind, flags, None) == 0
        os.chroot(tree)
        os.chdir("/")
        if before is not None:
            before()

    return enter


def in_tree(tree: Path, command: str, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of the shell in a tree."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root", "OFFHOOK_LANGUAGE": "en"}
    return subprocess.run(
        ["/bin/sh", "-ec", command],
        env={**environment, "DEBIAN_FRONTEND": "noninteractive"},
        preexec_fn=inside(tree, before),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=3600,
    )


@pytest.fixture(scope="module")
def image() -> Path:
    """The tree after all steps of the Dockerfile; those that were done are not done again."""
    tree = Path(os.environ["OFFHOOK_TREE"])
    if not (tree / "bin" / "sh").exists():
        subprocess.run(
            ["debootstrap", "--variant=minbase", "--include=ca-certificates,python3,python3-venv", "bookworm", tree],
            check=True,
        )
    for file in (Path("/etc/resolv.conf"), CERTIFICATES):  # the network as it is here
        shutil.copyfile(file, tree / str(file).lstrip("/"))
    steps = dockerfile.steps(FILES / "docker" / "Dockerfile", "offhook")
    for place in ("opt/offhook", "usr/local/bin/offhook", "mnt"):
        path = tree / place
        path.unlink() if path.is_symlink() else shutil.rmtree(path, ignore_errors=True)
    copied(steps, tree)
    for step in steps:
        if step.name == "RUN":
            done = in_tree(tree, step.words)
            assert done.returncode == 0, done.stdout
    (tree / "mnt").mkdir()
    for language in ALL_LANGUAGES:
        shutil.copytree(ROOT / "reference_impl" / language, tree / "mnt" / language)
    return tree


def judged_in_tree(tree: Path, folder: str, before: Callable[[], None] | None) -> Results:
    """Judge a folder of the tree as the image does."""
    done = in_tree(tree, f"offhook check /mnt/{folder} --profile quick --json /tmp/results.json", before)
    assert done.returncode == 0, done.stdout
    return decode((tree / "tmp" / "results.json").read_bytes())


RIGHTS: Final = {
    "all": None,
    "right to trace": container(cap_add=SYS_PTRACE),
    "no tracing": container(forbids_tracing=True),
}
"""The rights of root in a container: all, those that the documented line gives, or no ptrace."""

if "OFFHOOK_TREE" in os.environ:

    @pytest.mark.stress
    @pytest.mark.parametrize("folder", ALL_LANGUAGES)
    @pytest.mark.parametrize("rights", ["all", "right to trace", "no tracing"])
    def test_in_a_tree_made_by_the_dockerfile_right_programs_are_judged(image: Path, folder: str, rights: str) -> None:
        before = RIGHTS[rights]
        found = judged_in_tree(image, folder, before)
        assert (found.harness.observer == "linux") is (rights != "no tracing")
        assert {one.built for one in found.programs} == {True}
        assert not any(one.verdict in COUNTS_AGAINST or one.verdict == "harness-error" for one in found.verdicts)

    @pytest.mark.stress
    @pytest.mark.parametrize("language", ["C++", "Java", "JavaScript", "Go", "Rust"])
    def test_in_a_tree_made_by_the_dockerfile_programs_can_be_begun(image: Path, language: str) -> None:
        done = in_tree(
            image, f"cd $(mktemp -d) && offhook new hello_server --language {language} && offhook check . --json x"
        )
        assert done.returncode in (0, 1), done.stdout
