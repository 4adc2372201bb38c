"""In a network of the sandbox's own, what is sent is acknowledged at once, by every address of loopback."""

import subprocess
import sys

import pytest

SHORTEST = """
import os, socket, sys, time
from conformance.sandbox import namespaces, uids
from conformance.sandbox.lines import Connection
if not namespaces.enter(as_root=uids.can_be_changed()):
    sys.exit("no namespaces here")
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
with socket.socket(family) as listener:
    listener.bind((sys.argv[1], 0))
    listener.listen()
    def seconds():
        with socket.socket(family) as ours:
            ours.connect(listener.getsockname()[:2])
            theirs, _ = listener.accept()
            with theirs:
                for _ in range(4):  # when both sides have spoken, acknowledgements wait for an answer to go with
                    for one, other in ((ours, theirs), (theirs, ours)):
                        one.send(b"x")
                        other.recv(1)
                ours.send(b"x")
                began, line = time.perf_counter(), Connection(0, ours)
                while line.has_unacked():
                    pass
                return time.perf_counter() - began
    print(min(seconds() for _ in range(5)))
"""
DELAY = 0.04
"""Seconds by which Linux delays an acknowledgement at least (TCP_DELACK_MIN)."""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1"])
def test_no_acknowledgement_is_delayed(host: str) -> None:
    done = subprocess.run([sys.executable, "-c", SHORTEST, host], capture_output=True, text=True, check=False)
    if "no namespaces here" in done.stderr or "Cannot assign requested address" in done.stderr:
        pytest.skip(done.stderr.splitlines()[-1])
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < DELAY / 2
