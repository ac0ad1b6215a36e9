"""Whether a function's source runs a Python loop, read from its syntax tree.

Only the function itself is looked at, and the functions of the same cell it
uses: a plot below it may loop. NumPy's disguised loops count as loops.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["find_loop"]

_STATEMENTS: dict[type[ast.AST], str] = {
    ast.For: "a for loop",
    ast.AsyncFor: "a for loop",
    ast.While: "a while loop",
    ast.ListComp: "a list comprehension",
    ast.SetComp: "a set comprehension",
    ast.DictComp: "a dictionary comprehension",
    ast.GeneratorExp: "a generator expression",
}
_CALLS = {"map", "vectorize", "fromiter", "frompyfunc", "apply_along_axis", "apply_over_axes"}


def find_loop(source: str, name: str) -> tuple[str, int] | None:
    """The first loop in a function, as words and the line it stands in.

    Args:
        source: text of the cell, magics allowed.
        name: the function; where the cell does not define it, the whole cell is read.

    Raises:
        SyntaxError: the text is not Python.

    >>> find_loop("def f(z):\\n    return [t for t in z]\\n", "f")
    ('a list comprehension', 2)
    >>> find_loop("def f(z):\\n    return z @ z\\nfor k in range(3): print(f(k))\\n", "f") is None
    True
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        tree = ast.parse(TransformerManager().transform_cell(source))
    defined = _definitions(tree)
    queue: list[ast.AST] = [defined[name]] if name in defined else [tree]
    seen = {name}
    found: list[tuple[int, str]] = []
    while queue:
        for node in ast.walk(queue.pop()):
            words = _loop(node)
            if words:
                found.append((getattr(node, "lineno", 0), words))
            if isinstance(node, ast.Name) and node.id in defined and node.id not in seen:
                seen.add(node.id)
                queue.append(defined[node.id])
    if not found:
        return None
    line, words = min(found)
    return words, line


def _definitions(tree: ast.Module) -> dict[str, ast.AST]:
    """Last definition of each function, and of each name bound to an expression."""
    return dict(_bindings(tree))


def _bindings(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name, statement
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            if isinstance(statement.target, ast.Name):
                yield statement.target.id, statement.value
        elif isinstance(statement, ast.ImportFrom):
            # `from numpy import vectorize as v` would hide the name that is looked for.
            for alias in statement.names:
                if alias.name in _CALLS:
                    yield alias.asname or alias.name, ast.Name(alias.name, lineno=statement.lineno)


def _loop(node: ast.AST) -> str:
    for kind, words in _STATEMENTS.items():
        if isinstance(node, kind):
            return words
    if isinstance(node, ast.Attribute) and node.attr in _CALLS:
        return f"np.{node.attr}, which is a loop inside"
    if isinstance(node, ast.Name) and node.id in _CALLS and node.id != "vectorize":
        return f"{node.id}(...), which is a loop inside"
    if isinstance(node, ast.Name) and node.id == "vectorize":
        return "np.vectorize, which is a loop inside"
    return ""
