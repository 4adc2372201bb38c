"""One requirement and one exercise, as the files of a catalogue hold them: the facts, and the words of a language."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, get_args

from msgspec import Struct

Level = Literal["MUST", "SHOULD", "MAY"]
Role = Literal["server", "client", "alone"]
JudgedOn = Literal["conversation", "faults", "all"]
Conversation = Literal["greeting", "echo", "file", "write", "read", "none"]
"""What passes between a program and its peer; or, where it is alone, between it and its file."""
TransportName = Literal["tcp"]
Platform = Literal["posix", "winsock"]
"""What a program is made for: this system, or Windows, where Wine stands in for it."""


class Requirement(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule that is kept or broken."""

    id: str
    level: Level
    judged_on: JudgedOn
    applies: tuple[str, ...]
    """Selectors in the file; of a catalogue that was read, the names of the exercises."""
    course_section: str
    """The section of the course notes that teaches it."""
    sources: tuple[str, ...]

    @property
    def group(self) -> str:
        """The part of the catalogue that it belongs to, as `lifecycle`."""
        return self.id.split(".", 1)[0]

    def concerns(self, exercise: str) -> bool:
        """Tell whether it is judged on an exercise."""
        return exercise in self.applies


class Exercise(Struct, frozen=True, forbid_unknown_fields=True):
    """What one program is to do."""

    course_section: str
    source: tuple[str, ...]
    arguments: tuple[str, ...]
    role: Role
    conversation: Conversation
    transport: TransportName = "tcp"
    platform: Platform = "posix"
    like: str = ""
    """Another exercise, whose keys hold where this one says nothing else."""
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

    @property
    def kind(self) -> "ExerciseKind":
        """What passes, and which part the program has in it."""
        return ExerciseKind(self.conversation, self.role)


class ExerciseKind(NamedTuple):
    """A conversation and a role in it: scenarios and tests are the same for all exercises of one kind."""

    conversation: Conversation
    role: Role


class Selector(NamedTuple):
    """Some exercises, by what they are: `winsock echo client`. What is left out may be any."""

    platform: str = ""
    conversation: str = ""
    role: str = ""

    def matches(self, exercise: Exercise) -> bool:
        """Tell whether an exercise is one of them."""
        there = exercise.platform, exercise.conversation, exercise.role
        return all(wanted in ("", is_there) for wanted, is_there in zip(self, there, strict=True))


def selector(words: str) -> Selector:
    """Read a selector: a platform, a conversation and a role, each at most once. Raises ValueError for other words."""
    found: dict[str, str] = {}
    for word in words.split():
        field = next((name for name, known in SELECTOR_WORDS.items() if word in known and name not in found), None)
        if field is None:
            raise ValueError(word)
        found[field] = word
    if not found:
        raise ValueError(words)
    return Selector(**found)


def selects(selectors: Iterable[str], exercise: Exercise) -> bool:
    """Tell whether an exercise is one of those that these selectors stand for."""
    return any(selector(one).matches(exercise) for one in selectors)


SELECTOR_WORDS: Final = {
    "platform": get_args(Platform),
    "conversation": get_args(Conversation),
    "role": get_args(Role),
}


class RequirementWords(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a requirement in one language."""

    title: str
    """The sentence that a report prints."""
    mistake: str
    """The classic mistake."""
    todo: str
    """What to do about it."""
    why: str
    """What the rule is good for, as a situation outside of the exercise."""
    latitude: str = ""
    """What else is right."""


class ExerciseWords(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of an exercise in one language."""

    title: str


class Words(Struct, frozen=True):
    """All that is said of requirements and exercises in one language, by their names."""

    requirement: dict[str, RequirementWords]
    exercise: dict[str, ExerciseWords]
