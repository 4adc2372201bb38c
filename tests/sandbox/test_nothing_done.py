"""A program that does nothing passes nothing: what it does not break is not-run."""

from pathlib import Path

import pytest

from conformance.judging.context import JudgingContext
from conformance.judging.trial import judge
from conformance.sandbox.client import Sandbox
from conformance.submission.build import BuildDir
from conformance.submission.discover import read_submission
from conformance.suite.registry import all_tests


@pytest.mark.parametrize("exercise", ["hello_server", "hello_client"])
@pytest.mark.parametrize("observe", [True, False], ids=["observed", "wire only"])
def test_a_program_that_does_nothing_passes_nothing(
    tmp_path: Path, sandbox: Sandbox, exercise: str, *, observe: bool
) -> None:
    (tmp_path / f"{exercise}.py").touch()
    build_dir = BuildDir(sandbox)
    context = JudgingContext(read_submission(tmp_path), sandbox, build_dir, observe=observe)
    tests = [test for test in all_tests() if test.concerns(exercise) and test.family.expects_conversation]
    found = [judge(context, test, exercise) for test in tests]
    build_dir.close()
    assert [one.requirement for one in found if one.verdict == "passed"] == []
    assert "not-run" in {one.verdict for one in found}
    assert "harness-error" not in {one.verdict for one in found}
