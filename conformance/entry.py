"""Where people and pytest come in: all behind it takes a Linux kernel, and here it is said where there is none."""

import os
import signal
import sys
from typing import Final, NoReturn

HAS_STAGE: Final = sys.platform == "linux"
EXIT_USAGE, EXIT_INTERRUPTED = 2, 130

pytest_plugins = ["conformance.plugin"] if HAS_STAGE else []
"""Elsewhere a course's other tests go on without it."""


def main() -> None:
    """Run the command line, or say where it can be run, with status 2.

    Who interrupts it while it is still being loaded gets one line too: nothing was started yet.
    """
    from conformance.messages import take_option, text

    sys.argv[1:] = take_option(sys.argv[1:])
    if not HAS_STAGE:
        sys.stderr.write(f"offhook: {text('command.no-linux', system=sys.platform)}\n")
        sys.exit(EXIT_USAGE)
    _end_at_once_if_asked(f"offhook: {text('command.interrupted')}\n")
    from conformance import cli  # cannot be imported without Linux

    cli.run_cli()


def _end_at_once_if_asked(words: str) -> None:
    """Let a signal end this process at once, from whichever line it comes in.

    An exception could be taken for that of an import; and nothing may be imported then, not even for the words, since
    that very module may be half loaded.
    """

    def end(*_: object) -> NoReturn:
        os.write(sys.stderr.fileno(), words.encode())
        os._exit(EXIT_INTERRUPTED)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
