"""Decides whether two lists or two sets are the same, element by element.

Lists are compared in order. Sets have no order and count nothing twice: each element of
one must be an element of the other. Elements may be formulas, relations, lists or sets.
Sets of real numbers with intervals are compared as conditions on one number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from mathgrade.equality.decision import Decision, Equality, weakest
from mathgrade.equality.line import differing_place
from mathgrade.equality.signs import NotOnALineError
from mathgrade.expression import Domain, Kind, Node, kind_of, to_text
from mathgrade.expression.nodes import (
    Add,
    FiniteSet,
    Interval,
    Listing,
    Logic,
    Matrix,
    Mul,
    Name,
    Neg,
    Number,
    Relation,
    Truth,
    Union,
    free_names,
)
from mathgrade.verdict import Witness

__all__ = ["decide_lists", "decide_sets", "listed"]

MAX_PAIRS = 2_500
_ELEMENT = "an element"  # no name a formula can have
_ZERO = Number(Fraction(0))

Compare = Callable[[Node, Node], Decision]


def listed(node: Node) -> Node:
    """A single row or column as a list; anything else as it is.

    ``[1, 2]`` is read as a column, and is a list where a list is due.
    """
    if isinstance(node, Matrix) and 1 in (len(node.rows), len(node.rows[0])):
        return Listing(tuple(entry for row in node.rows for entry in row))
    return node


def decide_lists(left: Listing, right: Listing, compare: Compare) -> Decision:
    """Whether two lists have equal entries in the same order.

    Args:
        compare: decides whether two entries are equal, the reference on the left.
    """
    if len(left.items) != len(right.items):
        reason = f"Expected {_count(left.items, 'entry')}, received {len(right.items)}."
        return Decision(Equality.DIFFERENT, "exact", reason=reason, note="length")
    found = [compare(a, b) for a, b in zip(left.items, right.items, strict=True)]
    for outcome in (Equality.ILL_FORMED, Equality.DIFFERENT, Equality.UNDECIDED):
        for place, decision in enumerate(found, 1):
            if decision.outcome is outcome:
                return _in_place(decision, f"entry {place}")
    return Decision(Equality.EQUAL, weakest(found), error=sum(d.error for d in found))


def _in_place(decision: Decision, place: str) -> Decision:
    witness = decision.witness
    if witness is not None:
        witness = replace(witness, place=", ".join(p for p in (place, witness.place) if p))
    reason = f"{place.capitalize()}: {decision.reason}" if decision.reason else ""
    return replace(decision, witness=witness, reason=reason, wrong=())


def _count(items: Sequence[Node], what: str) -> str:
    plural = what[:-1] + "ies" if what.endswith("y") else what + "s"
    return f"{len(items)} {what if len(items) == 1 else plural}"


def decide_sets(left: Node, right: Node, compare: Compare) -> Decision:
    """Whether two sets have the same elements.

    A witness names an element: one that is missing (as what was expected) or one that
    does not belong (as what was received).
    """
    if isinstance(left, FiniteSet) and isinstance(right, FiniteSet):
        return _finite(left.items, right.items, compare)
    if not free_names(left) | free_names(right):
        found = _on_the_line(left, right, compare)
        if found is not None:
            return found
    return _parts(left, right, compare)


def _finite(left: tuple[Node, ...], right: tuple[Node, ...], compare: Compare) -> Decision:
    if len(left) * len(right) > MAX_PAIRS:
        reason = f"sets of {len(left)} and {len(right)} elements are too large to be compared"
        return Decision(Equality.UNDECIDED, reason=reason, note="too-big")
    table = [[compare(a, b) for b in right] for a in left]
    proofs = [d for row in table for d in row if d.equal]
    columns = [[row[k] for row in table] for k in range(len(right))]
    doubt: Decision | None = None
    for items, others, lines, extra in (
        (right, left, columns, True),
        (left, right, table, False),
    ):
        for item, line in zip(items, lines, strict=True):
            if any(d.equal for d in line):
                continue
            found = _alone(item, others, line, compare, extra=extra)
            if found.outcome is Equality.DIFFERENT:
                return found
            if found.equal:
                proofs.append(found)
            else:
                doubt = doubt or found
    if doubt is not None:
        return doubt
    return Decision(Equality.EQUAL, weakest(proofs), error=sum(d.error for d in proofs))


def _alone(
    item: Node, others: tuple[Node, ...], line: list[Decision], compare: Compare, *, extra: bool
) -> Decision:
    """An element that equals none of the others: whether it is always one of them even so.

    ``abs(x)`` is neither ``x`` nor ``-x``, but at each point it is one of the two.
    """
    undecided = next((d for d in line if d.outcome is Equality.UNDECIDED), None)
    if undecided is not None:
        return undecided
    at: dict[str, str] = {}
    formulas = all(kind_of(n) is Kind.FORMULA for n in (item, *others))
    if formulas and others and any(map(free_names, (item, *others))):
        gaps = tuple(Add((item, Neg(other))) for other in others)
        found = compare(gaps[0] if len(gaps) == 1 else Mul(gaps), _ZERO)
        if found.outcome is not Equality.DIFFERENT:
            return found
        at = dict(found.witness.at) if found.witness is not None else {}
    if extra:
        witness = Witness(at, to_text(item), "", "an extra element")
        reason, note = "It has an element that does not belong to it.", "extra"
    else:
        witness = Witness(at, "", to_text(item), "a missing element")
        reason, note = "An element is missing.", "missing"
    return Decision(Equality.DIFFERENT, "exact", witness, reason, note)


def _on_the_line(left: Node, right: Node, compare: Compare) -> Decision | None:
    """Sets of numbers as conditions on a number; None where that cannot be decided."""
    try:
        place = differing_place(
            _belongs(left), _belongs(right), _ELEMENT, Domain(), lambda a, b: compare(a, b).equal
        )
    except NotOnALineError:
        return None
    if place is None:
        return Decision(Equality.EQUAL, "exact")
    if place.left:
        witness = Witness({}, "", place.value, "a missing element")
        return Decision(Equality.DIFFERENT, "exact", witness, "A number is missing.", "missing")
    witness = Witness({}, place.value, "", "an extra element")
    reason = "It has a number that does not belong to it."
    return Decision(Equality.DIFFERENT, "exact", witness, reason, "extra")


def _belongs(node: Node) -> Node:
    """The condition that an element belongs to a set."""
    element = Name(_ELEMENT)
    match node:
        case FiniteSet(items):
            if any(kind_of(i) is not Kind.FORMULA or isinstance(i, Matrix) for i in items):
                raise NotOnALineError
            every = tuple(Relation("==", element, item) for item in items)
            return Logic("or", every) if every else Truth(False)
        case Union(parts):
            return Logic("or", tuple(map(_belongs, parts))) if parts else Truth(False)
        case Interval(low, high, open_low, open_high):
            ends: list[Node] = []
            if low is not None:
                ends.append(Relation(">" if open_low else ">=", element, low))
            if high is not None:
                ends.append(Relation("<" if open_high else "<=", element, high))
            return Logic("and", tuple(ends)) if ends else Truth(True)
    raise NotOnALineError


def _parts(left: Node, right: Node, compare: Compare) -> Decision:
    """Sets with names in them, such as ``[a, b]``: equal part by part, or by their ends."""
    match left, right:
        case Interval(), Interval():
            return _intervals(left, right, compare)
        case Union(ours), Union(theirs) if len(ours) * len(theirs) <= MAX_PAIRS:
            table = [[decide_sets(a, b, compare) for b in theirs] for a in ours]
            lines = [*table, *map(list, zip(*table, strict=True))]
            proofs = [d for line in lines for d in line if d.equal]
            if all(any(d.equal for d in line) for line in lines):
                return Decision(Equality.EQUAL, weakest(proofs))
    return Decision(
        Equality.UNDECIDED,
        reason="sets with intervals between names are compared part by part only",
        note="set",
    )


def _intervals(left: Interval, right: Interval, compare: Compare) -> Decision:
    found: list[Decision] = []
    for ours, theirs, apart, place in (
        (left.low, right.low, left.open_low is not right.open_low, "the low end"),
        (left.high, right.high, left.open_high is not right.open_high, "the high end"),
    ):
        if ours is None or theirs is None:
            if ours is not theirs:
                reason = f"Check {place}: one goes on for ever, the other does not."
                return Decision(Equality.DIFFERENT, "exact", reason=reason, note="end")
            continue
        decision = compare(ours, theirs)
        if not decision.equal:
            return _in_place(decision, place)
        if apart:
            reason = f"Check whether {place} itself belongs."
            return Decision(Equality.DIFFERENT, "exact", reason=reason, note="border")
        found.append(decision)
    return Decision(Equality.EQUAL, weakest(found))
