"""What a tier lacks beside the best one, and what would raise it on this machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conformance.messages import Message, say
from conformance.sandbox.request import Isolation

SWITCHES: Final = (
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
    ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=15000"),
    ("/proc/sys/user/max_net_namespaces", "0", "user.max_net_namespaces=15000"),
)
"""Settings of the kernel that keep a plain user from namespaces: where each stands, what it is then, and what to set.

The first is Ubuntu's since 23.10, the second Debian's.
"""
SIGNS_OF_A_CONTAINER: Final = ("/.dockerenv", "/run/.containerenv")
"""Files that Docker and Podman put into each container."""
FOR_NAMESPACES: Final = "--cap-add=SYS_ADMIN --cap-add=NET_ADMIN --security-opt apparmor=unconfined"
FOR_TRACING: Final = "--cap-add=SYS_PTRACE"
YAMA, NOBODY_TRACES = "/proc/sys/kernel/yama/ptrace_scope", "3"


def lacking(isolation: Isolation) -> Message | None:
    """Return what a sandbox lacks of the best tier, and what would give it; None where it lacks nothing."""
    if isolation.tier == "full":
        return None
    what = say("tier.no-own-root" if isolation.tier == "namespaces" else "tier.no-namespaces")
    return say("tier.required", tier=isolation.tier, what=what, advice=tuple(advice(isolation)))


def advice(isolation: Isolation) -> Iterator[Message]:
    """Yield what would raise the tier here, the nearest first."""
    if isolation.wanted == "none":
        yield say("tier.do.ask")
    elif not isolation.processes:
        yield from _for_namespaces()
    elif isolation.files != "own-root":
        yield say("tier.do.files")


def advice_on_tracing(isolation: Isolation) -> Message | None:
    """Return what would let calls be seen here; None where they are."""
    if isolation.tracing:
        return None
    if _is_container():
        return say("tier.do.container", options=FOR_TRACING)
    return say("tier.do.sysctl", setting="kernel.yama.ptrace_scope=1") if _is(YAMA, NOBODY_TRACES) else None


def _for_namespaces() -> Iterator[Message]:
    found = [say("tier.do.sysctl", setting=setting) for path, value, setting in SWITCHES if _is(path, value)]
    if _is_container():
        found.append(say("tier.do.container", options=FOR_NAMESPACES))
    yield from found or [say("tier.do.elsewhere")]


def _is(path: str, value: str) -> bool:
    try:
        return Path(path).read_text().strip() == value
    except OSError:
        return False


def _is_container() -> bool:
    return any(Path(sign).exists() for sign in SIGNS_OF_A_CONTAINER)
