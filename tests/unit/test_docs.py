"""The documentation: the site builds, its links lead somewhere, it shows every entry of the tables, and it is true."""

import errno
import os
import re
import shlex
import socket
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import escape, unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from conformance.catalogue import catalogue, words
from conformance.cli import WRONG_USE, app
from conformance.messages import ENGLISH
from conformance.model.calls import REFUSED_CALLS, SYSTEM_CALLS
from conformance.model.descriptors import TRANSITIONS, State
from conformance.model.signals import NOTIFICATION_SIGNALS
from conformance.model.transports import TRANSPORTS
from conformance.records.results import VerdictName
from docs.by_state import CALLS, CLIENT, SERVER, broken, judged
from docs.links import broken as broken_links
from docs.links import read
from docs.matrix import is_surprise
from docs.model import STAYS
from docs.reference import FIELDS, added_to_pytest, classes, commands, records, said
from docs.site import INDEX, ROOT, build, kinds, order, page, slug
from tests.matrix import LAST_RUN, keep_last_run, read_last_run, specimens

PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [*PAGES, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"))]
STYLE = (ROOT / "docs" / "templates" / "style.css").read_text("utf-8")
SMALLEST_CONTRAST = 4.5


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder


def text(site: Path, name: str) -> str:
    return (site / f"{name}.html").read_text("utf-8")


# ---------------------------------------------------------------- the site


def test_every_page_is_in_the_menu_and_is_built(site: Path) -> None:
    assert sorted(path.stem for path in PAGES) == sorted(order())
    assert sorted(path.stem for path in site.glob("*.html")) == sorted(order())
    for name in order():
        assert not re.search(r"\{\{|\}\}", re.sub(r"<code>.*?</code>", "", text(site, name))), (
            f"{name}: an insert is left"
        )


def test_pages_are_of_four_kinds_and_the_index_has_their_titles() -> None:
    assert [kind.title for kind in kinds()] == ["Tutorial", "How-to guides", "Reference", "Explanation"]
    links = dict(
        re.findall(r"^- \[([^]]+)\]\((\w+)\.md\): ", PAGES[0].with_name(f"{INDEX}.md").read_text("utf-8"), re.M)
    )
    assert links == {page(name).title: name for name in order()[1:]}


def test_every_link_leads_somewhere(site: Path) -> None:
    assert broken_links(site) == []
    assert sum(len(read(file).links) for file in site.glob("*.html")) > 300


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<p id="x"></p><p id="x"></p><a href="b.html"></a><a href="#y"></a><a href="http://c/"></a><a href="#x"></a>'
    )
    assert len(broken_links(tmp_path)) == 4


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for file in [*site.glob("*.html"), *site.glob("*.css")]:
        assert not re.search(r"(src|href)=\"?https?:|url\(\"?https?:|@import|<script", file.read_text("utf-8")), file


class Outline(HTMLParser):
    """Notes what a reader who does not see the page needs."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", order())
def test_a_page_can_be_read_without_seeing_it(site: Path, name: str) -> None:
    outline = Outline()
    outline.feed(text(site, name))
    levels = [int(tag[1]) for tag, _ in outline.found if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), "a level is skipped"
    tags = [tag for tag, _ in outline.found]
    assert ("html", {"lang": "en"}) in outline.found
    assert tags.count("main") == 1
    assert tags.count("title") >= 1
    assert all(attributes.get("scope") for tag, attributes in outline.found if tag == "th")
    assert all("aria-labelledby" in attributes for tag, attributes in outline.found if tag == "svg")


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(scheme: int) -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]+)", re.findall(r":root \{(.*?)\}", STYLE)[scheme]))
    for ink in ("ink", "soft", "good", "odd", "accent"):
        for behind in ("paper", "card"):
            assert contrast(colours[ink], colours[behind]) >= SMALLEST_CONTRAST, (ink, behind)
    assert contrast(colours["bad"], colours["mark"]) >= SMALLEST_CONTRAST


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as the accessibility guidelines reckon it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# ---------------------------------------------------------------- what the tables say


@pytest.mark.parametrize("name", [name for name, one in catalogue().requirements.items() if one.applies])
def test_every_requirement_stands_there_with_what_it_is_good_for_and_its_killers(site: Path, name: str) -> None:
    article = re.search(rf'<article [^>]*id="{re.escape(name)}">.*?</article>', text(site, "requirements"), re.DOTALL)
    assert article
    killers = [one.name for one in specimens() if name in one.breaks]
    assert killers
    assert set(re.findall(r'href="matrix\.html#([^"]+)"', article[0])) == set(killers)
    assert "test_" in article[0]
    assert words(ENGLISH).requirement[name].why in unescape(article[0])


def test_every_program_stands_in_the_matrix(site: Path) -> None:
    matrix = text(site, "matrix")
    for one in specimens():
        assert f'id="{one.name}"' in matrix
    assert matrix.count('<td class="breaks') == sum(len(one.breaks) for one in specimens())
    assert matrix.count('<td class="may') == sum(len(one.may) for one in specimens())


def test_every_may_has_its_reason() -> None:
    for one in specimens():
        assert {name for name, _ in one.reasons} == one.may, one.name


def test_the_model_page_shows_every_entry_of_the_tables(site: Path) -> None:
    page = text(site, "model")
    for (start, call), end in TRANSITIONS.items():
        labels = re.findall(f'data-start="{start}" data-call="([^"]*)" data-end="{end}"', page)
        assert any(call in label.split(" · ") for label in labels), (start, call)
    for name in (
        *SYSTEM_CALLS,
        *REFUSED_CALLS,
        *NOTIFICATION_SIGNALS.values(),
        *(error for one in TRANSPORTS.values() for errors in one.set_up.values() for error in errors),
    ):
        assert f"<code>{name}</code>" in page


# ---------------------------------------------------------------- calls by state


def a_socket(state: str, keep: ExitStack) -> socket.socket:
    """Bring a real socket into a state."""
    one = keep.enter_context(socket.socket())
    if state in (State.BOUND, State.LISTENING):
        one.bind(("127.0.0.1", 0))
    if state == State.LISTENING:
        one.listen()
    if state == State.CONNECTED:
        listener = keep.enter_context(socket.create_server(("127.0.0.1", 0)))
        one.connect(listener.getsockname())
        keep.enter_context(listener.accept()[0]).sendall(b"x")
    return one


def accept_if_there(one: socket.socket) -> None:
    """Accept without waiting."""
    one.setblocking(False)
    one.accept()


def attempts() -> Iterator[tuple[str, Callable[[socket.socket], object]]]:
    """Yield the calls of the table, made on a real socket."""
    target = socket.create_server(("127.0.0.1", 0))
    with target, tempfile.TemporaryFile() as file:
        file.write(b"x")
        file.flush()
        yield "bind", lambda one: one.bind(("127.0.0.1", 0))
        yield "listen", lambda one: one.listen(1)
        yield "accept", accept_if_there
        yield "connect", lambda one: one.connect(target.getsockname())
        yield "read", lambda one: os.read(one.fileno(), 1)
        yield "recv", lambda one: one.recv(1)
        yield "write", lambda one: os.write(one.fileno(), b"x")
        yield "send", lambda one: one.send(b"x")
        yield "sendfile", lambda one: os.sendfile(one.fileno(), file.fileno(), 0, 1)
        yield "shutdown", lambda one: one.shutdown(socket.SHUT_WR)
        yield "lseek", lambda one: os.lseek(one.fileno(), 0, os.SEEK_SET)
        yield "close", lambda one: os.close(one.detach())


def works(attempt: Callable[[socket.socket], object], state: str) -> bool:
    with ExitStack() as keep:
        try:
            attempt(a_socket(state, keep))
        except OSError as problem:
            return problem.errno == errno.EAGAIN  # nobody is there yet, and that is all
    return True


@pytest.mark.parametrize("state", [state for state in STAYS if state != State.CONNECTING])
def test_the_table_says_what_the_kernel_does(state: State) -> None:
    tried = {name: works(attempt, state) for name, attempt in attempts()}
    assert set(tried) == set(CALLS)
    assert tried == {name: name in STAYS[state] or (state, name) in TRANSITIONS for name in CALLS}


def test_the_checks_are_content_with_the_story_that_they_are_told() -> None:
    assert broken("server", SERVER) == set()
    assert broken("client", CLIENT) == set()


@pytest.mark.parametrize(
    ("state", "call", "role", "requirement"),
    [
        (State.FRESH, "listen", "server", "lifecycle.server-call-order"),
        (State.FRESH, "bind", "client", "lifecycle.client-leaves-bind-to-the-system"),
        (State.FRESH, "write", "client", "lifecycle.client-call-order"),
        (State.BOUND, "bind", "server", "lifecycle.server-binds-once"),
        (State.LISTENING, "write", "server", "lifecycle.server-accepts-on-listener"),
        (State.CONNECTED, "accept", "server", "lifecycle.server-accepts-on-listener"),
        (State.CONNECTED, "connect", "client", "lifecycle.client-connects-to-given-address"),
        (State.CONNECTED, "lseek", "server", "descriptor.right-kind"),
        ("closed", "close", "server", "descriptor.closed-once"),
        ("closed", "send", "client", "descriptor.valid-only"),
    ],
)
def test_a_call_out_of_place_breaks_its_requirement(state: str, call: str, role: str, requirement: str) -> None:
    assert dict(judged(state, call))[role] == {requirement}  # type: ignore[index]


# ---------------------------------------------------------------- the last run of the matrix


def test_the_last_run_is_kept_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.matrix.LAST_RUN", tmp_path / LAST_RUN.name)
    assert read_last_run() is None
    keep_last_run({"wrong/a.c": {"robust.no-crash": "failed"}})
    keep_last_run({"wrong/b.c": {"robust.no-crash": "passed"}})
    found = read_last_run()
    assert found is not None
    assert found.catalogue == catalogue().digest
    assert set(found.verdicts) == {"wrong/a.c", "wrong/b.c"}


@pytest.mark.parametrize(
    ("kind", "verdict", "surprise"),
    [
        ("breaks", "failed", False), ("breaks", "passed", True), ("breaks", "not-observed", True),
        ("kept", "passed", False), ("kept", "not-applicable", False), ("kept", "crashed", True),
        ("kept", "harness-error", True), ("may", "failed", False), ("may", "passed", False),
    ],
)  # fmt: skip
def test_what_is_against_the_comment_is_a_surprise(kind: str, verdict: str, surprise: bool) -> None:
    assert is_surprise(kind, verdict) is surprise


# ---------------------------------------------------------------- what the pages by hand say


def spans(path: Path) -> list[str]:
    """Return what stands in a page as code: between backticks, and the lines of its blocks but for what is printed."""
    page = path.read_text("utf-8")
    found = re.findall(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", page, re.DOTALL | re.MULTILINE)
    lines = [line for language, block in found if language != "text" for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_files_that_are_named_are_there(path: Path) -> None:
    rooms = ("conformance/", "tests/", "docs/", "reference_impl/", ".ci/")
    for span in spans(path):
        if span.startswith(rooms) and re.fullmatch(r"[\w./-]+", span):
            assert (ROOT / span).exists(), span


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_commands_that_are_named_exist(path: Path) -> None:
    sessions = set(re.findall(r"@nox\.session\ndef (\w+)", (ROOT / "noxfile.py").read_text("utf-8")))
    ours = {name for one in commands().values() for option in one.options for name in option.name.split(", ")}
    ours |= {name for option in added_to_pytest() for name in option.name.split(", ")}
    for span in spans(path):
        assert set(re.findall(r"\bnox -s (\w+)", span)) <= sessions, span
        if re.match(r"(\$ )?offhook ", span):
            assert complaint(shlex.split(span.removeprefix("$ "), comments=True)[1:]) == "", span
        if re.fullmatch(r"--[a-z-]+", span):
            assert span in ours | ELSEWHERE, span


ELSEWHERE = {"--version", "--help", "--junit-xml", "--cap-add", "--pyargs", "--name", "--no-name"}
"""Options of other commands, and words that stand for some option."""


def complaint(words: list[str]) -> str:
    """Return what is wrong with the words of a command line, without running it; a command alone lacks nothing."""
    if words in (["--version"], ["--help"], ["COMMAND", "--help"], ["--install-completion"]):
        return ""
    words = [word for word in words if word != "--help"]
    command = get_command(app).commands.get(words[0])  # type: ignore[attr-defined]
    if command is None:
        return f"no command {words[0]}"
    inner = getattr(command, "commands", {})
    if inner and len(words) > 1:
        words = words[1:] if words[1] in inner else ["run", *words[1:]]
        command = inner[words[0]]
    try:
        command.make_context(words[0], words[1:], resilient_parsing=len(words) == 1)
    except WRONG_USE as problem:
        return problem.format_message()
    return ""


@pytest.mark.parametrize(
    "words",
    [
        "chek FOLDER", "chek", "check --htm x", "check FOLDER --seed x", "check a b", "new hello_server",
        "explain a b", "trace --nonsense -- x", "replay --folder x",
    ],
)  # fmt: skip
def test_a_command_line_that_is_wrong_is_found(words: str) -> None:
    assert complaint(words.split())


def test_the_references_show_every_field_and_option(site: Path) -> None:
    page = text(site, "commands")
    for command in commands().values():
        for one in (*command.arguments, *command.options):
            assert f"<code>{escape(one.name)}</code>" in page, (command.name, one.name)
            assert one.words
            assert one.value != "None", f"{command.name} {one.name}: what stands behind it has no name"
        assert escape(command.usage) in page
    for record in records():
        for field in record.fields:
            assert field.words or (field.name == "type" and record.name != "Note"), (record.name, field.name)
    assert {f"record-{one.name}" for one in records()} <= set(read(site / "results.html").ids)


def test_a_meaning_is_written_once() -> None:
    written = tomllib.loads(FIELDS.read_text("utf-8"))
    names = {record.name: {field.name for field in record.fields} for record in records()}
    for record, fields in written.items():
        assert record in names
        assert set(fields) <= names[record] - set(said(classes()[record])), record


def test_every_verdict_and_every_exit_status_is_explained() -> None:
    judges, ci = ((ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("how_it_judges", "ci"))
    for verdict in VerdictName.__args__:  # type: ignore[attr-defined]
        assert f"| `{verdict}` |" in judges
    said = CliRunner().invoke(app, ["check", "--help"]).stdout
    for status in (0, 1, 2, 3):
        assert f"| {status} |" in ci
        assert str(status) in said


def test_ids_of_headings_are_as_they_are_linked() -> None:
    assert slug("Errors by call") == "errors-by-call"
    assert slug("As root, as a plain user") == "as-root-as-a-plain-user"
