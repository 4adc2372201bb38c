"""One requirement and one exercise, as the files of a catalogue hold them: the facts, and the words of a language."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, NamedTuple, get_args

from msgspec import Struct

Level = Literal["MUST", "SHOULD", "MAY"]
Role = Literal["server", "client", "alone"]
JudgedOn = Literal["conversation", "faults", "all"]
Conversation = Literal["greeting", "echo", "file", "write", "read", "none", "dialogue", "chat"]
"""What passes between a program and its peer; or, where it is alone, between it and its file."""
NamedFraming = Literal["line", "length16", "length32", "delimiter"]
"""How it is told where a message of a dialogue ends: by a line end, by a length of two or four bytes before it, or by
bytes that the exercise names."""
ByteOrder = Literal["network", "host"]
"""In which order the bytes of a number stand: the highest first, or as this machine keeps them."""
Rule = Literal["upper", "lower", "swapcase", "reverse", "length"]
"""What becomes of a request: its text otherwise, or the number of its characters."""
FOR_COURSES: Final[frozenset[Conversation]] = frozenset({"dialogue", "chat"})
"""Conversations that need not be those of an exercise of the package: they are there for courses."""
Parallel = Literal["", "free", "processes", "threads"]
"""How a server serves several clients at once: nothing is said of it; in any way; by a process or a thread for each."""
HeardBy = Literal["all", "others"]
"""Who hears what a client of a chat says: all that are there, or all but that client."""
TransportName = Literal["tcp", "tls", "unix", "udp"]
"""What carries the conversation: TCP, TLS over it, a Unix-domain stream socket, or UDP."""
DATAGRAMS: Final[frozenset[TransportName]] = frozenset({"udp"})
"""Transports that carry messages, each by itself; the others carry a stream of bytes."""
TRANSPORTS_FOR_COURSES: Final[frozenset[TransportName]] = frozenset({"unix", "udp"})
"""Transports of which the same is true."""
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
    stays_up: bool = False
    """Whether it asks something only of servers that go on after their first client."""

    @property
    def group(self) -> str:
        """The part of the catalogue that it belongs to, as `lifecycle`."""
        return self.id.split(".", 1)[0]

    def concerns(self, exercise: str) -> bool:
        """Tell whether it is judged on an exercise."""
        return exercise in self.applies


class Shape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a message of bytes is made up: a count, so many items and a tail; or always so many bytes."""

    count: int = 0
    """How many bytes the count has that stands at the beginning."""
    item: int = 1
    """How many bytes each of the counted items has."""
    tail: int = 0
    """How many bytes stand behind the items."""
    fixed: int = 0
    """How many bytes each message has, where there is no count."""


Framing = NamedFraming | Shape


class Data(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bytes as a course writes them: those in `hex`, then the numbers, then the text."""

    hex: str = ""
    numbers: tuple[int, ...] = ()
    """Each has the size of an item of its message, in the byte order of the exercise."""
    text: str = ""


Content = str | Data
"""What a message holds: text, or bytes."""


class Pair(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request of a table of answers, and its answer."""

    send: Content
    expect: Content


class Example(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request of a dialogue and its answer: exactly one of `expect` and `matches`."""

    send: Content
    expect: Content | None = None
    matches: str | None = None
    """A regular expression for the whole answer, where its text is free."""
    type: str | None = None
    """Of a client: what is typed for this request, where that is not the request's own text in a line."""
    prints: str | None = None
    """Of a client: what it prints of the answer, where that is not the answer's own text or number."""


class Exercise(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one program is to do."""

    role: Role
    conversation: Conversation
    course_section: str = ""
    title: str = ""
    """What it does, in one sentence, where no file of words says it."""
    source: tuple[str, ...] = ()
    """File names by which it is recognised; its own name where none are given."""
    arguments: tuple[str, ...] = ()
    """What the program is started with; what is usual for its role where nothing is given."""
    transport: TransportName = "tcp"
    longest: int = 1024
    """How many bytes a datagram holds at most that an exercise over UDP must take whole."""
    platform: Platform = "posix"
    like: str = ""
    """Another exercise, whose keys hold where this one says nothing else."""
    greeting: str = ""
    prints: str = ""
    path: str = ""
    """The file that it is about, in the program's directory."""
    content: str = ""
    """What it writes into that file."""
    thanks: str = ""
    """Of a file over the wire: what the client says when it has all of it, up to the end of the server's direction."""
    files: bool = False
    """Whether the files in its directory are of the exercise."""
    sockets: bool = False
    """Whether every socket that it makes is."""
    stays_up: bool = True
    """Whether a server goes on after its first client; of a greeting it is free."""
    parallel: Parallel = ""
    """Whether a server must serve several clients at once, and how."""
    heard_by: HeardBy = "all"
    """Of a chat: who hears what a client says."""
    framing: Framing = "line"
    """How the messages of a dialogue end."""
    answer: Framing | None = None
    """How the answers end, where they end otherwise than the requests."""
    byte_order: ByteOrder = "network"
    """The order of the bytes in counts and numbers."""
    exchanges: int = 0
    """How many requests a client makes in one conversation, which may end then; 0: any number."""
    delimiter: str = ""
    """What each of them ends with, where the framing is `delimiter`."""
    answers: Rule | dict[str, Content] | tuple[Pair, ...] = {}
    """The rule by which each request is answered; or a table of requests and their answers."""
    example: tuple[Example, ...] = ()
    """Requests of a dialogue and their answers, in the order of one conversation."""
    oracle: str = ""
    """A file of the course and a function in it that answers: `oracle.py:answer`."""
    requests: str = ""
    """A file of the course and a function in it that returns a Hypothesis strategy for the texts of requests."""
    without: tuple[str, ...] = ()
    """Requirements that it is not judged on: ids, or how they begin."""
    name: str = ""

    @property
    def kind(self) -> "ExerciseKind":
        """What passes, and which part the program has in it."""
        return ExerciseKind(self.conversation, self.role, self.transport in DATAGRAMS)


class ExerciseKind(NamedTuple):
    """A conversation and a role in it: scenarios and tests are the same for all exercises of one kind."""

    conversation: Conversation
    role: Role
    datagrams: bool = False
    """Whether each message goes by itself: then other things go wrong."""


TRAITS: Final[Mapping[str, Callable[[Exercise], bool]]] = {
    "lasting": lambda exercise: not exercise.exchanges,
    "linewise": lambda exercise: all(one.type is None for one in exercise.example),
    "thanked": lambda exercise: bool(exercise.thanks),
    "parallel": lambda exercise: bool(exercise.parallel),
    "forking": lambda exercise: exercise.parallel == "processes",
    "threading": lambda exercise: exercise.parallel == "threads",
}
"""Words for what some exercises of one conversation ask for and others do not: there may be any number of requests in
it; each line that is typed is one; a file is answered with thanks; several clients are served at once, in any way, by
processes, by threads."""


class Selector(NamedTuple):
    """Some exercises, by what they are: `winsock echo client`. What is left out may be any.

    But datagrams are meant only where `udp` is said: hardly anything that holds for a stream holds for them.
    """

    platform: str = ""
    trait: str = ""
    conversation: str = ""
    role: str = ""
    transport: str = ""

    @property
    def is_for_courses(self) -> bool:
        """Whether it may stand for no exercise of the package."""
        return bool(self.trait) or self.conversation in FOR_COURSES or self.transport in TRANSPORTS_FOR_COURSES

    def matches(self, exercise: Exercise) -> bool:
        """Tell whether an exercise is one of them."""
        if not self.transport and exercise.transport in DATAGRAMS:
            return False
        wanted = self.platform, self.conversation, self.role, self.transport
        there = exercise.platform, exercise.conversation, exercise.role, exercise.transport
        has_trait = not self.trait or TRAITS[self.trait](exercise)
        return has_trait and all(one in ("", is_there) for one, is_there in zip(wanted, there, strict=True))


def selector(words: str) -> Selector:
    """Read a selector: a platform, a trait, a conversation, a role and a transport, each at most once.

    Raises ValueError for other words.
    """
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
    "trait": tuple(TRAITS),
    "conversation": get_args(Conversation),
    "role": get_args(Role),
    "transport": get_args(TransportName),
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


class Course(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a course says of itself."""

    name: str
    """What it is called."""
    prefix: str = ""
    """What the names of its exercises and the ids of its requirements begin with."""
    version: str = ""
    """The teacher's own: a term, or a date."""
    digest: str = ""
    """A hash of all that decides about its verdicts."""


class Words(Struct, frozen=True):
    """All that is said of requirements and exercises in one language, by their names."""

    requirement: dict[str, RequirementWords]
    exercise: dict[str, ExerciseWords]
