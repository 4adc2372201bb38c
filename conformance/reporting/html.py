"""The page: results as one self-contained HTML file that opens from disk and is readable without script."""

from base64 import b64encode
from collections import Counter
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.catalogue import Role, catalogue
from conformance.reporting import gravity
from conformance.reporting.gravity import Finding
from conformance.reporting.results import COUNTS_AGAINST, Results, Verdict
from conformance.reporting.safe import plain
from conformance.reporting.timeline import time_line
from conformance.words import language, say

LARGE: Final = 300
"""From so many verdicts on, what is out of sight is laid out only when it comes into sight."""
LINE: Final = 300
"""How much is shown of what should be one line."""


WORDS: Final = 16
"""How many lines of a scenario in words are shown."""


class Part(NamedTuple):
    """The verdicts of one exercise on one group of the catalogue, the gravest first."""

    group: str
    verdicts: list[Verdict]
    kept: int
    judged: int


class Chapter(NamedTuple):
    """All that was found out about the program of one exercise."""

    exercise: str
    title: str
    parts: list[Part]
    kept: list[Verdict]
    judged: int
    counts: list[tuple[str, int, int]]
    """Each verdict that occurs, how many come before it, and how often it occurs: the pieces of a bar."""


def page(results: Results) -> str:
    """Return the page."""
    wrong = gravity.wrong(results)
    return (
        _environment()
        .get_template("page.html")
        .render(
            results=results,
            requirements=catalogue().requirements,
            chapters=_chapters(results),
            wrong=wrong,
            must=_broken(wrong, "MUST"),
            less=_broken(wrong, "SHOULD") + _broken(wrong, "MAY"),
            not_judged=gravity.not_judged(results),
            unbuilt={program.exercise: program for program in results.programs if not program.built},
            verdicts=Counter(one.verdict for one in gravity.by_gravity(results.verdicts)),
            groups=list(dict.fromkeys(catalogue().requirements[one.requirement].group for one in results.verdicts)),
            role=_role,
            large=LARGE,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("conformance.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = _plain
    environment.globals |= {"say": say, "language": language, "time_line": time_line, "shown": WORDS}
    for name in ("style.css", "script.js"):
        text = _minified(resources.files("conformance.reporting").joinpath("templates", name).read_text("utf-8"))
        kind = name.partition(".")[0]
        environment.globals |= {kind: Markup(text), f"{kind}_hash": b64encode(sha256(text.encode()).digest()).decode()}
    return environment


def _minified(text: str) -> str:
    """Leave out the indentation."""
    return "\n".join(line.strip() for line in text.splitlines())


def _plain(text: str, limit: int = LINE) -> Markup:
    return escape(plain(text, limit))


def _role(exercise: str) -> Role:
    known = catalogue().exercises.get(exercise)
    return known.role if known is not None else "alone"


def _broken(wrong: list[Finding], level: str) -> int:
    return sum(one.level == level and one.verdict in COUNTS_AGAINST for found in wrong for one in found.verdicts)


def _chapters(results: Results) -> list[Chapter]:
    by_exercise: dict[str, list[Verdict]] = {}
    for one in results.verdicts:
        by_exercise.setdefault(one.exercise, []).append(one)
    return [_chapter(exercise, verdicts) for exercise, verdicts in by_exercise.items()]


def _chapter(exercise: str, verdicts: list[Verdict]) -> Chapter:
    known = catalogue().exercises.get(exercise)
    by_group: dict[str, list[Verdict]] = {}
    for one in verdicts:
        by_group.setdefault(catalogue().requirements[one.requirement].group, []).append(one)
    parts = [Part(name, gravity.by_gravity(ones), _kept(ones), _judged(ones)) for name, ones in by_group.items()]
    kept = [one for one in verdicts if one.verdict == "passed"]
    title = known.title if known is not None else ""
    return Chapter(exercise, title, parts, kept, _judged(verdicts), _pieces(verdicts))


def _kept(verdicts: list[Verdict]) -> int:
    return sum(one.verdict == "passed" for one in verdicts)


def _judged(verdicts: list[Verdict]) -> int:
    return sum(one.verdict == "passed" or one.verdict in COUNTS_AGAINST for one in verdicts)


def _pieces(verdicts: list[Verdict]) -> list[tuple[str, int, int]]:
    """Return the pieces of a bar of verdicts, what is kept first."""
    counts = Counter(one.verdict for one in verdicts)
    pieces: list[tuple[str, int, int]] = []
    so_far = 0
    for name in reversed(gravity.WEIGHT):
        if counts[name] and name not in ("not-applicable", "not-observed", "harness-error"):
            pieces.append((name, so_far, counts[name]))
            so_far += counts[name]
    return pieces
