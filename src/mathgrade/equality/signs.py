"""Conditions on one number as tests on the signs of irreducible polynomials.

``(x**2 - 4)/x > 0`` is ``sign(x - 2) sign(x + 2) sign(x) > 0`` with ``x`` not 0. Read in
this way, a condition is settled by the signs of a few factors, and no sign changes except
at a root of its factor. :mod:`mathgrade.equality.line` goes through them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import fmpq, fmpq_poly, fmpz_poly

from mathgrade.expression import Node
from mathgrade.expression.nodes import (
    Add,
    Call,
    Derivative,
    Div,
    Fold,
    Logic,
    Mul,
    Name,
    Neg,
    Number,
    Power,
    Relation,
    Subst,
    Truth,
    children,
    free_names,
)

__all__ = ["Condition", "NotOnALineError", "SignReader", "SignTest", "put", "truth"]

MAX_DEGREE = 60
MAX_RELATIONS = 64


class NotOnALineError(Exception):
    """The conditions are not made of rational functions of one number."""


class _NowhereError(Exception):
    """Something is divided by 0, so it has no value at all."""


@dataclass(frozen=True, slots=True)
class SignTest:
    """``numerator/denominator op 0`` as products of factors, by their places in a list."""

    op: str
    sign: int
    factors: tuple[int, ...]
    poles: tuple[int, ...]


Condition = SignTest | tuple[str, tuple["Condition", ...]] | bool


class SignReader:
    """Turns conditions into tests on the signs of a common list of factors."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.factors: list[fmpz_poly] = []
        self.borders: list[Node] = []  # irrational constants c, for factors x - c
        self.relations = 0
        self.poles: list[int] = []

    def condition(self, node: Node) -> Condition:
        match node:
            case Truth(value):
                return value
            case Logic("not", (arg,)):
                return ("not", (self.condition(arg),))
            case Logic(op, args):
                return (op, tuple(self.condition(a) for a in args))
            case Relation():
                self.relations += 1
                if self.relations > MAX_RELATIONS:
                    raise NotOnALineError
                parts = _apart(node)
                return self.condition(parts) if parts is not None else self.test(node)
        raise NotOnALineError

    def test(self, node: Relation) -> Condition:
        try:
            border = self.border(node)
            if border is not None:
                return border
            self.poles = []
            top, bottom = self.fraction(Add((node.left, Neg(node.right))))
        except _NowhereError:
            return False
        sign, factors = self.split(top * bottom)
        return SignTest(node.op, sign, factors, tuple(self.poles))

    def border(self, node: Relation) -> SignTest | None:
        """``a*x + b op c`` with an irrational constant c, on either side."""
        for line, constant, turn in ((node.left, node.right, 1), (node.right, node.left, -1)):
            if free_names(constant) or self.name not in free_names(line):
                continue
            try:
                self.fraction(constant)
                return None  # rational: a polynomial like any other
            except NotOnALineError:
                self.poles = []
            top, bottom = self.fraction(line)
            if bottom.degree() != 0 or top.degree() != 1 or self.poles:
                raise NotOnALineError
            b, a = (Fraction(int(c.p), int(c.q)) for c in (top / bottom[0]).coeffs())
            root = Div(Add((constant, Number(-b))), Number(a)) if a != 1 or b != 0 else constant
            if root not in self.borders:
                self.borders.append(root)
            place = -1 - self.borders.index(root)
            return SignTest(node.op, turn * (1 if a > 0 else -1), (place,), ())
        return None

    def fraction(self, node: Node) -> tuple[fmpq_poly, fmpq_poly]:
        """Numerator and denominator; what was divided by is kept in ``poles``."""
        one = fmpq_poly([1])
        match node:
            case Number(value):
                return fmpq_poly([fmpq(value.numerator, value.denominator)]), one
            case Name(name) if name == self.name:
                return fmpq_poly([0, 1]), one
            case Neg(term):
                top, bottom = self.fraction(term)
                return -top, bottom
            case Add(terms):
                top, bottom = fmpq_poly([0]), one
                for term in terms:
                    other, below = self.fraction(term)
                    top, bottom = _bounded(top * below + other * bottom), bottom * below
                return top, _bounded(bottom)
            case Mul(factors):
                top, bottom = one, one
                for factor in factors:
                    other, below = self.fraction(factor)
                    top, bottom = _bounded(top * other), _bounded(bottom * below)
                return top, bottom
            case Div(over, under):
                top, bottom = self.fraction(over)
                other, below = self.fraction(under)
                self.pole(other)
                return _bounded(top * below), _bounded(bottom * other)
            case Power(base, Number(exponent)) if exponent.denominator == 1 and exponent != 0:
                top, bottom = self.fraction(base)
                times = abs(int(exponent))
                if times * max(top.degree(), bottom.degree(), 1) > MAX_DEGREE:
                    raise NotOnALineError
                if exponent < 0:
                    self.pole(top)
                    top, bottom = bottom, top
                return top**times, bottom**times
        raise NotOnALineError

    def pole(self, poly: fmpq_poly) -> None:
        if poly.is_zero():
            raise _NowhereError
        self.poles += self.split(poly)[1]

    def split(self, poly: fmpq_poly) -> tuple[int, tuple[int, ...]]:
        """Sign of the constant, and the irreducible factors with odd powers once, even twice."""
        if poly.is_zero():
            return 0, ()
        constant, parts = poly.numer().factor()
        places: list[int] = []
        for part, times in parts:
            places += [self.factor(fmpq_poly(part))] * (2 - times % 2)
        return (1 if constant > 0 else -1), tuple(places)

    def factor(self, poly: fmpq_poly) -> int:
        whole = poly.numer()
        if whole not in self.factors:
            self.factors.append(whole)
        return self.factors.index(whole)


def _bounded(poly: fmpq_poly) -> fmpq_poly:
    if poly.degree() > MAX_DEGREE:
        raise NotOnALineError
    return poly


def _apart(node: Relation) -> Node | None:
    """A comparison that holds ``abs``, ``max`` or ``min``, told by cases without it."""
    found = _first_call(node)
    if found is None:
        return None
    zero = Number(Fraction(0))
    if found.function == "abs":
        (inside,) = found.args
        options = [
            (Relation(">=", inside, zero), inside),
            (Relation("<", inside, zero), Neg(inside)),
        ]
    else:
        first, *rest = found.args
        if not rest:
            return _replaced(node, found, first)
        second = rest[0] if len(rest) == 1 else Call(found.function, tuple(rest))
        op, other = (">=", "<") if found.function == "max" else ("<=", ">")
        options = [
            (Relation(op, first, second), first),
            (Relation(other, first, second), second),
        ]
    return Logic(
        "or",
        tuple(Logic("and", (when, _replaced(node, found, value))) for when, value in options),
    )


def _first_call(node: Node) -> Call | None:
    if isinstance(node, Call) and node.function in ("abs", "max", "min"):
        return node
    return next((c for c in map(_first_call, children(node)) if c is not None), None)


def _replaced(node: Node, old: Node, new: Node) -> Node:
    """The tree with every piece that equals ``old`` replaced."""
    if node == old:
        return new

    def inside(value: object) -> object:
        if isinstance(value, Node):
            return _replaced(value, old, new)
        return tuple(map(inside, value)) if isinstance(value, tuple) else value

    names: tuple[str, ...] = type(node).__match_args__
    return replace(node, **{name: inside(getattr(node, name)) for name in names})


def put(node: Node, name: str, value: Node) -> Node:
    """The value put for a name, in the tree itself unless the name is bound somewhere in it."""
    return Subst(node, name, value) if _binds(node) else _replaced(node, Name(name), value)


def _binds(node: Node) -> bool:
    return isinstance(node, Subst | Fold | Derivative) or any(map(_binds, children(node)))


def truth(condition: Condition, signs: Mapping[int, int]) -> bool:
    if isinstance(condition, bool):
        return condition
    if isinstance(condition, SignTest):
        if any(signs[p] == 0 for p in condition.poles):
            return False
        sign = condition.sign
        for place in condition.factors:
            sign *= signs[place]
        return _HOLDS[condition.op](sign)
    op, parts = condition
    if op == "not":
        return not truth(parts[0], signs)
    every = [truth(part, signs) for part in parts]
    return all(every) if op == "and" else any(every)


_HOLDS: dict[str, Callable[[int], bool]] = {
    "==": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}
