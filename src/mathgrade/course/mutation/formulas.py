"""A formula with one thing changed: a sign, a factor, an index, a term, the end of a sum.

Every change is made wherever it can be; whether the meaning changed with it is for the
equality engine to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mathgrade.equality.diagnosis.trees import (
    Spot,
    index_pairs,
    indices_like,
    negated,
    number,
    product,
    renamed,
    spots,
    sum_of,
    without,
)
from mathgrade.errors import ResponseError
from mathgrade.expression import Context, Kind, Shape, kind_of, shape_of
from mathgrade.expression.nodes import (
    Add,
    Call,
    Cases,
    Delta,
    Derivative,
    Div,
    Entry,
    Fold,
    Inverse,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Relation,
    Transpose,
    free_names,
)

__all__ = ["changes"]

Change = tuple[str, Node]
"""What was changed, and the formula it leaves."""

_RELATIONS = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "==": ("!=",),
    "!=": ("==",),
}
_OTHER_FUNCTION = {
    "sin": "cos",
    "cos": "sin",
    "sinh": "cosh",
    "cosh": "sinh",
    "tan": "tanh",
    "tanh": "tan",
    "max": "min",
    "min": "max",
    "exp": "cosh",
    "log": "sqrt",
    "sqrt": "log",
}


def changes(root: Node, context: Context) -> Iterator[Change]:
    """Formulas with one thing changed, each of the shape of the original; none twice.

    Args:
        root: a formula, an equation, an inequality, a list or a set.
        context: what its names are.

    >>> from mathgrade.expression import read, read_names, to_text
    >>> context = read_names({"x": "real"})
    >>> [to_text(node) for _, node in changes(read("2*x", context), context)][:4]
    ['-2*x', '2*(2*x)', '1/2*(2*x)', '0']
    """
    formula = kind_of(root) is Kind.FORMULA
    shape = _shape(root, context) if formula else None
    seen = {root}
    for what, changed in _all(root, context, shape):
        if changed in seen:
            continue
        seen.add(changed)
        if not formula or _shape(changed, context) == shape:
            yield what, changed


def _shape(node: Node, context: Context) -> Shape | None:
    try:
        return shape_of(node, context)
    except ResponseError:  # an index that is none, shapes that do not fit
        return None


def _all(root: Node, context: Context, shape: Shape | None) -> Iterator[Change]:
    if shape is not None:
        yield from _whole(root, context, shape)
    for spot in spots(root):
        for what, node in _at(spot, context):
            yield what, spot.put(node)


def _whole(root: Node, context: Context, shape: Shape) -> Iterator[Change]:
    yield "sign", negated(root)
    yield "factor", Mul((number(2), root))
    yield "factor", Mul((number(Fraction(1, 2)), root))
    if shape == ():
        for value in (0, 1, 2):
            yield "constant", number(value)
        yield "term", Add((root, number(1)))
    elif len(shape) == 2 and shape[0] == shape[1]:
        yield "layout", Transpose(root)
    for one, other in index_pairs(free_names(root), context):
        yield "index", renamed(root, {one: Name(other), other: Name(one)})


def _at(spot: Spot, context: Context) -> Iterator[Change]:
    """What may stand in the place of one piece."""
    match spot.node:
        case Add(terms):
            for k in range(len(terms)):
                yield "sign", sum_of((*terms[:k], negated(terms[k]), *terms[k + 1 :]))
                yield "dropped term", sum_of(without(terms, k))
        case Neg(term):
            yield "sign", term
        case Mul(factors):
            for k in range(len(factors)):
                yield "dropped factor", product(without(factors, k))
            if any(_shape(factor, context) for factor in factors):  # numbers have no order
                yield "layout", Mul(factors[::-1])
        case Div(top, bottom):
            yield "dropped factor", top
            yield "turned over", Div(bottom, top)
        case Power(base, exponent):
            yield "dropped power", base
            yield "sign of an exponent", Power(base, negated(exponent))
        case Number(value):
            yield "off by one", number(value + 1)
            yield "off by one", number(value - 1)
            if not spot.index and value:
                yield "factor", number(2 * value)
        case Call(function, args):
            if len(args) == 1:
                yield "dropped function", args[0]
            if function in _OTHER_FUNCTION:
                yield "other function", Call(_OTHER_FUNCTION[function], args)
        case Delta(left, right):
            yield "delta", number(1)
            yield "delta", number(0)
            for place, other in _other_indices(spot, (left, right), context):
                yield "index", Delta(left, other) if place else Delta(other, right)
        case Entry(base, indices):
            for place, other in _other_indices(spot, indices, context):
                yield "index", Entry(base, (*indices[:place], other, *indices[place + 1 :]))
        case Fold(kind, body, index, low, high):
            yield "off by one", Fold(kind, body, index, Add((low, number(1))), high)
            yield "off by one", Fold(kind, body, index, low, Add((high, number(-1))))
            for name in indices_like(spot.node, context):
                yield "dropped sum", renamed(body, {index: Name(name)})
            yield "dropped sum", renamed(body, {index: low})
        case Cases(branches):
            yield from _cases(branches)
        case Relation(op, left, right):
            for sign in _RELATIONS.get(op, ()):
                yield "relation", Relation(sign, left, right)
        case Transpose(body) | Inverse(body) | Derivative(body, _):
            yield "dropped operation", body
        case Name(name):
            yield from (("other letter", Name(n)) for n in _alike(name, context))


def _other_indices(
    spot: Spot, places: tuple[Node, ...], context: Context
) -> Iterator[tuple[int, Node]]:
    """Other indices in scope, for each place that an index stands in."""
    scope = [fold.index for fold in spot.bound]
    scope += [name for name, declared in context.names.items() if declared.kind == "index"]
    for place, node in enumerate(places):
        if isinstance(node, Name):
            yield from ((place, Name(other)) for other in scope if other != node.name)


def _cases(branches: tuple[tuple[Node, Node], ...]) -> Iterator[Change]:
    values = [value for value, _ in branches]
    for k in range(len(branches) - 1):
        swapped = [*values[:k], values[k + 1], values[k], *values[k + 2 :]]
        conditions = (condition for _, condition in branches)
        yield "swapped cases", Cases(tuple(zip(swapped, conditions, strict=True)))
    for value in values:
        yield "one case only", value


def _alike(name: str, context: Context) -> list[str]:
    """Other letters that are declared as this one is."""
    declared = context.get(name)
    if declared is None or declared.kind == "index":
        return []
    return [n for n, d in context.names.items() if n != name and d == declared]
