"""Functions of a course, in Python: what answers a request, and what draws requests."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.catalogue import Exercise, catalogue
from conformance.judging.errors import HarnessError
from conformance.messages import text

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def function_of(exercise: Exercise, place: str) -> Callable[..., Any]:
    """Return the function of a course that an exercise names, `FILE:FUNCTION`. Raises `HarnessError` without one."""
    file, _, name = place.partition(":")
    path = Path(str(catalogue().homes[exercise.name].folder), file)
    spec = importlib.util.spec_from_file_location(f"offhook_course_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise HarnessError(text("oracle.none", oracle=place))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[..., Any] | None = getattr(module, name, None)
    if function is None:
        raise HarnessError(text("oracle.none", oracle=place))
    return function


def requests_strategy(exercise: Exercise) -> "SearchStrategy[bytes]":
    """Return an exercise's strategy for the texts of its requests. Raises `HarnessError` where there is none."""
    from hypothesis.strategies import SearchStrategy

    found = function_of(exercise, exercise.requests)()
    if not isinstance(found, SearchStrategy):
        raise HarnessError(text("oracle.no-strategy", requests=exercise.requests))
    return found
