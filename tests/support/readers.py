"""What other systems make of our files: small readers that do what the source or the manual of each one says."""

import json
import re
from typing import Any, NamedTuple

VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


class Vpl(NamedTuple):
    """What VPL shows: the grade it proposes, the titles and the other lines of the comments."""

    grade: str
    titles: list[str]
    shown: list[str]


def vpl(output: bytes) -> Vpl:
    """Read standard output as VPL does: the last line that begins with the tag is the grade, wherever it is."""
    text = output.decode()
    newline = next((one for one in ("\r\n", "\n", "\r") if one in text), "\n")
    lines = text.split(newline)
    grades = [line.removeprefix("Grade :=>>").strip() for line in lines if line.startswith("Grade :=>>")]
    inside, titles, shown = False, list[str](), list[str]()
    for line in lines:
        if inside and line.strip() == "--|>":
            inside = False
        elif inside and line.startswith("-") and len(line) > 1:
            titles.append(line[1:].strip())
        elif inside or line.startswith("Comment :=>>"):
            shown.append(line)
        elif line.strip() == "<|--":
            inside = True
    return Vpl(grades[-1] if grades else "", titles, shown)


class CompilerLine(NamedTuple):
    """What an editor makes of a line that a compiler wrote."""

    file: str
    line: int
    severity: str
    message: str
    code: str


def lines(output: bytes) -> list[CompilerLine]:
    """Read lines as editors do, the file up to the first colon. Raises ValueError where one is no such line."""
    return [_compiler_line(one) for one in output.decode().splitlines()]


def _compiler_line(line: str) -> CompilerLine:
    file, number, severity, rest = line.split(":", 3)
    message, _, code = rest.rpartition(" [")
    assert severity.strip() in ("error", "warning", "note")
    assert code.endswith("]")
    return CompilerLine(file, int(number), severity.strip(), message.strip(), code[:-1])


def autolab(output: bytes) -> tuple[dict[str, Any], dict[str, float | None]]:
    """Read standard output as Autolab does: the last line has the scores. Raises ValueError where Autolab gives 0."""
    lines = output.decode().rstrip().split("\n")
    repaired = re.sub(r"([a-zA-Z0-9]+):", r'"\1":', lines[-1])
    scores = json.loads(repaired)["scores"]
    if not scores:
        raise ValueError("Empty autoresult string")
    stages = json.loads(lines[-2])
    assert stages["_presentation"] == "semantic"
    assert set(stages) == {"_presentation", "stages", *stages["stages"]}
    assert len(set(stages["stages"])) == len(stages["stages"])
    for stage in stages["stages"]:
        for test in stages[stage].values():
            assert set(test) <= {"passed", "hint"}
            assert isinstance(test["passed"], bool)
    return stages, scores


def gradescope(data: bytes) -> dict[str, Any]:
    """Read results.json by the manual of Gradescope, "Autograder specifications"."""
    found: dict[str, Any] = json.loads(data)
    known = {"score", "execution_time", "output", "visibility", "stdout_visibility", "extra_data", "tests"}
    assert set(found) <= known
    assert isinstance(found["score"], int | float)
    for test in found["tests"]:
        assert {"score", "max_score", "name", "visibility"} <= set(test)
        assert set(test) <= {"score", "max_score", "status", "name", "number", "output", "tags", "visibility"}
        assert test["visibility"] in VISIBILITIES
        assert test.get("status", "failed") in ("passed", "failed")
    return found


def prairielearn(data: bytes) -> dict[str, Any]:
    """Read results.json by the manual of PrairieLearn, "External grading"."""
    assert len(data) <= 1_000_000
    found: dict[str, Any] = json.loads(data)
    if not found.get("gradable", True):
        assert all(isinstance(one, str) for one in found["format_errors"])
        assert "score" not in found
        return found
    assert 0 <= found["score"] <= 1
    for test in found["tests"]:
        assert {"name", "points", "max_points"} <= set(test) <= {"name", "points", "max_points", "message", "output"}
    return found


def classroom50(data: bytes) -> dict[str, Any]:
    """Read result.json as the runner of Classroom 50 checks it, but for the fields that it writes itself."""
    found: dict[str, Any] = json.loads(data)
    assert found["schema"] == "classroom50/result/v1"
    assert found["submission"].startswith("submit/")
    for field in ("classroom", "assignment", "commit", "release", "review", "datetime"):
        assert isinstance(found[field], str)
        assert found[field]
    _scores(found)
    for test in found["tests"]:
        assert isinstance(test["test-name"], str)
        assert test["test-name"]
        assert isinstance(test["passed"], bool)
        _scores(test)
    return found


def _scores(found: dict[str, Any]) -> None:
    for field in ("score", "max-score"):
        assert type(found[field]) is int
        assert found[field] >= 0
    assert found["score"] <= found["max-score"]
