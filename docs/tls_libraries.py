"""What the TLS libraries of the languages do by themselves, as people read it."""

from markupsafe import Markup

from conformance.messages import text
from conformance.model.tls_libraries import TLS_LIBRARIES, TlsLibrary
from docs.model import Table, code


def libraries() -> Table:
    """Return the table of what differs."""
    heads = tuple(
        text(f"tls-library.{head}") for head in ("language", "library", "cut", "empty", "old", "closes", "notify")
    )
    return Table(text("tls-library.caption"), heads, tuple(_row(name, one) for name, one in TLS_LIBRARIES.items()))


def _row(language: str, one: TlsLibrary) -> tuple[Markup, ...]:
    marks = (
        _mark(yes) for yes in (one.takes_empty_records, one.refuses_old, one.closes_at_once, not one.drops_close_notify)
    )
    told = Markup.escape(text(f"tls-library.cut.{one.tells_cut.replace(' ', '-')}"))
    return (Markup.escape(language), code(one.name), told, *marks)


def _mark(yes: bool) -> Markup:
    return Markup.escape(text("tls-library.yes" if yes else "tls-library.no"))
