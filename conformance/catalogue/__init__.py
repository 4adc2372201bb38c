"""The requirements and the exercises, as data, and their loader."""

import hashlib
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

Level = Literal["MUST", "SHOULD", "MAY"]
Role = Literal["server", "client", "alone"]
Platform = Literal["posix", "winsock"]
EVERY_POSIX_EXERCISE = "*"


class Requirement(Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence that is kept or broken."""

    id: str
    level: Level
    title: str
    judged_on: Literal["conversation", "faults", "all"]
    applies: tuple[str, ...]
    seed: str
    sources: tuple[str, ...]
    mistake: str
    latitude: str = ""

    @property
    def group(self) -> str:
        """The part of the catalogue that it belongs to, as `lifecycle`."""
        return self.id.split(".", 1)[0]

    def concerns(self, exercise: str) -> bool:
        """Tell whether it is judged on an exercise."""
        return exercise in self.applies or (EVERY_POSIX_EXERCISE in self.applies and _is_posix(exercise))


class Exercise(Struct, frozen=True, forbid_unknown_fields=True):
    """What one program is to do."""

    title: str
    seed: str
    source: tuple[str, ...]
    arguments: tuple[str, ...]
    role: Role
    platform: Platform = "posix"
    stays_up: bool = False
    greeting: str = ""
    prints: str = ""
    path: str = ""
    """The file that it is about, in the program's directory."""
    content: str = ""
    """What it writes into that file."""
    files: bool = False
    """Whether the files in its directory are of the exercise."""
    sockets: bool = False
    """Whether every socket that it makes is."""
    name: str = ""


class Catalogue(Struct, frozen=True):
    """All requirements and exercises, in the order in which people are shown them."""

    requirements: dict[str, Requirement]
    exercises: dict[str, Exercise]
    digest: str
    """A hash of both files: results name it, so that a mark can be defended a term later."""


def _is_posix(exercise: str) -> bool:
    known = catalogue().exercises.get(exercise)
    return known is None or known.platform == "posix"


class _RequirementFile(Struct, forbid_unknown_fields=True):
    requirement: list[Requirement]


@cache
def catalogue() -> Catalogue:
    """Load the catalogue that comes with the package."""
    texts = [
        resources.files(__package__).joinpath(name).read_bytes() for name in ("requirements.toml", "exercises.toml")
    ]
    requirements = msgspec.toml.decode(texts[0], type=_RequirementFile).requirement
    exercises = msgspec.toml.decode(texts[1], type=dict[str, Exercise])
    named = {name: msgspec.structs.replace(exercise, name=name) for name, exercise in exercises.items()}
    digest = hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]
    return Catalogue({requirement.id: requirement for requirement in requirements}, named, digest)
