"""What a machine judges with: where two machines differ in it, their verdicts may differ."""

import subprocess

from msgspec import Struct

from conformance import __version__
from conformance.catalogue import catalogue
from conformance.scenarios.family import digest as digest_of_scenarios
from conformance.submission.languages import LANGUAGES, WINSOCK_LANGUAGES, Language, find_tool


class Environment(Struct, frozen=True, kw_only=True):
    """What decides about verdicts beside a submission: where two machines differ in it, their verdicts may differ."""

    version: str
    catalogue: str
    scenarios: str
    tools: dict[str, str]
    """Language -> the first line of what its compiler says of itself; nothing where there is none."""


def environment() -> Environment:
    """Return what this machine judges with."""
    languages = (*LANGUAGES, *WINSOCK_LANGUAGES)
    return Environment(
        version=__version__,
        catalogue=catalogue().digest,
        scenarios=digest_of_scenarios(),
        tools={language.name: _version(language) for language in languages},
    )


def _version(language: Language) -> str:
    tool = find_tool(language)
    if tool is None:
        return ""
    said = subprocess.run(
        [tool, *language.version],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return (said.stdout or said.stderr).partition("\n")[0]
