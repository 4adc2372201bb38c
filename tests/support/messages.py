"""Where the suite says something to people: every use of a message's key, in its Python and in its templates."""

import ast
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, nodes

import conformance

PACKAGE = Path(conformance.__file__).parent
ROOT = PACKAGE.parent
FOLDERS = (PACKAGE, ROOT / "docs")
ANY = "{}"
"""Stands in a key for the part that is known only when it is said."""


class Use(NamedTuple):
    """One place that says something."""

    place: str
    keys: tuple[str, ...]
    """Each key that it may say, with `{}` for what is not known before; none where the code does not tell."""
    values: frozenset[str]
    open: bool
    """Whether further values are given that the code does not name."""
    text: str
    """The expression that stands for the key."""


SPEAKERS = frozenset({"say", "text"})
"""The functions that are given a key: the one makes a message, the other words at once."""
MESSAGES = "conformance.messages"


def uses() -> Iterator[Use]:
    """Yield every use of `say` and `text` in the package and in the documentation."""
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*.py")):
            yield from _in_python(path)
        for path in sorted(folder.rglob("templates/*.html")):
            yield from _in_template(path)


def _in_python(path: Path) -> Iterator[Use]:
    tree = ast.parse(path.read_text("utf-8"))
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    speakers = SPEAKERS if path.parent.name == "messages" else _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in speakers:
            scope = [one for one in scopes if one.lineno <= node.lineno <= (one.end_lineno or 0)]
            keys = tuple(_keys(node.args[0], scope[-1] if scope else tree))
            names = [keyword.arg for keyword in node.keywords]
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            yield Use(place, keys, frozenset(filter(None, names)), None in names, ast.unparse(node.args[0]))


def _imported(tree: ast.Module) -> frozenset[str]:
    """Return which of the speakers a module knows: `text` may be another function elsewhere."""
    names = (
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == MESSAGES
        for alias in node.names
    )
    return SPEAKERS & frozenset(names)


def _keys(key: ast.expr, scope: ast.AST) -> Iterable[str]:
    """Return the keys that an expression may be, as far as it and the function around it tell."""
    match key:
        case ast.Constant(str(text)):
            return [text]
        case ast.IfExp():
            return [*_keys(key.body, scope), *_keys(key.orelse, scope)]
        case ast.JoinedStr():
            return ["".join(part.value if isinstance(part, ast.Constant) else ANY for part in key.values)]  # type: ignore[misc]
        case ast.Name(name):
            return chain.from_iterable(_keys(value, scope) for value in _assigned(name, scope))
    return []


def _assigned(name: str, scope: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(scope):
        match node:
            case ast.Assign([ast.Name(target)], value) if target == name:
                yield value
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)):
                yield from (
                    value
                    for target, value in zip(targets, values, strict=True)
                    if isinstance(target, ast.Name) and target.id == name
                )


def _in_template(path: Path) -> Iterator[Use]:
    for call in Environment().parse(path.read_text("utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "text":
            keys = tuple(_keys_of_template(call.args[0]))
            values = frozenset(keyword.key for keyword in call.kwargs)
            yield Use(f"{path.relative_to(ROOT)}:{call.lineno}", keys, values, False, repr(call.args[0]))


def _keys_of_template(key: Any) -> list[str]:
    match key:
        case nodes.Const():
            return [key.value]
        case nodes.Concat():
            return ["".join(part.value if isinstance(part, nodes.Const) else ANY for part in key.nodes)]
        case nodes.CondExpr():
            return [*_keys_of_template(key.expr1), *_keys_of_template(key.expr2)]
    return []
