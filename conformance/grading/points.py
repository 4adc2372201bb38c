"""What a rubric says, as records, and how it shares points over exercises and over their requirements."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from conformance.catalogue import Requirement, catalogue

REST: Final = "*"
"""Stands for every exercise of the class that has no table of its own."""
WHOLE: Final = ""
"""The one pool of an exercise whose points are not divided into groups."""
MOST_POINTS: Final = 1_000_000
Points = Annotated[float, Meta(ge=0, le=MOST_POINTS)]
SomePoints = Annotated[float, Meta(gt=0, le=MOST_POINTS)]
Part = Annotated[float, Meta(ge=0, le=1)]
HUNDREDTH: Final = Decimal("0.01")


class Late(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is taken off a submission that came late, in points."""

    per_day: Points
    at_most: Points = MOST_POINTS
    due: Annotated[datetime, Meta(tz=True)] | None = None
    """Until when it is not late, where the course server tells when something came and not how late that was."""


class Whole(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rubric says of the mark as a whole."""

    title: str = ""
    points: SomePoints = 100
    round: SomePoints = 0.5
    """The step to which a mark is rounded."""
    late: Late | None = None


class Worth(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one exercise is worth, or each of the others."""

    points: SomePoints | None = None
    """None for the others: they share what is left, each the same."""
    group: dict[str, Points] = {}
    """A group of requirements, or one requirement -> its share. Without it, one pool holds all requirements."""


class Hidden(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What students are not shown."""

    requirements: tuple[str, ...] = ()
    """Ids, or patterns of ids as in a shell: `robust.*`."""
    after: Literal["due_date", "published", "never"] = "never"
    """When they are shown it after all. The course server keeps the date."""


class Rubric(Struct, frozen=True, kw_only=True, eq=False):
    """What the verdicts are worth in one course. Two rubrics that say the same have the same digest."""

    name: str
    whole: Whole
    exercises: dict[str, Worth]
    level: dict[str, Part]
    """What a requirement weighs beside a MUST of the same pool."""
    verdict: dict[str, Part]
    """The part of its points that a requirement keeps which is neither kept nor simply broken."""
    gate: dict[str, Part]
    """Requirement -> the part of an exercise's points that is left where it is broken."""
    hidden: Hidden

    @property
    def title(self) -> str:
        """What the homework is called."""
        return self.whole.title or self.name

    @property
    def digest(self) -> str:
        """A hash of what it says, without regard to comments and to how it is written."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:16]

    def counted(self, asked: Collection[str], handed_in: Collection[str]) -> tuple[str, ...]:
        """Return the exercises of a class that count, in the order of the catalogue.

        They are those that were asked for. Where none was asked for, they are those that the rubric names, even if
        nobody handed one in, and, where it speaks of all others, those that the class handed in.
        """
        wanted = set(asked) or {*self.exercises, *handed_in}
        return tuple(name for name in catalogue().exercises if name in wanted and self._speaks_of(name))

    def points_of(self, exercises: Iterable[str]) -> dict[str, Fraction]:
        """Return the points of each exercise that counts; one that the rubric does not speak of is left out.

        An exercise that has a table of its own always gives the same, whichever others count. The others share what
        is left of the whole, each the same.
        """
        named = {name: exact(one.points) for name, one in self.exercises.items() if one.points is not None}
        known = [name for name in dict.fromkeys(exercises) if self._speaks_of(name)]
        others = sum(name not in named for name in known)
        left = exact(self.whole.points) - sum(named.values())
        return {name: named[name] if name in named else left / others for name in known}

    def worth(self, exercise: str) -> Worth:
        """Return what an exercise is worth, of which the rubric speaks."""
        return self.exercises[exercise] if exercise in self.exercises else self.exercises[REST]

    def is_hidden(self, requirement: str) -> bool:
        """Whether students may not see what became of a requirement."""
        return any(fnmatchcase(requirement, pattern) for pattern in self.hidden.requirements)

    def _speaks_of(self, exercise: str) -> bool:
        return exercise in catalogue().exercises and (exercise in self.exercises or REST in self.exercises)


def exact(number: float) -> Fraction:
    """Return a number as it is written in decimal digits: 0.1 is a tenth, and not the nearest binary fraction."""
    return Fraction(str(number))


def as_shown(points: float) -> str:
    """Return points as people are shown them: at most two digits behind the point, half up."""
    return f"{Decimal(str(points)).quantize(HUNDREDTH, ROUND_HALF_UP).normalize():f}"


def concerned(exercise: str) -> list[Requirement]:
    """Return all requirements of an exercise in the catalogue: points are shared over them, judged or not."""
    return [one for one in catalogue().requirements.values() if one.concerns(exercise)]


def pool_of(requirement: Requirement, group: Mapping[str, float]) -> str:
    """Return the pool that a requirement shares: its own where it is named, else that of its group."""
    return WHOLE if not group else requirement.id if requirement.id in group else requirement.group


@lru_cache(maxsize=256)
def shares(rubric: Rubric, exercise: str) -> Mapping[str, Fraction]:
    """Return which part of an exercise's points each of its requirements gives; all parts together are 1.

    Shares of groups are compared with each other: a group that an exercise does not have takes nothing away from the
    others. Within a group, requirements weigh as `level` says: a MUST 1, a SHOULD half of it by default. So a broken
    SHOULD costs half as much as a broken MUST of the same group; between groups, their shares decide. A requirement
    that is named has its share for itself, whatever its level. Where nothing in the exercise is worth a point, there
    are no parts.
    """
    group = rubric.worth(exercise).group
    pools: dict[str, dict[str, Fraction]] = {}
    for one in concerned(exercise):
        pool = pool_of(one, group)
        pools.setdefault(pool, {})[one.id] = exact(1 if pool == one.id else rubric.level[one.level])
    weights = {pool: sum(members.values()) for pool, members in pools.items()}
    of_pool = {pool: exact(group.get(pool, 0)) if group else Fraction(1) for pool, weight in weights.items() if weight}
    whole = sum(of_pool.values())
    if not whole:
        return {}
    return {
        name: of_pool[pool] / whole * weight / weights[pool] if pool in of_pool else Fraction(0)
        for pool, members in pools.items()
        for name, weight in members.items()
    }
