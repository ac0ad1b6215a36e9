"""Whether what one formula asks for follows from what another asks for, however it is written.

``1/(x*y - x**2)`` asks that ``x*y - x**2`` is not 0; so does ``1/(-(x**2) + y*x)``, and
``1/(x*(y - x))`` that its two factors are not. Such demands are compared modulo primes, as
in :mod:`mathgrade.equality.residues`: up to a rational factor, which for a demand on a sign
must be positive, and up to one product.

**Error.** A pair of values is looked at for each of at most 2**21 factors; there are at most
2**11 pairs. So the bound of one identity grows by ``DOUBT`` = 2**32.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mathgrade.equality.branches import runs_of
from mathgrade.equality.definedness import Demand, demands
from mathgrade.equality.program import Fact, Program
from mathgrade.equality.residues import NotCoveredError
from mathgrade.equality.steps import POSITIVE

__all__ = ["DOUBT", "unanswered"]

MAX_ASKED, MAX_KNOWN = 12, 60
_MAX_RATIO = 1 << 10
DOUBT = 2.0**32
_SURE = {
    "nonzero": Fact.TOTAL | Fact.NONZERO,
    "positive": Fact.TOTAL | POSITIVE,
    "nonnegative": Fact.TOTAL | Fact.NONNEGATIVE,
}
_IMPLIES = {"positive": ("positive", "nonzero", "nonnegative")}
Values = tuple[int, ...]
"""A step's value modulo the first prime of each tower."""


def unanswered(
    program: Program, left: list[int], asked: Iterable[Demand], rng: random.Random
) -> set[Demand]:
    """Those of the demands that do not follow from what the left outputs certainly ask for.

    What is certain of any step that is defined everywhere answers demands too.
    """
    open_demands = set(asked)
    known = demands(program, left, certain=True)
    if len(open_demands) > MAX_ASKED or any(kind == "never" for kind, _ in open_demands):
        return open_demands
    wanted = {step for _, step in open_demands | known}
    try:
        look = _Look(program, sorted(wanted | set(left)), rng)
    except NotCoveredError:
        return open_demands
    left_over = {demand for demand in open_demands if not look.answers(demand, known)}
    return look.by_products(left_over, open_demands - left_over, known)


@dataclass(slots=True, init=False)
class _Look:
    """Values of steps modulo primes."""

    program: Program
    primes: Values
    values: dict[int, Values]

    def __init__(self, program: Program, outputs: list[int], rng: random.Random) -> None:
        self.program = program
        order = program.reachable(outputs)
        runs = runs_of(program, order, rng)
        self.primes = tuple(run.tower[0] for run in runs)
        self.values = {step: tuple(run.at(0, step) for run in runs) for step in order}

    def answers(self, demand: Demand, known: set[Demand]) -> bool:
        kind, step = demand
        asked = self.values[step]
        if kind == "itself":  # a function of the same arguments
            return any(k == "itself" and self.values[s] == asked for k, s in known)
        return any(self._fits(kind, asked, found) for found in self._certain(kind, known))

    def _certain(self, kind: str, known: set[Demand]) -> Iterator[Values]:
        """Values of what is known to be of a kind."""
        for other, step in known:
            if kind in _IMPLIES.get(other, (other,)):
                yield self.values[step]
        yield (1,) * len(self.primes)
        facts = _SURE[kind]
        sure = (s for s in self.values if self.program.sure(s, facts))
        for step in itertools.islice(sure, MAX_KNOWN):
            if not self.program.sure(step, Fact.FIXED):
                yield self.values[step]

    def _fits(self, kind: str, asked: Values, found: Values) -> bool:
        """Whether one is the other times a number that keeps what is asked."""
        p = self.primes[0]
        if not found[0] or not asked[0]:
            return False
        ratio = _rational(asked[0] * pow(found[0], -1, p) % p, p)
        if ratio is None or (kind != "nonzero" and ratio[0] < 0):
            return False
        return all(
            (a * ratio[1] - b * ratio[0]) % p == 0
            for a, b, p in zip(asked, found, self.primes, strict=True)
        )

    def by_products(
        self, left_over: set[Demand], settled: set[Demand], known: set[Demand]
    ) -> set[Demand]:
        """What is still open once products of two are looked at too."""
        zeros = [demand for demand in left_over if demand[0] == "nonzero"]
        if not zeros:
            return left_over
        certain = list(self._certain("nonzero", known))[:MAX_KNOWN]
        few = [self.values[s] for kind, s in known if kind in ("nonzero", "positive")][:8]
        done: set[Demand] = set()
        for demand in zeros:  # what is asked is a product of two things known
            asked = self.values[demand[1]]
            pairs = itertools.combinations_with_replacement(few, 2)
            if any(self._fits("nonzero", asked, self._times(a, b)) for a, b in pairs):
                done.add(demand)
        others = [d for d in (*zeros, *settled) if d[0] == "nonzero"]
        for demand in zeros:  # what is known is a product of two things asked
            asked = self.values[demand[1]]
            products = [self._times(asked, self.values[d[1]]) for d in others]
            if any(self._fits("nonzero", p, c) for p in products for c in certain):
                done.add(demand)
        return left_over - done

    def _times(self, a: Values, b: Values) -> Values:
        return tuple(x * y % p for x, y, p in zip(a, b, self.primes, strict=True))


def _rational(value: int, p: int) -> tuple[int, int] | None:
    """The fraction of small numbers that is this residue, if there is one.

    >>> _rational(2 * pow(3, -1, 10**9 + 7) % (10**9 + 7), 10**9 + 7)
    (2, 3)
    """
    a, b, low, high = p, value, 0, 1
    while b > _MAX_RATIO:
        times = a // b
        a, b = b, a - times * b
        low, high = high, low - times * high
    if not b or abs(high) > _MAX_RATIO:
        return None
    return (b, high) if high > 0 else (-b, -high)
