"""`offhook trace` on the command line."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from conformance.messages import text
from conformance.messages.escaping import escaped
from conformance.trace_tool.errors import FaultError, TraceError

EXIT_USAGE = 2
EXAMPLE = "offhook trace --fault accept:1:EINTR -- ./hello_server 5000"


def register(app: typer.Typer) -> None:
    """Add the command."""
    settings = {"allow_interspersed_args": False, "ignore_unknown_options": False}
    example = text("help.example", command=EXAMPLE)
    app.command("trace", help=text("help.trace"), epilog=example, context_settings=settings)(trace_command)


def trace_command(
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[--] PROGRAM [ARGS]...", help=text("help.trace.program"))
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help=text("help.trace.fault"),
            metavar="FAULT",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=text("help.trace.output"), metavar="FILE")
    ] = None,
    json: Annotated[Path | None, typer.Option(help=text("help.trace.json"), metavar="FILE")] = None,
    *,
    sockets: Annotated[bool, typer.Option("--sockets", help=text("help.trace.sockets"))] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help=text("help.trace.all")),
    ] = False,
) -> None:
    """Show a program's socket and file calls as they happen."""
    if not command or not command[0]:
        _stop(text("trace.no-program"))
    from conformance.trace_tool.faults import parse
    from conformance.trace_tool.follow import (
        TraceRequest,
        trace,
    )  # slow to load, and help and wrong use are said at once

    try:
        faults = tuple(map(parse, fault or ()))
        status = trace(TraceRequest(tuple(command), faults, everything, sockets, output, json))
    except (FaultError, TraceError) as problem:
        _stop(str(problem))
    except OSError as problem:
        _stop(f"{problem.filename or ''}{problem.strerror}")
    raise typer.Exit(status)


def _stop(why: str) -> NoReturn:
    typer.echo(f"offhook: {escaped(why).strip()}".replace("\n", " "), err=True)
    sys.exit(EXIT_USAGE)
