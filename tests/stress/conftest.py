"""The order of the stress tests."""

from typing import Final

import pytest

LONGEST: Final = ("test_tiers", "test_classes")
"""They come first: one that began last would keep one worker busy while the others have nothing to do any more."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)
