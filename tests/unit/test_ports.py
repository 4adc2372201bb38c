"""Ports of workers that share a network: none tries what another has taken."""

import contextlib
import socket
from collections.abc import Iterable, Iterator

import pytest

from conformance.model.byte_order import swapped
from conformance.sandbox import ports


@contextlib.contextmanager
def closing(held: Iterable[socket.socket]) -> Iterator[None]:
    try:
        yield
    finally:
        for one in held:
            one.close()


def test_a_port_that_another_has_is_not_even_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial binds the port for a moment: the other's program would find it in use, and be accused of it."""
    tried = set[int]()
    really = ports.is_free

    def is_free(port: int) -> bool:
        tried.add(port)
        return really(port)

    taken, held = ports.two_free()
    with closing(held):
        monkeypatch.setattr(ports, "is_free", is_free)
        others, others_held = ports.two_free()
        with closing(others_held):
            both = {*taken, *map(swapped, taken)}
            assert tried.isdisjoint(both)
            assert both.isdisjoint({*others, *map(swapped, others)})


def test_a_port_whose_swapped_value_is_in_use_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    really, first = ports.is_free, ports.CANDIDATES[0]
    monkeypatch.setattr(ports, "is_free", lambda port: port != swapped(first) and really(port))
    found, held = ports.two_free()
    with closing(held):
        assert first not in found


@pytest.mark.parametrize("shared", [True, False])
def test_a_port_that_is_drawn_is_known_to_nobody_and_kept_until_the_next(shared: bool) -> None:
    with contextlib.closing(ports.Ports(shared=shared)) as drawing:
        drawn = [drawing.drawn() for _ in range(10)]
        assert len(set(drawn)) > 1
        assert set(drawn) <= set(ports.DRAWN)
        assert ports._reserve(drawn[-1]) is None
        again = ports._reserve(drawn[-2])
        assert again is not None
        with closing(again):
            pass
