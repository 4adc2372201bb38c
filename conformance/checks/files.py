"""Checks of files: how they are opened, what they hold, and what is said when they cannot be had."""

import os
import re
from typing import Final

from conformance.checks.common import (
    and_ended,
    as_printed,
    clients_of,
    content_of,
    ended,
    is_the_file,
    last_input,
    last_output,
    message_of,
    not_printed,
    not_printed_beside,
    not_received,
    same_result,
    took_an_end,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.checks.robust import reports_and_exits_nonzero
from conformance.checks.showing import crux, difference, shown_data
from conformance.messages import Message, say
from conformance.model.calls import TRANSFER
from conformance.model.descriptors import DescriptorKind
from conformance.observe.linux.decode import mode, open_flags, opening
from conformance.records.run import Exited, Run, Waiting
from conformance.records.trace import Call

PERMISSIONS: Final = 0o7777
OWNER_READS_AND_WRITES: Final = 0o600
DIGITS_PRINTED: Final = re.compile(rb"[0-9]+")


def created(run: Run) -> Judgement:
    """A file was made by an open with O_CREAT and a mode that was meant: one that lets its owner read and write."""
    making = [call for call in run.trace.in_scope() if call.name == "open" and opening(call) & os.O_CREAT]
    if not making:
        return Broken(say("created.expected"), say("created.none"), _last_open(run))
    wrong = next((call for call in making if not _is_meant(mode(call))), None)
    if wrong is not None:
        return Broken(say("created.mode"), _as_given(mode(wrong)), wrong.number)
    kept = run.files or not run.path  # a file that the exercise does not name may be removed again
    return Kept() if kept else Broken(say("created.expected"), say("created.gone"), making[-1].number)


def _is_meant(mode: int) -> bool:
    return not mode & ~PERMISSIONS and mode & OWNER_READS_AND_WRITES == OWNER_READS_AND_WRITES


def _as_given(mode: int) -> Message:
    """Return a mode as C writes it; bits that no mode has were never meant."""
    return say("created.garbage" if mode & ~PERMISSIONS else "created.other", mode=f"0{mode:o}")


def _last_open(run: Run) -> int | None:
    calls = [call.number for call in run.trace.in_scope() if call.name == "open"]
    return calls[-1] if calls else None


def replaced(run: Run, baseline: Run) -> Judgement:
    """What an older, longer file held is gone: the file holds what it holds where there was none."""
    if baseline.file is None:
        return NotApplicable(say("file.none-anyway"))
    if run.file is not None and run.file.content == baseline.file.content:
        return Kept()
    new = baseline.file.content
    untouched = content_of(run) in (None, _laid_down(run))
    expected, seen = say("replaced.expected", data=shown_data(new)), _overlaid(run, new)
    return Broken(expected, seen, _last_open(run), by_ending=untouched)


def _overlaid(run: Run, new: bytes) -> Message:
    """Return where the new content stands in the older file, if it is there at all."""
    content = b"" if run.file is None else run.file.content
    if new and content.startswith(new):
        return say("replaced.overlaid", new=len(new), size=len(content))
    if new and content.endswith(new):
        return say("replaced.behind", new=len(new), size=len(content))
    return _file_holds(run, new)


def opened_for_its_use(run: Run) -> Judgement:
    """No transfer is refused because the file was opened for another kind, and no open because it asks for too much."""
    opens = [call for call in run.trace.in_scope() if call.name == "open"]
    had = {call.path for call in opens if call.succeeded}
    refused = next((call for call in opens if call.error == "EACCES" and call.path not in had), None)
    if refused is not None:
        seen = say("access.refused", flags=open_flags(opening(refused)))
        return Broken(say("access.expected"), seen, refused.number)
    files = {
        one.number: one.opened_by for one in run.trace.descriptions if one.kind == DescriptorKind.FILE and one.in_scope
    }
    for call in run.trace.named(*TRANSFER):
        if call.error == "EBADF" and call.description in files:
            flags = open_flags(opening(_numbered(run, files[call.description])))
            return Broken(say("access.expected"), say("access.seen", call=call.name, flags=flags), call.number)
    return Kept()


def _numbered(run: Run, number: int) -> Call:
    return next(call for call in run.trace.calls if call.number == number)


def writes_content(run: Run, content: str) -> Judgement:
    """The file holds the exercise's text."""
    return _holds(run, content.encode())


def stores_message(run: Run) -> Judgement:
    """The file holds what the server sent."""
    return _holds(run, message_of(run))


def stores_as_whole(run: Run, whole: Run) -> Judgement:
    """What comes in pieces is stored as it is in one piece; what is stored then is judged elsewhere."""
    return stores_message(run) if isinstance(stores_message(whole), Kept) else Kept()


def stores_and_ends(run: Run) -> Judgement:
    """The file holds what the server sent before it ended its side, and the client has ended its own."""
    if not run.happened("program ended"):
        return Broken(say("half-close.end"), and_ended(say("half-close.no-end"), run), last_input(run), by_ending=True)
    return stores_message(run)


def stores_no_more(run: Run) -> Judgement:
    """The file holds nothing that was not received; whether it holds all is judged elsewhere."""
    sent = message_of(run)
    if run.file is None or (sent + b"\0").startswith(run.file.content):
        return Kept()
    return Broken(say("stored.no-more"), _file_holds(run, sent), last_output(run))


def _holds(run: Run, content: bytes) -> Judgement:
    if run.file is not None and is_the_file(run.file.content, content):
        return Kept()
    held = b"" if run.file is None else run.file.content
    expected = say("holds.expected", name=run.path, data=shown_data(content, difference(content, held)))
    return Broken(expected, _file_holds(run, content), last_output(run), by_ending=content.startswith(held))


def _file_holds(run: Run, wanted: bytes) -> Message:
    """Say what the file holds, around the place where that is not what was wanted."""
    if run.file is None:
        return and_ended(say("holds.none", name=run.path), run)
    held = run.file.content
    return and_ended(say("holds.seen", data=shown_data(held, difference(held, wanted))), run)


def prints_file(run: Run, baseline: Run) -> Judgement:
    """What the file holds stands in the output, and around it what always stands there; an empty file in any words."""
    content = _laid_down(run)
    if not content and run.status == 0:
        return Kept()
    if content not in run.stdout and content.removesuffix(b"\0") not in run.stdout:
        cut = crux((content,), run.stdout)
        return not_printed(
            run, say("prints.expected", message=shown_data(content, cut.reached)), cut.at, last_input(run)
        )
    before, found, behind = baseline.stdout.partition(_laid_down(baseline))
    forms = (content, content + b"\0", content.removesuffix(b"\0"), content + b"\n" * (content[-1:] != b"\n"))
    usual = {_without_digits(before + one + behind) for one in forms}
    if found and _without_digits(run.stdout) not in usual:
        at = difference(run.stdout, before + content + behind)
        return Broken(say("prints.alone", message=shown_data(content)), as_printed(run, at), last_input(run))
    return Kept()


def _without_digits(output: bytes) -> bytes:
    """Return output without what may vary: numbers, and the line end that stands behind everything."""
    return DIGITS_PRINTED.sub(b"0", output).rstrip(b" \r\n")


def sends_file(run: Run) -> Judgement:
    """The client received what the file holds, and the end."""
    content, received = _laid_down(run), run.received()
    if not is_the_file(received, content):
        expected = say("sends.expected", data=shown_data(content, difference(content, received)))
        return not_received(run, expected, content, call=last_output(run))
    if not run.happened("program ended"):
        return Broken(say("half-close.end"), say("half-close.no-end"), last_output(run))
    return Kept()


def _laid_down(run: Run) -> bytes:
    return b"".join(file.whole for file in run.scenario.start.files)


def goes_on_after_part(run: Run, baseline: Run) -> Judgement:
    """Reads and writes that move a part are continued: file, output and client get the same."""
    if not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    if same_result(run, baseline) or _stored_the_same(run, baseline):
        return Kept()
    first = next((call.number for call in run.trace.calls if call.injected), None)
    return _what_differs(run, baseline, first)


def _what_differs(run: Run, baseline: Run, call: int | None) -> Broken:
    """Say which is the first of file, wire and output that is not as it was."""
    expected, wanted = say("part.expected"), content_of(baseline)
    if content_of(run) != wanted:
        held = content_of(run) or b""
        return Broken(expected, _file_holds(run, wanted or b""), call, by_ending=(wanted or b"").startswith(held))
    if run.received() != baseline.received():
        return not_received(run, expected, baseline.received(), call=call)
    return not_printed_beside(run, expected, baseline, call)


def _stored_the_same(run: Run, baseline: Run) -> bool:
    """Tell whether a client has stored the same: what it says to its server is judged elsewhere."""
    return run.happened("accepted") and run.file is not None and content_of(run) == content_of(baseline)


def reports_missing(run: Run, baseline: Run) -> Judgement:
    """The file is not there: words; and a non-zero status, but for a server that has had a client."""
    if clients_of(run) or isinstance(run.ending, Waiting):
        known = set(baseline.output.splitlines())
        said = any(line.strip() and line not in known for line in run.output.splitlines())
        return Kept() if said else Broken(say("missing.expected"), say("missing.silent"), _last_open(run))
    return reports_and_exits_nonzero(run, baseline, say("missing.cause", name=run.path), _last_open(run))


def ends_cleanly(run: Run) -> Judgement:
    """A program that did its work ends with status 0."""
    if run.ending == Exited(status=0):
        return Kept()
    return Broken(say("ends.expected-alone"), ended(run), None)


def takes_file_end_for_end(run: Run, baseline: Run) -> Judgement:
    """The end of the file ends the reading: the program ends, and calls it no error."""
    if not took_an_end(run):
        return NotApplicable(say("eof.none"))
    always = isinstance(run.ending, Exited) and run.ending == baseline.ending and not run.stderr.strip()
    if run.ending == Exited(status=0) or always:
        return Kept()
    seen = say("eof.goes-on") if run.endless or isinstance(run.ending, Waiting) else say("eof.error")
    return Broken(say("eof.expected"), and_ended(seen, run), last_input(run), by_ending=True)
