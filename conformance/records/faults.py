"""Faults: what the kernel is made to do at the n-th call of a kind, as data."""

from msgspec import Struct

EVERY = 0
"""As `nth`: each call of the kind."""


class Short(Struct, frozen=True, kw_only=True, tag="short", omit_defaults=True, forbid_unknown_fields=True):
    """A transfer that moves at most `count` bytes. Only on descriptors that block, without MSG_WAITALL, and never 0.

    An event-driven program may rightly take a short count on a non-blocking descriptor for "drained".
    """

    call: str
    """`input` or `output`."""
    count: int
    nth: int = EVERY


class Fail(Struct, frozen=True, kw_only=True, tag="fail", omit_defaults=True, forbid_unknown_fields=True):
    """A call that does nothing and returns an error."""

    call: str
    error: str
    nth: int = 1
    """From 1, counted over the calls for descriptors of the exercise."""


class Late(Struct, frozen=True, tag="late", omit_defaults=True, forbid_unknown_fields=True):
    """New threads and processes begin only when all others wait, and a parent gets SIGCHLD only then.

    A scheduler may leave them aside so long; the signals of children that end meanwhile become one.
    """


Fault = Short | Fail | Late
