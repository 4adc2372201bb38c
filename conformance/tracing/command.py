"""`offhook trace` on the command line."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from conformance.reporting.safe import plain
from conformance.tracing.faults import FaultError, parse
from conformance.tracing.follow import Request, TraceError, trace
from conformance.words import say

USAGE = 2
EXAMPLES = "Example: offhook trace --fault accept:1:EINTR -- ./hello_server 5000"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "trace", epilog=EXAMPLES, context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False}
    )(trace_command)


def trace_command(
    command: Annotated[
        list[str] | None, typer.Argument(metavar="[--] PROGRAM [ARGS]...", help="The program, as in a shell.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="Play the kernel: CALL:NTH:ERROR or CALL:NTH:short=COUNT; NTH may be *; may be repeated.",
            metavar="FAULT",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the lines here, not to standard error.", metavar="FILE")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Also write one JSON object a call.", metavar="FILE")] = None,
    *,
    sockets: Annotated[
        bool, typer.Option("--sockets", help="Show only calls on sockets, and those that wait.")
    ] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also show the dynamic loader's calls, signal handlers, and a runtime's own waits."),
    ] = False,
) -> None:
    """Show a program's socket and file calls as they happen.

    One line a call: the source line where the program was built with -g, the
    arguments, the result or the error. A call in which the program sleeps is
    shown at once, and again, after "…", when it returns. Threads and children
    are followed, and told apart by their numbers as soon as there are several.

    A fault makes the kernel answer as it seldom does: connect:1:ECONNREFUSED
    lets the first connect fail, accept:*:EINTR every accept, and with
    write:2:short=1 the second write takes one byte. "input" and "output" stand
    for all calls that read and write. Only descriptors that block get short
    counts, and no call with MSG_WAITALL.

    The JSON objects, one a line, have: process, thread, call, system_call (the
    kernel's name), arguments, result (null where the call never returned),
    error, descriptor, address {family, host, port}, path, data (base64, at most
    4096 bytes), source {file, line}, injected (the fault, in words). What there
    is not is null.

    The exit status is the program's own, 128 + N where signal N ended it; 2
    where it could not be started or traced.
    """
    if not command or not command[0]:
        _stop(say("trace.no-program"))
    try:
        faults = tuple(map(parse, fault or ()))
        status = trace(Request(tuple(command), faults, everything, sockets, output, json))
    except (FaultError, TraceError) as problem:
        _stop(str(problem))
    except OSError as problem:
        _stop(f"{problem.filename or ''}{problem.strerror}")
    raise typer.Exit(status)


def _stop(why: str) -> NoReturn:
    typer.echo(f"offhook: {plain(why).strip()}".replace("\n", " "), err=True)
    sys.exit(USAGE)
