"""Sums and products whose range is not quite from 1 to a size, put in terms of one that is."""

from __future__ import annotations

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.places import Place
from mathgrade.equality.symbolic.ring import NotCoveredError, Ratio
from mathgrade.equality.symbolic.signs import total
from mathgrade.equality.symbolic.terms import Bound, Term
from mathgrade.expression.names import Size

__all__ = ["lies_within", "whole_range"]

MAX_MOVED = 4


def lies_within(a: Algebra, place: Place, size: Size) -> bool:
    """Whether a place lies between 1 and the size, whatever the size is."""
    name, offset = place
    if not name:
        return offset >= 1 and (offset == 1 or (isinstance(size, int) and offset <= size))
    if name == size:
        return offset == 0
    if name.startswith("•"):
        around = a.bound(name)
        if around is None:
            return False
        low, high = around.low, around.high
    else:
        declared = a.context.get(name)
        if declared is None or declared.kind != "index" or not isinstance(declared.low, int):
            return False
        low = ("", declared.low)
        high = (declared.high, 0) if isinstance(declared.high, str) else ("", declared.high or 0)
    if low[0] or low[1] + offset < 1:
        return False
    if isinstance(size, int):
        return not high[0] and high[1] + offset <= size
    return high[0] == size and high[1] + offset <= 0


def whole_range(a: Algebra, kind: str, body: Ratio) -> Ratio:
    """The sum (product) over the innermost open index, by one from 1 to the size.

    The index is moved so that entries are named by it without an offset. What is then too
    much or too little is put right term by term; a term too much must be surely defined.
    At most one term may be missing, or the range could be empty in more ways than one:
    from 2 to K - 1 is not 1 to K less two terms if K = 1.
    """
    name, low, high = a.open[-1]
    size = high[0]
    by = 1 - low[1] if high[1] == low[1] - 1 else _offset(a, body, name)
    a.open[-1] = Bound(name, ("", 1), (size, 0))
    body = a.substitute(body, {name: (name, -by)}) if by else body
    first, last = low[1] + by, high[1] + by
    if last - first < -2 or max(abs(first - 1), abs(last)) > MAX_MOVED:
        raise NotCoveredError("a range that may be empty")
    result = a.make(Term(kind, size, (), (body,), name))
    surplus = [("", k) for k in range(1, first)] + [(size, k) for k in range(last + 1, 1)]
    missing = [("", k) for k in range(first, 1)] + [(size, k) for k in range(1, last + 1)]
    for place in surplus:
        term = a.substitute(body, {name: a.pattern.resolve(place)})
        if not total(a, term) or (kind == "product" and not total(a, a.number(1) / term)):
            raise NotCoveredError("a term outside the range may be undefined")
        result = result - term if kind == "sum" else result / term
    for place in missing:
        term = a.substitute(body, {name: a.pattern.resolve(place)})
        result = result + term if kind == "sum" else result * term
    return result


def _offset(a: Algebra, body: Ratio, name: str) -> int:
    """The least number added to the index where entries of the body are named."""
    found: set[int] = set()
    queue, seen = sorted(a.atoms(body)), set[int]()
    while queue:
        k = queue.pop()
        if k in seen or name not in a.facts[k].places:
            continue
        seen.add(k)
        atom = a.atom(k)
        if atom.head != "delta":
            found |= {offset for place, offset in atom.places if place == name}
        for arg in atom.args:
            queue += a.atoms(a.ring.thaw(arg))
    return min(found, default=0)
