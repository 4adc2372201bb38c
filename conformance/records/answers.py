"""What a program owes its clients: the answers to what each has sent."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct


class Answer(Struct, frozen=True, omit_defaults=True):
    """The answer to one request: its bytes, or a pattern for them where the text is free."""

    data: bytes = b""
    pattern: str = ""


class Owed(Struct, frozen=True):
    """The answers that one client is owed, in order."""

    client: int
    answers: tuple[Answer, ...]

    @property
    def free(self) -> bool:
        """Whether the text of an answer is free."""
        return any(one.pattern for one in self.answers)

    @property
    def data(self) -> bytes:
        """All answers together, up to the first whose text is free."""
        return b"".join(one.data for one in _fixed(self.answers))

    def is_paid(self, received: bytes) -> bool:
        """Tell whether a client has all answers that it is owed, and nothing else."""
        if not self.free:
            return received == self.data
        pieces = (one.pattern.encode() or re.escape(one.data) for one in self.answers)
        return re.fullmatch(b"".join(b"(?:%s)" % piece for piece in pieces), received, re.DOTALL) is not None

    def is_begun(self, received: bytes) -> bool:
        """Tell whether what a client has is the beginning of what it is owed."""
        fixed = self.data
        return fixed.startswith(received) or (self.free and received.startswith(fixed))


def _fixed(answers: Iterable[Answer]) -> Iterator[Answer]:
    for one in answers:
        if one.pattern:
            return
        yield one
