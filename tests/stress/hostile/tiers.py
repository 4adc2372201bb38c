"""The tiers of isolation in which a submission can be judged: what the suite may do there, and as whom."""

from typing import Final

from msgspec import Struct

PLAIN_USER: Final = 1000


class Tier(Struct, frozen=True, kw_only=True):
    """What is taken from the suite before it starts."""

    name: str
    user: int = 0
    refused: str = ""
    """System calls that answer EPERM."""

    def before(self, deny: str) -> tuple[str, ...]:
        """Return the command that starts the suite with fewer rights; `deny` refuses system calls."""
        become = ("setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups") if self.user else ()
        return (*become, *((deny, self.refused) if self.refused else ()))


TIERS: Final = {
    tier.name: tier
    for tier in (
        Tier(name="full"),
        Tier(name="no tracing", refused="ptrace"),
        Tier(name="no namespaces", refused="unshare,mount,clone3"),
        Tier(name="plain user", user=PLAIN_USER),
        Tier(name="plain user, no tracing", user=PLAIN_USER, refused="ptrace"),
        Tier(name="plain user, no namespaces", user=PLAIN_USER, refused="unshare,mount,clone3"),
        Tier(name="plain user, neither", user=PLAIN_USER, refused="unshare,mount,clone3,ptrace"),
    )
}
"""By their names, the one with all rights first."""
