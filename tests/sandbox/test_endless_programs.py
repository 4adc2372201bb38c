"""Programs that go on without end: what is left of a budget, and what is said when nothing more is run."""

from contextlib import closing
from pathlib import Path

import pytest

from conformance.judging.budget import COSTS, MOST
from conformance.judging.context import JudgingContext
from conformance.judging.trial import judge
from conformance.messages import say
from conformance.records.run import Busy, Run
from conformance.records.scenario import Scenario
from conformance.sandbox.client import Sandbox
from conformance.submission.build import BuildDir
from conformance.submission.discover import read_submission
from conformance.suite.registry import all_tests

ENDLESS = "int main(void) { while (1); }"
RUN = Sandbox.run
OUT_OF_TIME = Run(scenario=Scenario(), ending=Busy(limit="time"), observed=True, port=9000)


def test_the_rest_is_not_run_and_is_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "hello_server.c").write_text(ENDLESS)
    tests = [test for test in all_tests() if test.concerns("hello_server")]
    with closing(BuildDir(sandbox)) as build_dir:
        context = JudgingContext(read_submission(tmp_path), sandbox, build_dir)
        program = context.program("hello_server")
        assert program is not None
        program.budget.spent = MOST - COSTS["processor time"]
        found = [judge(context, test, "hello_server") for test in tests]
    assert program.budget.endless == 1
    assert len(found) == len(tests)
    assert not {"passed", "harness-error"} & {one.verdict for one in found}
    assert say("verdict.spent", count=1) in {one.reason for one in found}


def test_nothing_is_said_of_a_program_whose_run_the_clock_has_ended(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hello_server.c").write_text(ENDLESS)
    tests = [test for test in all_tests() if test.concerns("hello_server")]
    monkeypatch.setattr(Sandbox, "run", lambda _, order: RUN(sandbox, order) if order.build else OUT_OF_TIME)
    with closing(BuildDir(sandbox)) as build_dir:
        context = JudgingContext(read_submission(tmp_path), sandbox, build_dir)
        found = [judge(context, test, "hello_server") for test in tests]
    assert {(one.verdict, one.reason) for one in found} == {("not-observed", say("verdict.too-long"))}
