"""Decides whether two conditions hold at the same points: equations, inequalities, and, or.

Two equations are the same if they have the same solutions in the declared domain: ``y = 2x``
and ``2y - 4x = 0``, but not ``x**2 = 4`` and ``x = 2``. Where something in a relation is
undefined, it does not hold there. Three ways, in this order:

1. in one number, complete: :mod:`mathgrade.equality.line`;
2. a proof that they are the same: the difference of the sides of one is that of the other
   times a factor that is nowhere 0 (for inequalities: positive throughout); joined by and,
   or, each part of one is a part of the other;
3. a point at which only one holds, found by comparing "1 if it holds, else 0".

What none of these settles is UNDECIDED.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from mathgrade.equality.decision import Decision, Equality, strength, weakest
from mathgrade.equality.factors import zeros_of_both
from mathgrade.equality.holding import holds
from mathgrade.equality.line import differing_place
from mathgrade.equality.proportion import MIRROR, Proportion
from mathgrade.equality.signs import NotOnALineError, put
from mathgrade.errors import ItemError
from mathgrade.expression import Context, Domain, shape_of
from mathgrade.expression.nodes import (
    Add,
    Cases,
    Entry,
    Logic,
    Name,
    Neg,
    Node,
    Number,
    Relation,
    Truth,
    free_names,
)
from mathgrade.verdict import Witness

__all__ = ["Conditions"]

MAX_PARTS = 12
MAX_NAMES = 5
_READABLE = tuple(Fraction(n) for n in ("1", "2", "0", "-1", "3", "1/2", "-2"))
_ZERO, _ONE = Number(Fraction(0)), Number(Fraction(1))
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_LOOSE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}

_UNSETTLED = Decision(
    Equality.UNDECIDED,
    reason="neither a proof that the two always hold together was found, nor a point at which "
    "only one of them does",
    note="condition",
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Compares conditions; a reference on the left, a response on the right.

    Attributes:
        same: decides whether two formulas are equal.
        context: the declared names.
        defined: names that stand for something else, so are not free to vary.
    """

    same: Callable[[Node, Node], Decision]
    context: Context
    defined: frozenset[str] = frozenset()

    def decide(self, left: Node, right: Node) -> Decision:
        """Whether the two hold at the same points of the declared domain."""
        left, right = self._plain(left), self._plain(right)
        if left == right:
            return Decision(Equality.EQUAL, "exact")
        with_line = self._on_a_line(left, right)
        if with_line is not None:
            return with_line
        found = self._solved(left, right) or self._on_lines(left, right, 4)
        if found is not None:
            return found
        proof = self._by_factors(left, right) or self._proof(left, right)
        if proof:
            return Decision(Equality.EQUAL, proof)
        found = self._on_lines(left, right, 40) or self._apart(left, right)
        return found or self._solved(left, right, gaps=True) or _UNSETTLED

    def explain(self, left: Node, right: Node, found: Decision) -> Decision:
        """The same decision, with the usual slips named: direction and border."""
        if found.outcome is not Equality.DIFFERENT:
            return found
        if isinstance(left, Relation) and isinstance(right, Relation) and right.op in _LOOSE:
            for slip, note, reason in (
                (MIRROR[right.op], "direction", "The inequality points the other way."),
                (_LOOSE[right.op], "border", "Right but for the border: < is not <=."),
            ):
                if self.decide(left, replace(right, op=slip)).equal:
                    return replace(found, note=note, reason=reason)
        return found

    # one number

    def _on_a_line(self, left: Node, right: Node, free: str = "") -> Decision | None:
        names = free_names(left) | free_names(right) | ({free} if free else set())
        if len(names) > 1 or names & self.defined:
            return None
        name = next(iter(names), "x")
        declared = self.context.get(name)
        if names and (declared is None or declared.kind != "real"):
            return None
        domain = declared.domain if names and declared is not None else Domain()
        try:
            place = differing_place(left, right, name, domain, lambda a, b: self.same(a, b).equal)
        except NotOnALineError:
            return None
        if place is None:
            return Decision(Equality.EQUAL, "exact")
        witness = Witness({name: place.value} if names else {}, *_words(not place.left))
        return Decision(Equality.DIFFERENT, "exact", witness, _REASON, "value")

    def _solved(self, left: Node, right: Node, *, gaps: bool = False) -> Decision | None:
        """``name = formula``: two formulas for one name, or one put into the other equation.

        Args:
            gaps: count it as a difference where the other equation is undefined; another
                way may find a more telling point.
        """
        first, second = self._subject(left), self._subject(right)
        if first is not None and second is not None and first[0] == second[0]:
            found = self.same(first[1], second[1])
            if found.outcome is Equality.DIFFERENT and found.witness is not None:
                place = ", ".join(p for p in (first[0], found.witness.place) if p)
                return replace(found, witness=replace(found.witness, place=place), wrong=())
            return None
        implied: list[Decision] = []
        for subject, other, turned in ((first, right, False), (second, left, True)):
            if subject is None or not isinstance(other, Relation) or other.op != "==":
                continue
            name, formula = subject
            if name not in free_names(other):
                continue
            ours, theirs = (put(side, name, formula) for side in (other.left, other.right))
            found = self._asked(ours, theirs)
            clash = found if found.note == "value" else None
            if shape_of(formula, self.context) == shape_of(other.left, self.context) == ():
                # Equal where the formula is defined: there, both sides are, and agree.
                follows = self._asked(formula, Add((formula, ours, Neg(theirs))))
                implied.append(follows)
                clash = clash or (follows if gaps else None)
            if clash and clash.outcome is Equality.DIFFERENT and clash.witness:
                yours, due = _words(turned)
                witness = replace(clash.witness, received=yours, expected=due, place="")
                return replace(clash, witness=witness, reason=_REASON, note="value", wrong=())
        if len(implied) == 2 and all(found.equal for found in implied):
            return Decision(Equality.EQUAL, weakest(implied))
        return None

    def _by_factors(self, left: Node, right: Node) -> str:
        """The proof that two equations have the same zeros, or the same joined by "or"."""
        if (free_names(left) | free_names(right)) & self.defined:
            return ""
        found = zeros_of_both(left, right, self.context)
        if found is None or found[0].factors != found[1].factors:
            return ""
        # What holds at the zeros of one is undefined at none of them.
        implied = [
            found[1].defined or self._implied(left, right),
            found[0].defined or self._implied(right, left),
        ]
        if not all(implied):
            return ""
        ends = {
            end
            for name in free_names(left) | free_names(right)
            if (declared := self.context.get(name)) is not None
            for end in (*declared.shape, declared.low, declared.high)
        }
        return "all sizes" if any(isinstance(end, str) for end in ends) else "exact"

    def _implied(self, left: Node, right: Node) -> bool:
        """Whether one equation holds where another, of the form ``name = formula``, does."""
        subject = self._subject(left)
        if subject is None or not isinstance(right, Relation):
            return False
        name, formula = subject
        sides = [put(side, name, formula) for side in (right.left, right.right)]
        found = self._asked(formula, Add((formula, sides[0], Neg(sides[1]))))
        return found.equal and found.proof == "exact"

    def _asked(self, left: Node, right: Node) -> Decision:
        try:
            return self.same(left, right)
        except ItemError:  # a piece of the response stands on the left, and means nothing
            return _UNSETTLED

    def _subject(self, node: Node) -> tuple[str, Node] | None:
        """The name and the formula of ``name = formula``; the name may be any number."""
        if not isinstance(node, Relation) or node.op != "==":
            return None
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, Name) and side.name not in free_names(other) | self.defined:
                declared = self.context.get(side.name)
                if declared is not None and declared.kind in _FREE and declared.domain == Domain():
                    return side.name, other
        return None

    def _on_lines(self, left: Node, right: Node, most: int) -> Decision | None:
        """A point at which only one holds, all but one number of it drawn from readable ones."""
        names = sorted(free_names(left) | free_names(right))
        domains: dict[str, Domain] = {}
        for name in names:
            declared = self.context.get(name)
            if declared is None or declared.kind != "real" or name in self.defined:
                return None
            domains[name] = declared.domain
        if not 2 <= len(names) <= MAX_NAMES:
            return None
        for free, values in itertools.islice(_lines(names), most):
            point = dict(zip((n for n in names if n != free), values, strict=True))
            if not all(domains[n].holds(v) for n, v in point.items()):
                continue
            sides = [left, right]
            for name, value in point.items():
                sides = [put(side, name, Number(value)) for side in sides]
            found = self._on_a_line(sides[0], sides[1], free)
            if found is not None and found.witness is not None:
                at = {n: str(point[n]) if n in point else found.witness.at[n] for n in names}
                return replace(found, witness=replace(found.witness, at=at))
        return None

    @property
    def _proportion(self) -> Proportion:
        return Proportion(self.same, self._on_a_line, self.context, self.defined)

    # the same, proved

    def _proof(self, left: Node, right: Node) -> str:
        """How we know that the two are the same; empty if we do not."""
        if isinstance(left, Relation) and isinstance(right, Relation):
            return self._proportion.proof(left, right)
        if isinstance(left, Relation | Truth) and isinstance(right, Relation | Truth):
            return self._settled(left, right)
        op = next((n.op for n in (left, right) if isinstance(n, Logic)), "and")
        ours, theirs = _parts(left, op), _parts(right, op)
        if len(ours) * len(theirs) > MAX_PARTS**2:
            return ""
        known: dict[tuple[int, int], str] = {}
        for (i, a), (j, b) in itertools.product(enumerate(ours), enumerate(theirs)):
            if isinstance(a, Logic) and isinstance(b, Logic) and a.op == b.op == op:
                continue
            known[i, j] = "exact" if a == b else self._part_proof(a, b)
        met: list[str] = []
        for place, count in ((0, len(ours)), (1, len(theirs))):
            for k in range(count):
                hits = [p for key, p in known.items() if key[place] == k and p]
                if not hits:
                    return ""
                met.append(max(hits, key=strength))
        return min(met, key=strength)

    def _part_proof(self, a: Node, b: Node) -> str:
        on_line = self._on_a_line(a, b)
        if on_line is not None:
            return on_line.proof if on_line.equal else ""
        return "" if self._on_lines(a, b, 4) is not None else self._proof(a, b)

    def _settled(self, left: Node, right: Node) -> str:
        """A relation that always or never holds against a plain always or never."""
        relation, truth = (left, right) if isinstance(right, Truth) else (right, left)
        if not isinstance(relation, Relation) or not isinstance(truth, Truth):
            return ""
        if not truth.value:
            relation = replace(relation, op=_OPPOSITE[relation.op])
        return self._proportion.always(relation)

    # not the same, shown

    def _alike_at(self, at: Mapping[str, str], left: Node, right: Node) -> bool:
        """Whether both hold at a point, or neither, where it is known.

        An indicator is undefined where one relation of several is, and that one alone does
        not hold there.
        """
        sides = [left, right]
        for name, text in at.items():
            try:
                value = Number(Fraction(text))
            except ValueError:
                return False
            sides = [put(side, name, value) for side in sides]
        first = holds(sides[0])
        return first is not None and first is holds(sides[1])

    def _apart(self, left: Node, right: Node) -> Decision | None:
        """A point at which only one holds."""
        try:
            ours, theirs = (_indicator(self._scalars(side)) for side in (left, right))
        except _NoEntriesError:
            return None
        for first, second, turned in ((ours, theirs, False), (theirs, ours, True)):
            try:
                found = self.same(first, second)
            except ItemError:
                continue
            if found.outcome is not Equality.DIFFERENT or found.witness is None:
                continue
            seen = [found.witness.expected == "1", found.witness.received == "1"]
            if seen[0] is seen[1]:  # undefined, where the other does not hold either
                continue
            if self._alike_at(found.witness.at, left, right):
                continue
            received = seen[0] if turned else seen[1]
            yours, due = _words(received)
            witness = replace(found.witness, received=yours, expected=due)
            return replace(found, witness=witness, reason=_REASON, note="value")
        return None

    def _plain(self, node: Node, positive: bool = True) -> Node:
        """Without ``not``: it is carried to the relations."""
        match node:
            case Logic("not", (arg,)):
                return self._plain(arg, not positive)
            case Logic(op, args):
                op = op if positive else {"and": "or", "or": "and"}[op]
                return Logic(op, tuple(self._plain(a, positive) for a in args))
            case Relation(op) if not positive:
                return replace(node, op=_OPPOSITE[op])
            case Truth(value):
                return Truth(value is positive)
        return node

    def _scalars(self, node: Node) -> Node:
        """Equations of matrices as equations of their entries."""
        if isinstance(node, Logic):
            return replace(node, args=tuple(self._scalars(a) for a in node.args))
        if not isinstance(node, Relation):
            return node
        shape = shape_of(node.left, self.context)
        if shape in ((), (1, 1)):
            return node
        rows, columns = shape
        if not isinstance(rows, int) or not isinstance(columns, int) or rows * columns > 64:
            raise _NoEntriesError
        places = itertools.product(range(1, rows + 1), range(1, columns + 1))
        entries = [
            replace(node, left=_entry(node.left, place), right=_entry(node.right, place))
            for place in places
        ]
        return Logic("and" if node.op == "==" else "or", tuple(entries))


class _NoEntriesError(Exception):
    """An equation of matrices whose size is not known."""


_REASON = "There is a point at which only one of the two holds."


def _lines(names: list[str]) -> Iterator[tuple[str, tuple[Fraction, ...]]]:
    """Lines along one name, with numbers for the others, the most readable first."""
    for values in itertools.product(_READABLE, repeat=len(names) - 1):
        for name in names:
            yield name, values


def _words(received: bool) -> tuple[str, str]:
    return ("true", "false") if received else ("false", "true")


_FREE = ("real", "vector", "matrix")


def _parts(node: Node, op: str) -> list[Node]:
    if isinstance(node, Logic) and node.op == op:
        return [part for arg in node.args for part in _parts(arg, op)]
    return [node]


def _indicator(node: Node) -> Node:
    return Cases(((_ONE, node), (_ZERO, Truth(True))))


def _entry(node: Node, place: tuple[int, int]) -> Node:
    return Entry(node, tuple(Number(Fraction(k)) for k in place))
