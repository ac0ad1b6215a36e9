"""Text that reaches ``lambdify`` in the judge is read as an expression, never compiled.

SymPy's ``lambdify`` writes a function's source and runs it. An expression handed to it
as text goes into that source as it stands, and in the judge the text may be a
student's answer: ``sp.lambdify(x, slope)`` with ``slope`` a string. So text is first read by
``sympify``, which in the judge knows expressions only (see :mod:`.sympy_text`), and the
names of arguments must be names.

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

    def preprocess(self: Any, args: Any, expr: Any, *rest: Any, **options: Any) -> Any:
        _check_arguments(args)
        return plain(self, args, expr, *rest, **options)

    careful.reads_text = True  # type: ignore[attr-defined]
    plain = printer._preprocess
    module._recursive_to_string = careful
    printer._preprocess = preprocess


def _read(part: Any) -> Any:
    from sympy import sympify

    return sympify(str(part)) if isinstance(part, str) else part


def _check_arguments(args: Any) -> None:
    from sympy import SympifyError

    for name in args:
        parts = re.split(r"[,\s]+", name) if isinstance(name, str) else []
        if not all(part.isidentifier() for part in parts):
            raise SympifyError(f"{name[:40]!r} is not the name of an argument")
