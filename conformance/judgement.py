"""What a check says of a run, as types."""

from msgspec import Struct


class Kept(Struct, frozen=True, tag="kept"):
    """The run keeps the requirement."""


class Broken(Struct, frozen=True, tag="broken"):
    """The run breaks the requirement."""

    expected: str
    seen: str
    call: int | None = None
    """The number of the call that went wrong, where one can be named."""
    by_calling: bool = False
    """That the call was made breaks it, whatever it returned and whatever came of it."""


class NotApplicable(Struct, frozen=True, tag="not-applicable"):
    """The requirement does not concern this program, for this reason."""

    reason: str


class NotObserved(Struct, frozen=True, tag="not-observed"):
    """The judgement needs a trace, and there is none."""


Judgement = Kept | Broken | NotApplicable | NotObserved
