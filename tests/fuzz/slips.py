"""Edits of one side of a derivation that mean to make it false.

A slip is a name and a function from a formula to the formulas it may become; whether the
line is false then is for :mod:`tests.fuzz.values` to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mathgrade.equality.diagnosis.trees import (
    Spot,
    negated,
    number,
    product,
    renamed,
    spots,
    sum_of,
    without,
)
from mathgrade.expression import Context, Node
from mathgrade.expression.nodes import (
    Add,
    Call,
    Delta,
    Derivative,
    Div,
    Entry,
    Fold,
    Inverse,
    Mul,
    Name,
    Neg,
    Number,
    Power,
    Transpose,
)

__all__ = ["SLIPS", "TYPING_SLIPS", "Place", "places"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slip happens: a piece of a formula, and the names of the derivation."""

    spot: Spot
    context: Context

    @property
    def indices(self) -> list[str]:
        """The index names that may stand here."""
        declared = [n for n, d in self.context.names.items() if d.kind == "index"]
        return sorted({*declared, *(fold.index for fold in self.spot.bound)})


def _sign(place: Place) -> Iterator[Node]:
    if not place.spot.index:
        yield negated(place.spot.node)


def _term_dropped(place: Place) -> Iterator[Node]:
    if isinstance(node := place.spot.node, Add):
        yield from (sum_of(without(node.terms, k)) for k in range(len(node.terms)))


def _factor_dropped(place: Place) -> Iterator[Node]:
    if isinstance(node := place.spot.node, Mul):
        yield from (product(without(node.factors, k)) for k in range(len(node.factors)))


def _factors_swapped(place: Place) -> Iterator[Node]:
    if isinstance(node := place.spot.node, Mul):
        for k in range(len(node.factors) - 1):
            f = node.factors
            yield Mul((*f[:k], f[k + 1], f[k], *f[k + 2 :]))


def _factor_added(place: Place) -> Iterator[Node]:
    if not place.spot.index and not isinstance(place.spot.node, Number):
        yield Mul((number(2), place.spot.node))


def _term_added(place: Place) -> Iterator[Node]:
    if not place.spot.index:
        yield Add((place.spot.node, number(1)))


def _index(place: Place) -> Iterator[Node]:
    node = place.spot.node
    if isinstance(node, Name) and place.spot.index and node.name in place.indices:
        yield from (Name(name) for name in place.indices if name != node.name)


def _indices_exchanged(place: Place) -> Iterator[Node]:
    indices = place.indices
    for k, a in enumerate(indices):
        for b in indices[k + 1 :]:
            yield renamed(place.spot.node, {a: Name(b), b: Name(a)})


def _entry_fixed(place: Place) -> Iterator[Node]:
    if isinstance(node := place.spot.node, Entry) and len(node.indices) == 1:
        yield Entry(node.base, (number(1),))


def _delta_dropped(place: Place) -> Iterator[Node]:
    if isinstance(place.spot.node, Delta):
        yield number(1)


def _delta_turned(place: Place) -> Iterator[Node]:
    if isinstance(place.spot.node, Delta):
        yield Add((number(1), Neg(place.spot.node)))


def _exponent(place: Place) -> Iterator[Node]:
    match place.spot.node:
        case Power(base, Number(exponent)):
            yield Power(base, number(exponent + 1))
            yield Power(base, number(-exponent))


def _power_dropped(place: Place) -> Iterator[Node]:
    if isinstance(place.spot.node, Power):
        yield place.spot.node.base


def _squared(place: Place) -> Iterator[Node]:
    if not place.spot.index and isinstance(place.spot.node, Name | Entry | Call | Add):
        yield Power(place.spot.node, number(2))


def _function_dropped(place: Place) -> Iterator[Node]:
    match place.spot.node:
        case Call(_, (inner,)):
            yield inner


def _number(place: Place) -> Iterator[Node]:
    if isinstance(place.spot.node, Number):
        yield number(place.spot.node.value + 1)
        if place.spot.node.value > 1:
            yield number(place.spot.node.value - 1)


def _end_of_sum(place: Place) -> Iterator[Node]:
    match place.spot.node:
        case Fold(kind, body, index, low, high):
            yield Fold(kind, body, index, low, Add((high, number(-1))))
            yield Fold(kind, body, index, number(2), high)


def _sum_dropped(place: Place) -> Iterator[Node]:
    match place.spot.node:
        case Fold(_, body, index, _, _):
            for name in place.indices:
                yield renamed(body, {index: Name(name)})


def _sum_over_part(place: Place) -> Iterator[Node]:
    """A factor that is taken out of a sum with its index, or left outside of it."""
    match place.spot.node:
        case Mul(factors) if len(factors) > 1:
            for k, factor in enumerate(factors[1:], start=1):
                match factor:
                    case Fold(kind, body, index, low, high):
                        inner = product((*factors[:k], body))
                        rest = factors[k + 1 :]
                        power = product((inner, body))
                        yield product((Fold(kind, power, index, low, high), *rest))


def _quotient_turned(place: Place) -> Iterator[Node]:
    if isinstance(node := place.spot.node, Div):
        yield Div(node.bottom, node.top)


def _denominator_dropped(place: Place) -> Iterator[Node]:
    if isinstance(node := place.spot.node, Div):
        yield node.top


def _quotient_split(place: Place) -> Iterator[Node]:
    """Each term divided by the term below it."""
    match place.spot.node:
        case Div(top, Add(terms)):
            yield sum_of(tuple(Div(top, term) for term in terms))


def _power_spread(place: Place) -> Iterator[Node]:
    match place.spot.node:
        case Power(Add(terms), exponent):
            yield sum_of(tuple(Power(term, exponent) for term in terms))
        case Call("exp" | "log" | "sqrt" as function, (Add(terms),)):
            yield sum_of(tuple(Call(function, (term,)) for term in terms))


def _turned(place: Place) -> Iterator[Node]:
    match place.spot.node:
        case Transpose(body) | Inverse(body):
            yield body


def _derivative_dropped(place: Place) -> Iterator[Node]:
    if isinstance(place.spot.node, Derivative):
        yield place.spot.node.body


Slip = Callable[[Place], Iterator[Node]]

SLIPS: dict[str, Slip] = {
    "sign": _sign,
    "term dropped": _term_dropped,
    "factor dropped": _factor_dropped,
    "factors swapped": _factors_swapped,
    "factor 2": _factor_added,
    "plus 1": _term_added,
    "another index": _index,
    "indices exchanged": _indices_exchanged,
    "first entry": _entry_fixed,
    "delta dropped": _delta_dropped,
    "delta turned": _delta_turned,
    "exponent": _exponent,
    "power dropped": _power_dropped,
    "squared": _squared,
    "function dropped": _function_dropped,
    "number": _number,
    "end of a sum": _end_of_sum,
    "sum dropped": _sum_dropped,
    "body twice in a sum": _sum_over_part,
    "quotient turned": _quotient_turned,
    "denominator dropped": _denominator_dropped,
    "quotient split": _quotient_split,
    "power spread": _power_spread,
    "transpose or inverse dropped": _turned,
    "derivative dropped": _derivative_dropped,
}

_MINUS = re.compile(r"(?<=[\w)}]) ?([+−-]) ?")
_DIGIT = re.compile(r"(?<![\w\\])[1-9](?!\w)")
_SQUARE = re.compile(r"\^2(?!\d)|\^\{2\}|\^T|\^\{-1\}")
_DELTA = re.compile(r"\\delta_\{\w+\}")
_SUBSCRIPT = re.compile(r"(?<=_)[a-z](?![a-z])|(?<=_\{)[a-z](?=[a-z ]*\})|(?<=_\{[a-z])[a-z](?=\})")


def _typed_sign(text: str) -> Iterator[str]:
    for found in _MINUS.finditer(text):
        a, b = found.span(1)
        yield text[:a] + ("-" if found.group(1) == "+" else "+") + text[b:]


def _typed_digit(text: str) -> Iterator[str]:
    for found in _DIGIT.finditer(text):
        yield text[: found.start()] + str(int(found.group()) % 9 + 1) + text[found.end() :]


def _left_out(pattern: re.Pattern[str]) -> Callable[[str], Iterator[str]]:
    def slip(text: str) -> Iterator[str]:
        for found in pattern.finditer(text):
            yield text[: found.start()] + text[found.end() :]

    return slip


def _typed_subscript(text: str) -> Iterator[str]:
    letters = sorted({m.group() for m in _SUBSCRIPT.finditer(text)})
    for found in _SUBSCRIPT.finditer(text):
        for letter in letters:
            if letter != found.group():
                yield text[: found.start()] + letter + text[found.end() :]


TYPING_SLIPS: dict[str, Callable[[str], Iterator[str]]] = {
    "typed sign": _typed_sign,
    "typed digit": _typed_digit,
    "mark left out": _left_out(_SQUARE),
    "delta left out": _left_out(_DELTA),
    "typed subscript": _typed_subscript,
}


def places(root: Node, context: Context) -> list[Place]:
    """The pieces of a formula."""
    return [Place(spot, context) for spot in spots(root)]
