"""The page: results as one self-contained HTML file that opens from disk and is readable without script."""

from collections import Counter
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.catalogue import catalogue
from conformance.reporting.results import COUNTS_AGAINST, CallLine, Evidence, Results, Verdict, WireLine
from conformance.reporting.safe import plain

ORDER: Final = (
    "crashed", "hung", "failed", "unsteady", "not-run", "not-implemented", "harness-error", "not-observed",
    "not-applicable", "passed",
)  # fmt: skip
LEVELS: Final = ("MUST", "SHOULD", "MAY")


def page(results: Results) -> str:
    """Return the page."""
    environment = Environment(
        loader=PackageLoader("conformance.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = _plain
    template = environment.get_template("page.html")
    return template.render(
        results=results,
        requirements=catalogue().requirements,
        exercises=catalogue().exercises,
        groups=_groups(results),
        counts=Counter(one.verdict for one in results.verdicts),
        order=ORDER,
        time_line=time_line,
        wrong=[
            one
            for one in _by_gravity(results.verdicts)
            if one.verdict in COUNTS_AGAINST or one.verdict == "harness-error"
        ],
    )


class Row(NamedTuple):
    """One line of a time line: a call of the program, or something on the wire."""

    call: CallLine | None
    event: WireLine | None


def time_line(evidence: Evidence) -> list[Row]:
    """Return calls and wire in the order in which they happened."""
    first = evidence.calls[0].number if evidence.calls else 0
    calls = [(call.number, 1, Row(call, None)) for call in evidence.calls]
    wire = [(event.after, 0, Row(None, event)) for event in evidence.wire if event.after >= first or not first]
    return [row for _, _, row in sorted([*wire, *calls], key=lambda entry: entry[:2])]


def _plain(text: str, limit: int = 10_000) -> Markup:
    return escape(plain(text, limit))


def _by_gravity(verdicts: list[Verdict]) -> list[Verdict]:
    return sorted(verdicts, key=lambda one: (ORDER.index(one.verdict), LEVELS.index(one.level)))


def _groups(results: Results) -> dict[str, list[Verdict]]:
    """Return the verdicts by group of the catalogue, failures first."""
    groups: dict[str, list[Verdict]] = {}
    for one in results.verdicts:
        groups.setdefault(catalogue().requirements[one.requirement].group, []).append(one)
    return {name: _by_gravity(verdicts) for name, verdicts in groups.items()}
