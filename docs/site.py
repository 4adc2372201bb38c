"""The site: each Markdown file becomes a page, and a line `{{ name }}` in it what the suite's tables say."""

import re
import shutil
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from conformance.messages import text
from docs import model, platforms, tls_libraries

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent
INDEX: Final = "index"
"""The first page. Its lists of links are the menu."""
LISTED: Final = re.compile(r"^- \[[^]]+\]\((\w+)\.md\)", re.MULTILINE)
INSERT: Final = re.compile(r"<p>\{\{ (\w+) \}\}</p>")


class Heading(NamedTuple):
    """A heading that the list of contents names."""

    id: str
    text: str


class Page(NamedTuple):
    """One page of the site."""

    name: str
    title: str
    body: Markup
    contents: tuple[Heading, ...]


class Kind(NamedTuple):
    """Pages of one kind."""

    title: str
    names: tuple[str, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the pages by their kinds, in the order in which the index has them."""
    parts = re.split(r"^## (.+)$", (HERE / f"{INDEX}.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    return tuple(Kind(title, tuple(LISTED.findall(text))) for title, text in zip(parts[::2], parts[1::2], strict=True))


def order() -> tuple[str, ...]:
    """Return the pages, as the menu shows them."""
    return (INDEX, *(name for kind in kinds() for name in kind.names))


@cache
def environment() -> Environment:
    """Return the templates; whatever they are given is escaped."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(text=text, code=model.code)
    return found


def fragment(name: str, **values: object) -> Markup:
    """Fill a template in."""
    return Markup(environment().get_template(f"{name}.html").render(**values))


def table(shown: model.Table) -> Markup:
    """Return a table of the model as a page shows it."""
    return fragment("table", table=shown)


def inserts() -> dict[str, Callable[[], Markup]]:
    """Return what may stand in a page as `{{ name }}`."""
    from docs import by_state, matrix, reference, requirements

    return {
        **reference.inserts(),
        "requirements": requirements.index,
        "requirements_in_full": requirements.in_full,
        "not_judged_by_requirement": requirements.latitudes,
        "socket_drawing": model.socket_drawing,
        "descriptor_drawing": model.descriptor_drawing,
        "vocabulary": lambda: table(model.vocabulary()),
        "failures": lambda: table(model.failures()),
        "transfer_failures": lambda: table(model.transfer_failures()),
        "refused": lambda: table(model.refused()),
        "signals": lambda: table(model.signals()),
        "platforms_lifecycle": lambda: table(platforms.side_by_side("lifecycle")),
        "platforms_transfer": lambda: table(platforms.side_by_side("transfer")),
        "platforms_details": lambda: table(platforms.side_by_side("details")),
        "platforms_measured": lambda: table(platforms.measurements()),
        "winsock_vocabulary": lambda: table(platforms.vocabulary()),
        "winsock_failures": lambda: table(platforms.failures()),
        "tls_libraries": lambda: table(tls_libraries.libraries()),
        "by_state": lambda: table(by_state.table()),
        "matrix": matrix.drawn,
        "matrix_run": matrix.last_run,
        "matrix_index": matrix.index,
        "exercises": requirements.exercises,
        "wrong_programs": matrix.wrong_programs,
        "textbook_programs": matrix.textbook_programs,
        "right_programs": matrix.right_programs,
    }


def build(folder: Path) -> None:
    """Write the site into a folder; what lay there of an earlier one is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pages = {name: page(name) for name in order()}
    menu = [(kind.title, [pages[name] for name in kind.names]) for kind in kinds()]
    for one in pages.values():
        (folder / f"{one.name}.html").write_text(fragment("site", page=one, first=pages[INDEX], menu=menu), "utf-8")
    shutil.copyfile(HERE / "templates" / "style.css", folder / "style.css")
    shutil.copytree(HERE / "files", folder / "files", ignore=shutil.ignore_patterns("__pycache__"))


@cache
def page(name: str) -> Page:
    """Make a page of a Markdown file."""
    tokens = markdown().parse((HERE / f"{name}.md").read_text("utf-8"))
    headings = list(_headings(tokens))
    html = markdown().renderer.render(tokens, markdown().options, {}).replace("<pre>", '<pre tabindex="0">')
    known = inserts()
    body = INSERT.sub(lambda found: known[found[1]](), html)
    contents = tuple(heading for level, heading in headings if level == "h2")
    return Page(
        name,
        headings[0][1].text,
        Markup(body),
        contents,
    )


@cache
def markdown() -> MarkdownIt:
    """Return the reader of Markdown: with tables, without HTML."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("table_open", lambda *_: '<div class="scroll" tabindex="0"><table>\n')
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return reader


def _headings(tokens: Iterable[Token]) -> Iterable[tuple[str, Heading]]:
    """Give headings their ids, header cells their scope and links to Markdown files their page; yield the headings."""
    tokens = list(tokens)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            text = tokens[place + 1].content.replace("`", "")
            token.attrSet("id", slug(text))
            yield token.tag, Heading(slug(text), text)
        if token.type == "th_open":
            token.attrSet("scope", "col")
        for inner in token.children or ():
            if inner.type == "link_open":
                inner.attrSet("href", re.sub(r"\.md(?=#|$)", ".html", str(inner.attrGet("href"))))


def slug(text: str) -> str:
    """Return the id of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
