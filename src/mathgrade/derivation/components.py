"""Vectors and matrices of open size, entry by entry.

An equation of vectors, ``∂y_i/∂x_j = y_i (δ_ij - y_j) wᵀ``, says the same as the equation of
their entries at an index of its own. Written so, everything that is known of numbers and sums
is known of vectors. Numbers added to vectors are added to each entry, functions of one
number are taken of each, as on paper.

A derivative is laid out with the numerator down and the denominator across.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from mathgrade.errors import ResponseError
from mathgrade.expression import Declaration, Node, Shape, shape_text
from mathgrade.expression.functions import FUNCTIONS
from mathgrade.expression.names import Size
from mathgrade.expression.nodes import (
    Add,
    Call,
    Cases,
    Delta,
    Derivative,
    Div,
    Entry,
    Fold,
    Identity,
    Inverse,
    Matrix,
    Mul,
    Name,
    Neg,
    Number,
    Power,
    Subst,
    Transpose,
    Zeros,
)

__all__ = ["Components"]

ONE = Number(Fraction(1))
_NO_NAMES: frozenset[str] = frozenset()


@dataclass(slots=True)
class Components:
    """Shapes and entries of formulas.

    Args:
        names: what each name is; names that are missing are taken to be numbers.
    """

    names: Mapping[str, Declaration]
    _count: int = 0

    # -- shapes ------------------------------------------------------------------------

    def shape(self, node: Node, bound: frozenset[str] = _NO_NAMES) -> Shape:
        """``()`` for a number, ``(rows, columns)`` for a vector or matrix.

        Raises:
            ResponseError: shapes that do not fit together.
        """
        match node:
            case Name(name):
                declared = None if name in bound else self.names.get(name)
                if declared is None or declared.kind in ("family", "function"):
                    return ()
                return (*declared.shape, 1)[:2] if declared.shape else ()
            case Entry(Name(name), (_,)) if name not in bound:
                declared = self.names.get(name)
                family = declared is not None and declared.kind == "family"
                return (declared.shape[1], 1) if declared is not None and family else ()
            case Entry() | Delta() | Number():
                return ()
            case Add(terms):
                return self._together([self.shape(t, bound) for t in terms])
            case Neg(term) | Div(term, _):
                return self.shape(term, bound)
            case Power(body, _) | Inverse(body):
                return self.shape(body, bound)
            case Mul(factors):
                return _product([self.shape(f, bound) for f in factors])
            case Call(function, args):
                if function == "diag":
                    inner = self.shape(args[0], bound)
                    return (inner[0], inner[0]) if inner else ()
                if FUNCTIONS[function].matrix:
                    return ()
                return self._together([self.shape(a, bound) for a in args])
            case Fold(_, body, index, _, _):
                return self.shape(body, bound | {index})
            case Cases(branches):
                return self._together([self.shape(b, bound) for b, _ in branches])
            case Subst(body, name, _):
                return self.shape(body, bound | {name})
            case Derivative(body, by):
                result = self.shape(body, bound)
                for variable in by:
                    inner = self.shape(variable, bound)
                    if inner:
                        length = inner[0] if inner[1] == 1 else inner[1]
                        result = (result[0] if result else 1, length)
                return result
            case Matrix(rows):
                return (len(rows), len(rows[0]))
            case Transpose(body):
                return self.shape(body, bound)[::-1]
            case Identity(size):
                return (_size(size), _size(size))
            case Zeros(rows, columns):
                return (_size(rows), _size(columns))
        return ()

    def _together(self, shapes: list[Shape]) -> Shape:
        result: Shape = ()
        for shape in shapes:
            if shape in ((), (1, 1)):
                continue
            if result not in ((), shape):
                raise ResponseError(
                    f"{shape_text(result)} and {shape_text(shape)} cannot be put together; "
                    "their shapes must be the same.".capitalize(),
                    "expression.shape",
                )
            result = shape
        return result

    # -- entries -----------------------------------------------------------------------

    def at(self, node: Node, places: tuple[Node, ...], bound: frozenset[str] = _NO_NAMES) -> Node:
        """The entry of a formula that one index (of a vector) or two (row, column) name."""
        shape = self.shape(node, bound)
        if isinstance(node, Name) or not shape:
            return Entry(node, places) if isinstance(node, Name) else node
        if len(places) == 1:
            across = shape[0] == 1 and shape[1] != 1
            row, column = (ONE, places[0]) if across else (places[0], ONE)
            return self.entry(node, row, column, bound)
        return self.entry(node, places[0], places[1], bound)

    def entry(self, node: Node, r: Node, c: Node, bound: frozenset[str] = _NO_NAMES) -> Node:
        """The number in row r and column c of a vector or matrix; a number is itself."""
        shape = self.shape(node, bound)
        if not shape:
            return node

        def go(inner: Node) -> Node:
            return self.entry(inner, r, c, bound)

        match node:
            case Name(name):
                declared = self.names[name]
                return Entry(node, (r,) if len(declared.shape) == 1 else (r, c))
            case Entry(base, (j,)):
                return Entry(base, (j, r))
            case Add(terms):
                return Add(tuple(map(go, terms)))
            case Neg(term):
                return Neg(go(term))
            case Div(top, bottom):
                return Div(go(top), bottom)
            case Fold(kind, body, index, low, high):
                return Fold(kind, self.entry(body, r, c, bound | {index}), index, low, high)
            case Cases(branches):
                return Cases(tuple((go(value), condition) for value, condition in branches))
            case Subst(body, name, value):
                return Subst(self.entry(body, r, c, bound | {name}), name, value)
            case Mul(factors):
                return self._product(factors, r, c, bound)
            case Transpose(body):
                return self.entry(body, c, r, bound)
            case Identity():
                return Delta(r, c)
            case Zeros():
                return Number(Fraction(0))
            case Matrix(rows) if isinstance(r, Number) and isinstance(c, Number):
                return rows[int(r.value) - 1][int(c.value) - 1]
            case Call("diag", (vector,)):
                return Mul((Delta(r, c), self.at(vector, (r,), bound)))
            case Call(function, args):
                return Call(function, tuple(map(go, args)))
            case Derivative(body, by):
                return self._derivative(body, by, r, c, bound)
        return Entry(node, (r, c))

    def _derivative(
        self, body: Node, by: tuple[Node, ...], r: Node, c: Node, bound: frozenset[str]
    ) -> Node:
        variables = []
        for variable in by:
            inner = self.shape(variable, bound)
            variables.append(self.at(variable, (c,), bound) if inner else variable)
            if isinstance(variable, Entry) and inner:
                variables[-1] = Entry(variable.base, (*variable.indices, c))
        down = self.shape(body, bound)
        column = ONE if down and down[1] == 1 else c
        return Derivative(self.entry(body, r, column, bound), tuple(variables))

    def _product(self, factors: tuple[Node, ...], r: Node, c: Node, bound: frozenset[str]) -> Node:
        """A product of numbers and matrices: sums over what the matrices share."""
        numbers = [f for f in factors if self.shape(f, bound) in ((), (1, 1))]
        grids = [f for f in factors if self.shape(f, bound) not in ((), (1, 1))]
        folds: list[tuple[str, Size]] = []
        rows, parts = r, list(numbers)
        for k, grid in enumerate(grids):
            last = k == len(grids) - 1
            column: Node = c
            if not last:
                inner = self.shape(grid, bound)[1]
                if inner == 1:
                    column = ONE
                else:
                    self._count += 1
                    folds.append((f"•{self._count}", inner))
                    column = Name(folds[-1][0])
            parts.append(self.entry(grid, rows, column, bound))
            rows = column
        node: Node = Mul(tuple(parts)) if len(parts) > 1 else parts[0]
        for name, size in reversed(folds):
            high: Node = Name(size) if isinstance(size, str) else Number(Fraction(size))
            node = Fold("sum", node, name, ONE, high)
        return node


def _size(node: Node) -> Size:
    match node:
        case Name(name):
            return name
        case Number(value):
            return int(value)
    raise ResponseError("The size of a matrix is a whole number or a declared size.")


def _product(shapes: list[Shape]) -> Shape:
    result: Shape = ()
    for shape in shapes:
        if shape in ((), (1, 1)):
            result = result or shape
        elif result in ((), (1, 1)):
            result = shape
        elif result[1] == shape[0]:
            result = (result[0], shape[1])
        else:
            raise ResponseError(
                f"{shape_text(result).capitalize()} cannot be multiplied by {shape_text(shape)}; "
                "the columns of the first must be as many as the rows of the second.",
                "expression.shape",
            )
    return result
