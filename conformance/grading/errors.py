"""What ends the work on a class before it has begun."""


class ClassError(Exception):
    """The class, its folder or its rubric cannot be used; the text says what is wrong, where, and what to do."""
