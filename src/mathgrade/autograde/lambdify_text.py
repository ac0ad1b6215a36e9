"""Nothing of the student's that reaches ``lambdify`` in the judge is compiled as it stands.

SymPy's ``lambdify`` writes a function's source and runs it. An expression handed to it
as text goes into that source as it stands, and in the judge the text may be a
student's answer: ``sp.lambdify(x, slope)`` with ``slope`` a string. So text is first read by
``sympify``, which in the judge knows expressions only (see :mod:`.sympy_text`), and the
names of arguments must be names. So must the names of symbols and functions: a symbol is
written as its name, and one called ``a.b[0]`` or a function called ``builtins.eval`` would be run.

It is for the judge only, which lives no longer than an attempt: there is no undo.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

__all__ = ["guard_lambdify"]


def guard_lambdify() -> None:
    """Make ``lambdify`` in this process read text without running it; again does nothing."""
    module: Any = importlib.import_module("sympy.utilities.lambdify")
    to_text, printer = module._recursive_to_string, module._EvaluatorPrinter
    if getattr(to_text, "reads_text", False):
        return

    def careful(doprint: Any, part: Any) -> Any:
        return to_text(doprint, _read(part))

    def begin(self: Any, *rest: Any, **options: Any) -> None:
        start(self, *rest, **options)
        write = self._exprrepr

        def write_checked(part: Any) -> Any:
            _check_names(part)
            return write(part)

        self._exprrepr = write_checked

    def preprocess(self: Any, args: Any, expr: Any, *rest: Any, **options: Any) -> Any:
        _check_arguments(args)
        return plain(self, args, expr, *rest, **options)

    careful.reads_text = True  # type: ignore[attr-defined]
    start, plain = printer.__init__, printer._preprocess
    module._recursive_to_string = careful
    printer.__init__, printer._preprocess = begin, preprocess


def _read(part: Any) -> Any:
    from sympy import sympify

    return sympify(str(part)) if isinstance(part, str) else part


def _check_names(part: Any) -> None:
    """Arguments of the new function have names of SymPy's own making by now."""
    from sympy import Basic, MatrixBase, NDimArray, SympifyError
    from sympy.core.function import AppliedUndef

    todo = [part]
    while todo:
        node = todo.pop()
        if isinstance(node, MatrixBase):
            todo += node.flat()
        elif isinstance(node, NDimArray):
            todo += list(node.reshape(len(node))) if len(node) else []
        elif isinstance(node, Basic):
            todo += node.args
            name = node.func.__name__ if isinstance(node, AppliedUndef) else _own_name(node)
            if name is not None and not (name.isidentifier() and not name.startswith("__")):
                raise SympifyError(f"{name[:40]!r} is not a name that can be computed with")


def _own_name(node: Any) -> str | None:
    from sympy import Symbol
    from sympy.core.symbol import Str

    return str(node.name) if isinstance(node, (Symbol, Str)) else None


def _check_arguments(args: Any) -> None:
    from sympy import SympifyError

    for name in args:
        parts = re.split(r"[,\s]+", name) if isinstance(name, str) else []
        if not all(part.isidentifier() for part in parts):
            raise SympifyError(f"{name[:40]!r} is not the name of an argument")
