"""Prints the kill matrix: requirement by program, what must break, what did, and what is a surprise.

The verdicts are also left in reports/kill_matrix.json, from where the documentation takes them.
"""

import sys
from contextlib import closing

from conformance.catalogue import catalogue
from conformance.grading.build import Workshop
from conformance.stage.handle import Stage
from conformance.trial import References
from tests.kill_matrix import keep_last_run, specimens, surprises, verdicts

SIGNS = {
    "passed": "·", "failed": "F", "crashed": "C", "hung": "H", "unsteady": "U", "not-run": "n",
    "not-implemented": "i", "not-applicable": "-", "not-observed": "o", "harness-error": "E",
}  # fmt: skip


def main(patterns: list[str]) -> int:
    """Judge the programs whose names contain one of the patterns, or all; return 1 where there is a surprise."""
    requirements = list(catalogue().requirements)
    killed: dict[str, int] = dict.fromkeys(requirements, 0)
    wrong = 0
    judged: dict[str, dict[str, str]] = {}
    for place, name in enumerate(requirements, 1):
        print(f"{place:>3}  {name}")
    with Stage() as stage, closing(Workshop(stage)) as workshop:
        references = References(stage, workshop)
        for specimen in specimens():
            if patterns and not any(pattern in specimen.name for pattern in patterns):
                continue
            if not specimen.runnable:
                print(f"{specimen.name:<50} its language is not here")
                continue
            found = verdicts(specimen, stage, references=references)
            judged[specimen.name] = {one.requirement: one.verdict for one in found}
            signs = {one.requirement: SIGNS[one.verdict] for one in found}
            print(f"{specimen.name:<50} {''.join(signs.get(name, ' ') for name in requirements)}", flush=True)
            for one in specimen.breaks:
                killed[one] += signs[one] not in ".-"
            for surprise in surprises(specimen, found):
                wrong += 1
                print(f"    surprise: {surprise}")
    keep_last_run(judged)
    unkilled = [name for name, count in killed.items() if not count]
    if not patterns and unkilled:
        print(f"no killer: {', '.join(unkilled)}")
    print(f"{wrong} surprises")
    return int(bool(wrong or (unkilled and not patterns)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
