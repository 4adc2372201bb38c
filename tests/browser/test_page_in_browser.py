"""The page in a real browser: quiet, inert, readable by everybody, in light and dark, on a phone, without script."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from conformance.records.results import Results
from conformance.reporting import html
from tests.support import samples

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1200, "height": 900}
LARGEST = 400_000
VERDICTS = 2_000
ELEMENTS_PER_VERDICT = 16
LARGEST_CARD = 9_000
"""Bytes for each requirement that is broken, with its evidence."""


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


def put(results: Results, folder: Path) -> str:
    """Write the page; return its address on disk."""
    file = folder / "page.html"
    file.write_text(html.page(results), "utf-8")
    return file.as_uri()


@pytest.mark.parametrize("results", [samples.mixed(), samples.hostile(), samples.hostile(100_000)])
def test_it_opens_quietly_and_asks_for_nothing(page: Page, tmp_path: Path, results: Results) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda problem: said.append(str(problem)))
    page.on("request", lambda request: asked.append(request.url))
    address = put(results, tmp_path)
    page.goto(address)
    expect(page.locator("#filter")).to_be_visible()
    assert not said
    assert [url for url in asked if not url.startswith("data:")] == [address]


@pytest.mark.parametrize("size", [1, 100_000])
def test_hostile_texts_are_inert(page: Page, tmp_path: Path, size: int) -> None:
    page.goto(put(samples.hostile(size), tmp_path))
    assert page.title().startswith("Offhook ·")
    assert page.locator("script").count() == 1
    assert page.locator("img, [onerror], iframe, object, embed").count() == 0
    assert "<script>document.title" in page.locator("h1").inner_text()
    assert "{{ 7 * 7 }}" in page.locator(".bad").first.inner_text()
    assert (tmp_path / "page.html").stat().st_size < LARGEST


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("results", [samples.mixed(), samples.unbuilt()], ids=["mixed", "unbuilt"])
def test_everybody_can_read_it(
    browser: Browser, tmp_path: Path, scheme: str, viewport: ViewportSize, results: Results
) -> None:
    context = browser.new_context(viewport=viewport, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(put(results, tmp_path))
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = Axe().run(page)
    context.close()
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("results", [samples.mixed(), samples.hostile(), samples.broken_everywhere()])
def test_a_phone_need_not_scroll_sideways(browser: Browser, tmp_path: Path, results: Results) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(put(results, tmp_path))
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width == PHONE["width"]


def test_without_script_all_is_there(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    results = samples.mixed()
    page.goto(put(results, tmp_path))
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator("button.copy").first).to_be_hidden()
    assert page.locator("tr[data-verdict]:visible").count() == len(results.verdicts)
    assert page.locator("article h3:visible").count() == page.locator("article").count() == 7
    page.locator("details.conversation summary").nth(1).click()
    expect(page.locator("article").nth(1).locator("ol.line")).to_be_visible()
    context.close()


def test_the_filter_and_the_search_leave_what_was_asked_for(page: Page, tmp_path: Path) -> None:
    results = samples.mixed()
    page.goto(put(results, tmp_path))
    rows = page.locator("tr[data-verdict]:visible")
    page.get_by_label("verdict").select_option("failed")
    expect(rows).to_have_count(1)
    expect(page.locator("output")).to_have_text(f"1 of {len(results.verdicts)} shown")
    page.get_by_role("button", name="show all").click()
    expect(rows).to_have_count(len(results.verdicts))
    page.get_by_label("exercise").select_option("hello_client")
    expect(rows).to_have_count(1)
    expect(page.locator("[aria-labelledby=rest]")).to_be_hidden()
    page.get_by_role("button", name="show all").click()
    page.get_by_label("group").select_option("descriptor")
    expect(rows).to_have_count(sum(one.requirement.startswith("descriptor.") for one in results.verdicts))
    page.get_by_role("button", name="show all").click()
    page.get_by_role("searchbox").fill("BACKLOG refused")
    expect(rows).to_have_count(1)
    page.get_by_role("searchbox").fill("there is no such word")
    expect(rows).to_have_count(0)


def test_a_link_leads_to_what_the_filter_hides(page: Page, tmp_path: Path) -> None:
    page.goto(put(samples.mixed(), tmp_path))
    page.get_by_label("exercise").select_option("hello_client")
    target = page.locator("[id='row-hello_server-lifecycle.server-backlog']")
    expect(target).to_be_hidden()
    page.evaluate("location.hash = 'row-hello_server-lifecycle.server-backlog'")
    expect(target).to_be_in_viewport()


@pytest.mark.parametrize("results", [samples.mixed(), samples.flawless(), samples.unbuilt()])
def test_each_link_has_its_place(page: Page, tmp_path: Path, results: Results) -> None:
    page.goto(put(results, tmp_path))
    lost = page.eval_on_selector_all(
        "a[href^='#']", "all => all.map(a => a.hash.slice(1)).filter(id => !document.getElementById(id))"
    )
    twice = page.eval_on_selector_all(
        "[id]", "all => all.map(one => one.id).filter((id, place, ids) => ids.indexOf(id) !== place)"
    )
    assert (lost, twice) == ([], [])


def test_the_command_is_copied(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(put(samples.mixed(), tmp_path))
    button = page.locator("button.copy").first
    button.click()
    expect(button).to_have_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    context.close()
    assert copied == samples.evidence().repeat


def test_in_print_nothing_is_folded_away(page: Page, tmp_path: Path) -> None:
    page.goto(put(samples.mixed(), tmp_path))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#filter")).to_be_hidden()
    for drawing in page.locator("ol.line").all():
        expect(drawing).to_be_visible()


def test_who_uses_the_keyboard_sees_where_he_is(page: Page, tmp_path: Path) -> None:
    page.goto(put(samples.mixed(), tmp_path))
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("href", "#first")
    expect(focused).to_be_in_viewport()
    assert focused.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_two_thousand_verdicts_are_one_light_page(page: Page, tmp_path: Path) -> None:
    """How long it takes to open depends on the number of its elements; `nox -s bench` measures the time."""
    page.goto(put(samples.many(VERDICTS), tmp_path))
    assert page.locator("tr[data-verdict]").count() == VERDICTS
    assert page.evaluate("document.querySelectorAll('*').length") < ELEMENTS_PER_VERDICT * VERDICTS


@pytest.mark.parametrize("results", [samples.mixed(), samples.broken_everywhere()], ids=["mixed", "all broken"])
def test_the_page_stays_small(results: Results) -> None:
    assert len(html.page(results).encode()) < max(LARGEST, LARGEST_CARD * len(results.verdicts))
