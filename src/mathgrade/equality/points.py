"""Where formulas are compared: readable points first, then corners, small numbers, any."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from mathgrade.equality.program import Atom
from mathgrade.expression import Domain

__all__ = ["Point", "fit", "normalise", "points", "wide_points"]

Point = dict[int, Fraction]
"""A number for each atom, by its step."""

# What a person can check in the head; the first that lie in a domain are its small numbers.
_SMALL = tuple(
    Fraction(n)
    for n in (
        *("2", "-1", "3", "1/2", "-2", "1", "0", "-1/2", "5", "-3", "4", "1/3", "-4", "3/2"),
        *("-5", "1/4", "10", "-10", "1/10", "-1/10", "7", "1/100"),
    )
)
_TINY = (Fraction(1, 1000), Fraction(-1, 1000), Fraction(1, 10**6), Fraction(0))


def fit(domain: Domain, value: Fraction) -> Fraction:
    """The value itself if it lies in the domain, else one near by that does."""
    if domain.holds(value):
        return value
    low, high = domain.low, domain.high
    if low is not None and value <= low:
        room = high - low if high is not None else Fraction(2)
        value = low + min(room, 2 + abs(value)) / 7 if domain.open_low else low
    elif high is not None and value > high:
        value = high
    return value if domain.holds(value) else value + Fraction(1, 1000)


@lru_cache(256)
def _small(domain: Domain) -> tuple[Fraction, ...]:
    """Readable numbers of the domain, at least four."""
    found = [v for v in _SMALL if domain.holds(v)]
    if len(found) < 4 and domain.low is not None and domain.high is not None:
        width = domain.high - domain.low
        found += [domain.low + width * Fraction(k, 8) for k in (4, 2, 6, 3, 5, 1, 7)]
    elif len(found) < 4:
        end = domain.low if domain.low is not None else domain.high
        side = 1 if domain.low is not None else -1
        found += [(end or Fraction(0)) + side * k for k in (1, 2, 3, 5)]
    return tuple(v for v in found if domain.holds(v))


@lru_cache(256)
def _corners(domain: Domain) -> tuple[Fraction, ...]:
    ends = [e for e in (domain.low, domain.high) if e is not None and domain.holds(e)]
    far = [Fraction(20), Fraction(-20)]
    return (*ends, *(v for v in far if domain.holds(v) and len(ends) < 2))


def _anything(domain: Domain, rng: random.Random) -> Fraction:
    low = domain.low if domain.low is not None else Fraction(-3)
    high = domain.high if domain.high is not None else max(low, Fraction(0)) + 3
    low = domain.low if domain.low is not None else min(low, high - 6)
    value = low + (high - low) * Fraction(rng.randrange(1, 256), 256)
    return value if domain.holds(value) else fit(domain, value)


def points(atoms: Mapping[int, Atom], rng: random.Random, count: int) -> Iterator[Point]:
    """Points of the domain, the most readable first.

    Args:
        atoms: the unknowns.
        rng: draws everything that is drawn.
        count: how many points; without atoms there is only one.
    """
    keys = list(atoms)
    if not keys:
        yield {}
        return
    small = {k: _small(atoms[k].domain) for k in keys}
    corners = {k: _corners(atoms[k].domain) or small[k] for k in keys}
    for n in range(count):
        point: Point = {}
        for place, k in enumerate(keys):
            domain = atoms[k].domain
            if n < 3:  # distinct small numbers, shifted from point to point
                value = small[k][(place + n) % len(small[k])]
            elif n == 3:
                value = fit(domain, Fraction(-1 - place))
            elif n in (4, 5):
                value = fit(domain, Fraction(n - 4))
            elif n % 4 == 1:
                value = rng.choice(small[k])
            elif n % 4 == 2:
                value = rng.choice((rng.choice(corners[k]), _anything(domain, rng)))
            elif n % 8 == 7:
                value = fit(domain, rng.choice(_TINY))
            else:
                value = _anything(domain, rng)
            point[k] = value
        yield normalise(atoms, point)


def normalise(atoms: Mapping[int, Atom], point: Point) -> Point:
    """The point with the atoms of each simplex scaled to sum to 1."""
    totals: dict[str, Fraction] = {}
    for k, atom in atoms.items():
        if atom.group:
            totals[atom.group] = totals.get(atom.group, Fraction(0)) + point[k]
    if not totals:
        return point
    return {k: v / totals[atoms[k].group] if atoms[k].group else v for k, v in point.items()}


def wide_points(atoms: Mapping[int, Atom], rng: random.Random, count: int) -> Iterator[Point]:
    """Points of all magnitudes, for a reference that is undefined at the usual ones."""
    for n in range(count):
        up, down = 10 ** max(n % 7 - 3, 0), 10 ** max(3 - n % 7, 0)
        point = {
            k: fit(a.domain, Fraction(rng.choice((1, 1, -1)) * rng.randint(1, 99) * up, 10 * down))
            for k, a in atoms.items()
        }
        yield normalise(atoms, point)
