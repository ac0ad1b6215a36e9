"""Laws of sums and products over a whole range."""

from __future__ import annotations

from collections.abc import Callable

from flint import fmpq

from mathgrade.equality.symbolic.algebra import MAX_NESTED, Algebra
from mathgrade.equality.symbolic.places import Place, is_bound
from mathgrade.equality.symbolic.ring import NotCoveredError, Ratio, factored
from mathgrade.equality.symbolic.signs import total
from mathgrade.equality.symbolic.terms import Term

__all__ = [
    "constant",
    "delta",
    "factor",
    "factors",
    "number",
    "order",
    "powers",
    "product_delta",
    "product_of_exp",
    "product_of_one",
    "simplex",
    "terms",
]

MAX_PIECES = 300


def _sum(a: Algebra, term: Term, body: Ratio) -> Ratio:
    return a.make(term._replace(args=(body,)))


def _free(a: Algebra, value: Ratio, name: str) -> bool:
    return not (a.holds(value.n, name) or a.holds(value.d, name))


def constant(a: Algebra, term: Term) -> Ratio | None:
    if not _free(a, term.args[0], term.bound):
        return None
    return term.args[0] * a.counted((term.label, 0))


def number(a: Algebra, term: Term) -> Ratio | None:
    """A number that every term has as factor, before the sum."""
    body = term.args[0]
    if body.n.is_zero():
        return None
    lead = body.n.leading_coefficient()
    if lead == 1:
        return None
    return a.number(lead) * _sum(a, term, Ratio(body.n / lead, body.d))


def factor(a: Algebra, term: Term) -> Ratio | None:
    """Everything without the index before the sum."""
    name, body = term.bound, term.args[0]
    out, top, bottom = a.ring.number(1), body.n, body.d
    if not bottom.is_one():
        if not a.holds(bottom, name):
            out, bottom = out / Ratio(bottom, a.ring.one), a.ring.one
        else:
            for piece, times in factored(bottom)[1]:
                if not a.holds(piece, name):
                    power = piece**times
                    out, bottom = out / Ratio(power, a.ring.one), bottom / power
    shared = top.term_content()
    exponents = next(iter(shared.terms()))[0]
    kept = [0 if e and name in a.facts[k].places else e for k, e in enumerate(exponents)]
    number = top.leading_coefficient() if len(top) == 1 else fmpq(1)
    content = a.ring.polynomial([(tuple(kept), number)])
    if content.is_one() and bottom == body.d:
        return None
    return out * Ratio(content, a.ring.one) * _sum(a, term, Ratio(top / content, bottom))


def terms(a: Algebra, term: Term) -> Ratio | None:
    pieces = a.pieces(term.args[0])
    if len(pieces) == 1 and pieces[0][0] == 1:
        return None
    if len(pieces) > MAX_PIECES:
        raise NotCoveredError("a sum of too many terms")
    result = a.number(0)
    for coefficient, piece in pieces:
        result = result + a.number(coefficient) * _sum(a, term, piece)
    return result


def _within(a: Algebra, place: Place, size: str) -> bool:
    """Whether a place surely lies between 1 and the size."""
    name, offset = place
    if is_bound(place):
        around = a.bound(name)
        whole = (("", 1), (size, 0))
        return around is not None and offset == 0 and (around.low, around.high) == whole
    if not name:
        return offset == 1
    if name == size or offset:
        return offset == 0
    declared = a.context[name]
    starts = isinstance(declared.low, int) and declared.low >= 1
    return declared.kind == "index" and starts and declared.high == size


def _delta_of(a: Algebra, body: Ratio, name: str) -> tuple[int, Place] | None:
    """A delta between the index and another place, anywhere in the body."""
    deltas = set().union(*(a.facts[k].deltas for k in a.atoms(body)))
    for k in sorted(deltas):
        left, right = a.atom(k).places
        if left[0] == name:
            return k, right
        if right[0] == name:
            return k, (left[0], -right[1])
    return None


def _at_delta(a: Algebra, term: Term) -> tuple[Ratio, Ratio, Ratio] | None:
    """The body away from a delta, what it would be at its place, and what it is there."""
    name, body = term.bound, term.args[0]
    found = _delta_of(a, body, name)
    if found is None:
        return None
    k, place = found
    if not _within(a, place, term.label):
        raise NotCoveredError("a delta that may point outside the range of its sum")
    away = a.substitute(body, {}, delta=k)
    there = a.substitute(body, {name: place})
    return away, a.substitute(away, {name: place}), there


def delta(a: Algebra, term: Term) -> Ratio | None:
    """Σ_k of a body with δ_ki is Σ_k of the body without, but for the term k = i.

    The body without the delta is also needed at k = i, where it stood nowhere before, so
    it must be defined there.
    """
    found = _at_delta(a, term)
    if found is None:
        return None
    away, skipped, there = found
    if away.n.is_zero():
        return there
    if not total(a, skipped):
        raise NotCoveredError("the term that a delta leaves out may be undefined")
    return _sum(a, term, away) - skipped + there


def simplex(a: Algebra, term: Term) -> Ratio | None:
    place = a.ring.single(term.args[0])
    if place is None:
        return None
    atom = a.atom(place)
    declared = a.context.get(atom.label) if atom.head == "entry" else None
    if declared is None or declared.kind != "simplex" or atom.places != ((term.bound, 0),):
        return None
    return a.number(1) if declared.shape[0] == term.label else None


_POWERS: dict[int, Callable[[Ratio, Algebra], Ratio]] = {
    1: lambda n, a: n * (n + a.number(1)) / a.number(2),
    2: lambda n, a: n * (n + a.number(1)) * (n * a.number(2) + a.number(1)) / a.number(6),
    3: lambda n, a: (n * (n + a.number(1)) / a.number(2)) ** 2,
}


def powers(a: Algebra, term: Term) -> Ratio | None:
    body = term.args[0]
    if not body.d.is_one() or len(body.n) != 1:
        return None
    used = list(a.ring.used(body.n))
    if len(used) != 1 or used[0][1] not in _POWERS or a.atom(used[0][0]).head != "index":
        return None
    return _POWERS[used[0][1]](a.counted((term.label, 0)), a)


def order(a: Algebra, term: Term) -> Ratio | None:
    """Sums in a product with others become one sum over all of their indices."""
    name, body = term.bound, term.args[0]
    inner = [
        (k, times)
        for k, times in a.ring.used(body.n)
        if a.atom(k).head == "sum" and name in a.facts[k].places
    ]
    if not inner or len(body.n) != 1:
        return None
    if 1 + sum(len(a.atom(k).label[0]) * times for k, times in inner) > MAX_NESTED:
        return None
    with a.scope():
        names, spans, whole = [name], [term.label], body
        for k, times in inner:
            whole = whole / a.ring.unknown(k) ** times
            for _ in range(times):
                more, piece = a.reopen(k)
                names += more
                spans += a.atom(k).label[0]
                whole = whole * piece
        return a.closed("sum", spans, names, whole)


# -- products ------------------------------------------------------------------------------


def product_of_one(_: Algebra, term: Term) -> Ratio | None:
    body = term.args[0]
    return body if body.n.is_one() and body.d.is_one() else None


def factors(a: Algebra, term: Term) -> Ratio | None:
    body = term.args[0]
    pieces: list[tuple[Ratio, int]] = []
    for polynomial, side in ((body.n, 1), (body.d, -1)):
        number, found = factored(polynomial)
        if number != 1:
            pieces.append((a.number(number), side))
        pieces += [(Ratio(f, a.ring.one), side * int(times)) for f, times in found]
    if not pieces or (len(pieces) == 1 and pieces[0][1] == 1):
        return None
    result = a.number(1)
    for piece, times in pieces:
        result = result * _sum(a, term, piece) ** times
    return result


def product_of_exp(a: Algebra, term: Term) -> Ratio | None:
    k = a.ring.single(term.args[0])
    if k is None or a.atom(k).head != "exp":
        return None
    exponent = a.ring.thaw(a.atom(k).args[0]) / a.number(a.scale)
    return a.call("exp", a.make(term._replace(head="sum", args=(exponent,))))


def product_delta(a: Algebra, term: Term) -> Ratio | None:
    found = _at_delta(a, term)
    if found is None:
        return None
    away, skipped, there = found
    if not total(a, a.number(1) / skipped):
        raise NotCoveredError("the factor that a delta leaves out may be 0")
    return _sum(a, term, away) / skipped * there
