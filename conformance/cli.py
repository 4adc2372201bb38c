"""The command line: `offhook check FOLDER` and its like."""

import signal
import sys
import traceback
from collections.abc import Callable
from typing import Annotated, Final, cast

import typer

from conformance import __version__
from conformance.catalogue import CatalogueError
from conformance.commands import check, explain, new, replay
from conformance.commands.common import EXIT_HARNESS, stop
from conformance.messages import text
from conformance.trace_tool import command as tracing

app = typer.Typer(
    name="offhook",
    help=text("help.offhook"),
    epilog=text("help.example", command="offhook check my_homework --html page.html"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS: Final[dict[str, tuple[Callable[..., None], str]]] = {
    "check": (check.check_command, "offhook check my_homework --exercise hello_server"),
    "explain": (explain.explain, "offhook explain transfer.any-split"),
    "new": (new.new, "offhook new hello_server --language c my_homework"),
    "replay": (replay.replay_command, "offhook replay results.json --requirement transfer"),
}
"""Each command, with an example of its use."""
for name, (command, example) in COMMANDS.items():
    app.command(name, help=text(f"help.{name}"), epilog=text("help.example", command=example))(command)
tracing.register(app)

WRONG_USE: Final = cast("type[typer.BadParameter]", typer.BadParameter.__base__)
"""Every kind of wrong use; typer itself names only this one of them."""


@app.callback(invoke_without_command=True)
def offhook(*, version: Annotated[bool, typer.Option("--version", help=text("help.version"))] = False) -> None:
    """Judges socket programs: watches every call, plays the other end, says what is right and what is not."""
    if version:
        typer.echo(f"offhook {__version__}")
        raise typer.Exit


def run_cli() -> None:
    """Run the command line; a termination is taken as an interruption, so that it cleans up too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(app(standalone_mode=False))
    except CatalogueError as problem:
        stop(str(problem), EXIT_HARNESS)
    except WRONG_USE as problem:
        words = problem.format_message()
        if words:
            stop(words)
        sys.exit(problem.exit_code)  # without a word: typer has shown its help already
    except Exception:  # Python's own status for it, 1, would say that a program broke a requirement
        traceback.print_exc()
        stop(text("command.bug"), EXIT_HARNESS)


if __name__ == "__main__":
    run_cli()
