"""Checks of files: how they are opened, what they hold, and what is said when they cannot be had."""

import os
import re
from typing import Final

from conformance.checks.common import (
    as_received,
    clients_of,
    content_of,
    ended_how,
    is_the_file,
    last_input,
    last_output,
    message_of,
    same_result,
    shown,
)
from conformance.checks.robust import says_so_and_fails
from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.model.calls import TRANSFER
from conformance.model.descriptors import Kind
from conformance.observe.decode import mode, open_flags, opening
from conformance.observe.trace import Call
from conformance.stage.script import Exited, Run, Waiting
from conformance.words import say

PERMISSIONS: Final = 0o7777
OWNER_READS_AND_WRITES: Final = 0o600
NUMBERS: Final = re.compile(rb"[0-9]+")


def created(run: Run) -> Judgement:
    """A file was made by an open with O_CREAT and a mode that was meant: one that lets its owner read and write."""
    if not run.observed:
        return NotObserved()
    making = [call for call in run.trace.of_exercise() if call.name == "open" and opening(call) & os.O_CREAT]
    if not making:
        return Broken(say("created.expected"), say("created.none"), _last_open(run))
    wrong = next((call for call in making if not _is_meant(mode(call))), None)
    if wrong is not None:
        return Broken(say("created.mode"), _as_given(mode(wrong)), wrong.number)
    kept = run.files or not run.path  # a file that the exercise does not name may be removed again
    return Kept() if kept else Broken(say("created.expected"), say("created.gone"), making[-1].number)


def _is_meant(mode: int) -> bool:
    return not mode & ~PERMISSIONS and mode & OWNER_READS_AND_WRITES == OWNER_READS_AND_WRITES


def _as_given(mode: int) -> str:
    """Return a mode as C writes it; bits that no mode has were never meant."""
    return say("created.garbage" if mode & ~PERMISSIONS else "created.other", mode=f"0{mode:o}")


def _last_open(run: Run) -> int | None:
    calls = [call.number for call in run.trace.of_exercise() if call.name == "open"]
    return calls[-1] if calls else None


def replaced(run: Run, undisturbed: Run) -> Judgement:
    """What an older, longer file held is gone: the file holds what it holds where there was none."""
    if undisturbed.file is None:
        return NotApplicable(say("file.none-anyway"))
    if run.file is not None and run.file.content == undisturbed.file.content:
        return Kept()
    new = undisturbed.file.content
    return Broken(say("replaced.expected", data=shown(new)), _overlaid(run, new), _last_open(run))


def _overlaid(run: Run, new: bytes) -> str:
    """Return where the new content stands in the older file, if it is there at all."""
    content = b"" if run.file is None else run.file.content
    if new and content.startswith(new):
        return say("replaced.overlaid", new=len(new), size=len(content))
    if new and content.endswith(new):
        return say("replaced.behind", new=len(new), size=len(content))
    return _file_holds(run)


def opened_for_its_use(run: Run) -> Judgement:
    """No transfer is refused because the file was opened for another kind, and no open because it asks for too much."""
    if not run.observed:
        return NotObserved()
    opens = [call for call in run.trace.of_exercise() if call.name == "open"]
    had = {call.path for call in opens if call.succeeded}
    refused = next((call for call in opens if call.error == "EACCES" and call.path not in had), None)
    if refused is not None:
        seen = say("access.refused", flags=open_flags(opening(refused)))
        return Broken(say("access.expected"), seen, refused.number)
    files = {one.number: one.opened_by for one in run.trace.descriptions if one.kind == Kind.FILE and one.of_exercise}
    for call in run.trace.named(*TRANSFER):
        if call.error == "EBADF" and call.subject in files:
            flags = open_flags(opening(_numbered(run, files[call.subject])))
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
        return Broken(say("half-close.end"), say("half-close.no-end") + ended_how(run), last_input(run))
    return stores_message(run)


def stores_no_more(run: Run) -> Judgement:
    """The file holds nothing that was not received; whether it holds all is judged elsewhere."""
    sent = message_of(run)
    if run.file is None or (sent + b"\0").startswith(run.file.content):
        return Kept()
    return Broken(say("stored.no-more"), _file_holds(run), last_output(run))


def _holds(run: Run, content: bytes) -> Judgement:
    if run.file is not None and is_the_file(run.file.content, content):
        return Kept()
    return Broken(say("holds.expected", name=run.path, data=shown(content)), _file_holds(run), last_output(run))


def _file_holds(run: Run) -> str:
    seen = say("holds.none", name=run.path) if run.file is None else say("holds.seen", data=shown(run.file.content))
    return seen + ended_how(run)


def prints_file(run: Run, undisturbed: Run) -> Judgement:
    """What the file holds stands in the output, and around it what always stands there; an empty file in any words."""
    content = _laid_down(run)
    if not content and run.status == 0:
        return Kept()
    seen = say("prints.seen", output=shown(run.stdout)) + ended_how(run)
    if content not in run.stdout and content.removesuffix(b"\0") not in run.stdout:
        return Broken(say("prints.expected", message=shown(content)), seen, last_input(run))
    before, found, behind = undisturbed.stdout.partition(_laid_down(undisturbed))
    forms = (content, content + b"\0", content.removesuffix(b"\0"), content + b"\n" * (content[-1:] != b"\n"))
    usual = {_plain(before + one + behind) for one in forms}
    if found and _plain(run.stdout) not in usual:
        return Broken(say("prints.alone", message=shown(content)), seen, last_input(run))
    return Kept()


def _plain(output: bytes) -> bytes:
    """Return output without what may vary: numbers, and the line end that stands behind everything."""
    return NUMBERS.sub(b"0", output).rstrip(b" \r\n")


def sends_file(run: Run) -> Judgement:
    """The client received what the file holds, and the end."""
    content, received = _laid_down(run), run.received()
    if not is_the_file(received, content):
        return Broken(say("sends.expected", data=shown(content)), as_received(run, received), last_output(run))
    if not run.happened("program ended"):
        return Broken(say("half-close.end"), say("half-close.no-end"), last_output(run))
    return Kept()


def _laid_down(run: Run) -> bytes:
    return b"".join(file.whole for file in run.scenario.start.files)


def goes_on_after_part(run: Run, undisturbed: Run) -> Judgement:
    """Reads and writes that move a part are continued: file, output and client get the same."""
    if not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    if same_result(run, undisturbed) or _stored_the_same(run, undisturbed):
        return Kept()
    first = next((call.number for call in run.trace.calls if call.injected), None)
    return Broken(say("part.expected"), _what_differs(run, undisturbed), first)


def _what_differs(run: Run, undisturbed: Run) -> str:
    """Return the first of file, wire and output that is not as it was."""
    if content_of(run) != content_of(undisturbed):
        return _file_holds(run)
    if run.received() != undisturbed.received():
        return as_received(run, run.received())
    return say("prints.seen", output=shown(run.stdout)) + ended_how(run)


def _stored_the_same(run: Run, undisturbed: Run) -> bool:
    """Tell whether a client has stored the same: what it says to its server is judged elsewhere."""
    return run.happened("accepted") and run.file is not None and content_of(run) == content_of(undisturbed)


def reports_missing(run: Run, undisturbed: Run) -> Judgement:
    """The file is not there: words; and a non-zero status, but for a server that has had a client."""
    if clients_of(run) or isinstance(run.ending, Waiting):
        known = set(undisturbed.output.splitlines())
        said = any(line.strip() and line not in known for line in run.output.splitlines())
        return Kept() if said else Broken(say("missing.expected"), say("missing.silent"), _last_open(run))
    return says_so_and_fails(run, undisturbed, say("missing.cause", name=run.path), _last_open(run))


def takes_file_end_for_end(run: Run, undisturbed: Run) -> Judgement:
    """The end of the file ends the reading: the program ends, and calls it no error."""
    always = isinstance(run.ending, Exited) and run.ending == undisturbed.ending and not run.stderr.strip()
    if run.ending == Exited(0) or always:
        return Kept()
    seen = say("eof.goes-on") if run.endless or isinstance(run.ending, Waiting) else say("eof.error")
    return Broken(say("eof.expected"), seen + ended_how(run), last_input(run))
