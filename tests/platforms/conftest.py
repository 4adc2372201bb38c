"""What the tests of the measured table share: the platforms that are here, and what was seen on them."""

from collections.abc import Iterator

import pytest

from conformance.model.measured import Answers, Platform, probes
from tests.platforms.probing import make
from tests.platforms.targets import TARGETS, Target, lacking


def target_of(platform: Platform) -> Iterator[Target]:
    """Yield a platform; skip the test where it is not here."""
    missing = lacking(platform)
    if missing:
        pytest.skip(missing)
    with TARGETS[platform]() as target:
        yield target


@pytest.fixture(scope="session")
def linux() -> Iterator[Target]:
    """Linux, with the driver built for it."""
    yield from target_of("linux")


@pytest.fixture(scope="session")
def under_wine() -> Iterator[Target]:
    """Wine, with the driver built for Windows."""
    yield from target_of("wine")


@pytest.fixture(scope="session")
def seen(linux: Target, under_wine: Target) -> dict[Platform, dict[str, Answers]]:
    """What is seen on both platforms."""
    return {one.platform: make(one, probes()) for one in (linux, under_wine)}
