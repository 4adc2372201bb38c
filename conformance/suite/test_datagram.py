"""Datagrams: one for one, to the one who asked, over a network that may lose and double them."""

from conformance.checks import datagrams
from conformance.checks.judgement import Judgement
from conformance.records.run import Run
from conformance.scenarios.baseline import BASELINE_ONLY
from conformance.scenarios.datagrams import (
    CROSSED,
    DOUBLED,
    EMPTY,
    GONE_CLIENTS,
    LATE,
    LINES_IN_DATAGRAMS,
    LONGEST,
    LONGEST_LINES,
    ONE_BY_ONE,
    ONE_LOST,
    STRANGERS,
    TOGETHER,
    TOO_LONG,
)
from conformance.suite.registry import requirement_test


@requirement_test("datagram.server-socket", BASELINE_ONLY, needs_trace=True)
def test_server_socket(run: Run, _: Run) -> Judgement:
    """A socket for datagrams is bound, and that is all."""
    return datagrams.has_right_socket(run)


@requirement_test("datagram.echo-exact", ONE_BY_ONE)
def test_echo_exact(run: Run, _: Run) -> Judgement:
    """Datagrams come one by one."""
    return datagrams.echoes_one_by_one(run)


@requirement_test("datagram.one-for-one", TOGETHER)
def test_one_for_one(run: Run, _: Run) -> Judgement:
    """Several datagrams wait when the server reads."""
    return datagrams.echoes_each(run)


@requirement_test("datagram.answers-sender", CROSSED)
def test_answers_sender(run: Run, _: Run) -> Judgement:
    """Three clients send in turns, and at the same moment."""
    return datagrams.answers_who_asked(run)


@requirement_test("datagram.empty", EMPTY)
def test_empty(run: Run, _: Run) -> Judgement:
    """A datagram without a byte, and others behind it."""
    return datagrams.answers_empty_ones(run)


@requirement_test("datagram.longest", LONGEST, "udp server")
def test_longest(run: Run, _: Run) -> Judgement:
    """The longest datagram that the exercise asks for, and one of half that length."""
    return datagrams.echoes_one_by_one(run)


@requirement_test("datagram.longest", LONGEST_LINES, "udp client")
def test_longest_line(run: Run, _: Run) -> Judgement:
    """The longest line that goes into such a datagram."""
    return datagrams.asks_and_prints(run)


@requirement_test("datagram.too-long", TOO_LONG)
def test_too_long(run: Run, _: Run) -> Judgement:
    """Longer datagrams, up to the longest that there are, and a usual one of the next client."""
    return datagrams.survives_too_long(run)


@requirement_test("datagram.gone-client", GONE_CLIENTS)
def test_gone_client(run: Run, _: Run) -> Judgement:
    """A client is gone when its answer comes, and the server may be told."""
    return datagrams.survives_gone_client(run)


@requirement_test("datagram.asks-and-prints", LINES_IN_DATAGRAMS)
def test_asks_and_prints(run: Run, _: Run) -> Judgement:
    """Lines come in, go to the server and come back."""
    return datagrams.asks_and_prints(run)


# Without the observer no time can be let pass, and a client that waits for a while looks as one that waits for ever.
@requirement_test("datagram.lost-answer", ONE_LOST, needs_trace=True)
def test_lost_answer(run: Run, baseline: Run) -> Judgement:
    """The first datagram is lost."""
    return datagrams.does_without_an_answer(run, baseline)


@requirement_test("datagram.doubled-answer", DOUBLED)
def test_doubled_answer(run: Run, baseline: Run) -> Judgement:
    """Each answer comes twice."""
    return datagrams.takes_one_answer_for_each(run, baseline)


@requirement_test("datagram.late-answer", LATE, needs_trace=True)
def test_late_answer(run: Run, baseline: Run) -> Judgement:
    """The second answer overtakes the first."""
    return datagrams.takes_no_late_answer(run, baseline)


@requirement_test("datagram.own-server", STRANGERS)
def test_own_server(run: Run, _: Run) -> Judgement:
    """Somebody else's datagram comes before the answer."""
    return datagrams.ignores_strangers(run)
