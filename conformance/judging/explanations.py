"""One slip costs one requirement: which broken requirement explains that another one shows a failure too."""

import re
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from conformance.records.faults import Fail
from conformance.records.scenario import Echo, End, Scenario, Send, Start

CONTROLS: Final = re.compile(rb"[^\t\n -~]")
"""Bytes that no plain text has."""
SMALL: Final = 99
"""What a textbook's buffer of 100 bytes holds."""

Predicate = Callable[[Scenario], bool]
"""Tells of a scenario whether it is of one kind."""


def any_scenario(_: Scenario) -> bool:
    """Tell that a scenario will do, whatever it is."""
    return True


def in_pieces(scenario: Scenario) -> bool:
    """Tell whether one of the peers sends more than once, or sends answers back."""
    sends = [step.client for step in scenario.steps if isinstance(step, Send)]
    return len(set(sends)) < len(sends) or any(isinstance(step, Echo) for step in scenario.steps)


def in_part(scenario: Scenario) -> bool:
    """Tell whether data comes before the peer is gone: who stops reading then does not learn of the rest."""
    return any(isinstance(step, Send | Echo) for step in scenario.steps)


def of_text(scenario: Scenario) -> bool:
    """Tell whether all that is sent, read and typed is text."""
    sent = (step.data for step in scenario.steps if isinstance(step, Send))
    held = (file.content for file in scenario.start.files)
    return all(data.isascii() and not CONTROLS.search(data) for data in (*sent, *held, scenario.start.input))


def of_bytes(scenario: Scenario) -> bool:
    """Tell whether something that is sent, read or typed is no text."""
    return not of_text(scenario)


def ending_at_once(scenario: Scenario) -> bool:
    """Tell whether a peer ends its side together with its last data."""
    return any(isinstance(step, End) and step.early for step in scenario.steps)


def plain(scenario: Scenario) -> bool:
    """Tell whether a scenario has nothing that another requirement is about: text, and an end that comes later."""
    return of_text(scenario) and not ending_at_once(scenario)


def in_one_piece(scenario: Scenario) -> bool:
    """Tell whether it is a plain one in which each peer sends once."""
    return plain(scenario) and not in_pieces(scenario)


def at_other_port(scenario: Scenario) -> bool:
    """Tell whether the program is given another port or address than in the baseline conversation."""
    return scenario.start.port != 0 or scenario.start.ip != Start().ip


def with_input(scenario: Scenario) -> bool:
    """Tell whether the program gets lines to send: an answer that does not come keeps it from the end of its input."""
    return bool(scenario.start.input)


def long(scenario: Scenario) -> bool:
    """Tell whether something is sent or read that is longer than a small buffer."""
    sent = (len(step.whole) for step in scenario.steps if isinstance(step, Send))
    return max((*sent, *(len(file.whole) for file in scenario.start.files)), default=0) > SMALL


def short(scenario: Scenario) -> bool:
    """Tell the opposite."""
    return not long(scenario)


def unusual(scenario: Scenario) -> bool:
    """Tell whether a scenario is more than a plain one with little to move."""
    return not plain(scenario) or long(scenario)


@cache
def failing(*calls: str) -> Predicate:
    """Return the kind of scenario in which one of these calls is made to fail."""
    return lambda scenario: any(isinstance(fault, Fail) and fault.call in calls for fault in scenario.faults)


class Explanation(NamedTuple):
    """A requirement that explains, where it is broken, why another one fails: the other is not judged then."""

    requirement: str
    its: Predicate = any_scenario
    """Only where it is broken in a scenario of this kind."""
    own: Predicate = any_scenario
    """Only where the other fails in a scenario of this kind."""
    if_same: bool = False
    """Only where the same was seen of both."""
    if_silent: bool = False
    """Only where the baseline conversation did not take place."""
    only: tuple[str, ...] = ()
    """Only for these exercises, where any are named."""

    @property
    def always(self) -> bool:
        """Whether it explains each failure, in whatever scenario."""
        return self.own is any_scenario and not self.if_same


def _all(*requirements: str, its: Predicate = any_scenario, if_silent: bool = False) -> tuple[Explanation, ...]:
    return tuple(Explanation(one, its, if_silent=if_silent) for one in requirements)


# What an exercise asks for in its own words: where that is broken, much else shows a failure too.
def _words(its: Predicate) -> tuple[Explanation, ...]:
    """Return what explains a failure to say the exercise's own words, where they are not said in usual scenarios.

    The requests of a dialogue are usual ones whatever their bytes are.
    """
    return (
        *_all("transfer.greeting", "transfer.prints-message", "transfer.echo-exact", "file.content", its=its),
        *_all("transfer.answer-exact", "transfer.asks-and-prints", "transfer.broadcast", "datagram.echo-exact"),
    )


WORDS: Final = _words(plain)
# Where nobody can be reached, nothing is delivered.
UNREACHED: Final = _all(
    "lifecycle.server-binds-reachable-address",
    "lifecycle.server-binds-given-path",
    "lifecycle.client-connects-to-given-path",
    "lifecycle.server-call-order",
    "descriptor.right-kind",
    "descriptor.standard-streams",
    "descriptor.valid-only",
    "lifecycle.client-call-order",
    "lifecycle.client-connects-to-given-address",
    if_silent=True,
)
UNREACHED_OVER_UDP: Final = _all(
    "datagram.server-socket",
    "lifecycle.server-binds-given-port",
    "descriptor.right-kind",
    "descriptor.standard-streams",
    "descriptor.valid-only",
    if_silent=True,
)
# A conversation that ends too soon, or never.
STREAM: Final = (
    *_all("transfer.any-split", "robust.no-busy-wait", "descriptor.copies-closed"),
    Explanation("transfer.end-of-file", only=("greeting client", "echo server", "file client")),
)
# A server that is stopped, hung or left without descriptors by its first client serves no other one.
ENDS_TOO_SOON: Final = _all(
    "transfer.end-of-file",
    "robust.own-signals",
    "robust.no-busy-wait",
    "descriptor.copies-closed",
    "descriptor.closed-once",
)
SET_UP: Final = "robust.failed-setup-reported"
STATUS: Final = Explanation(SET_UP, if_same=True)
"""A failure that is reported, and then an exit with status 0, whatever it was that failed."""
ELSEWHERE: Final = Explanation("lifecycle.client-connects-to-given-address", own=at_other_port)
"""A client whose port or address stands in its source gets there by chance, where it is given the same."""
LEAVES_EARLY: Final = Explanation("transfer.any-split", own=in_part, only=("greeting client", "file client"))
"""A client that takes one read for all learns of no failure that comes behind it."""
LEFT_BEHIND: Final = (Explanation("robust.client-reset", only=("dialogue",)),)
"""What one client has left in the server, the next one finds there."""

TRUSTS_ANYBODY: Final = _all("tls.chain-verified")
"""A client that takes each certificate takes also one for another name, another time or another purpose."""

EXPLANATIONS: Final[dict[str, tuple[Explanation, ...]]] = {
    "lifecycle.server-call-order": _all(
        "lifecycle.server-binds-reachable-address", "lifecycle.server-binds-given-path"
    ),
    "lifecycle.server-binds-given-port": _all(
        "lifecycle.server-binds-reachable-address", "lifecycle.server-call-order", "datagram.server-socket"
    ),
    "lifecycle.client-call-order": _all(
        "descriptor.right-kind",
        "lifecycle.client-connects-to-given-address",
        "lifecycle.client-connects-to-given-path",
    ),
    "lifecycle.server-serves-next-client": (*ENDS_TOO_SOON, *_all("transfer.answer-exact", "transfer.broadcast")),
    "datagram.echo-exact": UNREACHED_OVER_UDP,
    "datagram.one-for-one": _all("datagram.echo-exact", "transfer.only-received-bytes"),
    "datagram.answers-sender": _all("datagram.echo-exact", "datagram.one-for-one"),
    "datagram.empty": _all("datagram.echo-exact", "transfer.only-received-bytes"),
    "datagram.longest": _all("datagram.echo-exact", "datagram.asks-and-prints"),
    "datagram.too-long": (
        *_all("datagram.echo-exact", "datagram.answers-sender", "transfer.only-received-bytes"),
        Explanation("datagram.longest", if_same=True),
    ),
    "datagram.gone-client": _all("datagram.echo-exact", "datagram.answers-sender", "transfer.only-received-bytes"),
    "datagram.asks-and-prints": UNREACHED_OVER_UDP,
    "datagram.lost-answer": _all("datagram.asks-and-prints"),
    "datagram.late-answer": _all("datagram.asks-and-prints", "datagram.lost-answer", "datagram.doubled-answer"),
    "datagram.own-server": _all("datagram.asks-and-prints"),
    "lifecycle.server-backlog": _all("robust.own-signals", "lifecycle.server-serves-next-client"),
    "lifecycle.server-ends-cleanly": _all("robust.own-signals", "descriptor.closed-once"),
    "lifecycle.client-ends-cleanly": _all("transfer.end-of-file", "transfer.end-of-input"),
    "transfer.greeting": (*UNREACHED, *_all("descriptor.copies-closed")),
    "transfer.prints-message": (*UNREACHED, ELSEWHERE),
    "transfer.echo-exact": (
        *UNREACHED,
        ELSEWHERE,
        Explanation("transfer.any-split", own=in_pieces),
        Explanation("transfer.binary-safe", own=of_bytes),
        Explanation("transfer.half-close", own=ending_at_once),
        Explanation("transfer.only-received-bytes", own=in_pieces),
        *_all("descriptor.copies-closed"),
    ),
    "transfer.answer-exact": (*UNREACHED, *_all("descriptor.copies-closed")),
    "transfer.requests-together": _all("transfer.any-split"),
    "transfer.asks-and-prints": (*UNREACHED, ELSEWHERE),
    "file.content": (*UNREACHED, *_all("file.access-mode"), Explanation("transfer.binary-safe", own=of_bytes)),
    "transfer.broadcast": UNREACHED,
    "transfer.half-closed-by-server": UNREACHED,
    "transfer.thanks-printed": (*UNREACHED, *_all("transfer.half-closed-by-server", "file.content")),
    "transfer.thanks-after-end": UNREACHED,
    "file.truncated": WORDS,
    "file.partial-io": (*WORDS, Explanation("transfer.any-split", only=("thanked file server",))),
    "file.missing-reported": (Explanation(SET_UP, its=failing("open")), STATUS),
    "file.close-checked": (STATUS, *_all("transfer.end-of-file", "descriptor.standard-streams")),
    "file.ends-cleanly": _all("transfer.end-of-file", "file.access-mode", "file.created"),
    "transfer.end-of-file": _all("robust.own-signals", "transfer.thanks-after-end"),
    "transfer.end-of-input": (
        Explanation("transfer.echo-exact", its=plain, own=with_input),
        Explanation("transfer.asks-and-prints", own=with_input),
    ),
    "winsock.any-split": _all("robust.no-busy-wait"),
    "transfer.any-split": (Explanation("transfer.only-received-bytes", only=("echo server",)),),
    "transfer.only-received-bytes": _words(in_one_piece),
    "transfer.short-writes": WORDS,
    "transfer.half-close": (
        *WORDS,
        *STREAM,
        *_all("descriptor.closed-once"),
        Explanation("transfer.long-message", own=long),
    ),
    "transfer.binary-safe": (
        Explanation("datagram.longest", own=long),
        *WORDS,
        *STREAM,
        *_all("transfer.half-close", "transfer.only-received-bytes"),
    ),
    "transfer.long-message": (
        *WORDS,
        *STREAM,
        *_all("transfer.only-received-bytes"),
        Explanation("robust.no-crash", its=short, only=("dialogue",)),
        *LEFT_BEHIND,
        Explanation("tls.any-record", only=("tls echo client",)),
    ),
    "transfer.large": (
        *WORDS,
        *STREAM,
        *_all("transfer.half-close", "transfer.short-writes", "transfer.binary-safe", "transfer.long-message"),
        *_all("transfer.requests-together"),
    ),
    "transfer.no-reset-at-close": tuple(
        explanation._replace(own=unusual)
        for explanation in (
            *WORDS,
            *STREAM,
            *_all("transfer.half-close", "transfer.large", "transfer.long-message", "transfer.binary-safe"),
        )
    ),
    "robust.connection-refused": (
        Explanation(SET_UP, its=failing("connect")),
        STATUS,
        *_all("lifecycle.client-connects-to-given-address", "lifecycle.client-connects-to-given-path"),
    ),
    "robust.path-in-use": (
        Explanation(SET_UP, its=failing("bind", "listen")),
        STATUS,
        *_all("lifecycle.server-binds-given-path", "lifecycle.server-call-order"),
    ),
    "robust.port-in-use": (
        Explanation(SET_UP, its=failing("bind", "listen")),
        STATUS,
        *_all("lifecycle.server-binds-given-port", "lifecycle.server-call-order"),
    ),
    "robust.failed-transfer-reported": (STATUS, LEAVES_EARLY),
    "robust.lost-server-detected": (STATUS, LEAVES_EARLY, *_all("robust.failed-transfer-reported")),
    "robust.interrupted-calls": (
        Explanation("transfer.short-writes", own=failing("output")),
        Explanation("robust.descriptor-limit", own=failing("accept")),
        Explanation("robust.aborted-connection", own=failing("accept")),
        Explanation("robust.own-signals"),
    ),
    "robust.aborted-connection": _all("robust.descriptor-limit"),
    "robust.client-reset": (*ENDS_TOO_SOON, *_all("transfer.answer-exact", "transfer.broadcast")),
    "robust.crossed-clients": (*STREAM, *ENDS_TOO_SOON, *_all("transfer.answer-exact", "transfer.broadcast")),
    "robust.serves-at-once": (*ENDS_TOO_SOON, *_all("robust.crossed-clients")),
    "robust.process-for-each": _all("robust.serves-at-once", "robust.crossed-clients"),
    "robust.thread-for-each": _all("robust.serves-at-once", "robust.crossed-clients"),
    "robust.children-reaped-at-once": _all("robust.crossed-clients"),
    "robust.slow-client": _all("robust.crossed-clients", "transfer.broadcast"),
    "robust.full-table-waits": _all("robust.crossed-clients", "lifecycle.server-serves-next-client"),
    "robust.too-few-arguments": _all("robust.arguments"),
    "robust.own-signals": _all("robust.no-busy-wait", "transfer.any-split"),
    "robust.no-crash": (
        Explanation("transfer.long-message", only=("greeting", "echo", "file", "read")),
        Explanation("transfer.long-message", own=long, only=("dialogue",)),
        *_all("transfer.only-received-bytes", "transfer.binary-safe"),
        *LEFT_BEHIND,
    ),
    "descriptor.listener-closed-in-child": _all("robust.children-end"),
    "descriptor.no-leak": (*ENDS_TOO_SOON, *_all("robust.client-reset")),
    "descriptor.closed-once": _all(
        "descriptor.copies-closed",
        "descriptor.numbers-not-assumed",
        "transfer.end-of-file",
        "transfer.end-of-input",
        "robust.children-end",
    ),
    "descriptor.valid-only": _all("descriptor.closed-once", SET_UP, "file.access-mode", "robust.children-end"),
    "descriptor.numbers-not-assumed": _all("descriptor.reports-numbers"),
    "tls.name-verified": TRUSTS_ANYBODY,
    "tls.dates-verified": TRUSTS_ANYBODY,
    "tls.purpose-verified": TRUSTS_ANYBODY,
    "tls.no-data-before-verified": (*TRUSTS_ANYBODY, *_all("tls.name-verified")),
    "tls.good-accepted": _all("tls.name-verified"),
    "tls.end-is-close-notify": (
        Explanation("tls.any-record", own=in_part),
        *_all("tls.tampering-detected"),
    ),
    "tls.short-answer-detected": _all("tls.any-record"),
    "tls.tampering-detected": _all("tls.any-record", "tls.short-answer-detected", "tls.lost-client"),
    "tls.whole-chain": _all("tls.certificate-from-argument"),
    "tls.server-survives-strangers": _all("tls.lost-client"),
    "tls.failed-handshake-closed": _all("tls.lost-client", "tls.server-survives-strangers"),
    "tls.slow-handshake": _all("robust.crossed-clients"),
}
"""Requirement -> what explains a failure of it, and when: the slip is charged there."""
