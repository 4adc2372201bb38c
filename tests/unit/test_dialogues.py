"""Dialogues without any program: where messages end, what is owed, what rules answer, what follows from examples."""

import sys

import pytest
from msgspec.structs import replace

from conformance.catalogue import Exercise
from conformance.catalogue.framing import Frames, answer_frames_of, frames_of, reply_of, request_of
from conformance.catalogue.records import Data, Example, Pair, Shape
from conformance.judging.oracle import Oracle
from conformance.model.rules import answer_by_rule
from conformance.model.typed import asked_for, printed_of
from conformance.records.answers import Answer, Owed
from conformance.records.run import Run, Waiting, WireEvent
from conformance.records.scenario import Accept, Connect, Echo, End, Reset, Scenario, Send, Start
from conformance.scenarios.baseline import baseline_of
from conformance.scenarios.dialogue import with_at_most, with_whole_requests

LINES = Exercise(
    role="server",
    conversation="dialogue",
    example=(Example(send="2 + 3\n", expect="5\n"), Example(send="time\n", matches="[0-9]+\n")),
    name="calculator",
)


@pytest.mark.parametrize(
    ("frames", "texts", "stream"),
    [
        (Frames(), [b"one", b"", b"two"], b"one\n\ntwo\n"),
        (Frames(end=b"\r\n\r\n"), [b"a\r\nb", b"c"], b"a\r\nb\r\n\r\nc\r\n\r\n"),
        (Frames(count=2), [b"one", b"", b"a\nb"], b"\0\x03one\0\0\0\x03a\nb"),
        (Frames(count=4), [b"x" * 300], b"\0\0\x01\x2c" + b"x" * 300),
        (Frames(count=2, order="little"), [b"one"], b"\x03\0one"),
        (Frames(count=1, item=4, tail=1), [b"aaaabbbb+", b"-"], b"\x02aaaabbbb+\0-"),
        (Frames(fixed=3), [b"one", b"two"], b"onetwo"),
    ],
)
def test_messages_are_told_apart(frames: Frames, texts: list[bytes], stream: bytes) -> None:
    assert b"".join(map(frames.whole, texts)) == stream
    assert list(map(frames.text, frames.cut(stream))) == texts
    for length in range(len(stream)):
        whole = frames.cut(stream[:length])
        assert stream.startswith(b"".join(whole))
        assert frames.cut(stream[: sum(map(len, whole))]) == whole


@pytest.mark.parametrize(
    ("answers", "text", "answer"),
    [
        ("upper", b"Hi there", b"HI THERE"),
        ("reverse", b"abc", b"cba"),
        ("swapcase", b"aBc", b"AbC"),
        ("length", b"abc", b"3"),
        ({"ping": "pong"}, b"ping", b"pong"),
        ({"ping": "pong"}, b"pang", None),
        ({"ping": Data(hex="00 ff")}, b"ping", b"\0\xff"),
        ((Pair(send=Data(hex="ff"), expect="all"),), b"\xff", b"all"),
    ],
)
def test_rules_answer(answers: object, text: bytes, answer: bytes | None) -> None:
    one = Exercise(role="server", conversation="dialogue", answers=answers)  # type: ignore[arg-type]
    assert answer_by_rule(one, text) == answer


def test_what_is_owed_is_paid_exactly_or_by_a_pattern() -> None:
    fixed = Owed(0, (Answer(b"5\n"), Answer(b"6\n")))
    assert fixed.is_paid(b"5\n6\n")
    assert not fixed.is_paid(b"5\n6\n\0")
    assert fixed.is_begun(b"5\n")
    assert not fixed.is_begun(b"6\n")
    free = Owed(0, (Answer(b"5\n"), Answer(pattern="[0-9]+\n"), Answer(b"6\n")))
    assert free.is_paid(b"5\n1234\n6\n")
    assert not free.is_paid(b"5\nsoon\n6\n")
    assert free.is_begun(b"5\n12")
    assert not free.is_begun(b"4\n12")


def test_examples_answer_where_nothing_else_does() -> None:
    oracle = Oracle(LINES, None)
    assert oracle.answers((b"2 + 3\n", b"time\n", b"what\n")) == (Answer(b"5\n"), Answer(pattern="[0-9]+\n"), Answer())


def test_a_solution_answers_in_one_conversation() -> None:
    asked: list[Scenario] = []

    def ask(scenario: Scenario) -> Run:
        asked.append(scenario)
        sends = [step.data for step in scenario.steps if isinstance(step, Send)]
        wire = [
            WireEvent(what=what, client=0, data=data)  # type: ignore[arg-type]
            for place, sent in enumerate(sends)
            for what, data in (("sent", sent), ("received", b"%d" % place), ("received", b"\n"))
        ]
        return Run(scenario=scenario, ending=Waiting(), observed=True, port=1, wire=tuple(wire))

    oracle = Oracle(LINES, ask)
    assert oracle.answers((b"x\n", b"y\n")) == (Answer(b"0\n"), Answer(b"1\n"))
    assert oracle.answers((b"x\n", b"y\n")) == (Answer(b"0\n"), Answer(b"1\n"))
    assert asked == [Scenario(steps=(Connect(), Send(data=b"x\n"), Send(data=b"y\n"), End()))]


def test_the_baseline_conversation_is_made_of_the_examples() -> None:
    assert baseline_of(LINES) == Scenario(steps=(Connect(), Send(data=b"2 + 3\n"), Send(data=b"time\n"), End()))
    client = Exercise(
        role="client", conversation="dialogue", framing="length16", example=(Example(send="hi", expect="HI"),)
    )
    assert frames_of(client) == Frames(count=2)
    assert baseline_of(client) == Scenario(
        steps=(Accept(), Echo(answers=(b"\0\x02HI",), frames=Frames(count=2))), start=Start(input=b"hi\n")
    )


SUMS = Exercise(
    role="client",
    conversation="dialogue",
    framing=Shape(count=1, item=4, tail=1),
    answer=Shape(fixed=4),
    byte_order="host",
    exchanges=1,
    example=(
        Example(type="2\n3\n-4\n+\n", send=Data(numbers=(3, -4), text="+"), expect=Data(numbers=(-1,))),
        Example(type="1\n5\n*\n", send=Data(numbers=(5,), text="*"), expect=Data(numbers=(5,)), prints="five"),
    ),
    name="sums",
)


def number(value: int) -> bytes:
    return value.to_bytes(4, sys.byteorder, signed=True)


def test_counts_and_numbers_go_out_in_the_order_of_the_exercise() -> None:
    network = replace(SUMS, byte_order="network")
    assert request_of(SUMS, Data(numbers=(3, -4), text="+")) == b"\x02" + number(3) + number(-4) + b"+"
    assert request_of(network, Data(numbers=(3,), text="+")) == b"\x01\0\0\0\x03+"
    assert reply_of(network, Data(numbers=(1, 2))) == b"\0\x01\0\x02"
    assert answer_frames_of(SUMS).cut(b"abcdefghi") == [b"abcd", b"efgh"]


@pytest.mark.parametrize("frames", [Frames(), Frames(count=1, item=4, tail=1), Frames(fixed=4), Frames(count=2)])
@pytest.mark.parametrize("text", [b"", b"x", b"a line\nand more", b"x" * 5000])
def test_any_text_can_be_made_one_message(frames: Frames, text: bytes) -> None:
    message = frames.whole(frames.fitted(text))
    assert frames.cut(message) == [message]


def test_what_is_typed_makes_requests_and_answers_are_printed() -> None:
    first, second = (request_of(SUMS, one.send) for one in SUMS.example)
    several = replace(SUMS, exchanges=0)
    assert asked_for(several, b"2\n3\n-4\n+\n1\n5\n*\n") == (first, second)
    assert asked_for(several, b"1\n5\n*") == (second,)
    assert asked_for(SUMS, b"1\n5\n*\n2\n3\n-4\n+\n") == (second,)
    assert asked_for(SUMS, b"") == ()
    assert [printed_of(SUMS, number(one)) for one in (-1, 5, 6)] == [b"-1", b"five", number(6)]


def test_a_conversation_has_as_many_requests_as_the_exercise_says() -> None:
    assert baseline_of(SUMS).start.input == b"2\n3\n-4\n+\n"
    server = replace(LINES, exchanges=1)
    assert baseline_of(server) == Scenario(steps=(Connect(), Send(data=b"2 + 3\n"), End()))
    owed = Oracle(server, None).with_debts(
        Run(
            scenario=Scenario(),
            ending=Waiting(),
            observed=False,
            port=1,
            wire=(WireEvent(what="sent", client=0, data=b"2 + 3\n2 + 3\n"),),
        )
    )
    assert owed.owed_to().answers == (Answer(b"5\n"),)


def test_of_several_requests_only_those_of_one_conversation_are_sent() -> None:
    whole = Scenario(steps=(Connect(), Send(data=b"a\nb"), Send(data=b"\nc\n"), Send(data=b"d\n"), End()))
    assert with_at_most(1, Frames(), whole).steps == (Connect(), Send(data=b"a\n"), End())
    assert with_at_most(2, Frames(), whole).steps == (Connect(), Send(data=b"a\nb"), Send(data=b"\n"), End())
    assert with_at_most(9, Frames(), whole) == whole


def test_a_lost_client_is_compared_with_one_that_makes_a_whole_request() -> None:
    lost = Scenario(steps=(Connect(), Send(data=b"ha"), Reset(), Connect(client=1), Send(data=b"half\n", client=1)))
    assert with_whole_requests(lost).steps[:3] == (Connect(), Send(data=b"half\n"), End())
    assert with_whole_requests(lost).steps[3:] == lost.steps[3:]
