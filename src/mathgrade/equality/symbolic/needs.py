"""Whether what one formula needs to be defined follows from what another needs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.places import Place
from mathgrade.equality.symbolic.ring import Frozen, Ratio, factored
from mathgrade.equality.symbolic.signs import Sign, sign, sign_of
from mathgrade.equality.symbolic.terms import Bound, Need
from mathgrade.equality.symbolic.vanishing import simplest

__all__ = ["unmet"]

_ENOUGH = {
    "nonzero": (Sign.NONZERO, Sign.POSITIVE),
    "positive": (Sign.POSITIVE,),
    "nonnegative": (Sign.NONNEGATIVE, Sign.POSITIVE),
}
_IMPLIES = {"positive": ("positive", "nonzero", "nonnegative")}
MAX_INSTANCES = 64
MAX_FACTORED = 12  # terms


def unmet(algebra: Algebra, known: list[Need], asked: list[Need]) -> list[Need]:
    """What is asked and is neither certain nor follows from what is known."""
    left = [n for need in asked for n in _within(algebra, need, _simple)]
    if not left:
        return []
    facts = {n for need in known for n in _within(algebra, need, _consequences)}
    return [need for need in left if need not in facts and not _instance(algebra, need, facts)]


def _within(a: Algebra, need: Need, look: Callable[[Algebra, Need], Iterator[Need]]) -> list[Need]:
    """What is to be said of a need, with the indices it speaks of known to run where they do."""
    with a.scope():
        a.open += [Bound(f"∀{n}", *span) for n, span in enumerate(need.spans)]
        return list(look(a, need))


def _consequences(a: Algebra, need: Need) -> Iterator[Need]:
    for kind in _IMPLIES.get(need.kind, (need.kind,)):
        yield from _simple(a, need._replace(kind=kind), keep=True)


def _simple(a: Algebra, need: Need, *, keep: bool = False) -> Iterator[Need]:
    """A need in its simplest form: of each factor alone, if it is about being 0.

    Args:
        keep: also those that are certain anyway.
    """
    value = simplest(a, a.ring.thaw(need.value))
    need = need._replace(value=a.ring.freeze(value))
    if need.kind == "nonzero":
        if not keep and sign_of(a, value.n) in _ENOUGH["nonzero"]:
            return
        factors: Iterable[Ratio] = [Ratio(value.n, a.ring.one)]
        if len(value.n) > 1 or sum(value.n.degrees()) > 1:
            factors = [Ratio(f, a.ring.one) for f, _ in factored(value.n)[1]]
        for factor in factors:
            if value.n.is_zero() or keep or sign(a, factor) not in _ENOUGH["nonzero"]:
                lead = factor.n.leading_coefficient() if not value.n.is_zero() else 1
                yield need._replace(value=a.ring.freeze(factor / a.ring.number(lead)))
        return
    if not keep and sign(a, value) in _ENOUGH.get(need.kind, ()):
        return
    if need.kind in _ENOUGH and len(value.n) <= MAX_FACTORED and not value.n.is_zero():
        value = _unsure(a, value, squares=need.kind != "nonnegative")
        need = need._replace(value=a.ring.freeze(value))
        if not keep and sign(a, a.ring.reduced(value)) in _ENOUGH[need.kind]:
            return
    yield need


def _unsure(a: Algebra, value: Ratio, *, squares: bool) -> Ratio:
    """The value without the factors that are sure to be positive.

    Args:
        squares: keep what is squared, for it may be 0.
    """
    result = a.number(1)
    for polynomial, side in ((value.n, 1), (value.d, -1)):
        number, factors = factored(polynomial)
        if number < 0:
            result = -result
        for factor, times in factors:
            one = Ratio(factor, a.ring.one)
            if sign(a, -one) is Sign.POSITIVE:
                result = result * a.number(-1) ** times
            elif times % 2 == 0 and not squares:
                continue
            elif sign(a, one) is not Sign.POSITIVE:
                result = result * one ** (side * times)
    return result


def _instance(a: Algebra, need: Need, facts: set[Need]) -> bool:
    """Whether the need is a case of something known for every place of a range."""
    for fact in facts:
        if fact.kind != need.kind or (fact.conditions and fact.conditions != need.conditions):
            continue
        if fact.value == need.value and fact.spans == need.spans:
            return True
        if not fact.spans:
            continue
        value = a.ring.thaw(fact.value)
        choices = [list(_candidates(a, need, span)) for span in fact.spans]
        for chosen in itertools.islice(itertools.product(*choices), MAX_INSTANCES):
            put = {f"∀{n}": place for n, place in enumerate(chosen)}
            if a.ring.freeze(a.substitute(value, put)) == need.value:
                return True
    return False


def _candidates(a: Algebra, need: Need, span: tuple[Place, Place]) -> Iterator[Place]:
    """Places the need names that lie in a range."""
    for name in sorted(a.place_names(_value(a, need.value))):
        if name.startswith("∀"):
            if need.spans[int(name[1:])] == span:
                yield (name, 0)
        elif name in a.context:
            declared = a.context[name]
            if (declared.low, declared.high) == (span[0][1], span[1][0]) and not span[1][1]:
                yield (name, 0)


def _value(a: Algebra, frozen: Frozen) -> Ratio:
    return a.ring.thaw(frozen)
