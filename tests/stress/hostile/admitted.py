"""What SECURITY.md admits of the tier without namespaces: what these submissions achieve there, and no others."""

import re
from typing import Final, NamedTuple

NO_NAMESPACES: Final = "no namespaces"
"""Where Landlock is all that keeps files apart."""
KINDS: Final = ("links", "builds", "neighbours", "references", "attacks", "recognises")
"""Those for which it matters what a program is kept apart from."""


class Admission(NamedTuple):
    """A sentence of SECURITY.md, and the complaints that follow from it."""

    why: str
    complaints: str
    """A regular expression."""
    everywhere: bool = True
    """Whether it shows on every machine."""


NOTICED: Final = r"status \d|.* is (passed|failed|crashed|hung|not judged)|in one session"
"""It is judged otherwise, since it got what it was after."""
NETWORK: Final = Admission("the network is the host's", rf"leaked: service|{NOTICED}")
SOCKETS: Final = Admission("a socket in a file can be connected to", rf"leaked: service|{NOTICED}")
PROCESSES: Final = Admission("/proc shows the host's processes", rf"leaked: (command line|service)|{NOTICED}")
DEVICES: Final = Admission(
    "it writes in /dev, and what it leaves in /dev/shm stays",
    rf"changed: /dev/shm|leaked: shared memory|still there: queue|{NOTICED}",
)
OBJECTS: Final = Admission(
    "System V objects and message queues are the host's, and stay",
    rf"still there: (shm|sem|msg|queue)|leaked: segment|{NOTICED}",
)
ALL_THAT_ALL_MAY_READ: Final = Admission(
    "what every user may read of processes, sockets and devices", r"leaked: (shared memory|service|command line)"
)
TOOLCHAINS: Final = Admission(
    "a toolchain that only root reaches is refused", r"status 3|\d+ of \d+ are harness-errors", everywhere=False
)
UNWATCHED: Final = Admission("a program that recognises the suite is found in tier full", NOTICED)
BY_CHANCE: Final = Admission(UNWATCHED.why, NOTICED, everywhere=False)
"""It goes by the time that its calls take, which are slow on a busy machine, too."""
ADMITTED: Final = {
    "builds/includes_shadow": TOOLCHAINS,
    "builds/make_reads_all": ALL_THAT_ALL_MAY_READ,
    "neighbours/asks_a_port_of_the_host": NETWORK,
    "neighbours/asks_a_socket_of_the_host": SOCKETS,
    "neighbours/counts_its_starts": DEVICES,
    "neighbours/fills_shared_memory": DEVICES,
    "neighbours/leaves_queues": OBJECTS,
    "neighbours/leaves_segments": OBJECTS,
    "neighbours/reads_command_lines": PROCESSES,
    "neighbours/reads_shared_memory": DEVICES,
    "neighbours/reads_the_segment": OBJECTS,
    "references/imports_the_reference": TOOLCHAINS,
    "recognises/a_filter": UNWATCHED,
    "recognises/its_own_path": UNWATCHED,
    "recognises/slow_calls": BY_CHANCE,
    "recognises/the_environment": UNWATCHED,
    "recognises/the_folder": UNWATCHED,
    "recognises/the_parents_name": UNWATCHED,
    "recognises/the_user": UNWATCHED,
}
"""In the best tier nothing is."""
NOT_SEEN: Final = r".* is not-observed"
"""Where calls are not traced, nothing is said of what only they show."""


def not_admitted(name: str, tier: str, found: list[str]) -> list[str]:
    """Return the complaints about a submission that SECURITY.md does not admit; and whether it admits too much."""
    admitted = ADMITTED if tier == NO_NAMESPACES else {}
    if "no tracing" in tier:
        found = [one for one in found if not re.fullmatch(NOT_SEEN, one)]
    admission = admitted.get(name)
    if admission is None:
        return found
    if not found and admission.everywhere:
        return [f"SECURITY.md admits it, and it achieves nothing: {admission.why}"]
    return [one for one in found if not re.match(admission.complaints, one)]
