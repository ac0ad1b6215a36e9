"""Looks for a difference between grounded formulas, or for a proof that there is none."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mathgrade.equality.branches import has_branches, identical_on_branches
from mathgrade.equality.comparing import Comparison
from mathgrade.equality.consequences import DOUBT, unanswered
from mathgrade.equality.critical import turning_points
from mathgrade.equality.definedness import unmet
from mathgrade.equality.points import points, wide_points
from mathgrade.equality.program import Atom, Op
from mathgrade.equality.residues import identical
from mathgrade.equality.work import Work

__all__ = ["Found", "search"]

MAX_WORK = 90_000
MAX_AFTER_CLASH = 8

_RATIONAL = frozenset((Op.NUMBER, Op.ATOM, Op.SUM, Op.PRODUCT, Op.INVERSE, Op.POWER))


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, besides the clashes kept in the comparison.

    Attributes:
        error: bound on the probability of error if equality was proved, else None.
        proved: equal in every case, by the proof that was asked for.
        unequal: proved different with no point to show for it, such as 10**10**10 and
            its successor: the two are rational and differ modulo a prime.
    """

    error: float | None = None
    unequal: bool = False
    proved: bool = False


def search(
    comparison: Comparison,
    rng: random.Random,
    budget: int,
    tick: Callable[[], None],
    *,
    proof_first: bool = False,
    work: Work | None = None,
    prove: Callable[[], bool] = lambda: False,
) -> Found:
    """Try readable points, then a proof, then many points and the places where formulas turn.

    Args:
        budget: how many points to look at where nothing is proved.
        tick: called before each piece of work; raises when time is up.
        proof_first: try the proof before any point, for when equality is likely.
        prove: proves the two formulas equal as a whole, or does not.
        work: what may be spent on turning points, in all cases together.
    """
    work = Work(MAX_WORK) if work is None else work
    program, pairs = comparison.program, [(p.left, p.right) for p in comparison.pairs]
    reached = set(comparison.order)
    atoms = {k: a for k, a in program.atoms.items() if k in reached or a.group}
    # A wrong answer nearly always shows at the first points, and needs no proof.
    for point in points(atoms, rng, 0 if proof_first else 2):
        comparison.look(point)
        if comparison.differs:
            _more(comparison, atoms, rng)
            return Found()
    tick()
    error = identical(program, pairs, rng)
    if error is False and has_branches(program, comparison.order):
        error = identical_on_branches(program, pairs, rng, work) or error
    if error is not None and error is not False:
        missing = unmet(program, [p[0] for p in pairs], [p[1] for p in pairs])
        if not missing:
            return Found(error)
        if not unanswered(program, [p[0] for p in pairs], missing, rng):
            return Found(min(error * DOUBT, 1.0))
    # Nothing is proved of a reference that was nowhere seen to be defined.
    if comparison.agreed and not comparison.clashes and prove():
        return Found(proved=True)
    if error is False and all(program.steps[s][0] in _RATIONAL for s in comparison.order):
        _sweep(comparison, atoms, rng, budget, tick, work=work)
        return Found(unequal=not comparison.clashes)
    _sweep(comparison, atoms, rng, budget, tick, work=work, doubtful=error is False)
    return Found()


def _sweep(
    comparison: Comparison,
    atoms: Mapping[int, Atom],
    rng: random.Random,
    budget: int,
    tick: Callable[[], None],
    *,
    work: Work,
    doubtful: bool = False,
) -> None:
    """All kinds of points, until the values differ, or a few after one side has none.

    Args:
        doubtful: the formulas are known not to be formally the same, so the first few
            points are compared to 1200 digits.
    """
    outputs = [s for p in comparison.pairs for s in (p.left, p.right)]
    weight, left = len(comparison.order) // 2, MAX_AFTER_CLASH
    with work.share(3) as share:
        # A generator: looks at the good points only once the usual ones have been through.
        turning = turning_points(
            comparison.program, outputs, atoms, rng, comparison.good, work=share
        )
        # One look costs about as much as half its steps for many points in floating point.
        affordable = itertools.takewhile(lambda _: share.take(weight), turning)
        # Points of all magnitudes only where the reference was undefined at the usual ones.
        wide = itertools.takewhile(
            lambda _: comparison.agreed < 3, wide_points(atoms, rng, 60 if atoms else 0)
        )
        drawn = itertools.chain(points(atoms, rng, budget), affordable, wide)
        for n, point in enumerate(drawn):
            tick()
            comparison.look(point, strict=doubtful and n < 2)
            left -= comparison.undefined_for_certain
            if comparison.differs or left < 0:
                _more(comparison, atoms, rng)
                return


def _more(comparison: Comparison, atoms: Mapping[int, Atom], rng: random.Random) -> None:
    """A few more points, to learn which entries of a matrix are wrong."""
    if len(comparison.pairs) > 1:
        for point in points(atoms, rng, 4):
            comparison.look(point)
