"""Results in other words: every text in them changed by one rule, and the places of the teacher's machine taken out."""

from collections.abc import Callable
from functools import cache
from typing import Literal, TypeVar, get_origin

from msgspec import Struct, structs

from conformance.messages import Message
from conformance.records.notes import quoted_word
from conformance.records.results import Evidence, Results, Verdict
from conformance.records.scenario import Scenario

Record = TypeVar("Record", bound=Struct)
Change = Callable[[str], str]
HERE = "."
"""The folder in which a student calls `offhook`."""


def rewritten(record: Record, change: Change) -> Record:
    """Return a record in which every text is changed, however deep it is.

    All texts, not some that are listed: a field that a record gets later is not forgotten then. What can only be one of
    a few names stays, and so do scenarios, which are the suite's own.
    """
    return structs.replace(record, **{name: _changed(getattr(record, name), change) for name in _fields(type(record))})


@cache
def _fields(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(field.name for field in structs.fields(kind) if get_origin(field.type) is not Literal)


def _changed(value: object, change: Change) -> object:
    match value:
        case str():
            return change(value)
        case Message():
            given = tuple((name, _changed(one, change)) for name, one in value.values)
            return Message(key=value.key, values=given)  # type: ignore[arg-type]
        case Scenario():
            return value
        case Struct():
            return rewritten(value, change)
        case tuple():
            return tuple(_changed(one, change) for one in value)
        case list():
            return [_changed(one, change) for one in value]
        case dict():
            return {name: _changed(one, change) for name, one in value.items()}
    return value


# ---------------------------------------------------------------- places


def without_places(results: Results, name: str) -> Results:
    """Return results that do not say where on the teacher's machine they were made.

    The folder is `.`, in the commands too, since the student calls them in it; the submission gets a name of its own.
    Tracebacks of the suite are left out: they are full of places, and of no use to a student.
    """
    folder = results.submission.folder
    told = structs.replace(
        results,
        submission=structs.replace(results.submission, name=name, folder=HERE),
        verdicts=[_relative(one, folder) for one in results.verdicts],
        harness=structs.replace(results.harness, problems=()),
    )
    return rewritten(told, lambda text: text.replace(folder, HERE)) if folder.startswith("/") else told


def _relative(one: Verdict, folder: str) -> Verdict:
    if one.evidence is None:
        return one
    return structs.replace(one, evidence=structs.replace(one.evidence, repeat=_command(one, one.evidence, folder)))


def _command(one: Verdict, evidence: Evidence, folder: str) -> str:
    """Return the command that judges a requirement again, said in the folder itself."""
    begins = f"offhook check {quoted_word(folder)} "
    told = evidence.repeat.removeprefix(begins)
    if told == evidence.repeat:
        told = f"--exercise {quoted_word(one.exercise)} --requirement {one.requirement}"
    return f"offhook check {HERE} {told}"
