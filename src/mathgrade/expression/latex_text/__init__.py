r"""Reads formulas written in LaTeX, and mathematics typed without it, into the tree.

From text to tree: :mod:`tokens` cuts it up, :mod:`parser` holds it together by how
tightly things bind, and the modules beside it each read one kind of piece (names, calls,
folds, derivatives, brackets, environments, scripts). ``reading`` is the door.
"""

from mathgrade.expression.latex_text.faults import LatexError, Remark
from mathgrade.expression.latex_text.parser import Setting
from mathgrade.expression.latex_text.reading import (
    Latex,
    Reading,
    open_parser,
    parse,
    read_latex,
)

__all__ = [
    "Latex",
    "LatexError",
    "Reading",
    "Remark",
    "Setting",
    "open_parser",
    "parse",
    "read_latex",
]
