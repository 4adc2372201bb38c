"""Judging again whenever a file of the submission changes, and saying what that did to the verdicts."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from rich.console import Console
from watchfiles import DefaultFilter, watch

from conformance.messages import text
from conformance.messages.escaping import escaped
from conformance.records.results import Results
from conformance.reporting import changes, terminal
from conformance.submission.discover import SubmissionError

LOOK_UP: Final = 200
"""Milliseconds after which the watcher looks up although nothing changed: the first look shows that it watches."""


def watching(folder: Path, written: Iterable[Path], judge: Callable[[], Results]) -> None:
    """Judge whenever a file in the folder changes, other than those that are written, until somebody interrupts."""
    console = Console(highlight=False)
    before: Results | None = None
    try:
        for names in _rounds(folder, written):
            after = _results_now(judge, console)
            if after is None:
                continue
            if before is None:
                terminal.terminal_summary(after, console)
                console.print(text("watch.begins"), style="dim")
            else:
                changes.show_changes(names, before, after, console)
            before = after
    except KeyboardInterrupt:
        return


def _results_now(judge: Callable[[], Results], console: Console) -> Results | None:
    """Return the results; None where there is nothing to judge just now, as while a file is written."""
    try:
        return judge()
    except (SubmissionError, OSError) as problem:
        console.print(escaped(str(problem)), markup=False, soft_wrap=True)
        return None


def _rounds(folder: Path, written: Iterable[Path]) -> Iterator[list[str]]:
    """Yield nothing at once, and then the names of what changed, each time that something does.

    The watching begins before the first judging: what changes meanwhile is not missed.
    """
    ours = DefaultFilter(ignore_paths=[path.resolve() for path in written])
    first = True
    for found in watch(folder.resolve(), watch_filter=ours, rust_timeout=LOOK_UP, yield_on_timeout=True):
        if first or found:
            yield sorted({str(Path(path).relative_to(folder.resolve())) for _, path in found})
        first = False
