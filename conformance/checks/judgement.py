"""What a check says of a run, as types."""

from msgspec import Struct

from conformance.messages import Message


class Kept(Struct, frozen=True, tag="kept"):
    """The run keeps the requirement."""


class Broken(Struct, frozen=True, tag="broken"):
    """The run breaks the requirement."""

    expected: Message
    seen: Message
    call: int | None = None
    """The number of the call that went wrong, where one can be named."""
    by_ending: bool = False
    """How the run ended breaks it, or left out what was to come: only then a crash or a hang is the verdict."""
    regardless_of_result: bool = False
    """That the call was made breaks it, whatever it returned and whatever came of it."""
    places: tuple[tuple[str, int], ...] = ()
    """Files and lines that the program itself names as the place, the innermost first."""


class NotApplicable(Struct, frozen=True, tag="not-applicable"):
    """The requirement does not concern this program, for this reason."""

    reason: Message


class NotObserved(Struct, frozen=True, tag="not-observed"):
    """The judgement needs a trace, and there is none."""


Judgement = Kept | Broken | NotApplicable | NotObserved
