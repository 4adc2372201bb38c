"""Robustness: what a program does when a call fails, or nobody answers."""

from conformance import scenarios
from conformance.checks import robust
from conformance.judgement import Judgement
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("robust.failed-setup-reported", scenarios.FAILED_SET_UP)
def test_failed_setup_reported(run: Run, undisturbed: Run) -> Judgement:
    """Each set-up call is made to fail with each error of the model's table, one at a time."""
    return robust.reports_failure(run, undisturbed)


@proves("robust.connection-refused", scenarios.NOBODY_LISTENS)
def test_connection_refused(run: Run, undisturbed: Run) -> Judgement:
    """Nobody listens at the address."""
    return robust.refused(run, undisturbed)


@proves("robust.failed-transfer-reported", scenarios.FAILED_TRANSFERS, "hello_client")
def test_failed_transfer_reported(run: Run, undisturbed: Run) -> Judgement:
    """A real reset comes before, in or after the message; or a read fails otherwise."""
    return robust.reports_lost_connection(run, undisturbed)


@proves("robust.interrupted-calls", scenarios.INTERRUPTIONS)
def test_interrupted_calls(run: Run, undisturbed: Run) -> Judgement:
    """The first calls of each kind are interrupted, one at a time."""
    return robust.is_not_disturbed(run, undisturbed)


@proves("robust.port-in-use", scenarios.PORT_TAKEN)
def test_port_in_use(run: Run, undisturbed: Run) -> Judgement:
    """Somebody else has the port."""
    return robust.reports_port_in_use(run, undisturbed)


@proves("robust.arguments", scenarios.NO_ARGUMENTS)
def test_arguments(run: Run) -> Judgement:
    """The program is started with no arguments."""
    return robust.explains_arguments(run)


@proves("robust.no-busy-wait", scenarios.UNDISTURBED_ONLY)
def test_no_busy_wait(run: Run) -> Judgement:
    """While nothing comes, nothing is asked."""
    return robust.waits_in_the_kernel(run)


@proves("robust.no-crash", scenarios.HOSTILE_BYTES, "hello_client")
def test_no_crash(run: Run) -> Judgement:
    """Formats, control characters, every byte value."""
    return robust.survives(run)


@proves("robust.own-signals", scenarios.OWN_SIGNALS, "hello_server", "hello_client")
def test_own_signals(run: Run, without: Run) -> Judgement:
    """Each signal that the program handles comes while it waits."""
    return robust.goes_on_after_signal(run, without)


@proves("robust.crossed-clients", scenarios.CROWDS, "hello_server")
def test_crossed_clients(run: Run, two_in_turn: Run) -> Judgement:
    """Three clients at once, then six in turn."""
    return robust.keeps_clients_apart(run, two_in_turn)
