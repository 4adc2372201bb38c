"""Near duplicates: copies are found whatever was renamed or moved, and independent programs are no copies."""

import random
import re
import time
from collections import defaultdict
from itertools import combinations
from typing import Final

import pytest

from conformance.catalogue import catalogue, words
from conformance.grading.near_duplicates import ALIKE, fingerprints, likeness, near
from conformance.grading.tokens import MOST_TOKENS
from conformance.submission.references import references
from conformance.submission.skeletons import starter
from tests.matrix import HERE, TEXTBOOK

PLAIN: Final = (TEXTBOOK / "server_plain.c").read_bytes()
RENAMED: Final = {
    b"serv_sock": b"listener", b"clnt_sock": b"peer", b"serv_addr": b"mine", b"clnt_addr": b"yours",
    b"clnt_addr_size": b"room", b"message": b"words", b"error_handling": b"die",
}  # fmt: skip


def copy(source: bytes) -> bytes:
    """Return a program with other names, texts, comments and layout."""
    for name, other in RENAMED.items():
        source = re.sub(rb"\b" + name + rb"\b", other, source)
    source = source.replace(b"Hello World!", b"Hello, my world")
    return re.sub(rb"\t", b"    ", source).replace(b"{\n", b"{ // my own idea\n").replace(b"/*", b"/* by me: ")


def moved(source: bytes) -> bytes:
    """Return a program whose last function comes before main."""
    body, name, function = source.rpartition(b"\nvoid ")
    head, main, rest = body.partition(b"\nint main")
    return head + name + function + main + rest


def pairs(*programs: bytes, exercise: str = "hello_server") -> set[tuple[str, str]]:
    """Return who is near whom; students are called a, b, c …"""
    found = near({(exercise, chr(ord("a") + place)): one for place, one in enumerate(programs)})
    return {(one.one, one.other) for one in found}


# ---------------------------------------------------------------- copies


def test_a_copy_is_near() -> None:
    assert pairs(PLAIN, PLAIN) == {("a", "b")}


def test_a_copy_with_other_names_texts_comments_and_layout_is_the_same() -> None:
    assert copy(PLAIN) != PLAIN
    assert fingerprints(copy(PLAIN)) == fingerprints(PLAIN)


def test_a_copy_whose_functions_have_moved_too_is_near() -> None:
    changed = moved(copy(PLAIN))
    assert changed != copy(PLAIN)
    assert pairs(PLAIN, changed) == {("a", "b")}


def test_a_copy_of_the_reference_is_near_to_it() -> None:
    reference = (references() / "c" / "hello_server.c").read_bytes()
    (found,) = near({("hello_server", "kim"): copy(reference)})
    assert (found.exercise, found.one, found.other, found.alike) == ("hello_server", "kim", "", 1)
    assert near({("echo_server", "kim"): reference}) == ()


def test_programs_of_different_exercises_are_not_compared() -> None:
    assert near({("hello_server", "a"): PLAIN, ("echo_server", "b"): PLAIN, ("hello_server_win", "c"): PLAIN}) == ()


def test_the_most_alike_come_first() -> None:
    found = near({("hello_server", name): one for name, one in zip("abc", (PLAIN, moved(PLAIN), PLAIN), strict=True)})
    assert [(one.one, one.other) for one in found] == [("a", "c"), ("a", "b"), ("b", "c")]
    assert [one.alike for one in found] == sorted((one.alike for one in found), reverse=True)


# ---------------------------------------------------------------- what is no copy


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("echo_server_epoll_edge.c", "echo_server_threads.c"),
        ("echo_server_select.c", "echo_server_fork_reaps.c"),
        ("echo_server_threads.py", "echo_server_selectors.py"),
        ("echo_client_poll.c", "echo_client_threads.c"),
        ("file_client_waitall.c", "file_client_stdio.c"),
    ],
)  # fmt: skip
def test_independent_right_programs_are_not_near(one: str, other: str) -> None:
    programs = ((HERE / "right" / name).read_bytes() for name in (one, other))
    assert ("a", "b") not in pairs(*programs, exercise="_".join(one.split("_")[:2]))


def test_programs_from_course_notes_are_not_near_only_because_they_do_the_same() -> None:
    """It is this that the threshold was chosen by: see `ALIKE`."""
    of_exercise = defaultdict(list)
    for path in sorted(TEXTBOOK.iterdir()):
        source = path.read_bytes()
        of_exercise[source.partition(b"exercise: ")[2].split()[0]].append(fingerprints(source))
    found = [likeness(*pair) for programs in of_exercise.values() for pair in combinations(programs, 2)]
    assert len(found) > 50
    assert max(found) < ALIKE - 0.05
    assert max(found) > 0.75  # they are alike, and a lower threshold would name them


def test_a_starter_makes_nobody_alike() -> None:
    exercise = catalogue().exercises["echo_server"]
    begun = starter(exercise, "c", words().exercise["echo_server"].title).text.encode()
    assert len(fingerprints(begun)) > 5
    assert pairs(begun, begun, exercise="echo_server") == set()
    programs = [begun + (TEXTBOOK / f"echo_server_{name}.c").read_bytes() for name in ("select", "thread")]
    assert likeness(*map(fingerprints, programs)) > likeness(*(fingerprints(one[len(begun) :]) for one in programs))
    assert pairs(*programs, exercise="echo_server") == set()


def test_what_many_have_from_the_course_notes_is_no_hint() -> None:
    """A class of 40 of whom 20 took the server of the notes, and two of these wrote the same function beside it."""
    own = b"\nint own(int n)\n{\n" + b"".join(
        b"\tif (n > %d) return n * n - %d;\n\twhile (n--) n ^= 2;\n" % (n, n) for n in range(3)
    )
    own += b"\tfor (;;) { do n += own(n) << 3; while (n < 9); switch (n) { case 1: return ~n; default: break; } }\n}\n"
    others = [path.read_bytes() for path in sorted((HERE / "right").glob("server_*.c"))][:20]
    programs = {("hello_server", f"n{place:02}"): PLAIN for place in range(18)}
    programs |= {("hello_server", name): PLAIN + own for name in ("x", "y")}
    programs |= {("hello_server", f"o{place:02}"): one for place, one in enumerate(others)}
    found = {(one.one, one.other) for one in near(programs) if one.one[0] in "nxy" and one.other}
    assert found == {("x", "y")}


# ---------------------------------------------------------------- hostile programs


@pytest.mark.parametrize(
    "text",
    ["/*", '"""', '"\\', "'", "a", "1", " ", "\n#include", "()", "\0", "\xff", "가", "\\", "a.", '"' * 300 + "\n"],
)
def test_a_hostile_program_is_read_in_bounded_time(text: str) -> None:
    source = text.encode("latin-1", "ignore") * (1 << 18) if text != "가" else text.encode() * (1 << 18)
    begun = time.process_time()
    assert len(fingerprints(source)) <= MOST_TOKENS
    assert time.process_time() - begun < 5


def test_only_the_beginning_of_a_very_long_program_is_compared() -> None:
    draw = random.Random(0)
    text = bytes(draw.choices(b"+-*/%(){}[];:,.<>=!&|^~?", k=1 << 17)).replace(b"/", b"@")
    assert MOST_TOKENS / 4 < len(fingerprints(text)) <= MOST_TOKENS


@pytest.mark.parametrize("source", [b"", b"\xff\xfe\0", b"int main(void) { return 0; }", b"/*", b'"', b"\0" * 9])
def test_too_little_is_compared_with_nothing(source: bytes) -> None:
    assert pairs(source, source) == set()
    assert likeness(frozenset(), frozenset()) == 0


def test_an_exercise_that_is_in_no_catalogue_has_no_reference() -> None:
    assert pairs(PLAIN, PLAIN, exercise="../*") == {("a", "b")}
    assert near({("*", "kim"): (references() / "c" / "hello_server.c").read_bytes()}) == ()


def test_a_large_class_takes_seconds() -> None:
    others = [path.read_bytes() for path in sorted((HERE / "right").glob("echo_server*.c"))]
    programs = {("echo_server", f"s{place:03}"): others[place % len(others)] for place in range(300)}
    begun = time.process_time()
    assert near(programs)
    assert time.process_time() - begun < 5
