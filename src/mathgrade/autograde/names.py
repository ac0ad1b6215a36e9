"""Which names a cell takes from the notebook, and which it gives.

Read off the syntax tree in the order Python would evaluate it; nothing is run.
The judge fetches from the student what a test cell takes, and nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from mathgrade.autograde.module_scope import ModuleScope

__all__ = ["FreeNames", "bound_names", "definitions", "free_names", "only_in_calls", "parse_cell"]


@dataclass(frozen=True, slots=True)
class FreeNames:
    """Names a cell reads without having bound them, in the order of first use.

    Attributes:
        names: read where nothing in the cell can have bound them: they must come from
            the cells before.
        maybe: bound on some ways through the cell only (one branch, a loop that may be
            empty, ``import *``): they come from the cells before if they are there.
        builtin_names: read, and there in every notebook; a student may have rebound them.
    """

    names: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    builtin_names: tuple[str, ...] = ()


def parse_cell(source: str) -> ast.Module:
    """The syntax tree of a notebook cell; magics become calls of ``get_ipython()``.

    Raises:
        SyntaxError: it is not Python.
    """
    return ast.parse(_as_python(source))


@lru_cache(maxsize=256)
def _as_python(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    text: str = TransformerManager().transform_cell(source)
    return text


def free_names(source: str) -> FreeNames:
    """Names the cell needs from the cells before it.

    >>> free_names("total = f(3)\\nassert total == 6 and x > sum(y)")
    FreeNames(names=('f', 'x', 'y'), maybe=(), builtin_names=('sum',))
    """
    scope = ModuleScope()
    scope.block(parse_cell(source).body)
    return FreeNames(*scope.free())


def bound_names(source: str) -> frozenset[str]:
    """Names the cell binds at module level, on any way through it.

    >>> sorted(bound_names("import numpy as np\\nfor i in range(3): x = i"))
    ['i', 'np', 'x']
    """
    scope = ModuleScope()
    scope.block(parse_cell(source).body)
    return frozenset(scope.ever)


def definitions(source: str) -> list[ast.stmt]:
    """The cell's imports, functions and classes at its top level, in order.

    >>> [ast.unparse(d) for d in definitions("import math\\nx = math.pi")]
    ['import math']
    """
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [statement for statement in parse_cell(source).body if isinstance(statement, kinds)]


def only_in_calls(source: str, name: str, functions: Collection[str]) -> bool:
    """Whether the name is read nowhere but as an argument of one of the functions.

    The argument may stand in tuples, lists, sets and dicts; deleting the name counts as
    reading it elsewhere.

    >>> only_in_calls("grade('a', J, given={'U': U})", "U", {"grade"})
    True
    >>> only_in_calls("grade('a', J + 1)", "J", {"grade"})
    False
    """

    def fits(node: ast.AST, sheltered: bool) -> bool:
        if isinstance(node, ast.Name):
            return node.id != name or sheltered or isinstance(node.ctx, ast.Store)
        if isinstance(node, ast.Call):
            direct = isinstance(node.func, ast.Name) and node.func.id in functions
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            return fits(node.func, False) and all(fits(a, direct) for a in arguments)
        display = isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred))
        return all(fits(child, sheltered and display) for child in ast.iter_child_nodes(node))

    return fits(parse_cell(source), False)
