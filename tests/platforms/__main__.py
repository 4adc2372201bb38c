"""Measures the table of platforms: makes the calls of probes.toml on Linux and under Wine, and says what differs.

    nox -s platforms               all that can be measured here
    nox -s platforms -- --write    and what was seen is kept in conformance/model/measured.toml
    nox -s platforms -- linux      only there

It fails where an answer is not what probes.toml expects or what measured.toml keeps, and where a note of platforms.toml
or its words are not what was seen.
"""

import argparse
import sys
from collections.abc import Iterator

from conformance.model.measured import PLATFORMS, Platform, Probes, measured, probes
from conformance.model.platforms import topics
from tests.platforms.keeping import keep, together
from tests.platforms.probing import NAMES, Seen, against_measured, against_notes, against_probes, make, unmade
from tests.platforms.targets import TARGETS, lacking


def measure(platform: Platform, chosen: Probes) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return a platform's version, and the answers of all probes there."""
    with TARGETS[platform]() as target:
        return target.version, make(target, chosen)


def findings(seen: Seen, chosen: Probes) -> Iterator[str]:
    """Yield, in words, all that does not agree."""
    yield from map(str, against_probes(seen, chosen))
    yield from map(str, against_measured(seen, chosen, measured()))
    yield from unmade(chosen, measured())
    yield from against_notes(seen, chosen, topics())


def main(arguments: list[str]) -> int:
    """Measure; return 1 where something does not agree."""
    parser = argparse.ArgumentParser(prog="nox -s platforms --", description="Measure the table of platforms.")
    parser.add_argument("platforms", nargs="*", help=f"measure only these, of {' and '.join(PLATFORMS)}")
    parser.add_argument("--write", action="store_true", help="keep what was seen in conformance/model/measured.toml")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.platforms) - set(PLATFORMS))
    if unknown:
        parser.error(f"no such platform: {', '.join(unknown)}")
    versions: dict[Platform, str] = {}
    seen: dict[Platform, dict[str, tuple[str, ...]]] = {}
    for platform in PLATFORMS:
        if options.platforms and platform not in options.platforms:
            continue
        missing = lacking(platform)
        if missing:
            print(f"{NAMES[platform]} is not measured: {missing}")
            continue
        versions[platform], seen[platform] = measure(platform, probes())
        print(f"{NAMES[platform]} {versions[platform]}: {len(seen[platform])} probes")
    if options.write:
        keep(together(measured(), versions, seen))
        measured.cache_clear()
    shown = {one.topic for one in probes().probe}
    print(f"{len(shown)} of {len(topics())} topics are measured")
    found = list(findings(seen, probes()))
    print(f"{len(found)} differences", *found, sep="\n    ")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
