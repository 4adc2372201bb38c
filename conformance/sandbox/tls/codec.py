"""TLS between the peer and its socket: the handshake goes by itself, and what is said before its end waits for it."""

from collections import deque
from collections.abc import Callable
from functools import partial

from conformance.records.scenario import Alert, Update, Wrap
from conformance.sandbox.codec import Came
from conformance.sandbox.tls.contexts import Terms, context
from conformance.sandbox.tls.engine import PLAIN, Engine


class TlsCodec:
    """Carries what is said as records."""

    def __init__(self, terms: Terms, name: str | None) -> None:
        """Begin a conversation; a client asks for a name."""
        self._engine = Engine(context(terms), terms.certificate is not None, name, terms.tickets)
        self._said: deque[Callable[[], bytes]] = deque()
        """What was said: sealed when it goes out, since only then the keys are there."""

    @property
    def is_open(self) -> bool:
        """See `Codec`: a handshake that has failed comes no further either."""
        return self._engine.is_open or self._engine.is_over

    def write(self, data: bytes, wrap: Wrap | None = None) -> None:
        """See `Codec`."""
        self._said.append(partial(self._engine.data, data, wrap or PLAIN))

    def control(self, step: Alert | Update) -> None:
        """See `Codec`."""
        match step:
            case Update(asked=asked):
                self._said.append(partial(self._engine.update, asked=asked))
            case Alert(number=number):
                self._said.append(partial(self._engine.alert, number))

    def end(self) -> None:
        """See `Codec`: close_notify."""
        self._said.append(self._engine.close_notify)

    def feed(self, data: bytes) -> list[Came]:
        """See `Codec`."""
        return self._engine.feed(data)

    def drain(self) -> bytes:
        """See `Codec`."""
        outgoing = [self._engine.outgoing()]
        while self._said and self._engine.is_open:
            outgoing.append(self._said.popleft()())
        return b"".join(outgoing)
