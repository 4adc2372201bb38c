"""A class from what was handed in to what is kept of it: judged, written down, and compared among itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from conformance.grading.common import common_exercises
from conformance.grading.near_duplicates import near, sources_of
from conformance.grading.pool import Pool
from conformance.grading.records import Entry, HandedIn, Intake
from conformance.grading.running import Asked, Report, judge_class, rows_of
from conformance.grading.store import Roll, Row, Store


class Order(Struct, frozen=True, kw_only=True):
    """What is asked for."""

    asked: Asked
    title: str
    only: tuple[str, ...] = ()
    """Ids of the students who are judged; all where none is named."""
    fresh: bool = False
    """Whether everything is judged again."""


def judge_into(store: Store, intake: Intake, order: Order, pool: Pool, report: Report) -> Roll:
    """Judge a class and keep what comes of it; what is done when somebody interrupts is kept, too."""
    rows = rows_of(intake.handed_in, order.asked, pool.environment())
    if order.fresh:
        store.forget()
    chosen = [
        (one, row)
        for one, row in zip(intake.handed_in, rows, strict=True)
        if not order.only or one.student.id in order.only
    ]
    before = _judged(store, rows)
    try:
        judge_class([one for one, _ in chosen], [row for _, row in chosen], order.asked, store, pool, report)
    finally:
        pool.close()
        roll = _written(store, intake, order, rows, anything_new=_judged(store, rows) != before)
    return roll


def _judged(store: Store, rows: Sequence[Row]) -> set[str]:
    return {row.digest for row in rows if row.digest and store.has(row.digest)}


def _written(store: Store, intake: Intake, order: Order, rows: tuple[Row, ...], *, anything_new: bool) -> Roll:
    earlier = store.roll()
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    roll = Roll(
        title=order.title,
        layout=intake.layout,
        date=now if anything_new or earlier is None else earlier.date,
        exercises=order.asked.exercises,
        profile=order.asked.profile,
        rows=rows,
    )
    entries = store.entries(roll)
    store.write_results(entries)
    sources = _sources(intake.handed_in, entries)
    roll = msgspec.structs.replace(
        roll,
        common=common_exercises([_judged_exercises(entry) for entry in entries]),
        near=near({program: text for program, (_, text) in sources.items()}),
    )
    store.write_sources(sources_of(roll.near, sources))
    store.write_roll(roll)
    return roll


def _judged_exercises(entry: Entry) -> set[str]:
    return {one.exercise for one in entry.results.programs} if entry.results is not None else set()


def _sources(handed_in: Sequence[HandedIn], entries: Sequence[Entry]) -> Mapping[tuple[str, str], tuple[str, bytes]]:
    """Return the file and the text of each program by its exercise and its student."""
    found: dict[tuple[str, str], tuple[str, bytes]] = {}
    for one, entry in zip(handed_in, entries, strict=True):
        texts = {file.name: file.data for file in one.files}
        for program in entry.results.programs if entry.results is not None else ():
            if program.source in texts:
                found[program.exercise, one.student.id] = program.source, texts[program.source]
    return found
