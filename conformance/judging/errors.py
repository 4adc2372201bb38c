"""What judging raises, apart from the rest: the command line knows it before anything is judged."""


class HarnessError(Exception):
    """The suite itself failed, and there are no verdicts."""
