"""What is right in a dialogue: a rule, a function of the course, the teacher's solution, or the examples say it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from conformance.catalogue import Exercise, ExerciseKind
from conformance.catalogue.framing import answer_frames_of, frames_of, reply_of, request_of
from conformance.judging.course_functions import function_of
from conformance.judging.errors import HarnessError
from conformance.messages import text
from conformance.model.rules import answer_by_rule
from conformance.records.answers import Answer, Owed
from conformance.records.run import Run
from conformance.records.scenario import Connect, End, Scenario, Send

DIALOGUE_SERVER: Final = ExerciseKind("dialogue", "server")
ONE_BY_ONE_AT_MOST: Final = 40
"""More requests are asked together: which answer is to which does not matter where no text is free."""
Requests = tuple[bytes, ...]
Ask = Callable[[Scenario], Run]
"""Runs the teacher's solution."""


@dataclass(slots=True, eq=False)
class Oracle:
    """Answers the requests of one exercise; what was asked once is known."""

    exercise: Exercise
    ask: Ask | None
    """None where there is no solution that can be run."""
    _known: dict[Requests, tuple[Answer, ...]] = field(default_factory=dict)
    _function: Callable[[bytes], bytes] | None = None

    @property
    def knows_all(self) -> bool:
        """Whether it has an answer to any request, and not only to those of the examples."""
        return bool(self.exercise.answers or self.exercise.oracle) or self.ask is not None

    def with_debts(self, run: Run) -> Run:
        """Return a run with the answers that each of its clients is owed."""
        clients = dict.fromkeys(event.client for event in run.wire if event.what in ("connected", "sent"))
        return replace(run, owed=tuple(Owed(one, self.answers(self._requests(run.sent(one)))) for one in clients))

    def _requests(self, sent: bytes) -> Requests:
        """Return the requests that a client has made, up to the one after which the conversation may be over."""
        return tuple(frames_of(self.exercise).cut(sent)[: self.exercise.exchanges or None])

    def answers(self, requests: Requests) -> tuple[Answer, ...]:
        """Return the right answers to requests that come in one conversation."""
        if requests not in self._known:
            self._known[requests] = self._free(requests, self._asked(requests))
        return self._known[requests]

    def _free(self, requests: Requests, answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        """Put patterns in the place of answers whose text is free."""
        free = {request_of(self.exercise, one.send): one.matches for one in self.exercise.example if one.matches}
        if not free or len(answers) != len(requests):
            return answers
        pairs = zip(requests, answers, strict=True)
        return tuple(Answer(pattern=free[request]) if request in free else answer for request, answer in pairs)

    def _asked(self, requests: Requests) -> tuple[Answer, ...]:
        if not requests:
            return ()
        if self.exercise.answers or self.exercise.oracle:
            return tuple(map(self._by_rule, requests))
        return self._by_examples(requests) if self.ask is None else self._by_solution(requests, self.ask)

    def _by_rule(self, request: bytes) -> Answer:
        said = frames_of(self.exercise).text(request)
        answer = self._of_course(said) if self.exercise.oracle else answer_by_rule(self.exercise, said)
        return Answer() if answer is None else Answer(answer_frames_of(self.exercise).whole(answer))

    def _of_course(self, said: bytes) -> bytes:
        if self._function is None:
            self._function = function_of(self.exercise, self.exercise.oracle)
        return self._function(said)

    def _by_examples(self, requests: Requests) -> tuple[Answer, ...]:
        known = {
            request_of(self.exercise, one.send): reply_of(self.exercise, one.expect)
            for one in self.exercise.example
            if one.expect is not None
        }
        return tuple(Answer(known.get(request, b"")) for request in requests)

    def _by_solution(self, requests: Requests, ask: Ask) -> tuple[Answer, ...]:
        """Let the solution answer. Raises `HarnessError` where it crashes or does not end: then nobody is accused."""
        free = any(one.matches for one in self.exercise.example)
        one_by_one = free or len(requests) <= ONE_BY_ONE_AT_MOST
        parts = requests if one_by_one else (b"".join(requests),)
        run = ask(conversation(parts))
        if run.crashed or run.endless:  # what it did not answer for that, no program owes
            raise HarnessError(text("oracle.failed", exercise=self.exercise.name))
        return answers_in(run)


def conversation(requests: Sequence[bytes]) -> Scenario:
    """Return a client that sends each request when the server waits for it."""
    return Scenario(steps=(Connect(), *(Send(data=one) for one in requests), End()))


def answers_in(run: Run) -> tuple[Answer, ...]:
    """Return what came after each request of a conversation."""
    found: list[bytes] = []
    for event in run.wire:
        if event.what == "sent":
            found.append(b"")
        elif event.what == "received" and found:
            found[-1] += event.data
    return tuple(map(Answer, found))
