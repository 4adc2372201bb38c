"""A small runner of GitHub Actions: it runs the steps of a composite action and of a job as the real one does.

Of the language of expressions it knows what our files use: names, `&&`, and `!cancelled()`.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

EXPRESSION: Final = re.compile(r"\$\{\{ *(.*?) *\}\}")
BASH: Final = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
"""How the runner starts a step that says `shell: bash`."""
TRUE: Final = frozenset({"!cancelled()", "always()"})


class Done(NamedTuple):
    """How an action ended."""

    status: int
    outputs: dict[str, str]
    log: str


class Used(NamedTuple):
    """Another action that a job used, with what it was given."""

    action: str
    given: dict[str, str]


class Job(NamedTuple):
    """How a job ended."""

    failed: bool
    log: str
    used: list[Used]


def read(file: Path) -> Any:
    """Read a file of YAML."""
    return yaml.safe_load(file.read_text("utf-8"))


def run_job(job: Mapping[str, Any], ours: str, action: Path, environment: Mapping[str, str]) -> Job:
    """Run the steps of a job; the action whose name begins so is the one in the folder, of all others it is noted."""
    known: dict[str, str] = {}
    failed, log, used = False, "", list[Used]()
    for step in job["steps"]:
        if not evaluated(step.get("if", "" if failed else "always()"), known):
            continue
        given = {name: expanded(str(value), known) for name, value in step.get("with", {}).items()}
        if not step["uses"].startswith(ours):
            used.append(Used(step["uses"], given))
            continue
        done = run_action(action, given, environment)
        failed, log = failed or done.status != 0, log + done.log
        known |= {f"steps.{step['id']}.outputs.{name}": value for name, value in done.outputs.items()}
    return Job(failed, log, used)


def run_action(folder: Path, given: Mapping[str, str], environment: Mapping[str, str]) -> Done:
    """Run a composite action; after a step that fails no other is run, and the outputs are there all the same."""
    action = read(folder / "action.yml")
    assert set(given) <= set(action["inputs"]), "the runner warns of inputs that an action does not know"
    known = {f"inputs.{name}": str(one["default"]) for name, one in action["inputs"].items()}
    known |= {f"inputs.{name}": value for name, value in given.items()}
    status, log = 0, ""
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        done = _run_step(step, known, {**environment, "GITHUB_ACTION_PATH": str(folder)})
        status, log = done.status, log + done.log
        known |= {f"steps.{step['id']}.outputs.{name}": value for name, value in done.outputs.items()}
        if status:
            break
    outputs = {name: expanded(one["value"], known) for name, one in action["outputs"].items()}
    return Done(status, outputs, log)


def _run_step(step: Mapping[str, Any], known: Mapping[str, str], environment: Mapping[str, str]) -> Done:
    temporary = Path(environment["RUNNER_TEMP"])
    script, output = temporary / f"{step['id']}.sh", temporary / f"{step['id']}.output"
    script.write_text(expanded(step["run"], known))
    output.write_text("")
    own = {name: expanded(value, known) for name, value in step.get("env", {}).items()}
    done = subprocess.run(
        [*BASH, str(script)],
        env={**environment, **own, "GITHUB_OUTPUT": str(output)},
        cwd=environment["GITHUB_WORKSPACE"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )
    return Done(done.returncode, dict(_outputs(output.read_text())), done.stdout)


def _outputs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, _, value = line.partition("=")
        yield name, value


def expanded(text: str, known: Mapping[str, str]) -> str:
    """Fill in the expressions of a text."""
    return EXPRESSION.sub(lambda found: evaluated(found[0], known), text)


def evaluated(condition: str, known: Mapping[str, str]) -> str:
    """Return what an expression is, with or without its braces: the last part where none before it is nothing."""
    inner = EXPRESSION.sub(lambda found: found[1], condition)
    value = ""
    for part in inner.split(" && "):
        value = "true" if part in TRUE else known.get(part, "")
        if not value:
            return ""
    return value
