"""A program that does nothing keeps nothing: what it does not break is not-run."""

from pathlib import Path

import pytest

from conformance.grading.build import Workshop
from conformance.grading.submission import read
from conformance.stage.handle import Stage
from conformance.suite.proving import all_proofs
from conformance.trial import NOT_TO_CONVERSE, Bench, judge


@pytest.mark.parametrize("exercise", ["hello_server", "hello_client"])
@pytest.mark.parametrize("observe", [True, False], ids=["observed", "wire only"])
def test_who_does_nothing_keeps_nothing(tmp_path: Path, stage: Stage, exercise: str, *, observe: bool) -> None:
    (tmp_path / f"{exercise}.py").touch()
    workshop = Workshop(stage)
    bench = Bench(read(tmp_path), stage, workshop, observe=observe)
    proofs = [proof for proof in all_proofs() if proof.concerns(exercise) and proof.family not in NOT_TO_CONVERSE]
    found = [judge(bench, proof.requirement, exercise, proof.family, proof.check) for proof in proofs]
    workshop.close()
    assert [one.requirement for one in found if one.verdict == "passed"] == []
    assert "not-run" in {one.verdict for one in found}
    assert "harness-error" not in {one.verdict for one in found}
