"""Conditions on one real number, decided completely by cutting the line into cells.

Where both conditions are made of comparisons of rational functions of one number ``x``
(with ``abs``, ``max``, ``min`` taken apart first), all their polynomials are factored over
the rationals. Between neighbouring roots of the factors no sign changes, so one number
from each such cell, and the roots themselves, show everything there is to see. At a root
exactly the factors it belongs to are 0: distinct irreducible factors share no root. Signs
of the others are read from balls, narrowed until they leave 0 out.

So both outcomes are proved. This is cylindrical decomposition in one dimension
(G. E. Collins, 1975). Borders such as ``x < sqrt(2)`` are taken as they are; whether one
of them is the root of a factor is asked of ``same``, which decides formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key

import flint
from flint import arb, fmpq, fmpq_poly, fmpz_poly

from mathgrade.equality.balls import UNDEFINED, evaluate, finite
from mathgrade.equality.case import Case
from mathgrade.equality.comparing import value_text
from mathgrade.equality.ground import Grounder, IllFormedError
from mathgrade.equality.program import Program, TooBigError
from mathgrade.equality.signs import NotOnALineError, SignReader, truth
from mathgrade.expression import Context, Domain, Node
from mathgrade.expression.nodes import Add, Mul, Number

__all__ = ["Place", "differing_place"]

_BITS = (128, 1024, 8192)
_READABLE = [
    Fraction(n)
    for n in (
        "0",
        "1",
        "-1",
        "2",
        "-2",
        "3",
        "-3",
        "1/2",
        "-1/2",
        "4",
        "-4",
        "5",
        "-5",
        "10",
        "-10",
    )
]


@dataclass(frozen=True, slots=True)
class Place:
    """A number at which one condition holds and the other does not.

    Attributes:
        value: the number as text, decimal where it is irrational.
        exact: whether the text is the number itself.
        left: whether the left condition holds there.
    """

    value: str
    exact: bool
    left: bool


def differing_place(
    left: Node, right: Node, name: str, domain: Domain, same: Callable[[Node, Node], bool]
) -> Place | None:
    """A number of the domain at which only one of two conditions holds; None: there is none.

    Where something in a comparison is undefined, the comparison does not hold.

    Args:
        same: whether two constant formulas are equal, for borders such as ``sqrt(2)``.

    Raises:
        NotOnALineError: this cannot be decided here.

    >>> from mathgrade.expression import read_any
    >>> ask = lambda a, b: differing_place(
    ...     read_any(a)[0], read_any(b)[0], "x", Domain(), lambda _a, _b: False
    ... )
    >>> ask("x**2 > 4", "x < -2 or x > 2") is None
    True
    >>> ask("x**2 > 4", "x > 2").value
    '-3'
    """
    reader = SignReader(name)
    first, second = (reader.condition(side) for side in (left, right))
    for end in (domain.low, domain.high, Fraction(0) if domain.nonzero else None):
        if end is not None:
            reader.factor(fmpq_poly([fmpq(-end.numerator, end.denominator), 1]))
    cells = _Cells(reader.factors, reader.borders, same)
    found: list[tuple[tuple[int, int], Place]] = []
    for cell in cells.all():
        if not cell.inside(domain):
            continue
        a, b = truth(first, cell.signs), truth(second, cell.signs)
        if a is not b:
            found.append((cell.rank(), Place(cell.text(), cell.exact is not None, a)))
    return min(found, key=lambda f: f[0])[1] if found else None


@dataclass(frozen=True, slots=True)
class _Cell:
    """One number, or all numbers between two neighbours, with the sign of each factor."""

    exact: Fraction | None
    ball: arb | None
    signs: Mapping[int, int]

    def inside(self, domain: Domain) -> bool:
        if self.exact is not None:
            return domain.holds(self.exact)
        assert self.ball is not None
        low = domain.low is None or bool(self.ball > _ball(domain.low))
        high = domain.high is None or bool(self.ball < _ball(domain.high))
        return low and high

    def rank(self) -> tuple[int, int]:
        """How hard it is to read; the most readable place is shown."""
        if self.exact is None:
            return (2, 0)
        if self.exact in _READABLE:
            return (0, _READABLE.index(self.exact))
        return (1, abs(self.exact.numerator) + self.exact.denominator)

    def text(self) -> str:
        return str(self.exact) if self.exact is not None else value_text(self.ball)


class _Cells:
    """The cells that the real roots of the factors, and the borders, cut the line into."""

    def __init__(
        self, factors: list[fmpz_poly], borders: list[Node], same: Callable[[Node, Node], bool]
    ) -> None:
        self.factors = factors
        self.borders = borders
        self.same = same

    def all(self) -> Iterable[_Cell]:
        for bits in _BITS:
            with flint.ctx.workprec(bits):
                points = self.points(bits)
                if points is None:
                    continue
                cells = self.cells(points)
                if cells is not None:
                    return cells
        raise NotOnALineError

    def points(self, bits: int) -> list[tuple[arb, frozenset[int]]] | None:
        """Each root with the factors that vanish there, in order; None: more bits needed."""
        found: list[tuple[arb, frozenset[int]]] = []
        for place, poly in enumerate(self.factors):
            found += [(root, frozenset({place})) for root in _real_roots(poly)]
        for number, node in enumerate(self.borders):
            ball = _constant(node, bits)
            if ball is None:
                raise NotOnALineError
            near = [k for k, (root, _) in enumerate(found) if root.overlaps(ball)]
            place = -1 - number
            if len(near) > 1:
                return None
            if near and self.meets(found[near[0]][1], node):
                root, zero = found[near[0]]
                found[near[0]] = (root, zero | {place})
            else:
                found.append((ball, frozenset({place})))
        for k, (root, _) in enumerate(found):
            if any(root.overlaps(other) for other, _ in found[k + 1 :]):
                return None
        return sorted(found, key=cmp_to_key(_order))

    def meets(self, zero: frozenset[int], node: Node) -> bool:
        """Whether a border is the root of the factors that vanish next to it."""
        place = next(iter(zero))
        if place < 0:
            return self.same(self.borders[-1 - place], node)
        value: Node = Number(Fraction(0))
        for c in reversed(self.factors[place].coeffs()):
            value = Add((Mul((value, node)), Number(Fraction(int(c)))))
        return self.same(Number(Fraction(0)), value)

    def cells(self, points: list[tuple[arb, frozenset[int]]]) -> list[_Cell] | None:
        found: list[_Cell] = []
        edges: list[arb | None] = [None, *(p[0] for p in points), None]
        for k in range(len(edges) - 1):
            sample = _between(edges[k], edges[k + 1])
            found.append(_Cell(sample, None, self.signs(_ball(sample), frozenset())))
            if k < len(points):
                root, zero = points[k]
                linear = next((z for z in zero if z >= 0 and self.factors[z].degree() == 1), None)
                exact = None
                if linear is not None:
                    b, a = (int(c) for c in self.factors[linear].coeffs())
                    exact = Fraction(-b, a)
                found.append(_Cell(exact, root, self.signs(root, zero)))
        every = len(self.factors) + len(self.borders)
        return None if any(len(cell.signs) < every for cell in found) else found

    def signs(self, at: arb, zero: frozenset[int]) -> Mapping[int, int]:
        """The sign of each factor at a point, without those whose ball is too wide to tell."""
        values = {k: poly(at) for k, poly in enumerate(self.factors)}
        for k, node in enumerate(self.borders):
            values[-1 - k] = at - (_constant(node, flint.ctx.prec) or arb(0))
        known = {k: 0 if k in zero else _sign(v) for k, v in values.items()}
        return {k: sign for k, sign in known.items() if sign is not None}


def _order(a: tuple[arb, frozenset[int]], b: tuple[arb, frozenset[int]]) -> int:
    return -1 if a[0] < b[0] else 1


def _sign(value: arb) -> int | None:
    return 1 if value > 0 else -1 if value < 0 else None


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _real_roots(poly: fmpz_poly) -> list[arb]:
    if poly.degree() == 1:
        b, a = poly.coeffs()
        return [arb(fmpq(-b, a))]
    # FLINT isolates the roots and gives real ones an imaginary part that is exactly 0.
    return [root.real for root, _ in poly.complex_roots() if root.imag == 0]


def _constant(node: Node, bits: int) -> arb | None:
    """A constant formula as a ball."""
    program = Program()
    try:
        step = Grounder(program, Context(), Case({}, ())).ground(node)
    except (IllFormedError, TooBigError):
        return None
    if not isinstance(step, int):
        return None
    value = evaluate(program, program.reachable([step]), {}, bits, last=True)[step]
    return None if value is UNDEFINED or not finite(value) else arb(value)


def _fraction_of(ball: arb) -> Fraction:
    mantissa, exponent = ball.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _between(low: arb | None, high: arb | None) -> Fraction:
    """The most readable number between two that are apart."""
    for number in _READABLE:
        at = _ball(number)
        if (low is None or low < at) and (high is None or high > at):
            return number
    if low is None or high is None:
        end = _fraction_of(low if low is not None else high)
        return Fraction(end.__floor__() + 2 if low is not None else end.__ceil__() - 2)
    a = _fraction_of(low) + _fraction_of(low.rad())
    b = _fraction_of(high) - _fraction_of(high.rad())
    return _simplest(a, b)


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the smallest denominator strictly between two others."""
    if low < 0 < high:
        return Fraction(0)
    if high <= 0:
        return -_simplest(-high, -low)
    whole = low.__floor__()
    if whole + 1 < high:
        return Fraction(whole + 1)
    if low == whole:  # between n and at most n + 1: n + 1/k
        return whole + Fraction(1, (1 / (high - whole)).__floor__() + 1)
    rest = high - whole
    return whole + 1 / _simplest(1 / rest, 1 / (low - whole))
