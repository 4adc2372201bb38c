"""A class without names: a number stands for each student, the same one whenever the same key is used."""

import hmac
import json
import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, permutations
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, structs

from conformance.catalogue import catalogue
from conformance.grading.errors import ClassError
from conformance.grading.records import Change, Class, Entry, Graded, Near, Source, Student
from conformance.grading.rewriting import rewritten, without_places
from conformance.messages import say
from conformance.records.notes import shown_name
from conformance.records.results import Results

KEY_BYTES: Final = 32
DIGITS: Final = 12
"""Of 3,000 students two get the same number with a chance of 1 to 200,000."""
BLANK: Final = "███"
"""Stands where a name stood."""
SHORTEST_WORD: Final = 3
"""One word of a name is looked for alone from so many letters on: shorter ones, as An and Do, are words of programs."""
SHORTEST_NUMBER: Final = 5
"""A number alone is looked for from so many digits on: shorter ones are ports, sizes and lengths."""
MOST_WORDS: Final = 4
"""A name of more words is looked for in its own order alone."""
WIDEST_GAP: Final = 3
"""How many characters, neither letters nor digits, may stand between two words of a name."""
UNSPACED: Final = "\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
"""Korean, Japanese and Chinese: there other words are written to a name without a space, as in 김민수의."""
WORD: Final = re.compile(rf"\d+|[^\W\d_{UNSPACED}]+")
"""Letters or digits in a row: in names as in programs, `minsu_kim2` has three of them."""
SYLLABLES: Final = re.compile(rf"[{UNSPACED}]+")
REMEMBERED: Final = 1 << 16
"""Texts whose blanked form is kept: the same calls and lines come again and again."""


class KeyFileError(ClassError):
    """The file with the key cannot be used; what it carries says why."""


class _KeyFile(Struct, frozen=True, forbid_unknown_fields=True):
    key: str


def key_in(file: Path) -> bytes:
    """Return the key in a file, which is made where it is not there, readable for its owner alone.

    A file that is there and holds no key is never replaced: with a new key all numbers would be others. Raises
    `KeyFileError`.
    """
    try:
        if not file.exists():
            _make(file)
        key = bytes.fromhex(msgspec.json.decode(file.read_bytes(), type=_KeyFile).key)
    except (OSError, ValueError) as problem:  # msgspec's errors are ValueErrors
        raise KeyFileError(say("anonymous.no-key", file=shown_name(file), why=str(problem))) from problem
    if len(key) < KEY_BYTES:
        raise KeyFileError(say("anonymous.short-key", file=shown_name(file), count=len(key), least=KEY_BYTES))
    return key


def _make(file: Path) -> None:
    """Write a new key under another name first, so that the file is whole at once; of two that are made, one stays."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".key-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            json.dump({"key": secrets.token_hex(KEY_BYTES)}, new)
        os.link(name, file)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()


def anonymous(found: Class, key: bytes) -> Class:
    """Return the class with a number for each student, and blanks where a name or an id stands in a text.

    Looked for are the names, ids, e-mail addresses and labels of all students, in the texts of each: a copied program
    has another student's name in it. Case, and what stands between the words of a name, do not matter, nor does the
    order of the words.

    What this cannot find: a nickname, a name in another script or another spelling, a Korean given name without the
    family name, names of one syllable, names that a program puts together from pieces or prints in an encoding that is
    not UTF-8, names of people who are not in the class, and whatever else tells who wrote a program, as its style does.
    What it blanks though nobody is meant: a word that is also somebody's name. Marks, days and dates stay, and may tell
    somebody who knows them who it is.
    """
    names = _Names([graded.entry.student for graded in found.students])
    number = _Numbers(key)
    return Class(
        title=names.blanked(found.title),
        points=found.points,
        rubric=found.rubric,
        date=found.date,
        students=tuple(sorted((_graded(one, names, number) for one in found.students), key=_id)),
        near=tuple(sorted((_near(one, number) for one in found.near), key=lambda one: (one.one, one.other))),
        sources=tuple(_source(one, number, names) for one in found.sources),
        changes=tuple(sorted((_change(one, number) for one in found.changes), key=lambda one: one.student)),
        judged_before=found.judged_before,
    )


class _Numbers:
    """The numbers that stand for students."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, student: str) -> str:
        """Return the number of a student; of nobody, it is nothing."""
        made = int.from_bytes(hmac.digest(self._key, b"student\0" + student.encode(), "sha256"))
        return f"{made % 10**DIGITS:0{DIGITS}}" if student else ""

    def digest(self, digest: str) -> str:
        """Return another digest: who has a program may know the plain one."""
        return hmac.digest(self._key, b"digest\0" + digest.encode(), "sha256").hex() if digest else ""


def _id(graded: Graded) -> str:
    return graded.entry.student.id


def _graded(graded: Graded, names: "_Names", number: _Numbers) -> Graded:
    entry = graded.entry
    new = Student(id=number.of(entry.student.id), late_days=entry.student.late_days, late=entry.student.late)
    results = _results(entry.results, new.id, names) if entry.results is not None else None
    told = rewritten(
        structs.replace(graded, entry=Entry(student=new, notes=entry.notes, nothing=entry.nothing)), names.blanked
    )
    whole = structs.replace(told.entry, student=new, results=results, digest=number.digest(entry.digest))
    return structs.replace(told, entry=whole)


def _results(results: Results, name: str, names: "_Names") -> Results:
    told = rewritten(without_places(results, ""), names.blanked)
    programs = [structs.replace(one, digest="") for one in told.programs]
    return structs.replace(told, submission=structs.replace(told.submission, name=name), programs=programs)


def _near(near: Near, number: _Numbers) -> Near:
    """Return a pair in the order of the new numbers: the order of the names would tell something of them."""
    one, other = sorted((number.of(near.one), number.of(near.other)), reverse=not near.other)
    return structs.replace(near, one=one, other=other)


def _source(source: Source, number: _Numbers, names: "_Names") -> Source:
    """Return a source without names. The text is blanked as a whole: a name may go on in the next line."""
    if not source.student:
        return source
    return structs.replace(
        source,
        student=number.of(source.student),
        file=names.blanked(source.file),
        text=names.blanked(source.text),
    )


def _change(change: Change, number: _Numbers) -> Change:
    return structs.replace(change, student=number.of(change.student))


# ---------------------------------------------------------------- finding names


class _Names:
    """All that names somebody in a class, and where it stands in a text."""

    def __init__(self, students: Sequence[Student]) -> None:
        known = {words for student in students for words in _looked_for(student)}
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for words in sorted(known, key=len, reverse=True):
            self._by_first.setdefault(words[0], []).append(words)
        syllables = {one for student in students for one in _syllables(student)}
        gap = rf"[\W_]{{0,{WIDEST_GAP}}}"
        together = sorted(syllables, key=lambda one: (-len(one), one))
        self._unspaced = re.compile("|".join(gap.join(one) for one in together)) if together else None
        self._kept = {*catalogue().exercises, *catalogue().requirements}
        self.blanked = lru_cache(REMEMBERED)(self._blanked)

    def _blanked(self, text: str) -> str:
        """Return a text with blanks in place of names; the names of the catalogue stay what they are."""
        if text in self._kept:
            return text
        plain = unicodedata.normalize("NFC", text)
        if self._unspaced is not None and SYLLABLES.search(plain):
            plain = self._unspaced.sub(BLANK, plain)
        return self._without_words(plain)

    def _without_words(self, text: str) -> str:
        words = list(WORD.finditer(text))
        made, done, place = "", 0, 0
        while place < len(words):
            begin, count = self._name_at(text, words, place)
            if count:
                made += text[done:begin] + BLANK
                done = words[place + count - 1].end()
            place += count or 1
        return made + text[done:]

    def _name_at(self, text: str, words: Sequence[re.Match[str]], place: int) -> tuple[int, int]:
        """Return where a name begins at a word, and how many words it has; none where no name begins there.

        After a backslash the first letter may be an escape's: `"\\nMinsu"`.
        """
        begin = words[place].start()
        for start in (begin, begin + 1)[: 1 + text[:begin].endswith("\\")]:
            first = text[start : words[place].end()].casefold()
            for name in self._by_first.get(first, ()):
                if _follow(words[place : place + len(name)], name):
                    return start, len(name)
        return begin, 0


def _follow(words: Sequence[re.Match[str]], name: tuple[str, ...]) -> bool:
    """Tell whether the words of a name follow each other, the first of which is known to be there."""
    if len(words) < len(name):
        return False
    near = all(after.start() - one.end() <= WIDEST_GAP for one, after in pairwise(words))
    return near and all(one[0].casefold() == part for one, part in zip(words[1:], name[1:], strict=True))


def _words(text: str) -> tuple[str, ...]:
    return tuple(one.casefold() for one in WORD.findall(unicodedata.normalize("NFC", text)))


def _looked_for(student: Student) -> Iterator[tuple[str, ...]]:
    """Yield what names a student, as words that follow each other."""
    name = _words(student.name)
    orders = permutations(name) if len(name) <= MOST_WORDS else [name]
    told = [one for order in orders for one in (order, ("".join(order),))]
    account = student.email.partition("@")[0]
    told += [_words(one) for one in (student.id, student.email, account, student.label)]
    told += [(word,) for word in name]
    yield from (words for words in told if len(words) > 1 or _tells_alone(words))


def _tells_alone(words: tuple[str, ...]) -> bool:
    return bool(words) and len(words[0]) >= (SHORTEST_NUMBER if words[0].isdecimal() else SHORTEST_WORD)


def _syllables(student: Student) -> Iterator[str]:
    """Yield the parts of what names a student that are written without spaces, and those of the name as one, too."""
    name, *others = (
        SYLLABLES.findall(unicodedata.normalize("NFC", one))
        for one in (student.name, student.id, student.email, student.label)
    )
    orders = permutations(name) if len(name) <= MOST_WORDS else [name]
    told = [*("".join(order) for order in orders), *name, *(part for parts in others for part in parts)]
    yield from (one for one in told if len(one) > 1)
