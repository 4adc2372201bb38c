"""Where people and pytest come in: all behind it takes a Linux kernel, and here it is said where there is none."""

import sys
from typing import Final

from conformance.messages import text

HAS_STAGE: Final = sys.platform == "linux"
EXIT_USAGE: Final = 2

pytest_plugins = ["conformance.plugin"] if HAS_STAGE else []
"""Elsewhere a course's other tests go on without it."""


def main() -> None:
    """Run the command line, or say where it can be run, with status 2."""
    if not HAS_STAGE:
        sys.stderr.write(f"offhook: {text('command.no-linux', system=sys.platform)}\n")
        sys.exit(EXIT_USAGE)
    from conformance import cli  # cannot be imported without Linux

    cli.run_cli()
