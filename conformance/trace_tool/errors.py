"""What goes wrong before a program is traced, apart from the rest: the command line knows it before that is loaded."""


class FaultError(ValueError):
    """A `--fault` that means nothing; its words say what is known."""


class TraceError(Exception):
    """The program cannot be started, or not be followed; the words say why."""
