"""Two programs side by side: what both have is marked in both, and nothing of a program acts on the page."""

import re
import time
from itertools import pairwise
from typing import Final

import pytest
from msgspec import structs

from conformance.grading.anonymous import anonymous
from conformance.grading.common_runs import Line, side_by_side
from conformance.grading.near_duplicates import KEPT_MOST, near, sources_of
from conformance.grading.records import Class, Near, Source
from conformance.grading.tokens import MOST_TOKENS, tokens
from conformance.reporting.class_page import class_page
from conformance.reporting.near_page import LARGEST, LINES_SHOWN, near_page
from tests.support.class_records import class_of, statistics_of
from tests.unit.test_near_duplicates import PLAIN, copy, moved

TEXT: Final = PLAIN.decode()
HOSTILE: Final = "/* </code></script><img src=x onerror=alert(1)> \x1b[2J \u202e {{ 7 * 7 }} */\n"


def marked(lines: list[Line]) -> dict[int, str]:
    """Return the text of each run."""
    found: dict[int, str] = {}
    for line in lines:
        for piece in line:
            found[piece.run] = found.get(piece.run, "") + piece.text + "\n"
    return {run: text for run, text in found.items() if run}


def codes(text: str) -> list[bytes]:
    return [token.code for token in tokens(text)]


def whole(lines: list[Line]) -> str:
    return "\n".join("".join(piece.text for piece in line) for line in lines)


# ---------------------------------------------------------------- what both have


def test_the_same_program_is_one_run() -> None:
    one, other = side_by_side(TEXT, TEXT)
    assert set(marked(one)) == {1}
    assert one == other
    assert whole(one) == TEXT


def test_a_run_has_the_same_tokens_in_both_wherever_it_stands() -> None:
    changed = moved(copy(PLAIN)).decode()
    one, other = map(marked, side_by_side(TEXT, changed))
    assert set(one) == set(other) == {1, 2, 3}
    for run, text in one.items():
        assert codes(text) == codes(other[run])
    assert "void error_handling(char *message)\n{" in one[3]
    assert "die(char *words)" in other[3] and changed.index("die(char *words)\n{") < changed.index("int main")


def test_what_only_one_has_is_not_marked() -> None:
    own = "\nlong own(long n)\n{\n\twhile (n--) n ^= n << 3 ? ~n : n % 7;\n\treturn n;\n}\n"
    one, other = side_by_side(TEXT + own, TEXT)
    assert "own" not in "".join(marked(one).values())
    assert whole(one) == TEXT + own and whole(other) == TEXT
    assert [marked(side) for side in side_by_side(own, "x = 1;\n")] == [{}, {}]


@pytest.mark.parametrize("text", ["", "\n", "/*", '"', "a(b);\r\nc(d);", "가\n나", "\x00\x1b", "a.b " * 20])
def test_no_letter_is_lost(text: str) -> None:
    for pair in ((text, TEXT), (TEXT, text), (text, text)):
        assert tuple(map(whole, side_by_side(*pair))) == pair


@pytest.mark.parametrize("one", ["a ", "a b ", "( ", "a = 1 ; "])
@pytest.mark.parametrize("other", ["a ", "a b ", "a = 1 ; b ( ) ; "])
def test_hostile_programs_are_compared_in_bounded_time(one: str, other: str) -> None:
    begun = time.process_time()
    side_by_side(one * MOST_TOKENS, other * MOST_TOKENS)
    assert time.process_time() - begun < 5


# ---------------------------------------------------------------- the page


def found(*texts: str, near_to_reference: bool = False) -> Class:
    """Return a class whose first students have these programs, each near the next one's."""
    made = class_of(max(len(texts), 2))
    ids = [one.entry.student.id for one in made.students]
    pairs = [Near(exercise="hello_server", one=one, other=other, alike=0.95) for one, other in pairwise(ids)]
    if near_to_reference:
        pairs = [Near(exercise="hello_server", one=ids[0], other="", reference="hello_server.c", alike=1)]
    sources = [
        Source(exercise="hello_server", student=who, file="hello_server.c", text=text)
        for who, text in zip(ids, texts, strict=False)
    ]
    reference = Source(exercise="hello_server", student="", file="hello_server.c", text=TEXT)
    return structs.replace(made, near=tuple(pairs), sources=(*sources, reference))


def test_both_names_stand_above_both_sources() -> None:
    made = found(TEXT, moved(copy(PLAIN)).decode())
    page = near_page(made)
    assert page.shown == {1}
    for one in made.students:
        assert one.entry.student.name in page.text
    assert "error_handling" in page.text and "my own idea" in page.text
    targets = re.findall(r'href="#([^"]+)"', page.text)
    assert len(targets) == 2 * 3
    assert set(targets) == set(re.findall(r'id="(pair-1-[^"]+)"', page.text))
    assert 'href="near.html#pair-1"' in class_page(made, statistics_of(made), page.shown, "near.html")


def test_a_copy_of_the_reference_stands_beside_it() -> None:
    page = near_page(found(TEXT, near_to_reference=True))
    assert page.shown == {1}
    assert "the reference program" in page.text


def test_nothing_of_a_program_acts_on_the_page() -> None:
    page = near_page(found(HOSTILE + TEXT, HOSTILE + TEXT)).text
    assert "<script" not in page and "<img" not in page
    assert "\x1b" not in page and "\u202e" not in page
    assert "\\u202e {{ 7 * 7 }}" in page
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", page)


def test_the_page_has_a_largest_size_and_says_what_it_leaves_out() -> None:
    long = "\n".join('f("<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", \x01\x02\x03);' for _ in range(2_000))
    page = near_page(found(*[long] * 40))
    assert 0 < len(page.shown) < 39
    assert page.shown == set(range(1, len(page.shown) + 1))
    assert len(page.text.encode()) < LARGEST + 20_000
    assert f"{39 - len(page.shown)}" in page.text.partition("</main>")[0].rpartition("<p>")[2]
    assert page.text.count("The program goes on.") == 2 * len(page.shown)
    assert f'<span class="number">{LINES_SHOWN}</span>' in page.text


def test_where_nothing_was_kept_the_page_says_so() -> None:
    made = structs.replace(found(TEXT, TEXT), sources=())
    page = near_page(made)
    assert not page.shown
    assert "were not kept" in page.text
    assert "near.html" not in class_page(made, statistics_of(made), page.shown, "near.html")
    assert "No two programs" in near_page(structs.replace(made, near=())).text


def test_without_names_no_name_is_in_a_source() -> None:
    made = found(TEXT, TEXT)
    people = [one.entry.student for one in made.students]
    sources = tuple(
        structs.replace(one, text=f"/* {people[1].name},\n{people[0].id} */\n{one.text}", file=f"{people[0].name}.c")
        for one in made.sources
        if one.student
    )
    page = near_page(anonymous(structs.replace(made, sources=sources), bytes(32)))
    assert page.shown == {1}
    for one in people:
        assert one.name not in page.text and one.id not in page.text
    assert "█" in page.text


# ---------------------------------------------------------------- what is kept


def test_sources_are_kept_as_text_and_each_once() -> None:
    korean = PLAIN.replace(b"int main", "/* 김민수 */\r\nint main".encode("cp949"))
    programs = {
        ("hello_server", name): ("hello_server.c", text)
        for name, text in zip("abc", (PLAIN, korean, PLAIN), strict=True)
    }
    pairs = near({program: text for program, (_, text) in programs.items()})
    kept = sources_of(pairs, programs)
    assert [one.student for one in kept] == ["a", "b", "c"]
    assert "/* 김민수 */\nint main" in kept[1].text


def test_of_a_very_long_source_the_beginning_is_kept() -> None:
    pair = Near(exercise="hello_server", one="a", other="b", alike=1)
    text = "가".encode() * KEPT_MOST + b"!"
    kept = sources_of([pair], {("hello_server", who): ("hello_server.c", text) for who in "ab"})
    assert [(one.text, one.cut) for one in kept] == [("가" * KEPT_MOST, True)] * 2
