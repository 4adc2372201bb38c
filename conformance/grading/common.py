"""Which exercises a class was given, as far as what it handed in tells."""

from collections import Counter
from collections.abc import Collection, Sequence

from conformance.catalogue import catalogue


def common_exercises(handed_in: Sequence[Collection[str]]) -> tuple[str, ...]:
    """Return the exercises that at least half of those students have who have any, in the order of the catalogue.

    What one student handed in beside the homework must cost nobody else a point. Where no exercise is so common, all
    that somebody has are returned.
    """
    counts = Counter(name for names in handed_in for name in set(names))
    students = sum(bool(names) for names in handed_in)
    known = [name for name in catalogue().exercises if counts[name]]
    return tuple(name for name in known if counts[name] * 2 >= students) or tuple(known)
