"""TLS: whom a program trusts, what it makes of records, and how a conversation ends."""

from conformance.checks import clients, descriptor, robust, tls, transfer
from conformance.checks.judgement import Judgement
from conformance.records.run import Run
from conformance.scenarios.baseline import BASELINE_CONVERSATION
from conformance.scenarios.failing import INTERRUPTIONS
from conformance.scenarios.tls import (
    BEFORE_VERIFIED,
    CHANGED_MESSAGES,
    DISTURBED,
    ENDS_CUT_OFF,
    LOST_CLIENTS,
    NAMES_ASKED,
    OLD_VERSIONS,
    OTHER_NAMES,
    OTHER_PURPOSE,
    OTHER_TIMES,
    OWN_CERTIFICATES,
    RECORDS_OF_ANSWERS,
    RECORDS_OF_CLIENT,
    RECORDS_OF_GREETED,
    RECORDS_OF_MESSAGE,
    REFUSALS,
    RIGHT_ONES,
    SHORT_ANSWERS,
    SLOW_HANDS,
    STRANGERS,
    UNTRUSTED,
)
from conformance.suite.registry import requirement_test


@requirement_test("tls.chain-verified", UNTRUSTED)
def test_chain_verified(run: Run, baseline: Run) -> Judgement:
    """The certificate is signed by itself, by another authority of the same name, by no authority, or badly."""
    return tls.refuses(run, baseline)


@requirement_test("tls.name-verified", OTHER_NAMES)
def test_name_verified(run: Run, baseline: Run) -> Judgement:
    """The certificate is for another name or another address, some of which begin or end like the right one."""
    return tls.refuses(run, baseline)


@requirement_test("tls.dates-verified", OTHER_TIMES)
def test_dates_verified(run: Run, baseline: Run) -> Judgement:
    """The certificate, or the one above it, has expired or is not valid yet."""
    return tls.refuses(run, baseline)


@requirement_test("tls.purpose-verified", OTHER_PURPOSE)
def test_purpose_verified(run: Run, baseline: Run) -> Judgement:
    """The certificate is for clients only."""
    return tls.refuses(run, baseline)


@requirement_test("tls.no-data-before-verified", BEFORE_VERIFIED)
def test_no_data_before_verified(run: Run, baseline: Run) -> Judgement:
    """The certificate is one to be refused, and lines are there to be sent."""
    return tls.sends_nothing(run, baseline)


@requirement_test("tls.refusal-reported", REFUSALS)
def test_refusal_reported(run: Run, baseline: Run) -> Judgement:
    """The certificate is one to be refused; the server speaks no TLS; the connection ends in the handshake."""
    return tls.reports_refusal(run, baseline)


@requirement_test("tls.good-accepted", RIGHT_ONES)
def test_good_accepted(run: Run, baseline: Run) -> Judgement:
    """The certificate is right, and made in one of the ways in which right ones are made."""
    return tls.takes_right_one(run, baseline)


@requirement_test("tls.any-record", RECORDS_OF_MESSAGE, "greeting client")
def test_any_record_of_message(run: Run, in_one: Run) -> Judgement:
    """The message comes in records and segments of every size, padded, with new keys or behind tickets."""
    return transfer.prints_as_whole(run, in_one)


@requirement_test("tls.any-record", RECORDS_OF_ANSWERS, "echo client")
def test_any_record_of_answers(run: Run, baseline: Run) -> Judgement:
    """The answers come in records and segments of every size."""
    return transfer.echoes_lines_as_whole(run, baseline)


@requirement_test("tls.any-record", RECORDS_OF_CLIENT, "echo server")
def test_any_record_of_client(run: Run, in_one: Run) -> Judgement:
    """A client's data comes in records and segments of every size, padded, or with new keys."""
    return transfer.receives_the_same(run, in_one)


@requirement_test("tls.any-record", RECORDS_OF_GREETED, "greeting server")
def test_any_record_of_greeted(run: Run, baseline: Run) -> Judgement:
    """A client's handshake comes in small segments."""
    return transfer.receives_the_same(run, baseline)


@requirement_test("tls.close-notify", BASELINE_CONVERSATION)
def test_close_notify(run: Run, baseline: Run) -> Judgement:
    """A conversation in which nothing goes wrong comes to its end."""
    return tls.says_close_notify(run, baseline)


@requirement_test("tls.end-is-close-notify", ENDS_CUT_OFF)
def test_end_is_close_notify(run: Run, baseline: Run) -> Judgement:
    """The connection ends at once, behind data, or inside a record."""
    return tls.reports_cut(run, baseline)


@requirement_test("tls.short-answer-detected", SHORT_ANSWERS)
def test_short_answer_detected(run: Run, baseline: Run) -> Judgement:
    """The answer stops in the middle: by an end, with or without close_notify, a reset or an alert."""
    return robust.reports_lost_server(run, baseline)


@requirement_test("tls.tampering-detected", CHANGED_MESSAGES)
def test_tampering_detected(run: Run, baseline: Run) -> Judgement:
    """A bit of a record is changed on its way."""
    return tls.notices_change(run, baseline)


@requirement_test("tls.modern-versions", OLD_VERSIONS)
def test_modern_versions(run: Run, baseline: Run) -> Judgement:
    """The peer speaks TLS 1.0 and 1.1 only."""
    return tls.speaks_no_old_version(run, baseline)


@requirement_test("tls.sni", NAMES_ASKED)
def test_sni(run: Run, baseline: Run) -> Judgement:
    """The client is given a name, and an address in place of a name."""
    return tls.names_the_server(run, baseline)


@requirement_test("tls.whole-chain", BASELINE_CONVERSATION)
def test_whole_chain(run: Run, baseline: Run) -> Judgement:
    """The file that the server is given holds its own certificate and one between it and the authority."""
    return tls.shows_chain(run, baseline)


@requirement_test("tls.certificate-from-argument", OWN_CERTIFICATES)
def test_certificate_from_argument(run: Run, baseline: Run) -> Judgement:
    """The server is given one certificate and key, and then others."""
    return tls.shows_given_certificate(run, baseline)


@requirement_test("tls.server-survives-strangers", STRANGERS)
def test_server_survives_strangers(run: Run, alone: Run) -> Judgement:
    """Somebody speaks no TLS, begins a handshake, or leaves in it; then a client comes."""
    return tls.serves_after_stranger(run, alone)


@requirement_test("tls.slow-handshake", SLOW_HANDS)
def test_slow_handshake(run: Run, silent: Run) -> Judgement:
    """Somebody does not begin or not end a handshake; another client wants its answer."""
    return clients.serves_beside_a_slow_one(run, silent)


@requirement_test("tls.lost-client", LOST_CLIENTS)
def test_lost_client(run: Run, alone: Run) -> Judgement:
    """A client leaves in the middle of its data, in every way; then another one comes."""
    return tls.serves_after_stranger(run, alone)


@requirement_test("tls.failed-handshake-closed", DISTURBED, needs_trace=True)
def test_closed_once(run: Run, alone: Run) -> Judgement:
    """A handshake fails, and the server goes on."""
    return descriptor.closed_once(run, alone)


@requirement_test("tls.interrupted-calls", INTERRUPTIONS)
def test_interrupted_calls(run: Run, baseline: Run) -> Judgement:
    """The first calls of each kind are interrupted, one at a time, those of the handshake among them."""
    return robust.is_not_disturbed(run, baseline)
