"""Whether a formula is defined wherever another is, seen from how they are made.

A formula asks that its denominators are not 0, what stands under its square roots is not
negative, and so on. If the right side asks nothing that the left does not ask too, it is
defined wherever the left is. ``exp(2*log(x))`` asks for x > 0, which ``x**2`` does not.
"""

from __future__ import annotations

from mathgrade.equality.program import Fact, Op, Program

__all__ = ["Demand", "demands", "unmet", "zeros"]

Demand = tuple[str, int]
"""A condition and the step it is about: ("nonzero", 7), ("positive", 7), ("nonnegative", 7)."""

_POSITIVE = Fact.NONNEGATIVE | Fact.NONZERO
_PARTIAL = frozenset(("asin", "acos", "acosh", "atanh", "gamma"))


def demands(program: Program, outputs: list[int], *, certain: bool) -> set[Demand]:
    """What the outputs ask for to be defined.

    Args:
        certain: count only what is asked at every point, so nothing inside one branch
            of several; otherwise everything that may be asked somewhere.
    """
    found: set[Demand] = set()
    seen, stack = set(outputs), list(outputs)
    while stack:
        place = stack.pop()
        found |= _own(program, place)
        parts = program.parts(place)
        if certain and program.steps[place][0] is Op.CHOOSE:
            parts = parts[:1]
        for part in parts:
            if part not in seen:
                seen.add(part)
                stack.append(part)
    return found


def _own(p: Program, place: int) -> set[Demand]:
    op, args = p.steps[place]
    parts = p.parts(place)
    if op is Op.INVERSE:
        return zeros(p, parts[0])
    if op is Op.ROOT:
        return set() if p.sure(parts[0], Fact.NONNEGATIVE) else {("nonnegative", parts[0])}
    if op is Op.FUNCTION and args[0] == "log":
        return set() if p.sure(parts[0], _POSITIVE) else {("positive", parts[0])}
    if op is Op.RAISE or (op is Op.FUNCTION and args[0] in _PARTIAL):
        return {("itself", place)}
    return {("never", place)} if op is Op.UNDEFINED else set()


def zeros(p: Program, step: int) -> set[Demand]:
    """What must not be 0 for a step not to be 0: for a product, each of its factors."""
    if p.sure(step, Fact.NONZERO):
        return set()
    op, _ = p.steps[step]
    if op in (Op.PRODUCT, Op.POWER, Op.ROOT, Op.ABS):
        return {d for part in p.parts(step) for d in zeros(p, part)}
    return {("nonzero", step)}


def unmet(program: Program, left: list[int], right: list[int]) -> set[Demand]:
    """What the right side may ask for that the left does not certainly ask for."""
    known = demands(program, left, certain=True)
    asked = demands(program, right, certain=False)
    implied = {("nonnegative", s) for kind, s in known if kind == "positive"}
    implied |= {("nonzero", s) for kind, s in known if kind == "positive"}
    return asked - known - implied
