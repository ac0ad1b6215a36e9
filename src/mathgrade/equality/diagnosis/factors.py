"""Constant factors, factors and terms that are missing or too many, reciprocals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from flint import arb

from mathgrade.equality.balls import UNDEFINED, finite
from mathgrade.equality.diagnosis.edit import FORMULA, MATRIX, Candidate, Edit, Task
from mathgrade.equality.diagnosis.trees import Spot, number, product, spots, sum_of, without
from mathgrade.expression import shape_of
from mathgrade.expression.nodes import (
    Add,
    Call,
    Cases,
    Constant,
    Div,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Power,
    free_names,
)

__all__ = ["COEFFICIENTS", "DIFFERENCE", "FACTORS", "PARTS", "RECIPROCALS", "simple"]

# Constants that a ratio may be a simple multiple of.
_CONSTANTS: tuple[tuple[Node, float], ...] = (
    (number(1), 1.0),
    (Call("sqrt", (number(2),)), 2**0.5),
    (Call("sqrt", (number(3),)), 3**0.5),
    (Constant("pi"), float(arb.pi())),
    (Constant("E"), float(arb(1).exp())),
    (Call("log", (number(2),)), float(arb(2).log())),
    (Call("log", (number(10),)), float(arb(10).log())),
)
_NEAR = 1e-6
_MULTIPLES = {
    Fraction(2): "twice",
    Fraction(3): "three times",
    Fraction(4): "four times",
    Fraction(1, 2): "half",
    Fraction(1, 3): "a third of",
    Fraction(1, 4): "a quarter of",
    Fraction(-2): "minus twice",
    Fraction(-1, 2): "minus half",
}


def simple(value: float) -> Node | None:
    """A constant that is written in one line and near a value; whether it is the one is decided.

    >>> simple(0.5), simple(0.123456)
    (Number(value=Fraction(1, 2)), None)
    """
    if not abs(value) < 1e6:  # too large for any of them, infinite, or no number
        return None
    for constant, size in _CONSTANTS:
        quotient = value / size
        near = Fraction(quotient).limit_denominator(60)
        if near and abs(near) <= 100 and abs(quotient - near) <= _NEAR * abs(quotient):
            if size == 1.0:
                return Number(near)
            return constant if near == 1 else Mul((Number(near), constant))
    return None


def _pairs(task: Task, look: int) -> list[tuple[float, float]]:
    """Values of the reference and the response, entry by entry, where both are known."""
    expected, received = task.probe.values([task.reference, task.response], look)
    if not expected or not received:
        return []
    found = []
    for row, other in zip(expected, received, strict=False):
        for a, b in zip(row, other, strict=False):
            if a is not UNDEFINED and b is not UNDEFINED and finite(a) and finite(b):
                found.append((_float(a), _float(b)))
    return found


def _float(value: Any) -> float:
    return float(arb(value).mid())


def _constant(values: list[float], scale: float = 1.0) -> float | None:
    """The one number that all values are, if they are."""
    if not values or not max(values) - min(values) <= _NEAR * max(abs(values[0]), scale):
        return None  # also where one of them is no number
    return values[0]


def _ratio(task: Task) -> Iterator[Candidate]:
    pairs = [p for look in range(len(task.probe.looks)) for p in _pairs(task, look)]
    value = _constant([b / a for a, b in pairs if a], 0.0)
    factor = simple(value) if value and len(pairs) > 1 else None
    if factor is None or factor in (number(1), number(-1)):
        return
    how = "a constant times"
    if isinstance(factor, Number) and free_names(task.reference):
        how = _MULTIPLES.get(factor.value, how)
    yield Candidate(Mul((factor, task.reference)), words={"how": how})


def _size(task: Task) -> Iterator[Candidate]:
    used = free_names(task.reference) | free_names(task.response)
    sizes = {n for n in used if n in task.context and task.context[n].kind == "size"}
    for name in used:
        if name in task.context:
            shape = (*task.context[name].shape, task.context[name].high)
            sizes |= {s for s in shape if isinstance(s, str)}
    for size in sorted(sizes):
        yield Candidate(Mul((Name(size), task.reference)), words={"size": size})
        yield Candidate(Div(task.reference, Name(size)), words={"size": size})


def _difference(task: Task) -> Iterator[Candidate]:
    if not free_names(task.reference) or shape_of(task.reference, task.context):
        return
    pairs = [p for look in range(len(task.probe.looks)) for p in _pairs(task, look)]
    value = _constant([b - a for a, b in pairs])
    constant = simple(value) if value and len(pairs) > 2 else None
    if constant is not None:
        yield Candidate(Add((task.reference, constant)))


def _reciprocal(task: Task) -> Iterator[Candidate]:
    # What is 0 in one of its cases has no reciprocal there, and anything agrees with nothing.
    scalar = shape_of(task.reference, task.context) in ((), (1, 1))
    if scalar and not isinstance(task.reference, Cases):
        yield Candidate(Div(number(1), task.reference))


def _turned(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        words = {"where": spot.where}
        match spot.node:
            case Div(top, bottom):
                yield Candidate(spot.put(Div(bottom, top)), words=words)
                yield Candidate(spot.put(Mul((top, bottom))), words=words)
            case Mul(factors):
                for k, factor in enumerate(factors):
                    if not isinstance(factor, Number):
                        rest = product(without(factors, k))
                        yield Candidate(spot.put(Div(rest, factor)), words=words)


def _fewer(spot: Spot) -> Iterator[tuple[str, Node]]:
    """The piece with one part left out, and what kind of part."""
    match spot.node:
        case Add(terms):
            for k in reversed(range(len(terms))):
                yield "term", sum_of(without(terms, k))
        case Mul(factors):
            for k in reversed(range(len(factors))):
                yield "factor", product(without(factors, k))
        case Div(top, bottom):
            yield "denominator", top
            if not isinstance(top, Number):
                yield "factor", Div(number(1), bottom)
        case Neg(Mul(factors)) if spot.where == "":
            for k in reversed(range(len(factors))):
                yield "factor", Neg(product(without(factors, k)))
        case Power(base, _):
            yield "power", base


def _missing(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        for what, rest in _fewer(spot):
            yield Candidate(spot.put(rest), words={"what": what, "where": spot.where})


def _extra(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.response):
        for what, rest in _fewer(spot):
            words = {"what": what, "where": spot.where}
            yield Candidate(task.reference, spot.put(rest), words=words)


def _shift(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        match spot.node:
            case Call(name, (Add(terms),)):
                for k in reversed(range(len(terms))):
                    inner = Call(name, (sum_of(without(terms, k)),))
                    yield Candidate(spot.put(inner), words={"function": name})


def _coefficient(task: Task) -> Iterator[Candidate]:
    """One number of the reference, replaced by the one the response must have for it.

    A number stands linearly nearly everywhere; so the one that fits is read off a step to
    the next number, and has to come out the same at every look.
    """
    if not free_names(task.reference):
        return
    plain = [s for s in spots(task.reference) if isinstance(s.node, Number) and not s.index]
    for spot in plain[:_MOST_NUMBERS]:
        assert isinstance(spot.node, Number)
        value, fits = spot.node.value, []
        stepped = spot.put(Number(value + 1))
        for look in range(len(task.probe.looks)):
            at, after = _pairs(task, look), _pairs(replace(task, reference=stepped), look)
            if len(at) != len(after):
                break
            for (now, due), (then, _) in zip(at, after, strict=True):
                if abs(then - now) > _NEAR:
                    fits.append(float(value) + (due - now) / (then - now))
                elif abs(due - now) > _NEAR:
                    fits.append(float("nan"))
        found = _constant(fits)
        other = simple(found) if found and len(fits) > 1 else None
        if other is not None:
            yield Candidate(spot.put(other), words={"where": spot.where})


_MOST_NUMBERS = 8

FACTORS = (
    Edit(
        "constant factor",
        "edit.factor",
        "Your answer is {how} the right one; look for a constant factor.",
        _ratio,
        frozenset((FORMULA, MATRIX)),
    ),
    Edit(
        "factor of a size",
        "edit.factor-size",
        "Your answer is right but for the number of terms {size}: it is a factor too many, or one "
        "is missing.",
        _size,
    ),
)

RECIPROCALS = (
    Edit(
        "reciprocal",
        "edit.reciprocal",
        "This is the reciprocal of the right answer: numerator and denominator have changed "
        "places.",
        _reciprocal,
    ),
    Edit(
        "reciprocal of a piece",
        "edit.reciprocal",
        "A numerator and a denominator have changed places, or a factor stands in the wrong one "
        "of them{where}.",
        _turned,
    ),
)

PARTS = (
    Edit("shift", "edit.shift", "A term is missing inside {function}.", _shift),
    Edit(
        "missing part",
        "edit.missing",
        "A {what} is missing{where}; all else is right.",
        _missing,
    ),
    Edit(
        "extra part",
        "edit.extra",
        "There is a {what} too many{where}; all else is right.",
        _extra,
    ),
)

COEFFICIENTS = (
    Edit(
        "one number",
        "edit.number",
        "One number is not the right one{where}; all else is right.",
        _coefficient,
    ),
)

DIFFERENCE = (
    Edit(
        "constant difference",
        "edit.difference",
        "Your answer differs from the right one by a constant only.",
        _difference,
    ),
)
