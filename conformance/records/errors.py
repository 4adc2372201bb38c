"""What ends a judgement without a run."""


class SandboxError(Exception):
    """The sandbox itself failed: a harness error of that run, never the program's."""


class Unusable(Exception):  # noqa: N818 (the machine is; the suite has made no error)
    """The machine lacks something that the suite needs; the text says what, and what to do about it."""
