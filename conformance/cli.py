"""The command line: `offhook check FOLDER` and its like."""

import signal
import sys
from typing import Annotated, Final, cast

import typer

from conformance import __version__
from conformance.commands import check, explain, new, replay
from conformance.commands.common import stop
from conformance.tracing import command as tracing

app = typer.Typer(
    name="offhook",
    help="Judges socket programs: watches every call, plays the other end, says what is right and what is not.",
    epilog="Example: offhook check my_homework --html page.html",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check", epilog="Example: offhook check my_homework --exercise hello_server")(check.check)
app.command("explain", epilog="Example: offhook explain transfer.any-split")(explain.explain)
app.command("new", epilog="Example: offhook new hello_server --language c my_homework")(new.new)
app.command("replay", epilog="Example: offhook replay results.json --requirement transfer")(replay.replay)
tracing.register(app)

WRONG_USE: Final = cast("type[typer.BadParameter]", typer.BadParameter.__base__)
"""Every kind of wrong use; typer itself names only this one of them."""


@app.callback(invoke_without_command=True)
def offhook(*, version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    """Judges socket programs: watches every call, plays the other end, says what is right and what is not."""
    if version:
        typer.echo(f"offhook {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a termination is taken as an interruption, so that it cleans up too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(app(standalone_mode=False))
    except WRONG_USE as problem:
        words = problem.format_message()
        if words:
            stop(words)
        sys.exit(problem.exit_code)  # without a word: typer has shown its help already


if __name__ == "__main__":
    main()
