"""Which assignments of the instructor's can be made again on the trusted side.

Made again, a value must be what it is in the notebook: computed by arithmetic, SymPy and
NumPy from values of the same kind, without chance, time or files, and not changed by any
cell afterwards. Whatever is in doubt is not pure.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import Any

from mathgrade.autograde.names import free_names

__all__ = ["Purity", "changed_names", "is_immutable"]

_MODULES = frozenset({"cmath", "fractions", "itertools", "math", "numpy", "operator", "sympy"})
_BUILT_IN_WORDS = """
    abs bool complex dict divmod enumerate float frozenset int len list max min pow range
    reversed round set sorted str sum tuple zip True False None
"""
_BUILT_IN = frozenset(_BUILT_IN_WORDS.split())
# Names of what depends on chance, time, files or memory, or changes its object.
_IMPURE_WORDS = """
    append clear date Dummy empty empty_like eval exec extend fill hash id input insert next now
    open pop put remove resize rng save savez savetxt seed setdefault setflags sort time today
    update
"""
_IMPURE = frozenset(_IMPURE_WORDS.split())
_IMPURE_PARTS = ("random", "shuffle", "permut", "load", "file", "memmap", "preview", "import")

# Calls for their effect on the page; what they are given stays as it is.
_SHOWING = frozenset({"check", "cell", "display", "print", "help", "student", "variant"})
_PLOTTING = frozenset({"plt", "ax", "fig"})


class Purity:
    """Decides for names, each once.

    Args:
        imports: import statement by name.
        stars: modules imported with ``*``.
        bound: all names the instructor's cells bind; none of them comes from a ``*``.
        definitions: functions and classes by name.
        values: assignments by name.
    """

    def __init__(
        self,
        imports: Mapping[str, str],
        stars: Collection[str],
        bound: Collection[str],
        definitions: Mapping[str, ast.stmt],
        values: Mapping[str, ast.Assign | ast.AnnAssign],
    ) -> None:
        self._imports = imports
        self._stars = stars
        self._bound = bound
        self._definitions = definitions
        self._values = values
        self._known: dict[str, bool] = {}

    def is_pure(self, name: str) -> bool:
        """Whether what the name stands for can be made again."""
        if name not in self._known:
            self._known[name] = False  # while it is being decided: ends circles
            self._known[name] = self._decide(name)
        return self._known[name]

    def _decide(self, name: str) -> bool:
        if name in self._imports:
            return not _impure_words(self._imports[name]) and self._imported(self._imports[name])
        node = self._values.get(name) or self._definitions.get(name)
        if node is not None:
            text = ast.unparse(node)
            free = free_names(text)
            used = (*free.names, *free.maybe, *free.builtin_names)
            return not _impure_words(text) and all(self.is_pure(n) for n in used)
        if hasattr(builtins, name):
            return name in _BUILT_IN or _is_exception(name)
        return name not in self._bound and all(self._module(m) for m in self._stars)

    def _imported(self, line: str) -> bool:
        (statement,) = ast.parse(line).body
        if isinstance(statement, ast.ImportFrom):
            module = statement.module or ""
            return self._module(module) and "random" not in module
        assert isinstance(statement, ast.Import)
        return all(self._module(a.name) and "random" not in a.name for a in statement.names)

    @staticmethod
    def _module(name: str) -> bool:
        return name.partition(".")[0] in _MODULES


def _is_exception(name: str) -> bool:
    value = getattr(builtins, name)
    return isinstance(value, type) and issubclass(value, BaseException)


def _impure_words(text: str) -> bool:
    for node in ast.walk(ast.parse(text)):
        word = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if isinstance(node, ast.alias):
            word = node.name
        if word in _IMPURE or any(part in word for part in _IMPURE_PARTS):
            return True
        if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal)):
            return True
    return False


def changed_names(
    statements: Iterable[ast.stmt], *, imported: Collection[str], own: Collection[str]
) -> frozenset[str]:
    """Names whose objects some statement may change in place, aliases included."""
    changed: set[str] = set()
    made: list[tuple[set[str], set[str]]] = []  # names bound, and names they were made from
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(
                node.ctx, ast.Load
            ):
                changed |= _names(node.value)
            elif isinstance(node, ast.AugAssign):
                changed |= _names(node.target)
            elif isinstance(node, ast.Expr):
                changed |= _used_by_calls(node, imported)
            elif isinstance(node, ast.Call) and (_root(node.func) in own or _changes(node)):
                changed |= _names(node) - set(own)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                made.append((set().union(*map(_names, targets)), _names(node.value)))
            elif isinstance(node, (ast.For, ast.comprehension)):
                made.append((_names(node.target), _names(node.iter)))
    grown = True
    while grown:
        before = len(changed)
        for bound, origins in made:
            if bound & changed:
                changed |= origins
        grown = len(changed) > before
    return frozenset(changed)


def _used_by_calls(statement: ast.Expr, imported: Collection[str]) -> set[str]:
    used: set[str] = set()
    for node in ast.walk(statement.value):
        if isinstance(node, ast.Call):
            root = _root(node.func)
            if root not in _SHOWING and root not in _PLOTTING:
                used |= _names(node) - set(imported)
    return used


def _changes(call: ast.Call) -> bool:
    changes = isinstance(call.func, ast.Attribute) and call.func.attr in _IMPURE
    return changes or any(keyword.arg == "out" for keyword in call.keywords)


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def is_immutable(value: Any) -> bool:
    """Whether nothing can change the value in place.

    >>> is_immutable((1, "a")), is_immutable([1])
    (True, False)
    """
    from sympy import Basic

    if isinstance(value, (tuple, frozenset)):
        return all(is_immutable(part) for part in value)
    kinds = (int, float, complex, str, bytes, range, Fraction, Basic, type(None))
    return isinstance(value, kinds) or callable(value)
