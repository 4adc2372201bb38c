"""The command line: `offhook check FOLDER` and its like."""

import io
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Annotated, Final, cast

import typer

from conformance import __version__
from conformance.catalogue import CatalogueError
from conformance.commands import check, classes, course, doctor, explain, new, replay
from conformance.commands.common import EXIT_HARNESS, EXIT_INTERRUPTED, Output, OutputError, known, stop
from conformance.messages import known_languages, text
from conformance.trace_tool import command as tracing

app = typer.Typer(
    name="offhook",
    help=text("help.offhook"),
    epilog=text("help.example", command="offhook check my_homework --html page.html"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS: Final[dict[str, tuple[Callable[..., None], str]]] = {
    "check": (check.check_command, "offhook check my_homework --exercise hello_server"),
    "doctor": (doctor.doctor, "offhook doctor"),
    "explain": (explain.explain, "offhook explain transfer.any-split"),
    "new": (new.new, "offhook new hello_server --language c my_homework"),
    "replay": (replay.replay_command, "offhook replay results.json --requirement transfer"),
}
"""Each command, with an example of its use."""
for name, (command, example) in COMMANDS.items():
    app.command(name, help=text(f"help.{name}"), epilog=text("help.example", command=example))(command)
app.add_typer(classes.app)
app.add_typer(course.app)
tracing.register(app)

STANDARD_OUTPUT: Final = 1
COMPLETION: Final = ("install_completion", "show_completion")
"""The options with which a shell learns to complete the command."""
WRONG_USE: Final = cast("type[typer.BadParameter]", typer.BadParameter.__base__)
"""Every kind of wrong use; typer itself names only this one of them."""


@app.callback(invoke_without_command=True)
def offhook(
    *,
    version: Annotated[bool, typer.Option("--version", help=text("help.version"))] = False,
    language: Annotated[
        str | None, typer.Option("--language", help=text("help.language", known=known_languages()), metavar="LANGUAGE")
    ] = None,
) -> None:
    """Judges socket programs: watches every call, plays the other end, says what is right and what is not."""
    if language is not None:
        known((language,), known_languages(), "spoken")
    if version:
        typer.echo(f"offhook {__version__}")
        raise typer.Exit


def command_line() -> Callable[..., int]:
    """Return the whole command line, with what typer adds to it in the language that is spoken."""
    whole = typer.main.get_command(app)
    for option in whole.params:
        if option.name in COMPLETION:
            option.help = text(f"help.{option.name}")  # type: ignore[attr-defined]  # typer adds options only
    return cast("Callable[..., int]", whole)


def run_cli() -> None:
    """Run the command line; where what it prints cannot be written, that is what it ends with, in one line."""
    usual = sys.stdout
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(Output(STANDARD_OUTPUT, "w", closefd=False)),
        usual.encoding,
        usual.errors,
        line_buffering=usual.isatty(),
    )
    try:
        try:
            _run()
        finally:
            sys.stdout.flush()
    except OutputError as problem:
        os.dup2(os.open(os.devnull, os.O_WRONLY), STANDARD_OUTPUT)  # what is left is written at the very end
        stop(text("command.output", why=problem))


def _run() -> None:
    """Run a command; a termination is taken as an interruption, so that it cleans up too."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        sys.exit(command_line()(standalone_mode=False))
    except KeyboardInterrupt:
        stop(text("command.interrupted"), EXIT_INTERRUPTED)
    except CatalogueError as problem:
        stop(str(problem), EXIT_HARNESS)
    except WRONG_USE as problem:
        words = problem.format_message()
        if words:
            stop(words)
        sys.exit(problem.exit_code)  # without a word: typer has shown its help already
    except OutputError:
        raise
    except Exception:  # Python's own status for it, 1, would say that a program broke a requirement
        traceback.print_exc()
        stop(text("command.bug"), EXIT_HARNESS)


if __name__ == "__main__":
    run_cli()
