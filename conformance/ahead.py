"""Several programs judged at once, each on one of several stages, ahead of the tests that ask for the verdicts.

Runs happen in the stages' own processes, so that threads are enough here: one for each stage.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from typing import NamedTuple

from conformance.catalogue import Requirement
from conformance.grading.build import Workshop
from conformance.reporting.results import Verdict
from conformance.scenarios.family import Family
from conformance.trial import Bench, Check, judge


class Program(NamedTuple):
    """A program of a submission, by its exercise."""

    folder: str
    exercise: str


class Question(NamedTuple):
    """What one test asks about a program."""

    requirement: Requirement
    family: Family
    check: Check


class Ahead:
    """Judges in the background whatever will be asked, program by program, on whichever stage is free."""

    def __init__(
        self,
        workshops: Sequence[Workshop],
        bench_in: Callable[[Workshop, str], Bench],
        asked: Mapping[Program, Sequence[Question]],
    ) -> None:
        """Begin. A bench is asked for by its workshop and the submission's folder."""
        self._free: SimpleQueue[Workshop] = SimpleQueue()
        for workshop in workshops:
            self._free.put(workshop)
        self._bench_in = bench_in
        self._answers: dict[tuple[str, str, Check], Future[Verdict]] = {
            (*program, question.check): Future() for program, questions in asked.items() for question in questions
        }
        self._ending = Event()
        self._threads = ThreadPoolExecutor(len(workshops))
        for program, questions in asked.items():
            self._threads.submit(self._judge, program, questions)

    def verdict(self, folder: str, exercise: str, check: Check) -> Verdict:
        """Return a verdict as soon as it is known."""
        return self._answers[folder, exercise, check].result()

    def close(self) -> None:
        """Leave off after the judgements that are under way."""
        self._ending.set()
        self._threads.shutdown(cancel_futures=True)

    def _judge(self, program: Program, questions: Sequence[Question]) -> None:
        workshop = self._free.get()
        bench: Bench | None = None
        for requirement, family, check in questions:
            if self._ending.is_set():
                break
            answer = self._answers[*program, check]
            try:
                bench = bench or self._bench_in(workshop, program.folder)
                answer.set_result(judge(bench, requirement, program.exercise, family, check))
            except Exception as problem:  # whoever asks is told
                answer.set_exception(problem)
        self._free.put(workshop)
