"""The page: results as one self-contained HTML file that opens from disk and is readable without script."""

from base64 import b64encode
from collections import Counter
from functools import cache, partial
from hashlib import sha256
from importlib import resources
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.catalogue import Role, catalogue, words
from conformance.catalogue.patterns import pattern_of
from conformance.messages import Message, current_language, render, text
from conformance.messages.escaping import escaped
from conformance.records.notes import note_in_words
from conformance.records.results import COUNTS_AGAINST, Results, Verdict
from conformance.records.scenario_in_words import scenario_in_words
from conformance.reporting import priority
from conformance.reporting.advice import for_language
from conformance.reporting.priority import Finding
from conformance.reporting.timeline import time_line

MANY_VERDICTS: Final = 300
"""From so many verdicts on, what is out of sight is laid out only when it comes into sight."""
LONGEST_HTML_LINE: Final = 300
"""How much is shown of what should be one line."""
SCENARIO_LINES_SHOWN: Final = 16
"""How many lines of a scenario in words are shown."""
EMBEDDED: Final = {
    "style": "style.css",
    "script": "script.js",
    "class_style": "class.css",
    "class_script": "class.js",
    "near_style": "near.css",
}
"""What a template may put into its page, by the name that it has there; `NAME_hash` allows it."""


class VerdictGroup(NamedTuple):
    """The verdicts of one exercise on one group of the catalogue, the gravest first."""

    group: str
    verdicts: list[Verdict]
    kept: int
    judged: int


class Chapter(NamedTuple):
    """All that was found out about the program of one exercise."""

    exercise: str
    title: str
    parts: list[VerdictGroup]
    kept: list[Verdict]
    judged: int
    counts: list[tuple[str, int, int]]
    """Each verdict that occurs, how many come before it, and how often it occurs: the pieces of a bar."""


def page(results: Results) -> str:
    """Return the page."""
    return environment().get_template("page.html").render(**shown_values(results))


def shown_values(results: Results) -> dict[str, object]:
    """Return what the page's template shows; templates that extend it add their own."""
    wrong = priority.wrong(results)
    return {
        "results": results,
        "requirements": catalogue().requirements,
        "said": words().requirement,
        "chapters": _chapters(results),
        "notes": [note_in_words(note) for note in results.submission.notes],
        "wrong": wrong,
        "must": _broken(wrong, "MUST"),
        "less": _broken(wrong, "SHOULD") + _broken(wrong, "MAY"),
        "not_judged": priority.not_judged(results),
        "unbuilt": {program.exercise: program for program in results.programs if not program.built},
        "verdicts": Counter(one.verdict for one in priority.by_priority(results.verdicts)),
        "groups": list(dict.fromkeys(catalogue().requirements[one.requirement].group for one in results.verdicts)),
        "role": _role,
        "repair": partial(_repair, results, wrong),
        "languages": {program.exercise: program.language for program in results.programs},
        "large": MANY_VERDICTS,
    }


@cache
def environment() -> Environment:
    """Return what renders the templates of all pages: each carries its styles and scripts in itself."""
    made = Environment(
        loader=PackageLoader("conformance.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["plain"] = _plain_markup
    made.globals |= {
        "text": text,
        "group_name": _group_name,
        "render": render,
        "language": current_language,
        "scenario_in_words": scenario_in_words,
        "for_language": for_language,
        "time_line": time_line,
        "shown": SCENARIO_LINES_SHOWN,
    }
    for kind, name in EMBEDDED.items():
        content = _minified(resources.files("conformance.reporting").joinpath("templates", name).read_text("utf-8"))
        made.globals |= {kind: Markup(content), f"{kind}_hash": _hash(content)}
    return made


def _group_name(group: str) -> str:
    """Return what a group of requirements is called; that of a course has the course's name."""
    course = next((one.name for one in catalogue().courses if one.prefix == group), None)
    return text(f"group.{group}") if course is None else course


def _hash(content: str) -> str:
    return b64encode(sha256(content.encode()).digest()).decode()


def _minified(content: str) -> str:
    """Leave out the indentation."""
    return "\n".join(line.strip() for line in content.splitlines())


def _plain_markup(shown: Message | str, limit: int = LONGEST_HTML_LINE) -> Markup:
    return escape(escaped(render(shown), limit))


class Repair(NamedTuple):
    """The change that repairs a requirement."""

    title: str
    code: str
    """In the program's language; nothing where there is none."""
    others: list[str]
    """What it repairs too, of what the same program breaks."""


def _repair(results: Results, wrong: list[Finding], found: Finding) -> Repair | None:
    pattern, exercise = pattern_of(found.first.requirement), catalogue().exercises.get(found.first.exercise)
    if pattern is None or exercise is None:
        return None
    language = next((one.language for one in results.programs if one.exercise == exercise.name), "")
    code = pattern.for_program(exercise, language)
    others = priority.repaired_too(found, wrong)
    return Repair(text(f"pattern.{pattern.name}"), code, others) if code or others else None


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
    parts = [
        VerdictGroup(name, priority.by_priority(ones), _kept(ones), _number_judged(ones))
        for name, ones in by_group.items()
    ]
    kept = [one for one in verdicts if one.verdict == "passed"]
    title = words().exercise[exercise].title if known is not None else ""
    return Chapter(exercise, title, parts, kept, _number_judged(verdicts), _bar_pieces(verdicts))


def _kept(verdicts: list[Verdict]) -> int:
    return sum(one.verdict == "passed" for one in verdicts)


def _number_judged(verdicts: list[Verdict]) -> int:
    return sum(one.verdict == "passed" or one.verdict in COUNTS_AGAINST for one in verdicts)


def _bar_pieces(verdicts: list[Verdict]) -> list[tuple[str, int, int]]:
    """Return the pieces of a bar of verdicts, what is kept first."""
    counts = Counter(one.verdict for one in verdicts)
    pieces: list[tuple[str, int, int]] = []
    so_far = 0
    for name in reversed(priority.WEIGHT):
        if counts[name] and name not in ("not-applicable", "not-observed", "harness-error"):
            pieces.append((name, so_far, counts[name]))
            so_far += counts[name]
    return pieces
