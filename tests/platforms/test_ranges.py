"""Where a call takes a number, Linux answers every number as the model has it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.checks.deviations import SIZE_OF_AN_ADDRESS
from conformance.model.descriptors import TRANSITIONS, State
from conformance.model.measured import WAITS
from tests.platforms.driver import Driver
from tests.platforms.targets import Target

SIZE_OF_ANY_ADDRESS = 128
"""Of struct sockaddr_storage: the kernel reads no longer one (man 3 sockaddr)."""
MOST_BYTES = 40_000
INTS = st.integers(-(2**31), 2**31 - 1)
LENGTHS = st.integers(-2, SIZE_OF_ANY_ADDRESS + 2) | INTS
"""Most of them near to where an address is long enough, or too long."""
BACKLOGS = st.integers(-2, 5) | INTS
OTHER = ("socket z", "bind z", "listen z")
"""A listener to connect to."""
CONNECTED = (*OTHER, "socket a", "connect a z", "accept z b")
CALLS = {"bind": "bind a", "listen": "listen a", "connect": "connect a z"}
many = settings(deadline=None, max_examples=60)
few = settings(deadline=None, max_examples=12)


def begin(driver: Driver, *lines: str) -> None:
    for line in lines:
        assert driver.ask(line) == "0"


def state_of(driver: Driver) -> State:
    """Return the state that the kernel shows of socket a."""
    if driver.ask("listens a") == "1":
        return State.LISTENING
    if driver.ask("peer of a") == "0":
        return State.CONNECTED
    return State.FRESH if driver.ask("port of a") == "0" else State.BOUND


def is_an_address(length: int) -> bool:
    """Tell whether Linux takes an address of this length; the first bound is also where Wine is left alone."""
    return SIZE_OF_AN_ADDRESS <= length <= SIZE_OF_ANY_ADDRESS


@many
@given(length=LENGTHS)
def test_bind_takes_an_address_that_is_long_enough_and_else_leaves_the_socket(linux: Target, length: int) -> None:
    with linux.start() as driver:
        begin(driver, "socket a")
        assert driver.ask(f"bind a 0 {length}") == ("0" if is_an_address(length) else "EINVAL")
        assert state_of(driver) is (TRANSITIONS[State.FRESH, "bind"] if is_an_address(length) else State.FRESH)


@many
@given(length=LENGTHS)
def test_connect_takes_an_address_that_is_long_enough_and_else_leaves_the_socket(linux: Target, length: int) -> None:
    with linux.start() as driver:
        begin(driver, *OTHER, "socket a")
        assert driver.ask(f"connect a z {length}") == ("0" if is_an_address(length) else "EINVAL")
        assert state_of(driver) is (TRANSITIONS[State.FRESH, "connect"] if is_an_address(length) else State.FRESH)


@many
@given(calls=st.lists(st.sampled_from(sorted(CALLS)), max_size=5))
def test_calls_in_any_order_succeed_where_the_model_has_them_and_else_leave_the_state(
    linux: Target, calls: list[str]
) -> None:
    state = State.FRESH
    with linux.start() as driver:
        begin(driver, *OTHER, "socket a")
        for call in calls:
            assert (driver.ask(CALLS[call]) == "0") is ((state, call) in TRANSITIONS)
            state = TRANSITIONS.get((state, call), state)
            assert state_of(driver) is state


@many
@given(backlogs=st.lists(BACKLOGS, min_size=1, max_size=3))
def test_every_backlog_makes_a_listener(linux: Target, backlogs: list[int]) -> None:
    with linux.start() as driver:
        begin(driver, "socket a", *(f"listen a {backlog}" for backlog in backlogs))
        assert state_of(driver) is State.LISTENING


@few
@given(backlog=st.integers(0, 5))
def test_one_more_than_the_backlog_is_connected_before_anybody_accepts(linux: Target, backlog: int) -> None:
    clients = "bcdefghi"[: backlog + 1]
    with linux.start() as driver:
        begin(driver, "socket a", "bind a", f"listen a {backlog}", "socket z")
        for client in clients:
            begin(driver, f"socket {client}", f"connect {client} a")
        assert driver.answer("begin connect z a") == WAITS


@many
@given(sent=st.integers(1, MOST_BYTES), asked=st.integers(1, MOST_BYTES))
def test_recv_gives_from_one_byte_on_and_never_more_than_asked_for(linux: Target, sent: int, asked: int) -> None:
    with linux.start() as driver:
        begin(driver, *CONNECTED)
        assert driver.ask(f"send a {sent}") == str(sent)
        begin(driver, "shutdown a 1")
        got = [int(driver.ask(f"recv b {asked}")) for _ in range(min(sent, 3))]
        whole = int(driver.ask(f"recv all b {MOST_BYTES}"))
        assert all(one <= asked for one in got)
        assert got[0] >= 1
        assert sum(got) + whole == sent


@many
@given(sent=st.integers(0, MOST_BYTES), asked=st.integers(0, MOST_BYTES))
def test_recv_that_waits_for_all_gives_all_or_what_came_before_the_end(linux: Target, sent: int, asked: int) -> None:
    with linux.start() as driver:
        begin(driver, *CONNECTED)
        assert driver.ask(f"send a {sent}") == str(sent)
        begin(driver, "shutdown a 1")
        assert driver.ask(f"recv all b {asked}") == str(min(sent, asked))
        assert driver.ask(f"recv all b {MOST_BYTES}") == str(max(sent - asked, 0))


@few
@given(there=st.integers(0, 50), asked=st.integers(1, 50))
def test_recv_that_waits_for_all_waits_exactly_where_less_is_there(linux: Target, there: int, asked: int) -> None:
    with linux.start() as driver:
        begin(driver, *CONNECTED)
        assert driver.ask(f"send a {there}") == str(there)
        assert driver.answer(f"begin recv all b {asked}") == (WAITS if there < asked else str(asked))
