"""What ends a judgement without a run."""


class SandboxError(Exception):
    """The sandbox could not do a run. Whether the program has brought that about, only further runs can tell."""


class StuckError(SandboxError):
    """The sandbox gave no answer, long after the limits of a run: to find that out takes minutes."""


class BlamelessError(SandboxError):
    """The sandbox could not do a run for a reason that no program brings about.

    It was told to stop, or the machine lacks something, as a compiler that the programs' user may run.
    """


class Unusable(Exception):  # noqa: N818 (the machine is; the suite has made no error)
    """The machine lacks something that the suite needs; the text says what, and what to do about it."""
