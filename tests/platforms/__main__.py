"""Measures the table of platforms: makes the calls of probes.toml on Linux and under Wine, and says what differs.

    nox -s platforms               all that can be measured here
    nox -s platforms -- --write    and what was seen is kept in conformance/model/measured.toml
    nox -s platforms -- linux      only there

It fails where an answer is not what probes.toml expects or what measured.toml keeps, and where a note of platforms.toml
or its words are not what was seen.
"""

import argparse
import os
import sys
from collections.abc import Iterator

from conformance.model.measured import PLATFORMS, Answers, Platform, Probes, measured, probes
from conformance.model.platforms import topics
from tests.platforms.keeping import keep, together
from tests.platforms.probing import NAMES, Seen, against_measured, against_notes, against_probes, make, unmade
from tests.platforms.targets import TARGETS, lacking


def measure(platform: Platform, chosen: Probes) -> tuple[str, dict[str, Answers]]:
    """Return a platform's version, and the answers of all probes there."""
    with TARGETS[platform]() as target:
        return target.version, make(target, chosen)


def findings(seen: Seen, chosen: Probes) -> Iterator[str]:
    """Yield, in words, all that does not agree."""
    yield from map(str, against_probes(seen, chosen))
    yield from map(str, against_measured(seen, chosen, measured()))
    yield from unmade(chosen, measured())
    yield from against_notes(seen, chosen, topics())


def wanted(platforms: list[str]) -> Iterator[Platform]:
    """Yield the platforms that are asked for and can be measured here; say what is missing for the others."""
    for platform in PLATFORMS:
        if platforms and platform not in platforms:
            continue
        missing = lacking(platform)
        if missing:
            print(f"{NAMES[platform]} is not measured: {missing}")
        else:
            yield platform


def main(arguments: list[str]) -> int:
    """Measure; return 1 where something does not agree, and in CI where a platform is missing."""
    parser = argparse.ArgumentParser(prog="nox -s platforms --", description="Measure the table of platforms.")
    parser.add_argument("platforms", nargs="*", help=f"measure only these, of {' and '.join(PLATFORMS)}")
    parser.add_argument("--write", action="store_true", help="keep what was seen in conformance/model/measured.toml")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.platforms) - set(PLATFORMS))
    if unknown:
        parser.error(f"no such platform: {', '.join(unknown)}")
    versions: dict[Platform, str] = {}
    seen: dict[Platform, dict[str, Answers]] = {}
    for platform in wanted(options.platforms):
        versions[platform], seen[platform] = measure(platform, probes())
        kept = measured().versions.get(platform, "nothing")
        print(f"{NAMES[platform]} {versions[platform]}: {len(seen[platform])} probes (kept: of {kept})")
    if options.write:
        keep(together(measured(), versions, seen))
        measured.cache_clear()
    topics_measured = {one.topic for one in probes().probe}
    print(f"{len(topics_measured)} of {len(topics())} topics are measured")
    found = list(findings(seen, probes()))
    print(f"differences: {len(found)}", *found, sep="\n    ")
    missing = os.environ.get("CI") == "true" and not seen.keys() >= set(options.platforms or PLATFORMS)
    return int(bool(found or missing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
