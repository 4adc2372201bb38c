"""POSIX and Winsock side by side, as people read them: what differs, what was measured, and what calls are called."""

from typing import Final

from markupsafe import Markup

from conformance.messages import text
from conformance.model.measured import PLATFORMS, Platform, Probe, measured, probes
from conformance.model.platforms import PlatformPart, Topic, topics
from conformance.model.winsock import (
    FOR_FILES,
    STARTUP_FAILURE,
    WINSOCK_ACCEPT_FAILURES,
    WINSOCK_CALLS,
    WINSOCK_INPUT_FAILURES,
    WINSOCK_OUTPUT_FAILURES,
    WINSOCK_SET_UP_FAILURES,
)
from docs.model import Table, code

DASH: Final = Markup("–")


def side_by_side(part: PlatformPart) -> Table:
    """Return what differs in one part of a program's life."""
    heads = tuple(
        text(f"platforms.{head}") for head in ("topic", "posix", "winsock", "course", "judged", "wine", "measured")
    )
    rows = tuple(_row(one) for one in topics() if one.part == part)
    return Table(text(f"platforms.caption.{part}"), heads, rows)


def _row(one: Topic) -> tuple[Markup, ...]:
    judged = Markup("<br>").join(
        Markup('<a href="requirements.html#{0}"><code>{0}</code></a>').format(name) for name in one.judged
    )
    return (
        *(Markup.escape(text(f"platform.{one.id}.{part}")) for part in ("topic", "posix", "winsock")),
        Markup.escape(one.course) or DASH, judged or DASH,
        Markup.escape(text(f"platform.{one.id}.wine")) if one.touched is not None else DASH,
        _measured_on(one),
    )  # fmt: skip


def _measured_on(one: Topic) -> Markup:
    """Return the versions on which a topic was measured."""
    names = [probe.name for probe in probes().probe if probe.topic == one.id]
    shown = [platform for platform in PLATFORMS if any(name in measured().seen[platform] for name in names)]
    return Markup("<br>").join(_version(platform) for platform in shown) or DASH


def _version(platform: Platform) -> str:
    name = text(f"platforms.platform.{platform}")
    return text("platforms.measured-on", platform=name, version=measured().versions[platform])


def measurements() -> Table:
    """Return what was measured: the calls of each probe, and how each was answered."""
    heads = (*(text(f"platforms.{head}") for head in ("topic", "first", "calls")), *map(_version, PLATFORMS))
    rows = tuple(_measurement(probe) for probe in probes().probe)
    return Table(text("platforms.caption.measured"), heads, rows)


def _measurement(probe: Probe) -> tuple[Markup, ...]:
    answers = (measured().seen[platform].get(probe.name, ()) for platform in PLATFORMS)
    return (
        Markup.escape(text(f"platform.{probe.topic}.topic")),
        code(*probes().before(probe)) or DASH,
        *(_lines(one) or DASH for one in (probe.asked, *answers)),
    )


def _lines(lines: tuple[str, ...]) -> Markup:
    return Markup("<br>").join(map(code, lines))


def vocabulary() -> Table:
    """Return what each function is called in the course's words, and those that are for files."""
    by_word: dict[str, list[str]] = {}
    for function, call in WINSOCK_CALLS.items():
        by_word.setdefault(call.name, []).append(function)
    rows = tuple(
        (code(word), code(*_names(functions, files=False)) or DASH, code(*_names(functions, files=True)) or DASH)
        for word, functions in by_word.items()
    )
    heads = (text("model.word"), text("platforms.functions"), text("platforms.for-files"))
    return Table(text("platforms.caption.vocabulary"), heads, rows)


def _names(functions: list[str], *, files: bool) -> list[str]:
    """Return functions without their libraries, each once."""
    return list(dict.fromkeys(one.partition(".")[2] for one in functions if (one in FOR_FILES) is files))


def failures() -> Table:
    """Return the errors that each call is made to show."""
    table = {
        "WSAStartup": (STARTUP_FAILURE,), **WINSOCK_SET_UP_FAILURES, "accept": WINSOCK_ACCEPT_FAILURES,
        "send": WINSOCK_OUTPUT_FAILURES, "recv": WINSOCK_INPUT_FAILURES,
    }  # fmt: skip
    rows = tuple((code(call), code(*errors)) for call, errors in table.items())
    return Table(text("platforms.caption.failures"), (text("model.call"), text("model.errors")), rows)
