"""Reading the built pages again: what they link to, and whether it is there."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

LINKS: Final = {"a": "href", "link": "href", "img": "src", "script": "src"}


class Reader(HTMLParser):
    """Notes the ids and the links of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if found.get(LINKS.get(tag, "")):
            self.links.append(str(found[LINKS[tag]]))


def read(file: Path) -> Reader:
    """Read one page."""
    reader = Reader()
    reader.feed(file.read_text("utf-8"))
    return reader


def broken(folder: Path) -> list[str]:
    """Return, in words, each link of a site that leads nowhere or out of it, and each id that stands twice."""
    pages = {file.name: read(file) for file in sorted(folder.glob("*.html"))}
    return [line for name, reader in pages.items() for line in _wrong(folder, name, reader, pages)]


def _wrong(folder: Path, name: str, reader: Reader, pages: dict[str, Reader]) -> Iterator[str]:
    for link in reader.links:
        parts = urlsplit(link)
        target = unquote(parts.path) or name
        if parts.scheme == "data":
            continue
        if parts.scheme or parts.netloc:
            yield f"{name}: {link} leads out of the site"
        elif not (folder / target).is_file():
            yield f"{name}: {link}: no such file"
        elif parts.fragment and unquote(parts.fragment) not in pages[target].ids:
            yield f"{name}: {link}: no such place in {target}"
    yield from (
        f"{name}: the id {one} stands twice" for one in sorted({i for i in reader.ids if reader.ids.count(i) > 1})
    )
