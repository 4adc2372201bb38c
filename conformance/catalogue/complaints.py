"""What is wrong with a catalogue, each complaint with its file and line: said before anything is judged."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from conformance.catalogue.framing import LINE_END, Frames, answer_frames_of, frames_of
from conformance.catalogue.records import (
    DATAGRAMS,
    Content,
    Course,
    Example,
    Exercise,
    Requirement,
    Shape,
    Words,
    selector,
)
from conformance.catalogue.source import Source
from conformance.messages import Message, say
from conformance.messages.suggestions import with_suggestion

ID: Final = re.compile(r"[a-z][a-z0-9]*\.[a-z0-9-]+")
PREFIX: Final = re.compile(r"[a-z][a-z0-9]*")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
PLACEHOLDERS: Final = frozenset({"{ip}", "{port}", "{path}", "{name}", "{certificate}", "{key}", "{authority}"})
LARGEST_COUNT, LARGEST_PART = 8, 1 << 16
"""Bytes of a count; and of an item, a tail or a fixed message."""
OVER_UNIX, OVER_DATAGRAMS, OVER_TLS = ("greeting", "echo", "dialogue"), ("echo",), ("greeting", "echo")
"""Conversations that go over a transport: of files the path would be the socket's and the file's."""
FITS_A_DATAGRAM: Final = range(64, 65_508)
"""Bytes: 65,507 is the most that UDP carries over IPv4, and messages of this suite have up to 64."""
OPTIONAL_WORDS: Final = frozenset({"latitude"})
"""Words that there need not be."""


def complaint(name: str, what: Message | str) -> Message | str:
    """Return a complaint about something that has a name."""
    return say("complaint.about", name=name, what=what) if name else what


# ---------------------------------------------------------------- the course itself


def about_course(source: Source, course: Course, prefixes: Sequence[str]) -> Iterator[str]:
    """Say what is wrong with a course's own table; `prefixes` are those of the catalogues below it."""
    if not course.name.strip():
        yield source.says(say("complaint.empty", key="name"), "name")
    if prefixes and not PREFIX.fullmatch(course.prefix):
        yield source.says(say("course.prefix", prefix=course.prefix), "prefix")
    if course.prefix in prefixes and course.prefix:
        yield source.says(say("course.second-prefix", prefix=course.prefix), "prefix")


# ---------------------------------------------------------------- words


def about_words(source: Source, words: Words, known: Collection[str]) -> Iterator[str]:
    """Say which words are missing, which are of nothing that there is, and which are empty.

    `known` has the requirements and the exercises: the ids of the first have a dot.
    """
    told: tuple[tuple[str, Mapping[str, Struct]], ...] = (
        ("requirement", words.requirement),
        ("exercise", words.exercise),
    )
    for kind, said in told:
        there = [name for name in known if ("." in name) == (kind == "requirement")]
        yield from (
            source.says(complaint(name, say(f"complaint.no-words.{kind}"))) for name in there if name not in said
        )
        for name, one in said.items():
            if name not in there:
                yield source.says(complaint(name, say(f"complaint.no-such.{kind}")), kind, name)
            yield from (
                source.says(complaint(name, say("complaint.empty", key=key)), kind, name, key)
                for key in one.__struct_fields__
                if key not in OPTIONAL_WORDS and not getattr(one, key).strip()
            )


# ---------------------------------------------------------------- requirements


def about_requirements(
    source: Source, requirements: Sequence[Requirement], exercises: Mapping[str, Exercise], groups: Collection[str]
) -> Iterator[str]:
    """Say what is wrong with requirements, which are of one of these groups."""
    for place, one in enumerate(requirements):
        for key, what in _about_requirement(one, exercises.values(), groups):
            yield source.says(complaint(one.id, what), "requirement", str(place), key)
        if any(before.id == one.id for before in requirements[:place]):
            yield source.says(complaint(one.id, say("complaint.second")), "requirement", str(place))


def _about_requirement(
    one: Requirement, exercises: Iterable[Exercise], groups: Collection[str]
) -> Iterator[tuple[str, Message]]:
    if ID.fullmatch(one.id) is None:
        yield "id", say("complaint.id")
    elif one.group not in groups:
        yield "id", say("complaint.no-group", group=one.group, known=sorted(groups))
    for which in one.applies:
        try:
            asked = selector(which)
        except ValueError as problem:
            yield "applies", say("complaint.selector", name=which, word=str(problem))
            continue
        if not asked.is_for_courses and not any(map(asked.matches, exercises)):
            yield "applies", say("complaint.applies-to-nothing", name=which)
    twice = [name for name, times in Counter(one.applies).items() if times > 1]
    if twice:
        yield "applies", say("complaint.applies-twice", name=twice[0])
    for key in ("applies", "sources"):
        if not getattr(one, key):
            yield key, say("complaint.empty", key=key)


# ---------------------------------------------------------------- exercises


def about_exercises(source: Source, exercises: Mapping[str, Exercise], requirements: Collection[str]) -> Iterator[str]:
    """Say what is wrong with exercises; requirements are those that they may be without."""
    owners: dict[tuple[str, str], str] = {}
    for name, one in exercises.items():
        for key, what in (*_about_exercise(one, requirements), *_about_dialogue(one)):
            yield source.says(complaint(name, what), name, *key)
        for file in one.source:
            owner = owners.setdefault((one.platform, file), name)
            if owner != name:
                what = say("complaint.shared-name", file=file, owner=owner)
                yield source.says(complaint(name, what), name, "source")


Place = tuple[str, ...]


def _about_exercise(one: Exercise, requirements: Collection[str]) -> Iterator[tuple[Place, Message]]:
    if NAME.fullmatch(one.name) is None:
        yield (), say("complaint.exercise-name")
    for argument in one.arguments:
        if argument.startswith("{") and argument not in PLACEHOLDERS:
            what = with_suggestion(say("complaint.argument", argument=argument), argument, PLACEHOLDERS)
            yield ("arguments",), what
    if one.conversation == "chat" and (one.role != "server" or one.platform != "posix"):
        yield ("conversation",), say("complaint.chat")
    if one.parallel and (one.conversation != "echo" or one.role != "server" or one.platform != "posix"):
        yield ("parallel",), say("complaint.parallel")
    if one.thanks and (one.conversation != "file" or one.platform != "posix"):
        yield ("thanks",), say("complaint.thanks")
    if not one.path and "{path}" in one.arguments:
        yield ("arguments",), say("complaint.no-path")
    yield from _about_transport(one)
    for beginning in one.without:
        if not beginning or not any(known.startswith(beginning) for known in requirements):
            yield ("without",), with_suggestion(say("complaint.without", name=beginning), beginning, requirements)


def _about_transport(one: Exercise) -> Iterator[tuple[Place, Message]]:
    if one.transport == "tcp":
        return
    if one.platform != "posix" or one.role == "alone":
        yield ("transport",), say("complaint.transport-where")
    if one.transport == "unix" and one.conversation not in OVER_UNIX:
        yield ("transport",), say("complaint.transport-conversation", transport=one.transport, known=OVER_UNIX)
    if one.transport == "tls" and one.conversation not in OVER_TLS:
        yield ("transport",), say("complaint.transport-conversation", transport=one.transport, known=OVER_TLS)
    if one.transport in DATAGRAMS and one.conversation not in OVER_DATAGRAMS:
        yield ("transport",), say("complaint.transport-conversation", transport=one.transport, known=OVER_DATAGRAMS)
    if one.transport in DATAGRAMS and one.longest not in FITS_A_DATAGRAM:
        yield ("longest",), say("complaint.longest", least=FITS_A_DATAGRAM.start, most=FITS_A_DATAGRAM.stop - 1)


# ---------------------------------------------------------------- dialogues


def _about_dialogue(one: Exercise) -> Iterator[tuple[Place, Message]]:
    if one.conversation != "dialogue":
        yield from _not_of_a_dialogue(one)
        return
    if one.platform != "posix" or one.role == "alone":
        yield ("conversation",), say("dialogue.where")
    if ("delimiter" in (one.framing, one.answer)) != bool(one.delimiter):
        yield ("framing",), say("dialogue.delimiter")
    for key in ("framing", "answer"):
        shape = getattr(one, key)
        if isinstance(shape, Shape) and not _is_possible(shape):
            yield (key,), say("dialogue.shape")
    if one.exchanges < 0:
        yield ("exchanges",), say("dialogue.exchanges")
    if not one.example and not one.answers:
        yield (), say("dialogue.no-example")
    if one.requests and one.role != "server":
        yield ("requests",), say("dialogue.requests-of-a-server")
    for place, example in enumerate(one.example):
        for inside, what in _about_example(one, example):
            yield ("example", str(place), *inside), what
    yield from _about_pairs(one)


def _about_example(one: Exercise, example: Example) -> Iterator[tuple[Place, Message]]:
    if (example.expect is None) == (example.matches is None):
        yield (), say("dialogue.expect-or-matches")
    if one.role == "client" and example.expect is None:
        yield (), say("dialogue.client-expects")
    if example.matches is not None and not _is_pattern(example.matches):
        yield ("matches",), say("dialogue.pattern", pattern=example.matches)
    for key in ("type", "prints"):
        if one.role != "client" and getattr(example, key) is not None:
            yield (key,), say("dialogue.of-a-client", key=key)
    yield from _about_bytes(frames_of(one), example.send, ("send",))
    text_with_mark = isinstance(example.expect, str) and answer_frames_of(one).has_mark
    if example.expect is not None and not text_with_mark:
        yield from _about_bytes(answer_frames_of(one), example.expect, ("expect",))
    typed = [other.type is None for other in one.example]
    if example.type is not None and any(typed):
        yield ("type",), say("dialogue.all-typed")


def _about_pairs(one: Exercise) -> Iterator[tuple[Place, Message]]:
    """Say what is wrong with a table of answers: its texts stand there without their ends."""
    for place, pair in enumerate(one.answers if isinstance(one.answers, tuple) else ()):
        for frames, content, key in (
            (frames_of(one), pair.send, "send"),
            (answer_frames_of(one), pair.expect, "expect"),
        ):
            if not frames.has_mark:
                yield from _about_bytes(frames, content, ("answers", str(place), key))


def _about_bytes(frames: Frames, content: Content, place: Place) -> Iterator[tuple[Place, Message]]:
    try:
        data = frames.encoded(content)
    except (ValueError, OverflowError) as problem:
        yield place, say("dialogue.bytes", why=str(problem))
        return
    if not frames.is_one(data):
        line = say("dialogue.line" if frames.end == LINE_END else "dialogue.whole")
        yield place, line if frames.has_mark else say("dialogue.size", size=len(data))


def _is_possible(shape: Shape) -> bool:
    """Tell whether messages can be made up like this, and are of a size that a machine can hold."""
    counted = 1 <= shape.count <= LARGEST_COUNT and 1 <= shape.item <= LARGEST_PART and 0 <= shape.tail <= LARGEST_PART
    fixed = 1 <= shape.fixed <= LARGEST_PART and (shape.item, shape.tail) == (1, 0)
    return not shape.fixed and counted if shape.count else fixed


def _not_of_a_dialogue(one: Exercise) -> Iterator[tuple[Place, Message]]:
    for key in ("example", "oracle", "requests", "delimiter", "answers", "answer", "exchanges"):
        if getattr(one, key):
            yield (key,), say("dialogue.only", key=key)


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text.encode())
    except re.error:
        return False
    return True
