"""Points and other numbers as people read them: `37.5`, and `35 to 40` where it is open what a program gets."""

from conformance.messages import text


def number(value: float) -> str:
    """Return a number with two digits behind the point at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def span(low: float, high: float) -> str:
    """Return what lies between two numbers; one number where they look the same."""
    first, last = number(low), number(high)
    return first if first == last else text("points.span", low=first, high=last)
