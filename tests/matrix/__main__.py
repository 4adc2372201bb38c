"""Prints the kill matrix: requirement by program, how many each one costs, and what is a surprise.

    nox -s matrix                                          all of it
    nox -s matrix -- right/ echo_server                    programs whose names contain one of these
    nox -s matrix -- right/ --requirement transfer.large   one requirement, or those whose ids begin so
    nox -s matrix -- --sparing                             less of what can be spared: see `spared`
    nox -s matrix -- --against FILE                        and what is judged otherwise than in an earlier run

It fails where there is a surprise: a verdict that the comment at the top of its program does not allow. Surprises stand
beside their program and once more at the end, which is all that many CI logs keep. The verdicts are also left in
reports/kill_matrix.json, from where the documentation takes them.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from conformance.catalogue import catalogue
from conformance.judging.specimens import ACCUSES
from tests.matrix import costs, judge_all, keep_last_run, read_run, specimens, surprises

SIGNS = {
    "passed": "·", "failed": "F", "crashed": "C", "hung": "H", "unsteady": "U", "not-run": "n",
    "not-implemented": "i", "not-applicable": "-", "not-observed": "o", "harness-error": "E",
}  # fmt: skip
SLOWEST = 12
"""Of so many programs it is said how long they took."""
KILLS = {SIGNS[verdict] for verdict in ACCUSES}


def differences(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield a line for each verdict that is another one than before, of the programs that were judged now."""
    for name, found in sorted(after.items()):
        earlier = before.get(name, {})
        for requirement in sorted({*earlier, *found}):
            was, now = earlier.get(requirement, "not judged"), found.get(requirement, "not judged")
            if was != now:
                yield f"{name} {requirement}: {was} -> {now}"


def killed_here(chosen: Sequence[str]) -> list[str]:
    """Return the requirements, of those whose ids begin so, that a program of the matrix must break.

    What applies to no exercise of ours applies to those of courses; their own wrong programs break it.
    """
    found = catalogue().requirements.values()
    return [one.id for one in found if one.applies and one.id.startswith(tuple(chosen) or "")]


def main(arguments: list[str]) -> int:
    """Judge the programs whose names contain one of the patterns, or all; return 1 where there is a surprise."""
    parser = argparse.ArgumentParser(prog="nox -s matrix --", description="Judge the programs of the kill matrix.")
    parser.add_argument("patterns", nargs="*", help="judge programs whose names contain one of these")
    parser.add_argument("--requirement", action="append", default=[], help="judge those whose ids begin so")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="judge so many at once")
    parser.add_argument("--against", type=Path, help="verdicts of an earlier run, as reports/kill_matrix.json has them")
    parser.add_argument("--sparing", action="store_true", help="judge less of what can be spared")
    options = parser.parse_args(arguments)
    patterns, chosen = options.patterns, options.requirement
    requirements = list(catalogue().requirements)
    killed: dict[str, int] = dict.fromkeys(requirements, 0)
    unexpected: list[str] = []
    judged: dict[str, dict[str, str]] = {}
    took: dict[str, float] = {}
    for place, name in enumerate(requirements, 1):
        print(f"{place:>3}  {name}")
    asked = [one for one in specimens() if not patterns or any(pattern in one.name for pattern in patterns)]
    runnable = [one for one in asked if one.runnable]
    absent = [one for one in asked if not one.runnable]
    for specimen in absent:
        print(f"{specimen.name:<50} its language is not here")
    for specimen, found in judge_all(runnable, options.jobs, chosen, sparing=options.sparing):
        verdicts = [one.verdict for one in found]
        took[specimen.name] = sum(one.seconds for one in found)
        judged[specimen.name] = {one.requirement: one.verdict for one in verdicts}
        signs = {one.requirement: SIGNS[one.verdict] for one in verdicts}
        row = "".join(signs.get(name, " ") for name in requirements)
        print(f"{specimen.name:<50} {costs(one.verdict for one in verdicts):>2} {row}", flush=True)
        for one in specimen.breaks & set(signs):
            killed[one] += signs[one] in KILLS
        for surprise in surprises(specimen, verdicts):
            unexpected.append(f"{specimen.name}: {surprise}")
            print(f"    surprise: {surprise}")
        for problem in filter(None, (one.problem for one in found)):
            print(problem.traceback)
    if options.against is not None:
        print(*differences(read_run(options.against).verdicts, judged), sep="\n")
    if not chosen and not options.sparing:
        keep_last_run(judged)
    unkilled = [name for name in killed_here(chosen) if not killed[name]]
    if not patterns and unkilled:
        print(f"no killer: {', '.join(unkilled)}")
    print(
        "slowest:",
        ", ".join(f"{name} {took[name]:.0f} s" for name in sorted(took, key=took.__getitem__)[: -SLOWEST - 1 : -1]),
    )
    print(f"{len(unexpected)} surprises among {len(judged)} programs", *unexpected, sep="\n    ")
    skipped = absent and os.environ.get("CI") == "true"  # a missing package must not hide
    return int(bool(unexpected or skipped or (unkilled and not patterns)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
