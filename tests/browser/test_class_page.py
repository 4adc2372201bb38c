"""The pages of a class in a real browser: quiet, readable by everybody, on a phone, without script, and fast."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec import structs
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from conformance.grading.records import Class, Near, Source
from conformance.reporting.class_page import class_page
from conformance.reporting.near_page import near_page
from conformance.reporting.student_page import student_page
from tests.matrix import TEXTBOOK
from tests.support import class_records

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
HIDDEN: Final = frozenset({"lifecycle.server-binds-once", "transfer.greeting"})
MOST_COMPUTING: Final = 1.0
"""Seconds of processor time of the page's main thread until a class of 300 is laid out. Measured: 0.19 to 0.27 on a
busy machine. How long a person waits there depends on the rest of its work: in those runs it was 0.5 to 3.1 seconds."""
MOST_ELEMENTS: Final = 9_000
LARGEST: Final = 2_000_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    command = shutil.which("chromium")
    if command is None:
        pytest.skip("no chromium here")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=command, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own, as wide as a desk allows."""
    context = browser.new_context(viewport=DESK)
    yield context.new_page()
    context.close()


FOUND: Final = class_records.class_of(24)
FEW: Final = 8
"""Requirements of each exercise, where every element is looked at closely."""


def put(folder: Path, found: Class = FOUND) -> str:
    """Write the page of a class; return its address on disk."""
    file = folder / "index.html"
    file.write_text(class_page(found, class_records.statistics_of(found)), "utf-8")
    return file.as_uri()


def put_student(folder: Path, number: int) -> str:
    """Write the page of a student."""
    file = folder / "student.html"
    graded = class_records.graded(number, hidden=HIDDEN, most=FEW)
    page = student_page(graded, title="Homework 1", date="2026-11-30T09:00:00Z", rubric="careful", hidden=HIDDEN)
    file.write_text(page, "utf-8")
    return file.as_uri()


def put_near(folder: Path) -> str:
    """Write the page of the near duplicates, two long programs with long lines in them."""
    file = folder / "near.html"
    text = (TEXTBOOK / "server_plain.c").read_text("utf-8")
    first, second = (one.entry.student.id for one in FOUND.students[:2])
    sources = tuple(
        Source(exercise="hello_server", student=who, file=f"{'long' * 50}.c", text=f"{before}{text}{'// x' * 200}\n")
        for who, before in ((first, ""), (second, "int own;\n"))
    )
    pair = Near(exercise="hello_server", one=first, other=second, alike=0.97)
    file.write_text(near_page(structs.replace(FOUND, near=(pair,), sources=sources)).text, "utf-8")
    return file.as_uri()


def ids(page: Page) -> list[str]:
    """Return the ids in the rows of the table that are to be seen, from above."""
    return page.locator("tr[data-column]:visible small").all_inner_texts()


def test_it_opens_quietly_and_asks_for_nothing(page: Page, tmp_path: Path) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda problem: said.append(str(problem)))
    page.on("request", lambda request: asked.append(request.url))
    addresses = [put(tmp_path), put_near(tmp_path), put_student(tmp_path, 1), put_student(tmp_path, 11)]
    for address in dict.fromkeys(addresses):
        page.goto(address)
    assert not said
    assert {url for url in asked if not url.startswith("data:")} == set(addresses)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("which", ["class", "student", "nothing", "near"])
def test_everybody_can_read_it(
    browser: Browser, tmp_path: Path, scheme: str, viewport: ViewportSize, which: str
) -> None:
    context = browser.new_context(viewport=viewport, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    pages = {
        "class": lambda: put(tmp_path, class_records.class_of(24, most=FEW)),
        "student": lambda: put_student(tmp_path, 1),
        "nothing": lambda: put_student(tmp_path, 11),
        "near": lambda: put_near(tmp_path),
    }
    page.goto(pages[which]())
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = Axe().run(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert found.violations_count == 0, found.generate_report()
    assert width == viewport["width"], "one need not scroll sideways"


def test_long_names_do_not_make_a_phone_scroll_sideways(browser: Browser, tmp_path: Path) -> None:
    first = FOUND.students[0]
    student = structs.replace(first.entry.student, name="x" * 10_000)
    long = structs.replace(first, entry=structs.replace(first.entry, student=student, notes=()))
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(put(tmp_path, structs.replace(FOUND, students=(long, *FOUND.students[1:]), title="y" * 10_000)))
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width == PHONE["width"]


def test_without_script_all_is_there(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(put(tmp_path))
    expect(page.locator("#filter")).to_be_hidden()
    assert len(ids(page)) == len(FOUND.students)
    page.locator(".row summary").first.click()
    expect(page.locator(".row .places").first).to_be_visible()
    expect(page.locator(".row button").first).to_be_hidden()
    context.close()


def test_the_table_is_sorted_by_what_a_column_holds(page: Page, tmp_path: Path) -> None:
    page.goto(put(tmp_path))
    by_id = ids(page)
    lows = {one.entry.student.id: one.mark.low for one in FOUND.students}
    button = page.get_by_role("button", name="mark", exact=True)
    head = page.locator("thead th").nth(1)
    button.click()
    assert [lows[one] for one in ids(page)] == sorted(lows.values(), reverse=True)
    expect(head).to_have_attribute("aria-sort", "descending")
    button.click()
    assert [lows[one] for one in ids(page)] == sorted(lows.values())
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="student", exact=True).click()
    names = page.locator("tr[data-column] th a").all_inner_texts()
    assert names == sorted(names)
    assert sorted(ids(page)) == sorted(by_id)
    expect(head).not_to_have_attribute("aria-sort", "ascending")


def test_the_search_and_the_filters_leave_what_was_asked_for(page: Page, tmp_path: Path) -> None:
    page.goto(put(tmp_path))
    page.get_by_role("searchbox").fill("MINSU 20230009")
    assert ids(page) == ["20230009"]
    expect(page.locator("output")).to_have_text("1 of 24 shown")
    page.get_by_role("button", name="show all").click()
    expect(page.locator("tr[data-column]:visible")).to_have_count(24)
    page.get_by_label("look at").select_option("nothing judged")
    assert ids(page) == ["20230011", "20230023"]


def test_those_who_break_a_requirement_are_shown_in_the_table(page: Page, tmp_path: Path) -> None:
    page.goto(put(tmp_path))
    row = page.locator(".row").nth(3)
    row.locator("summary").click()
    told = row.locator("b").inner_text()
    row.get_by_role("button").click()
    expect(page.locator("output")).to_have_text(f"{told.split()[2]} of 24 shown")
    links = row.locator("p a").all_inner_texts()
    assert sorted(page.locator("tr[data-column]:visible th a").all_inner_texts()) == sorted(links)


def test_the_map_names_the_student_under_the_pointer(page: Page, tmp_path: Path) -> None:
    page.goto(put(tmp_path))
    best = max(FOUND.students, key=lambda one: one.mark.low).entry.student
    map_ = page.locator(".row .map").first
    map_.hover(position={"x": 3, "y": 8})
    expect(page.locator(".row summary").first).to_have_attribute("title", f"{best.name} {best.id} · 88.5")


def test_a_class_of_300_times_60_is_one_light_page(page: Page, tmp_path: Path) -> None:
    found = class_records.class_of(300, ("hello_server", "hello_client", "echo_server"), most=20)
    assert len(class_records.statistics_of(found).requirements) == 60
    address = put(tmp_path, found)
    assert (tmp_path / "index.html").stat().st_size < LARGEST
    chromium = page.context.new_cdp_session(page)
    chromium.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address)
    page.evaluate("document.body.offsetHeight")
    metrics = {one["name"]: one["value"] for one in chromium.send("Performance.getMetrics")["metrics"]}
    assert page.locator("tr[data-column]").count() == 300
    assert page.locator(".row").count() == 60
    assert 0 < metrics["TaskDuration"] < MOST_COMPUTING
    assert page.evaluate("document.querySelectorAll('*').length") < MOST_ELEMENTS
