"""Makes the probes, and says where what is seen is not what is said of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from conformance.messages import ENGLISH, KOREAN, table
from conformance.model.measured import Answers, Measured, Platform, Probe, Probes
from conformance.model.platforms import Topic
from tests.platforms.driver import Driver, DriverError
from tests.platforms.targets import Target

NAMES: Final[dict[Platform, str]] = {"linux": "Linux", "wine": "Wine"}
NOTES: Final = "conformance/model/platforms.toml"
WORDS: Final = "conformance/messages"
LANGUAGES: Final = (ENGLISH, KOREAN)
"""Those that come with the package: other tests add one."""
NAME_OF_ERROR: Final = re.compile(r"\b(?:WSA[A-Z]{3,}|E[A-Z]{3,}|SIGPIPE)\b")
"""In a text: the names that answers have too. EOF is none of them."""
Seen = Mapping[Platform, Mapping[str, Answers]]
"""Platform -> a probe's name -> its answers."""


# ---------------------------------------------------------------- making them


def make(target: Target, probes: Probes) -> dict[str, Answers]:
    """Make all probes of a platform; return their answers by the probes' names."""
    made: dict[str, Answers] = {}
    driver = target.start()
    try:
        for probe in probes.probe:
            if not probe.expected(target.platform):
                continue
            made[probe.name] = _answers(driver, probe, probes)
            if driver.has_waited:
                driver.close()
                driver = target.start()
    finally:
        driver.close()
    return made


def _answers(driver: Driver, probe: Probe, probes: Probes) -> Answers:
    driver.ask("reset")
    for line in probes.before(probe):
        said = driver.answer(line)
        if not (said.isdigit() or said == "none"):
            raise DriverError(f"{probe.name}: {line!r} comes before what is asked, and fails with {said}")
    return tuple(driver.answer(line) for line in probe.asked)


# ---------------------------------------------------------------- what does not agree


class Difference(NamedTuple):
    """One answer that is not what a file says."""

    probe: str
    platform: Platform
    line: str
    seen: str
    said: str
    file: str

    def __str__(self) -> str:
        """Say it in words."""
        where = f"{self.probe}, on {NAMES[self.platform]}"
        return f"{where}: {self.line!r} is answered {self.seen}, but {self.file} says {self.said}"


def against_probes(seen: Seen, probes: Probes) -> Iterator[Difference]:
    """Yield the answers that are not those that the probes expect."""
    for probe in probes.probe:
        for platform, made in seen.items():
            if probe.name in made:
                yield from _differences(probe, platform, made[probe.name], probe.expected(platform), "probes.toml")


def against_measured(seen: Seen, probes: Probes, kept: Measured) -> Iterator[Difference]:
    """Yield the answers that are not those that were kept."""
    for probe in probes.probe:
        for platform, made in seen.items():
            if probe.name in made:
                said = kept.seen.get(platform, {}).get(probe.name, ())
                yield from _differences(probe, platform, made[probe.name], said, "measured.toml")


def _differences(probe: Probe, platform: Platform, seen: Answers, said: Answers, file: str) -> Iterator[Difference]:
    padded = (*said, *["nothing"] * len(seen))  # strict below: all that is asked has an answer
    for line, one, other in zip(probe.asked, seen, padded, strict=False):
        if one != other:
            yield Difference(probe.name, platform, line, one, other, file)


def unmade(probes: Probes, kept: Measured) -> Iterator[str]:
    """Yield what was kept of probes that there are no more."""
    names = {probe.name for probe in probes.probe}
    for platform, made in kept.seen.items():
        for name in sorted(set(made) - names):
            yield f"{name}, on {NAMES[platform]}: measured.toml has it, but there is no such probe"


# ---------------------------------------------------------------- the notes of the topics


def against_notes(seen: Seen, probes: Probes, topics: Iterable[Topic]) -> Iterator[str]:
    """Yield what the table of topics says, or does not say, against what is seen."""
    for topic in topics:
        own = [probe for probe in probes.probe if probe.topic == topic.id]
        if "linux" in seen and own:
            yield from _unseen(topic, "posix", _names_in_answers(seen["linux"], own))
        if "wine" in seen:
            deviating = [one for probe in own for one in _deviating(probe, seen["wine"])]
            yield from _wrong_note(topic, deviating)
            yield from _unseen(topic, "wine", {name for answer in deviating for name in _names(answer)})


def _deviating(probe: Probe, made: Mapping[str, Answers]) -> Iterator[str]:
    """Yield the answers under Wine that are not those of Windows, unless that needs no note."""
    answers = made.get(probe.name, ())
    if probe.windows and not probe.no_note:
        yield from (one for one, documented in zip(answers, probe.windows, strict=True) if one != documented)


def _wrong_note(topic: Topic, deviating: list[str]) -> Iterator[str]:
    if topic.touched is not None and not deviating:
        yield f"{topic.id}: {NOTES} says that Wine does otherwise, but no probe shows it"
    if topic.touched is None and deviating:
        yield f"{topic.id}: Wine does otherwise ({', '.join(deviating)}), but {NOTES} has no note of it"
    for language in LANGUAGES:
        said = _names(table(language).get(f"platform.{topic.id}.wine", ""))
        for name in sorted({name for one in deviating for name in _names(one)} - said):
            yield f"{topic.id}: Wine answers {name}, but its note in {WORDS}/{language}.toml does not say so"


def _unseen(topic: Topic, part: str, seen: set[str]) -> Iterator[str]:
    """Yield the names of errors that a text has, and that no probe of its topic is answered."""
    for language in LANGUAGES:
        key = f"platform.{topic.id}.{part}"
        for name in sorted(_names(table(language).get(key, "")) - seen):
            yield f"{topic.id}: {WORDS}/{language}.toml says {name} ({key}), but no probe is answered so"


def _names_in_answers(made: Mapping[str, Answers], probes: list[Probe]) -> set[str]:
    return {name for probe in probes for answer in made.get(probe.name, ()) for name in _names(answer)}


def _names(text: str) -> set[str]:
    return set(NAME_OF_ERROR.findall(text))
