"""Proves two relations the same: one difference of sides is the other times a harmless factor.

``x/y = 2`` and ``2*x = 4*y`` have the differences ``x/y - 2`` and ``2*x - 4*y``; the second is
the first times ``2*y``. The constant is seen from one point, the rest from how the sides are
made: what they divide by and what they are products of. Then equality of the formulas is
decided both ways, and each factor must be nowhere 0 (for an order: positive), or neither
relation may hold where it is 0.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from mathgrade.equality.case import Case, cases
from mathgrade.equality.decision import Decision, strength
from mathgrade.equality.floats import as_float, float_values, plainly_apart
from mathgrade.equality.ground import Grounder, IllFormedError
from mathgrade.equality.points import points
from mathgrade.equality.program import Fact, Program, TooBigError
from mathgrade.equality.signs import put
from mathgrade.errors import ItemError
from mathgrade.expression import Context, Node
from mathgrade.expression.nodes import (
    Add,
    Call,
    Div,
    Mul,
    Name,
    Neg,
    Number,
    Power,
    Relation,
    Truth,
    free_names,
)

__all__ = ["MIRROR", "Proportion", "difference", "mirrored"]

MAX_FACTORS = 3
_TRIED = 6
ORDERS = ("<", "<=", ">", ">=")
MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ZERO, _ONE = Number(Fraction(0)), Number(Fraction(1))
_POSITIVE = Fact.NONNEGATIVE | Fact.NONZERO


@dataclass(frozen=True, slots=True)
class Proportion:
    """Looks for a proof that two relations hold at the same points.

    Attributes:
        same: decides whether two formulas are equal.
        on_a_line: decides conditions on one number; None where it cannot.
        context: the declared names.
        defined: names that stand for something else, so are not free to vary.
    """

    same: Callable[[Node, Node], Decision]
    on_a_line: Callable[[Node, Node], Decision | None]
    context: Context
    defined: frozenset[str]

    def proof(self, left: Relation, right: Relation) -> str:
        ordered = left.op in ORDERS
        if ordered:
            # Both as  difference > 0  or  difference >= 0.
            left, right = (r if r.op[0] == ">" else mirrored(r) for r in (left, right))
        if left.op != right.op:
            return ""
        ours, theirs = difference(left), difference(right)
        for factor, exceptions in _factors(ours, theirs):
            scaled = _times(ours, factor)
            for constant in self._constants(scaled, theirs):
                if ordered and constant[1] <= 0:
                    continue
                proofs = [
                    self._equal(_times(scaled, constant[0]), theirs),
                    self._equal(_over(theirs, _product((constant[0], factor))), ours),
                ]
                proofs += [
                    self._exception(f, pole if left.op == "==" else "", ours, theirs, ordered)
                    for f, pole in exceptions
                ]
                if all(proofs):
                    return min(proofs, key=strength)
        return ""

    def _equal(self, left: Node, right: Node) -> str:
        if self._seen_apart(left, right):
            return ""
        try:
            decision = self.same(left, right)
        except ItemError:  # the response stands on the left, and means nothing there
            return ""
        return decision.proof if decision.equal else ""

    def _seen_apart(self, left: Node, right: Node) -> bool:
        """Whether two formulas in real numbers plainly differ: most factors that are tried do."""
        names = free_names(left) | free_names(right)
        for name in names:
            declared = self.context.get(name)
            if declared is None or declared.kind != "real" or name in self.defined:
                return False
        program = Program()
        grounder = Grounder(program, self.context, Case({}, ()))
        try:
            sides = [grounder.ground(side) for side in (left, right)]
        except (IllFormedError, TooBigError):
            return False
        steps = [side for side in sides if isinstance(side, int)]
        if len(steps) < len(sides):
            return False
        drawn = list(points(program.atoms, random.Random(0), _TRIED))
        columns = {k: [as_float(point[k]) for point in drawn] for k in program.atoms}
        values = float_values(program, program.reachable(steps), columns, len(drawn))
        return plainly_apart(*(values[step] for step in steps))

    def _exception(self, factor: Node, pole: str, ours: Node, theirs: Node, ordered: bool) -> str:
        """Why a factor does no harm: it is nowhere 0, or neither side holds where it is."""
        facts = self._facts(factor)
        if facts & Fact.NONZERO and (not ordered or facts & Fact.NONNEGATIVE):
            return self._seen(factor)
        if ordered:
            return self._always(Relation(">", factor, _ZERO))
        if pole and isinstance(factor, Name):
            # One side divides by it, so is undefined where it is 0; the other must not be 0.
            other = theirs if pole == "left" else ours
            return self._always(Relation("!=", put(other, factor.name, _ZERO), _ZERO))
        return self._always(Relation("!=", factor, _ZERO))

    def _always(self, condition: Relation) -> str:
        found = self.on_a_line(condition, Truth(True))
        if found is not None:
            return found.proof if found.equal else ""
        wanted = _POSITIVE if condition.op == ">" else Fact.NONZERO
        known = self._facts(condition.left) & wanted == wanted
        return self._seen(condition.left) if known else ""

    def _seen(self, node: Node) -> str:
        """What a fact is worth: it was looked at for sizes 1 to 4 only."""
        declared = [self.context.get(name) for name in free_names(node)]
        ends = [e for d in declared if d is not None for e in (*d.shape, d.low, d.high)]
        sized = any(d is not None and d.kind == "size" for d in declared)
        return "sizes 1 to 4" if sized or any(isinstance(e, str) for e in ends) else "exact"

    def always(self, relation: Relation) -> str:
        """How we know that a relation holds at every point, from how its sides are made; or ""."""
        if relation.op in ("<", "<="):
            relation = mirrored(relation)
        wanted = {">": _POSITIVE, ">=": Fact.NONNEGATIVE, "!=": Fact.NONZERO}.get(relation.op)
        known = self._facts(difference(relation))
        if wanted is None or known & (wanted | Fact.TOTAL) != wanted | Fact.TOTAL:
            return ""
        return self._seen(difference(relation))

    def _facts(self, node: Node) -> int:
        """What is certain of a formula in every case."""
        facts = int(Fact.TOTAL | _POSITIVE)
        used = free_names(node)
        for name in list(used):
            declared = self.context.get(name)
            ends = () if declared is None else (*declared.shape, declared.low, declared.high)
            used |= {s for s in ends if isinstance(s, str)}
        if used & self.defined:
            return 0
        every, complete = cases(self.context, used, random.Random(0))
        if not complete:
            return 0
        for case in every:
            program = Program()
            try:
                step = Grounder(program, self.context, case).ground(node)
            except (IllFormedError, TooBigError):
                return 0
            facts &= program.facts[step] if isinstance(step, int) else 0
        return facts

    def _constants(self, ours: Node, theirs: Node) -> Iterator[tuple[Node, int]]:
        """What ``theirs`` may be times ``ours``, with its sign: 1, or seen from one point."""
        yield _ONE, 1
        try:
            witness = self.same(ours, theirs).witness
        except ItemError:
            return
        if witness is None:
            return
        received, expected = _number(witness.received), _number(witness.expected)
        if not received or not expected:
            return
        ratio = received / expected
        sign = 1 if ratio > 0 else -1
        near = ratio.limit_denominator(1000)
        if abs(near - ratio) <= abs(ratio) / 10**4 and near:
            yield Number(near), sign
        square = (ratio * ratio).limit_denominator(1000)
        root = Fraction(isqrt(square.numerator), isqrt(square.denominator) or 1)
        if root * root != square and abs(square - ratio * ratio) <= square / 10**4:
            yield Mul((Number(Fraction(sign)), Call("sqrt", (Number(square),)))), sign
        point = _point(witness.at, self.context)
        if point is not None:
            there = [ours, theirs]
            for name, value in point.items():
                there = [put(side, name, value) for side in there]
            yield Div(there[1], there[0]), sign


def mirrored(relation: Relation) -> Relation:
    return Relation(MIRROR[relation.op], relation.right, relation.left)


def difference(relation: Relation) -> Node:
    if relation.right == _ZERO:
        return relation.left
    if relation.left == _ZERO:
        return Neg(relation.right)
    return Add((relation.left, Neg(relation.right)))


def _product(factors: tuple[Node, ...]) -> Node:
    kept = tuple(f for f in factors if f != _ONE)
    if not kept:
        return _ONE
    return kept[0] if len(kept) == 1 else Mul(kept)


def _times(node: Node, factor: Node) -> Node:
    return node if factor == _ONE else Mul((factor, node))


def _over(node: Node, factor: Node) -> Node:
    return node if factor == _ONE else Div(node, factor)


def _number(text: str) -> Fraction | None:
    """A value of a witness, unless it is undefined or far too large: 1e4342944819."""
    if not re.fullmatch(r"-?\d{1,60}(/\d{1,60}|(\.\d{1,60})?(e[+-]?\d{1,3})?)", text):
        return None
    return Fraction(text)


def _point(at: Mapping[str, str], context: Context) -> dict[str, Node] | None:
    """The point of a witness, if all of it are real numbers."""
    point: dict[str, Node] = {}
    for name, value in at.items():
        declared = context.get(name)
        if declared is None or declared.kind != "real":
            return None
        number = _number(value)
        if number is None:
            return None
        point[name] = Number(number)
    return point


Exceptions = tuple[tuple[Node, str], ...]
"""Factors, each with the side that divides by it ("left", "right"), or "" for neither."""


def _factors(ours: Node, theirs: Node) -> Iterator[tuple[Node, Exceptions]]:
    """By what ``ours`` may have been multiplied to give ``theirs``, simplest first."""
    candidates: list[tuple[Node, int, str]] = []
    candidates += [(f, 1, "left") for f in _divisors(ours)]
    candidates += [(f, -1, "right") for f in _divisors(theirs)]
    candidates += [(f, -1, "") for f in _multipliers(ours)]
    candidates += [(f, 1, "") for f in _multipliers(theirs)]
    candidates = list(dict.fromkeys(candidates))[: 2 * MAX_FACTORS]
    for count in range(min(len(candidates), MAX_FACTORS) + 1):
        for chosen in itertools.combinations(candidates, count):
            top = _product(tuple(f for f, power, _ in chosen if power > 0))
            bottom = _product(tuple(f for f, power, _ in chosen if power < 0))
            factor = top if bottom == _ONE else Div(top, bottom)
            yield factor, tuple((_base(f), pole) for f, _, pole in chosen)


def _base(node: Node) -> Node:
    """What has to be 0 for a power to be 0."""
    return node.base if isinstance(node, Power) else node


def _divisors(node: Node) -> list[Node]:
    """What the terms of a sum are divided by."""
    match node:
        case Add(parts) | Mul(parts):
            return [d for part in parts for d in _divisors(part)]
        case Neg(term):
            return _divisors(term)
        case Div(top, bottom):
            return _divisors(top) + _multipliers(bottom)
        case Power(base, Number(exponent)) if exponent < 0:
            return [base if exponent == -1 else Power(base, Number(-exponent))]
    return []


def _multipliers(node: Node) -> list[Node]:
    """The factors of a product that are no plain numbers."""
    match node:
        case Mul(factors):
            return [m for factor in factors for m in _multipliers(factor)]
        case Neg(term):
            return _multipliers(term)
        case Add(terms):
            first, *rest = map(_multipliers, terms)
            common = [m for m in first if all(m in other for other in rest)]
            return common or [node]
        case Div(top, _):
            return _multipliers(top)
        case Number():
            return []
    return [node]
