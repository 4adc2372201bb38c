"""Where a message of a dialogue ends in the stream of bytes: TCP keeps no boundaries, so the exercise names them."""

import sys
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from conformance.catalogue.records import ByteOrder, Content, Data, Exercise, Framing, NamedFraming, Shape

LINE_END: Final = b"\n"
SHAPES: Final[Mapping[NamedFraming, Shape]] = {"length16": Shape(count=2), "length32": Shape(count=4)}
"""What the framings with a length are: a count of bytes."""
ORDERS: Final[Mapping[ByteOrder, Literal["big", "little"]]] = {"network": "big", "host": sys.byteorder}


class Frames(Struct, frozen=True, omit_defaults=True):
    """How the messages of an exercise are told apart."""

    count: int = 0
    """How many bytes the count before each message has."""
    item: int = 1
    """How many bytes each of the counted items has."""
    tail: int = 0
    """How many bytes stand behind the items."""
    fixed: int = 0
    """How many bytes each message has; 0 where that is told by a count or a mark."""
    order: Literal["big", "little"] = "big"
    """The order of the bytes in a number."""
    end: bytes = LINE_END
    """The mark, where there is neither a count nor a fixed size."""

    @property
    def has_mark(self) -> bool:
        """Whether each message ends with a mark."""
        return not self.count and not self.fixed

    def whole(self, text: bytes) -> bytes:
        """Return a message as it goes over the wire."""
        if self.has_mark:
            return text + self.end
        return text if self.fixed else self._items_in(text).to_bytes(self.count, self.order) + text

    def text(self, message: bytes) -> bytes:
        """Return what a message holds."""
        return message.removesuffix(self.end) if self.has_mark else message[self.count :]

    def fitted(self, text: bytes) -> bytes:
        """Return the text of one message that holds as much of a text as it can."""
        if self.has_mark:
            return text.replace(self.end, b"")
        size = self.fixed or min(max(self._items_in(text), 0), self._most_items) * self.item + self.tail
        return text[:size].ljust(size, b"\0")

    def cut(self, stream: bytes) -> list[bytes]:
        """Return the messages that stand whole in a stream; what is left at its end is none."""
        found, at = list[bytes](), 0
        while (end := self._end(stream, at)) is not None:
            found.append(stream[at:end])
            at = end
        return found

    def encoded(self, content: Content) -> bytes:
        """Return what a course writes as bytes. Raises ValueError or OverflowError where it says no such bytes."""
        if isinstance(content, str):
            return content.encode()
        return bytes.fromhex(content.hex) + self._numbers(content) + content.text.encode()

    def is_one(self, data: bytes) -> bool:
        """Tell whether what a course writes as bytes is one message, whole and alone."""
        if self.has_mark:
            return data.endswith(self.end) and data.count(self.end) == 1
        if self.fixed:
            return len(data) == self.fixed
        items = self._items_in(data)
        return 0 <= items <= self._most_items and items * self.item + self.tail == len(data)

    def message(self, content: Content) -> bytes:
        """Return what a course writes as it goes over the wire: a mark is written by hand, and a count is not."""
        data = self.encoded(content)
        return data if self.has_mark else self.whole(data)

    def _numbers(self, content: Data) -> bytes:
        size = self.fixed // max(len(content.numbers), 1) or self.item
        return b"".join(one.to_bytes(size, self.order, signed=one < 0) for one in content.numbers)

    @property
    def _most_items(self) -> int:
        return (1 << 8 * self.count) - 1

    def _items_in(self, text: bytes) -> int:
        return (len(text) - self.tail) // self.item

    def _end(self, stream: bytes, at: int) -> int | None:
        if self.has_mark:
            place = stream.find(self.end, at)
            return None if place < 0 else place + len(self.end)
        head = at + self.count
        size = self.fixed or int.from_bytes(stream[at:head], self.order) * self.item + self.tail
        return head + size if head + size <= len(stream) and head <= len(stream) else None


def frames_of(exercise: Exercise) -> Frames:
    """Return how the requests of an exercise are told apart."""
    return _frames(exercise, exercise.framing)


def answer_frames_of(exercise: Exercise) -> Frames:
    """Return how the answers of an exercise are told apart."""
    return _frames(exercise, exercise.framing if exercise.answer is None else exercise.answer)


def _frames(exercise: Exercise, framing: Framing) -> Frames:
    shape = framing if isinstance(framing, Shape) else SHAPES.get(framing)
    order = ORDERS[exercise.byte_order]
    if shape is None:
        return Frames(order=order, end=exercise.delimiter.encode() if framing == "delimiter" else LINE_END)
    return Frames(count=shape.count, item=shape.item, tail=shape.tail, fixed=shape.fixed, order=order)


def request_of(exercise: Exercise, send: Content) -> bytes:
    """Return the request of an example as it goes over the wire."""
    return frames_of(exercise).message(send)


def reply_of(exercise: Exercise, expect: Content) -> bytes:
    """Return the answer of an example as it goes over the wire."""
    return answer_frames_of(exercise).message(expect)
