"""Whether the pieces of a formula fit: declared names, indices where indices belong, shapes.

Shapes are worked out with sizes still unknown (``K`` by ``d``), so that a product which
would only fit by accident, for K = 1, is refused for what it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from mathgrade.errors import ResponseError
from mathgrade.expression.functions import FUNCTIONS
from mathgrade.expression.names import Context, Size
from mathgrade.expression.nodes import (
    Add,
    Apply,
    Call,
    Cases,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    FiniteSet,
    Fold,
    Identity,
    Interval,
    Inverse,
    Listing,
    Logic,
    Matrix,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Relation,
    Subst,
    Transpose,
    Truth,
    Union,
    Zeros,
)
from mathgrade.expression.text import to_text

__all__ = ["Shape", "shape_of", "shape_text"]

Shape = tuple[Size, ...]
"""``()`` for a number, ``(rows, columns)`` for a vector or matrix."""

_INDEX_KINDS = ("index", "size", "integer")
_PREDICATE: Shape = (-1,)  # the "shape" of a condition; never leaves this module


def shape_text(shape: Shape) -> str:
    """A shape as a message says it.

    >>> shape_text(()), shape_text(("K", 1))
    ('a number', 'a K by 1 matrix')
    """
    return "a number" if shape == () else f"a {shape[0]} by {shape[1]} matrix"


def shape_of(node: Node, context: Context) -> Shape:
    """The shape of a formula, after checking that everything in it fits.

    Returns:
        ``()`` for a number, ``(rows, columns)`` otherwise; a vector is ``(n, 1)``.

    Raises:
        ResponseError: an undeclared name, an index that is none, shapes that do not
            fit; the message names the piece.

    >>> from mathgrade.expression.names import read_names
    >>> shape_of(Transpose(Name("z")), read_names({"z": "vector K"}))
    (1, 'K')
    """
    return _Checker(context).shape(node, {})


def _brief(node: Node) -> str:
    text = to_text(node)
    return text if len(text) <= 60 else text[:57] + "…"


class _Checker:
    def __init__(self, context: Context) -> None:
        self.context = context
        # Shared pieces of large SymPy objects are looked at once: by identity and binding.
        self.seen: dict[tuple[int, frozenset[str]], Shape] = {}

    def shape(self, node: Node, bound: Mapping[str, Shape | None]) -> Shape:
        """``bound`` maps the names bound around the node to a shape, None for an index."""
        key = (id(node), frozenset(bound))
        if key not in self.seen:
            self.seen[key] = self._shape(node, bound)
        return self.seen[key]

    def scalar(self, node: Node, bound: Mapping[str, Shape | None], where: str) -> None:
        shape = self.shape(node, bound)
        if shape not in ((), (1, 1)):
            raise ResponseError(
                f"Expected a number in {where}, but {_brief(node)} is {_words(shape)}.",
                "expression.shape",
            )

    def condition(self, node: Node, bound: Mapping[str, Shape | None]) -> None:
        if self.shape(node, bound) != _PREDICATE:
            raise ResponseError(
                f"Expected a condition such as x > 0, but {_brief(node)} is none.",
                "expression.condition",
            )

    def index(self, node: Node, bound: Mapping[str, Shape | None]) -> None:
        """An index is made of whole numbers, sizes and indices by + - *."""
        match node:
            case Number(value) if value.denominator == 1:
                return
            case Name(name):
                declared = self.context.get(name)
                if (name in bound and bound[name] is None) or (
                    name not in bound and declared and declared.kind in _INDEX_KINDS
                ):
                    return
                if name not in bound and declared is None:
                    self.shape(node, bound)  # says that it is undeclared
            case Add(parts) | Mul(parts):
                for part in parts:
                    self.index(part, bound)
                return
            case Neg(term):
                self.index(term, bound)
                return
            case Power(base, Number(exponent)) if exponent.denominator == 1 and exponent >= 0:
                self.index(base, bound)
                return
            case Power(base, Power() as exponent):
                self.index(base, bound)
                self.index(exponent, bound)
                return
            case Call("max" | "min", parts):
                for part in parts:
                    self.index(part, bound)
                return
        raise ResponseError(
            f"{_brief(node)} stands where an index belongs, but it is not one: use a whole "
            "number, a declared index, or the index of a sum.",
            "expression.index",
        )

    def _shape(self, node: Node, bound: Mapping[str, Shape | None]) -> Shape:
        match node:
            case Number() | Constant():
                return ()
            case Name(name):
                return self._name(name, bound)
            case Entry(base, indices):
                return self._entry(node, base, indices, bound)
            case Add(terms):
                return self._same(node, [self.shape(t, bound) for t in terms])
            case Neg(term):
                return self._value(self.shape(term, bound), node)
            case Mul(factors):
                return self._product(node, [self.shape(f, bound) for f in factors])
            case Div(top, bottom):
                self.scalar(bottom, bound, "the denominator")
                return self._value(self.shape(top, bound), node)
            case Power(base, exponent):
                self.scalar(exponent, bound, "the exponent")
                return self._square(base, bound, "only a square matrix has powers")
            case Call(function, args):
                return self._call(node, function, args, bound)
            case Apply(function, args):
                return self._apply(function, args, bound)
            case Delta(left, right):
                self.index(left, bound)
                self.index(right, bound)
                return ()
            case Fold(_, body, index, low, high):
                self.index(low, bound)
                self.index(high, bound)
                return self._value(self.shape(body, {**bound, index: None}), node)
            case Cases(branches):
                for _, condition in branches:
                    self.condition(condition, bound)
                return self._same(node, [self.shape(value, bound) for value, _ in branches])
            case Relation(_, left, right):
                self.scalar(left, bound, _brief(node))
                self.scalar(right, bound, _brief(node))
                return _PREDICATE
            case Logic(_, args):
                for arg in args:
                    self.condition(arg, bound)
                return _PREDICATE
            case Truth():
                return _PREDICATE
            case Derivative(body, by):
                for variable in by:
                    self._variable(variable, bound)
                return self._value(self.shape(body, bound), node)
            case Subst(body, name, value):
                self.scalar(value, bound, _brief(node))
                return self.shape(body, {**bound, name: ()})
            case Matrix(rows):
                for row in rows:
                    for entry in row:
                        self.scalar(entry, bound, "an entry of a matrix")
                return (len(rows), len(rows[0]))
            case Transpose(body):
                shape = self._value(self.shape(body, bound), node)
                return shape[::-1]
            case Inverse(body):
                return self._square(body, bound, "only a square matrix has an inverse")
            case Identity(size):
                return (self._size(size, bound), self._size(size, bound))
            case Zeros(rows, columns):
                return (self._size(rows, bound), self._size(columns, bound))
            case Listing() | FiniteSet() | Interval() | Union():
                raise ResponseError(
                    f"{_brief(node)} is a list or a set; it cannot be part of a formula.",
                    "expression.collection",
                )
        raise AssertionError(f"no shape rule for {type(node).__name__}")  # pragma: no cover

    def _name(self, name: str, bound: Mapping[str, Shape | None]) -> Shape:
        if name in bound:
            return bound[name] or ()
        declared = self.context.get(name)
        if declared is None:
            raise ResponseError(
                f"The name {name} is not known here. Names that may be used: "
                f"{self.context.listing()}.",
                "expression.undeclared",
            )
        match declared.kind:
            case "vector" | "simplex":
                return (declared.shape[0], 1)
            case "matrix":
                return declared.shape
            case "family":
                raise ResponseError(
                    f"{name} stands for many vectors; say which one, {name}[1] or {name}[j].",
                    "expression.family",
                )
            case "function":
                raise ResponseError(
                    f"{name} is a function; write what it is applied to, such as {name}(x).",
                    "expression.function",
                )
        return ()

    def _entry(
        self,
        node: Node,
        base: Node,
        indices: tuple[Node, ...],
        bound: Mapping[str, Shape | None],
    ) -> Shape:
        for index in indices:
            self.index(index, bound)
        if isinstance(base, Name) and base.name not in bound:
            declared = self.context.get(base.name)
            if declared is not None and declared.kind == "family":
                if len(indices) in (1, 2):
                    return (declared.shape[1], 1) if len(indices) == 1 else ()
                raise ResponseError(
                    f"{_brief(node)} has {len(indices)} indices; {base.name} takes one or two.",
                    "expression.index",
                )
        shape = self.shape(base, bound)
        if shape in ((), _PREDICATE):
            raise ResponseError(
                f"{_brief(base)} is a number and has no entries to index.", "expression.index"
            )
        if len(indices) == 2 or (len(indices) == 1 and 1 in shape):
            return ()
        raise ResponseError(
            f"{_brief(base)} is {shape_text(shape)}; {_brief(node)} does not name one entry "
            "of it (row and column).",
            "expression.index",
        )

    def _value(self, shape: Shape, node: Node) -> Shape:
        if shape == _PREDICATE:
            raise ResponseError(
                f"{_brief(node)} holds a condition where a value belongs.", "expression.condition"
            )
        return shape

    def _same(self, node: Node, shapes: list[Shape]) -> Shape:
        result = self._value(shapes[0], node)
        for shape in shapes[1:]:
            if self._value(shape, node) == result or {result, shape} == {(), (1, 1)}:
                result = min(result, shape, key=len)
            else:
                raise ResponseError(
                    f"{_brief(node)} puts {shape_text(result)} and {shape_text(shape)} "
                    "together; their shapes must be the same.",
                    "expression.shape",
                )
        return result

    def _product(self, node: Node, shapes: list[Shape]) -> Shape:
        result = self._value(shapes[0], node)
        for shape in shapes[1:]:
            self._value(shape, node)
            if shape == () or result == ():
                result = result or shape
            elif result[1] == shape[0]:
                result = (result[0], shape[1])
            elif (1, 1) in (result, shape):  # wᵀx is a number wherever a number fits
                result = shape if result == (1, 1) else result
            else:
                raise ResponseError(
                    f"{_brief(node)} multiplies {shape_text(result)} by {shape_text(shape)}; "
                    "the columns of the first must be as many as the rows of the second.",
                    "expression.shape",
                )
        return result

    def _square(self, body: Node, bound: Mapping[str, Shape | None], why: str) -> Shape:
        shape = self._value(self.shape(body, bound), body)
        if shape and shape[0] != shape[1]:
            raise ResponseError(
                f"{_brief(body)} is {shape_text(shape)}; {why}.", "expression.shape"
            )
        return shape

    def _call(
        self, node: Node, name: str, args: tuple[Node, ...], bound: Mapping[str, Shape | None]
    ) -> Shape:
        if not FUNCTIONS[name].matrix:
            for arg in args:
                self.scalar(arg, bound, _brief(node))
            return ()
        if name == "diag":
            shape = self.shape(args[0], bound)
            if 1 not in shape:
                raise ResponseError(
                    f"diag takes a vector, but {_brief(args[0])} is {_words(shape)}.",
                    "expression.shape",
                )
            length = shape[0] if shape[1] == 1 else shape[1]
            return (length, length)
        self._square(args[0], bound, f"{name} takes a square matrix")
        return ()

    def _apply(self, name: str, args: tuple[Node, ...], bound: Mapping[str, Shape | None]) -> Shape:
        declared = self.context.get(name)
        if declared is None or declared.kind != "function":
            known = "is not a function here" if declared else "is not known here"
            raise ResponseError(
                f"{name} {known}. Names that may be used: {self.context.listing()}.",
                "expression.undeclared",
            )
        if len(args) != declared.arity:
            raise ResponseError(
                f"{name} takes {declared.arity} argument(s), but was given {len(args)}.",
                "expression.arity",
            )
        for arg in args:
            self.scalar(arg, bound, f"the argument of {name}")
        return ()

    def _variable(self, node: Node, bound: Mapping[str, Shape | None]) -> None:
        kind = ""
        if isinstance(node, Name):
            declared = self.context.get(node.name)
            kind = declared.kind if declared is not None and node.name not in bound else "real"
        if kind == "real" or (isinstance(node, Entry) and self.shape(node, bound) == ()):
            self.shape(node, bound)
            return
        raise ResponseError(
            f"A derivative is taken by a real number or an entry such as z[j]; {_brief(node)} "
            "is neither.",
            "expression.derivative",
        )

    def _size(self, node: Node, bound: Mapping[str, Shape | None]) -> Size:
        if isinstance(node, Number) and node.value.denominator == 1 and 1 <= node.value <= 1000:
            return int(node.value)
        if isinstance(node, Name) and node.name not in bound:
            declared = self.context.get(node.name)
            if declared is not None and declared.kind == "size":
                return node.name
            self.shape(node, bound)
        raise ResponseError(
            f"{_brief(node)} is not a size: use a whole number or a declared size.",
            "expression.shape",
        )


def _words(shape: Shape) -> str:
    return "a condition" if shape == _PREDICATE else shape_text(shape)
