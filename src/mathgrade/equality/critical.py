"""Finds where formulas turn: kinks, ties, borders between cases, zeros of denominators.

Two formulas that differ only on a small part of the line, such as ``x`` and
``x + max(0, 1/100 - abs(x - 1))``, agree at nearly every point one draws. They differ
next to a turn, so points are put on each turn, beside it and between neighbours.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice, pairwise, product

import numpy as np

from mathgrade.equality.definedness import zeros
from mathgrade.equality.floats import as_float, float_values
from mathgrade.equality.points import Point, normalise, points, wide_points
from mathgrade.equality.program import Atom, Fact, Op, Program
from mathgrade.equality.work import Work
from mathgrade.equality.zeros import Line

__all__ = ["turning_points", "turns"]

MAX_TURNS = 24
MAX_ATOMS = 4
MAX_BASES = 3
MAX_STEPS = 3_000
_BESIDE = (Fraction(1, 1000), Fraction(-1, 1000), Fraction(1), Fraction(-1))


def turns(program: Program, outputs: list[int]) -> list[int]:
    """Steps whose zeros are where the outputs turn, inner ones first."""
    found: list[int] = []
    for place in program.reachable(outputs):
        op, args = program.steps[place]
        parts = program.parts(place)
        if op is Op.INVERSE:
            found += sorted(step for _, step in zeros(program, parts[0]))
        elif op in (Op.ABS, Op.STEP, Op.BELOW, Op.ZERO, Op.ROOT, Op.RAISE):
            found.append(parts[0])
        elif op is Op.FUNCTION and args[0] in ("log", "acosh", "asin", "acos", "atanh"):
            ends = {"log": (0,), "acosh": (1,)}.get(str(args[0]), (-1, 1))
            found += [program.sum(parts[0], program.number(-e)) for e in ends]
        elif op in (Op.MAX, Op.MIN):
            found += [program.difference(a, b) for a, b in list(combinations(parts, 2))[:6]]
    fixed = [s for s in dict.fromkeys(found) if not program.sure(s, Fact.FIXED)]
    return fixed[:MAX_TURNS]


def turning_points(
    program: Program,
    outputs: list[int],
    atoms: Mapping[int, Atom],
    rng: random.Random,
    bases: list[Point],
    *,
    work: Work,
) -> Iterator[Point]:
    """Points on the axes, in every cell the turns cut out, and on, beside and between turns.

    Args:
        bases: points where the reference is defined; one unknown at a time is moved.
        work: how many steps of arithmetic may be taken for it, in this case and others.
    """
    free = [k for k, a in atoms.items() if not a.group]
    if not free:
        return
    steps = turns(program, outputs)
    order = {s: program.reachable([s]) for s in steps}
    alone = {_only(order[s], atoms) for s in steps}
    weight = {k: sum(k in order[s] for s in steps) for k in free}
    rng.shuffle(free)
    free.sort(key=lambda k: (k not in alone, -weight[k]))
    chosen = free[:MAX_ATOMS]
    bases = _spread(bases, chosen)
    for base in bases[:2]:
        for atom in chosen:
            for value in (Fraction(0), Fraction(1), Fraction(-1)):
                if atoms[atom].domain.holds(value):
                    yield normalise(atoms, {**base, atom: value})
    if not steps or sum(map(len, order.values())) > MAX_STEPS:
        return
    looks = _Looks(program, steps, order, atoms, rng, work)
    yield from looks.cells()
    for base in (*bases, *(looks.plain(base) for base in bases[:1])):
        yield from looks.along(base, chosen)
        if len(steps) > 1:
            yield from looks.meeting(base, steps)
            yield from looks.meeting(base, steps[::-1])


@dataclass(slots=True)
class _Looks:
    """Looks for points about the turning steps of one program.

    Attributes:
        order: for each turning step the steps it takes.
    """

    program: Program
    steps: list[int]
    order: Mapping[int, list[int]]
    atoms: Mapping[int, Atom]
    rng: random.Random
    work: Work

    def cells(self) -> Iterator[Point]:
        """A point for each pattern of signs of the turning steps that is met by chance."""
        order = self.program.reachable(self.steps)
        if not self.work.take(len(order)):
            return
        drawn = [*points(self.atoms, self.rng, 24), *wide_points(self.atoms, self.rng, 40)]
        columns = {k: np.array([as_float(p[k]) for p in drawn]) for k in self.atoms}
        values = float_values(self.program, order, columns, len(drawn))
        signs = np.sign([values[s] for s in self.steps])
        patterns = np.where(np.isnan(signs), 2, signs).T
        seen: set[bytes] = set()
        for point, pattern in zip(drawn, patterns, strict=True):
            cell = pattern.tobytes()
            if cell not in seen:
                seen.add(cell)
                yield point

    def plain(self, base: Point) -> Point:
        """The point with 0 for what stands in functions, as far as it may be 0.

        Where ``cos(a)`` is 1, ``y*cos(a) + 3`` is 0 at a number that can be named.
        """
        point = dict(base)
        for place in self.program.reachable(self.steps):
            if self.program.steps[place][0] is Op.FUNCTION:
                for step in self.program.reachable([place]):
                    atom = self.atoms.get(step)
                    if atom is not None and not atom.group and atom.domain.holds(Fraction(0)):
                        point[step] = Fraction(0)
        return point

    def roots(self, steps: list[int], base: Point, atom: int) -> dict[int, list[Fraction]]:
        """Where steps are 0 as one unknown moves."""
        moved = {s: self.order[s] for s in steps if atom in self.order[s]}
        if not moved or self.work.left <= 0:
            return {}
        return Line(self.program, moved, base, atom, self.work).roots()

    def along(self, base: Point, chosen: list[int]) -> Iterator[Point]:
        """One unknown moved to, beside and between its turns; then all to one of their own."""
        ties: dict[int, list[Fraction]] = {}
        for atom in chosen:
            found = self.roots(self.steps, base, atom)
            for step, roots in found.items():
                if roots and _only(self.order[step], self.atoms) == atom:
                    ties.setdefault(atom, []).extend(roots)
            for value in _around([root for roots in found.values() for root in roots]):
                if self.atoms[atom].domain.holds(value):
                    yield normalise(self.atoms, {**base, atom: value})
        if len(ties) > 1:
            for values in islice(product(*(dict.fromkeys(v) for v in ties.values())), 16):
                point = {**base, **dict(zip(ties, values, strict=True))}
                if all(self.atoms[k].domain.holds(v) for k, v in point.items()):
                    yield normalise(self.atoms, point)

    def meeting(self, base: Point, steps: list[int]) -> Iterator[Point]:
        """Points on several turns at once: for each, one more unknown is put on it."""
        point, moved = dict(base), set[int]()
        for step in steps[:MAX_ATOMS]:
            free = [k for k in self.order[step] if k in self.atoms and k not in moved]
            free = [k for k in free if not self.atoms[k].group]
            self.rng.shuffle(free)
            for atom in free[:2]:
                found = self.roots([step], point, atom).get(step, [])
                fits = [r for r in found if self.atoms[atom].domain.holds(r)]
                if fits:
                    point = {**point, atom: self.rng.choice(fits)}
                    moved.add(atom)
                    yield normalise(self.atoms, point)
                    break


def _only(order: list[int], atoms: Mapping[int, Atom]) -> int | None:
    """The one unknown a step is about, if it is just one."""
    used = [k for k in order if k in atoms]
    return used[0] if len(used) == 1 else None


def _spread(bases: list[Point], free: list[int]) -> list[Point]:
    """A few points whose unknowns have different signs."""
    found: dict[tuple[bool, ...], Point] = {}
    for base in bases:
        found.setdefault(tuple(base[k] >= 0 for k in free), base)
    return list(found.values())[:MAX_BASES]


def _around(roots: list[Fraction]) -> list[Fraction]:
    ordered = sorted(set(roots))
    between = [(a + b) / 2 for a, b in pairwise(ordered)]
    beside = [r + d for r in ordered for d in _BESIDE]
    return [*ordered, *between, *beside]
