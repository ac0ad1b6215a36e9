"""One door for everything that can be read as a formula."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mathgrade.errors import ResponseError
from mathgrade.expression.kinds import Kind, check_any, kind_of
from mathgrade.expression.latex_text import Latex, read_latex
from mathgrade.expression.limits import MAX_DEPTH, MAX_ENTRIES, MAX_NODES
from mathgrade.expression.names import Context, read_names
from mathgrade.expression.nodes import FiniteSet, Listing, Matrix, Node, size
from mathgrade.expression.python_text import read_text
from mathgrade.expression.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["read", "read_any", "read_shaped"]


def read(value: Any, context: Context | Mapping[str, str] | None = None) -> Node:
    r"""The formula that a value is.

    Args:
        value: Python text; LaTeX, marked as ``Latex(text)`` or known by a ``\`` or ``$``
            in it; a SymPy expression or matrix; a number; an array or list of
            these (a list of numbers is a column); a :class:`Node`, which is checked only.
        context: declared names. None takes any name as it comes and checks nothing.

    Returns:
        The tree, with every name declared and every shape fitting.

    Raises:
        ResponseError: what cannot be read, where, and why. Nothing in the value is run.

    >>> read("0.5*x")
    Mul(factors=(Number(value=Fraction(1, 2)), Name(name='x')))
    >>> read(r"\frac{1}{2} x") == read("1/2 * x")
    True
    """
    return read_shaped(value, context)[0]


def read_shaped(
    value: Any, context: Context | Mapping[str, str] | None = None
) -> tuple[Node, Shape]:
    """As :func:`read`, with the shape that was worked out on the way; () without a context."""
    node, shape = _checked(value, context)
    kind = kind_of(node)
    if kind in (Kind.LIST, Kind.SET) or (kind.holds and context is not None):
        what = "a condition such as x > 0" if kind.holds else kind.value
        if kind is Kind.LIST:
            what += "; the decimal sign is a point"
        note = "expression.condition" if kind.holds else "expression.collection"
        raise ResponseError(f"Expected a formula, received {what}.", note)
    return node, shape


def read_any(
    value: Any, context: Context | Mapping[str, str] | None = None
) -> tuple[Node, Kind, Shape]:
    """As :func:`read`, but an equation, inequality, list or set of formulas is read too.

    Args:
        value: besides what ``read`` takes: Python text such as ``"y == 2*x"``,
            ``"0 < x <= 1"``, ``"{1, 2}"``, ``"(1, 2)"``, ``"Interval(0, oo)"``; SymPy
            relations, sets and tuples; Python sets, and lists of such things.
        context: declared names, as in ``read``.

    Returns:
        The tree, what it is, and the shape of a formula (() for anything else).

    Raises:
        ResponseError: as ``read`` does.

    >>> node, kind, shape = read_any("y == 2*x", {"x y": "real"})
    >>> kind.value
    'an equation'
    """
    if isinstance(value, bool):
        raise ResponseError(
            f"Received {value}: in Python, == compares at once. Write Eq(left, right) for an "
            "equation.",
            "expression.type",
        )
    node, shape = _checked(value, context)
    return node, kind_of(node), shape


def _checked(value: Any, context: Context | Mapping[str, str] | None) -> tuple[Node, Shape]:
    if context is not None and not isinstance(context, Context):
        context = read_names(context)
    try:
        node = _tree(value, context)
    except RecursionError:
        raise ResponseError("The formula is nested too deeply.", "expression.too-big") from None
    return node, _fitting(_Read(node, context))


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A tree and the names it is read with; equal to another only if both are the very same."""

    node: Node
    context: Context | None

    def __hash__(self) -> int:
        return hash((id(self.node), id(self.context)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Read) and other.node is self.node and other.context is self.context
        )


@lru_cache(maxsize=64)
def _fitting(read: _Read) -> Shape:
    """The shape of a tree in which everything fits.

    Kept, because what was read is given to be decided, often many times; neither a tree nor
    its names ever change.
    """
    if size(read.node, MAX_NODES) > MAX_NODES:
        raise ResponseError(
            f"The formula has more than {MAX_NODES} pieces; that is too long to be read.",
            "expression.too-big",
        )
    return () if read.context is None else check_any(read.node, read.context)


def _tree(value: Any, context: Context | None, depth: int = 0) -> Node:
    if isinstance(value, Node):
        return value
    if depth > MAX_DEPTH:  # also stops a list that contains itself
        raise ResponseError("The lists are nested too deeply.", "expression.too-big")
    if isinstance(value, Latex):
        return read_latex(value.text, context)
    if isinstance(value, str):
        # Neither sign is ever part of Python text.
        is_latex = "\\" in value or "$" in value
        return read_latex(value, context) if is_latex else read_text(value, context)
    # Known by the module of their class, so that SymPy is imported only if it was used.
    if any(str(base.__module__).split(".")[0] == "sympy" for base in type(value).__mro__):
        from mathgrade.expression.sympy_objects import read_sympy

        return read_sympy(value, context)
    if isinstance(value, list | tuple):
        return _rows(value, context, depth + 1)
    if isinstance(value, set | frozenset):
        return FiniteSet(_sorted(_tree(v, context, depth + 1) for v in value))
    if isinstance(value, int | float | complex | Fraction) or hasattr(value, "__array_interface__"):
        from mathgrade.expression.values import read_array, read_number

        if hasattr(value, "ndim") and type(value).__name__ == "ndarray":
            return read_array(value, lambda entry: _tree(entry, context))
        return read_number(value)
    if callable(value):
        raise ResponseError(
            "Expected a formula (SymPy, or text), received a function. Hand in the formula itself.",
            "expression.type",
        )
    raise ResponseError(
        f"Expected a formula (SymPy, or text), received an object of type {type(value).__name__}.",
        "expression.type",
    )


def _rows(value: list[Any] | tuple[Any, ...], context: Context | None, depth: int) -> Node:
    """A list of rows or of numbers is a matrix; of relations, sets or matrices a list."""
    if len(value) > MAX_ENTRIES:
        raise ResponseError(
            f"A list of {len(value)} entries is too long to be read.", "expression.too-big"
        )
    rows = [list(r) if isinstance(r, list | tuple) else None for r in value]
    if rows and all(r is None for r in rows):
        items = tuple(_tree(e, context, depth) for e in value)
        if all(kind_of(i) is Kind.FORMULA and not isinstance(i, Matrix) for i in items):
            return Matrix(tuple((i,) for i in items))
        return Listing(items)
    if not rows or None in rows or len({len(r) for r in rows if r is not None}) != 1 or not rows[0]:
        raise ResponseError(
            "Expected a matrix as a list of rows that are all of one length.", "expression.matrix"
        )
    return Matrix(tuple(tuple(_entry(e, context) for e in r) for r in rows if r is not None))


def _sorted(items: Iterable[Node]) -> tuple[Node, ...]:
    """The items of a Python set, whose own order changes from run to run."""
    return tuple(sorted(items, key=repr))


def _entry(value: Any, context: Context | None) -> Node:
    if isinstance(value, list | tuple):
        raise ResponseError("Expected a matrix: rows of numbers or formulas.", "expression.matrix")
    return _tree(value, context)
