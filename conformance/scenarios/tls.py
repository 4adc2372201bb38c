"""Families over TLS: who the server says it is, how bytes become records, and how an encrypted conversation ends."""

from typing import Final

from msgspec.structs import replace

from conformance.model.tls_libraries import tls_library
from conformance.records.run import Run, Waiting
from conformance.records.scenario import (
    LOOPBACK,
    Accept,
    Alert,
    Connect,
    Echo,
    End,
    Leave,
    Notify,
    Pause,
    Reset,
    Scenario,
    Send,
    Step,
    Update,
    Wrap,
)
from conformance.scenarios.echo import BLOCK, LARGE_BLOCKS
from conformance.scenarios.failing import other_start
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import LONG
from conformance.scenarios.serving import IS_SILENT

FORGED: Final = ("self_signed", "wrong_authority", "issuer_not_ca", "bad_signature")
"""Certificates that no given authority has signed."""
OF_OTHERS: Final = ("wrong_name", "cn_right_san_other", "name_is_prefix", "name_is_suffix")
OF_OTHER_ADDRESSES: Final = ("ip_other", "ip_as_dns", "wrong_name")
OUT_OF_TIME: Final = ("expired", "not_yet", "expired_intermediate")
RIGHT: Final = (
    "good_direct", "good_any_purpose", "good_name_in_san_only", "good_wildcard", "good_root_sent", "good_rsa"
)  # fmt: skip
PLAIN_ANSWER: Final = b"HTTP/1.1 400 Bad Request\r\n\r\n"
BEGUN_HELLO: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
"""A ClientHello up to its version: 512 bytes are announced, and never come."""
NOISE: Final = bytes(range(1, 256))
SEGMENT, ONE_BYTE = 7, 1
RECORD_AND_ALERT: Final = 40
"""Bytes: a record of a short message is longer."""


def with_tls(baseline: Run, **conditions: object) -> Scenario:
    """Return the baseline conversation under other conditions of TLS."""
    return other_start(baseline, tls=replace(baseline.scenario.start.tls, **conditions))


def shown(family: str, *kinds: str) -> Family:
    """Return the family in which a server shows these certificates."""
    return Family(family, derive=lambda baseline: tuple(with_tls(baseline, certificate=kind) for kind in kinds))


def names_of_others(baseline: Run) -> tuple[Scenario, ...]:
    """Return certificates for other names, and for other addresses."""
    return (
        *(with_tls(baseline, certificate=kind) for kind in OF_OTHERS),
        *(with_tls(baseline, certificate=kind, name=LOOPBACK) for kind in OF_OTHER_ADDRESSES),
    )


def refusals(baseline: Run) -> tuple[Scenario, ...]:
    """Return certificates that are to be refused, and handshakes that fail."""
    return (
        *(with_tls(baseline, certificate=kind) for kind in ("self_signed", "wrong_name", "expired")),
        replace(baseline.scenario, steps=(Accept(plain=True), Send(data=PLAIN_ANSWER), End())),
        replace(baseline.scenario, steps=(Accept(plain=True), End())),
        replace(baseline.scenario, steps=(Accept(plain=True), Reset())),
    )


def right_ones(baseline: Run) -> tuple[Scenario, ...]:
    """Return right certificates of every make."""
    return (*(with_tls(baseline, certificate=kind) for kind in RIGHT), with_tls(baseline, name=LOOPBACK))


# ---------------------------------------------------------------- records


def conditions_of_records(baseline: Run) -> tuple[Scenario, ...]:
    """Return the conversation in small segments, in TLS 1.2, and from a server with tickets behind the handshake."""
    tickets: tuple[dict[str, object], ...] = ({"tickets": 2},) if Accept() in baseline.scenario.steps else ()
    conditions: tuple[dict[str, object], ...] = ({"cut": SEGMENT}, {"versions": "1.2"}, *tickets)
    return tuple(with_tls(baseline, **one) for one in conditions)


def one_byte_segments(baseline: Run) -> tuple[Scenario, ...]:
    """Return the conversation with a segment for each byte."""
    return (with_tls(baseline, cut=ONE_BYTE),)


def wraps(baseline: Run) -> tuple[Wrap, ...]:
    """Return how a message may be wrapped so that the library of a program takes it."""
    empty = (Wrap(empty=3),) if tls_library(baseline.language).takes_empty_records else ()
    return (Wrap(size=1), Wrap(size=5), Wrap(padding=3000), *empty)


def records_of_message(baseline: Run) -> tuple[Scenario, ...]:
    """Return the message to a client in records of every make."""
    message = next(step for step in baseline.scenario.steps if isinstance(step, Send))
    half = len(message.data) // 2
    first, rest = (replace(message, data=part) for part in (message.data[:half], message.data[half:]))
    conversations: tuple[tuple[Step, ...], ...] = (
        *((replace(message, wrap=wrap), End()) for wrap in wraps(baseline)),
        (first, rest, End()),
        (first, replace(rest, early=True), End(early=True)),
        (Update(), message, End()),
        (first, Update(asked=True), rest, End()),
        (Send(data=LONG, times=4), End()),
    )
    return (
        *(replace(baseline.scenario, steps=(Accept(), *steps)) for steps in conversations),
        *conditions_of_records(baseline),
    )


def in_one_record(scenario: Scenario) -> Scenario:
    """Return the same message in one record, as it usually comes."""
    message = b"".join(step.whole for step in scenario.steps if isinstance(step, Send))
    return Scenario(steps=(Accept(), Send(data=message), End()))


def records_of_answers(baseline: Run) -> tuple[Scenario, ...]:
    """Return answers to a client in records of one byte and of three, and the usual ones under other conditions."""
    cuts = tuple(replace(baseline.scenario, steps=(Accept(), Echo(cut=cut))) for cut in (1, 3))
    return (*cuts, *conditions_of_records(baseline))


def records_of_client(baseline: Run) -> tuple[Scenario, ...]:
    """Return what a client says to an echo server in records of every make."""
    message = Send(data=b"Hello World!\n")
    conversations: tuple[tuple[Step, ...], ...] = (
        *((replace(message, wrap=wrap), End()) for wrap in wraps(baseline)),
        (message, replace(message, data=b"and more\n", early=True), End()),
        (Update(), message, End()),
        (Update(asked=True), message, End()),
        (message, Notify()),
    )
    return (
        *(replace(baseline.scenario, steps=(Connect(), *steps)) for steps in conversations),
        *conditions_of_records(baseline),
    )


def as_usual(scenario: Scenario) -> Scenario:
    """Return the same data in one record and one segment, with nothing else."""
    message = b"".join(step.whole for step in scenario.steps if isinstance(step, Send))
    return Scenario(steps=(Connect(), Send(data=message), End()))


def records_of_greeted(baseline: Run) -> tuple[Scenario, ...]:
    """Return a client that is greeted, under other conditions and with other keys."""
    updated = replace(baseline.scenario, steps=(Connect(), Update(asked=True)))
    return (*conditions_of_records(baseline), updated)


# ---------------------------------------------------------------- ends


def ends_cut_off(baseline: Run) -> tuple[Scenario, ...]:
    """Return connections that end without close_notify, where the program's library tells that."""
    message = next((step for step in baseline.scenario.steps if isinstance(step, Send)), None)
    tells = tls_library(baseline.language).tells_cut
    if message is None:
        return ()
    end = End(cut_off=True)
    whole: tuple[tuple[Step, ...], ...] = ((message, end), (end,)) if tells == "always" else ()
    inside = (
        tuple((message, replace(message, wrap=Wrap(kept=kept)), end) for kept in (3, 20)) if tells != "never" else ()
    )
    return tuple(
        replace(baseline.scenario, steps=(Accept(), *steps)) for steps in (*whole, *inside, (message, Reset()))
    )


def short_answers(baseline: Run) -> tuple[Scenario, ...]:
    """Return answers that stop in the middle, or do not come at all, in each way in which a conversation may end."""
    begun: tuple[Step, ...] = (Accept(), Echo(most=3))
    endings: tuple[tuple[Step, ...], ...] = ((End(),), (End(cut_off=True),), (Reset(),), (Alert(number=80), End()))
    return tuple(
        replace(baseline.scenario, steps=steps)
        for steps in (*((*begun, *ending) for ending in endings), (Accept(), End()), (Accept(), Leave()))
    )


def changed_messages(baseline: Run) -> tuple[Scenario, ...]:
    """Return a message of which a bit is changed on its way, alone and behind one that is whole."""
    told = next((step.data for step in baseline.scenario.steps if isinstance(step, Send)), b"Hello World!\n")
    changed = Send(data=told[::-1].strip() + b"!", wrap=Wrap(changed=True))
    is_client = Accept() in baseline.scenario.steps
    if not is_client and not tls_library(baseline.language).closes_at_once:
        return ()
    first: Step = Accept() if is_client else Connect()
    return tuple(
        replace(baseline.scenario, steps=(first, *before, changed, End())) for before in ((), (Send(data=told),))
    )


# ---------------------------------------------------------------- servers


def a_good_client(client: int, baseline: Run) -> tuple[Step, ...]:
    """Return the steps of the baseline conversation for another client."""
    return tuple(
        replace(step, client=client) for step in baseline.scenario.steps if isinstance(step, Connect | Send | End)
    )


def strangers(baseline: Run) -> tuple[Scenario, ...]:
    """Return who comes and does not speak TLS, or not to the end of a handshake; and then a good client."""
    if not isinstance(baseline.ending, Waiting):
        return ()
    comes = Connect(plain=True)
    ways: tuple[tuple[Step, ...], ...] = (
        (Send(data=PLAIN_ANSWER), End()),
        (Send(data=NOISE), End()),
        (Send(data=BEGUN_HELLO), End()),
        (Send(data=BEGUN_HELLO), Reset()),
        (End(),),
        (Reset(),),
    )
    return tuple(replace(baseline.scenario, steps=(comes, *way, *a_good_client(1, baseline))) for way in ways)


def disturbed_handshakes(baseline: Run) -> tuple[Scenario, ...]:
    """Return those strangers after whom the program's library closes the connection at once."""
    at_once = tls_library(baseline.language).closes_at_once
    return tuple(one for one in strangers(baseline) if at_once or not _ends_in_silence(one))


def _ends_in_silence(scenario: Scenario) -> bool:
    """Tell whether a stranger ends its side, having said nothing that is wrong."""
    said = b"".join(step.data for step in scenario.steps if isinstance(step, Send) and step.client == 0)
    return said in (b"", BEGUN_HELLO) and End() in scenario.steps


def without_strangers(scenario: Scenario) -> Scenario:
    """Return the same with the good client alone, who comes as the second one anyway."""
    return replace(scenario, steps=tuple(step for step in scenario.steps if step.client == 1))


def slow_hands(baseline: Run) -> tuple[Scenario, ...]:
    """Return a client that does not begin or end its handshake, and a good one beside it."""
    begun: tuple[tuple[Step, ...], ...] = ((), (Send(data=BEGUN_HELLO[:3]),), (Send(data=BEGUN_HELLO),))
    good = a_good_client(1, baseline)
    return tuple(
        replace(baseline.scenario, steps=(Connect(plain=True), *steps, *good, End(client=0))) for steps in begun
    )


def lost_clients(baseline: Run) -> tuple[Scenario, ...]:
    """Return clients that leave in every way, each with a good one behind it."""
    message = Send(data=b"Hello World!\n")
    again = replace(message, early=True)
    ways: tuple[tuple[Step, ...], ...] = (
        (message, again, again, again, again, Leave(early=True)),
        (Reset(),),
        (message, Reset()),
        (message, Pause(), Send(data=BLOCK, times=LARGE_BLOCKS), Leave()),
        (message, End(cut_off=True)),
        (Send(data=b"cut", wrap=Wrap(kept=RECORD_AND_ALERT // 2)), End(cut_off=True)),
    )
    return tuple(replace(baseline.scenario, steps=(Connect(), *way, *a_good_client(1, baseline))) for way in ways)


UNTRUSTED: Final = shown("untrusted-certificates", *FORGED)
OTHER_NAMES: Final = Family("names-of-others", derive=names_of_others)
OTHER_TIMES: Final = shown("certificates-out-of-time", *OUT_OF_TIME)
OTHER_PURPOSE: Final = shown("certificate-for-clients", "client_usage")
REFUSALS: Final = Family("refusals", derive=refusals)
RIGHT_ONES: Final = Family("right-certificates", derive=right_ones)
BEFORE_VERIFIED: Final = shown("lines-for-a-stranger", "self_signed", "wrong_name")
RECORDS_OF_MESSAGE: Final = Family(
    "records-of-message", derive=records_of_message, heavy=one_byte_segments, control=in_one_record
)
RECORDS_OF_ANSWERS: Final = Family("records-of-answers", derive=records_of_answers, heavy=one_byte_segments)
RECORDS_OF_CLIENT: Final = Family(
    "records-of-client", derive=records_of_client, heavy=one_byte_segments, control=as_usual
)
RECORDS_OF_GREETED: Final = Family("records-of-greeted", derive=records_of_greeted, heavy=one_byte_segments)
ENDS_CUT_OFF: Final = Family("ends-cut-off", derive=ends_cut_off)
SHORT_ANSWERS: Final = Family("short-answers", derive=short_answers)
CHANGED_MESSAGES: Final = Family("changed-messages", derive=changed_messages, empty_reason="tls.library-leaves-open")
OLD_VERSIONS: Final = Family("old-versions", derive=lambda baseline: (with_tls(baseline, versions="old"),))
NAMES_ASKED: Final = Family(
    "names-asked", derive=lambda baseline: (baseline.scenario, with_tls(baseline, name=LOOPBACK))
)
OWN_CERTIFICATES: Final = Family(
    "own-certificates",
    derive=lambda baseline: tuple(with_tls(baseline, certificate=kind) for kind in ("good", "good_other_key")),
)
DISTURBED: Final = Family(
    "disturbed-handshakes", derive=disturbed_handshakes, control=without_strangers, empty_reason="tls.one-client"
)
STRANGERS: Final = Family("strangers", derive=strangers, control=without_strangers, empty_reason="tls.one-client")
SLOW_HANDS: Final = Family("slow-hands", derive=slow_hands, control=lambda _: IS_SILENT)
LOST_CLIENTS: Final = Family("lost-tls-clients", derive=lost_clients, control=without_strangers)
