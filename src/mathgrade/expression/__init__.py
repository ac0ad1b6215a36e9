"""The one language of formulas: a tree, what its names mean, readers and writers."""

from mathgrade.expression.kinds import Kind, kind_of
from mathgrade.expression.latex import to_latex
from mathgrade.expression.latex_text import Latex
from mathgrade.expression.long_sums import LongSum, read_long_sum
from mathgrade.expression.mathml import to_mathml
from mathgrade.expression.names import Context, Declaration, Domain, read_names
from mathgrade.expression.nodes import Node
from mathgrade.expression.reading import read, read_any
from mathgrade.expression.shapes import Shape, shape_of, shape_text
from mathgrade.expression.text import to_text

__all__ = [
    "Context",
    "Declaration",
    "Domain",
    "Kind",
    "Latex",
    "LongSum",
    "Node",
    "Shape",
    "kind_of",
    "read",
    "read_any",
    "read_long_sum",
    "read_names",
    "shape_of",
    "shape_text",
    "to_latex",
    "to_mathml",
    "to_text",
]
