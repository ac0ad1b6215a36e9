"""Differentiates the steps of a program by one of its atoms."""

from __future__ import annotations

from fractions import Fraction

from mathgrade.equality.elementary import DERIVATIVES
from mathgrade.equality.program import Op, Program

__all__ = ["NoDerivativeError", "differentiate", "substitute"]


class NoDerivativeError(Exception):
    """A step whose derivative is not known here; ends in UNDECIDED."""


def differentiate(program: Program, step: int, atom: int) -> int:
    """The derivative of a step by an atom, undefined where the step itself is.

    At a kink (of an absolute value, a maximum, between cases) there is no derivative.
    """
    found: dict[int, int] = {}
    for place in program.reachable([step]):
        found[place] = program.number(0) if place != atom else program.number(1)
        if place != atom and any(found[p] != program.number(0) for p in program.parts(place)):
            found[place] = _rule(program, place, found)
    return program.guard(found[step], step)


def _rule(p: Program, place: int, d: dict[int, int]) -> int:
    op, args = p.steps[place]
    parts = p.parts(place)
    match op:
        case Op.SUM:
            return p.sum(*(d[t] for t in parts))
        case Op.PRODUCT:
            terms = []
            for k, factor in enumerate(parts):
                if d[factor] != p.number(0):
                    terms.append(p.product(d[factor], *parts[:k], *parts[k + 1 :]))
            return p.sum(*terms)
        case Op.INVERSE:
            return p.negative(p.quotient(d[parts[0]], p.power(parts[0], 2)))
        case Op.POWER:
            n = args[1]
            assert isinstance(n, int)
            return p.product(p.number(n), p.power(parts[0], n - 1), d[parts[0]])
        case Op.ROOT:
            q = args[1]
            assert isinstance(q, Fraction)
            return p.product(p.number(q), p.raised(parts[0], p.number(q - 1)), d[parts[0]])
        case Op.RAISE:
            base, exponent = parts
            log = p.function("log", base)
            inner = p.sum(
                p.product(d[exponent], log), p.product(exponent, d[base], p.inverse(base))
            )
            return p.product(place, inner)
        case Op.FUNCTION:
            name = str(args[0])
            if name not in DERIVATIVES:
                raise NoDerivativeError(f"the derivative of {name} is not known here")
            return p.product(DERIVATIVES[name](p, parts[0]), d[parts[0]])
        case Op.ABS:
            return p.product(p.quotient(parts[0], place), d[parts[0]])
        case Op.MAX | Op.MIN:
            return _extreme(p, op, list(parts), d)
        case Op.STEP:
            return p.product(p.number(0), p.inverse(parts[0]))
        case Op.CHOOSE:
            condition, yes, no = parts
            chosen = p.choose(condition, d[yes], d[no])
            return p.choose(_border(p, condition), p.undefined(), chosen)
        case Op.GUARD:
            return p.guard(d[parts[0]], *parts[1:])
    return p.number(0)  # conditions: seen through the steps that choose by them


def _extreme(p: Program, op: Op, parts: list[int], d: dict[int, int]) -> int:
    """Of the largest (smallest) argument; undefined where two of them share the place."""
    result = p.undefined()
    for part in parts:
        others = [o for o in parts if o != part]
        relation = ">" if op is Op.MAX else "<"
        wins = p.logic(Op.AND, *(p.compare(relation, part, o) for o in others))
        result = p.choose(wins, d[part], result)
    return result


def _border(p: Program, condition: int) -> int:
    """Where a condition on real numbers may change."""
    op, _ = p.steps[condition]
    parts = p.parts(condition)
    if op in (Op.BELOW, Op.ZERO):
        return p.compare("==", parts[0], p.number(0))
    return p.logic(Op.OR, *(_border(p, c) for c in parts)) if parts else p.truth(False)


def substitute(program: Program, step: int, atom: int, value: int) -> int:
    """The step with another put in place of an atom."""
    p = program
    new: dict[int, int] = {atom: value}
    for place in p.reachable([step]):
        if place == atom:
            continue
        parts = p.parts(place)
        if all(new[q] == q for q in parts):
            new[place] = place
            continue
        new[place] = _again(p, place, tuple(new[q] for q in parts))
    return new[step]


def _again(p: Program, place: int, parts: tuple[int, ...]) -> int:
    op, args = p.steps[place]
    match op:
        case Op.SUM:
            return p.sum(*parts)
        case Op.PRODUCT:
            return p.product(*parts)
        case Op.INVERSE:
            return p.inverse(parts[0])
        case Op.POWER:
            return p.power(parts[0], args[1])  # type: ignore[arg-type]
        case Op.ROOT:
            return p.root(parts[0], args[1])  # type: ignore[arg-type]
        case Op.RAISE:
            return p.raised(*parts)
        case Op.FUNCTION:
            return p.function(str(args[0]), parts[0])
        case Op.ABS:
            return p.absolute(parts[0])
        case Op.MAX | Op.MIN:
            return p.extreme(op, *parts)
        case Op.STEP:
            return p.step(*parts)
        case Op.CHOOSE:
            return p.choose(*parts)
        case Op.GUARD:
            return p.guard(*parts)
        case Op.BELOW | Op.ZERO:
            return p.compare("<" if op is Op.BELOW else "==", parts[0], p.number(0))
        case Op.NOT:
            return p.negation(parts[0])
    return p.logic(op, *parts)
