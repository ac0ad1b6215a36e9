"""Compares the values of two grounded formulas at points."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import flint
from flint import arb, fmpq

from mathgrade.equality.balls import UNDEFINED, evaluate, exact, finite
from mathgrade.equality.points import Point
from mathgrade.equality.program import Program

__all__ = ["Clash", "Comparison", "Pair", "apart", "value_text"]

BITS = (256, 1024, 6144)
_AGREED = arb(2) ** -200
_STRICT = arb(2) ** -4000
# Beyond this size agreement in relative terms would hide a difference of 1.
_HUGE = arb(2) ** 512


@dataclass(frozen=True, slots=True)
class Pair:
    """Two steps to compare, and where in a matrix they stand (row, column from 0)."""

    left: int
    right: int
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Clash:
    """A point where a pair differs.

    Attributes:
        certain: proved by disjoint balls or exact numbers; False where it rests on a
            number narrower than any ball being taken for 0.
    """

    pair: Pair
    point: Point
    left: str
    right: str
    undefined: bool
    certain: bool


@dataclass(slots=True)
class Comparison:
    """Pairs of steps of a program, compared point by point.

    Attributes:
        agreed: at how many points all pairs could be compared, at least one of them
            was defined on the left, and none differed.
        clashes: the first clash of each pair; one of values is kept before one of
            definedness.
        good: the first points counted in ``agreed``.
        unknown: at how many points something could not be settled with the most bits.
    """

    program: Program
    pairs: list[Pair]
    order: list[int] = field(init=False)
    agreed: int = 0
    unknown: int = 0
    clashes: dict[Pair, Clash] = field(default_factory=dict)
    good: list[Point] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.order = self.program.reachable([s for p in self.pairs for s in (p.left, p.right)])

    def look(self, point: Point, *, strict: bool = False) -> None:
        """Compare at one point, with more bits until every pair is settled.

        Args:
            strict: agree only to 1200 digits, where 60 would do otherwise.
        """
        exact_point = {k: exact(v) for k, v in point.items()}
        open_pairs, seen, clear = list(self.pairs), False, True
        for bits in BITS[-1:] if strict else BITS:
            last = bits == BITS[-1]
            values = evaluate(self.program, self.order, exact_point, bits, last=last)
            with flint.ctx.workprec(bits):
                still: list[Pair] = []
                for pair in open_pairs:
                    a, b = values[pair.left], values[pair.right]
                    if a is UNDEFINED:
                        continue
                    if not finite(a) or (b is not UNDEFINED and not finite(b)):
                        still.append(pair)
                        continue
                    settled = b is UNDEFINED or _agree(a, b, _STRICT if strict else _AGREED)
                    if settled is None:
                        still.append(pair)
                        continue
                    if settled is True and b is not UNDEFINED:
                        seen = True
                        continue
                    if b is UNDEFINED and last and self._tiny(values, bits):
                        still.append(pair)
                        continue
                    clear = False
                    self._clash(pair, point, a, b, last)
            open_pairs = still
            if not open_pairs:
                break
        if open_pairs:
            self.unknown += 1
        elif seen and clear:
            self.agreed += 1
            if len(self.good) < 8:
                self.good.append(point)

    def _tiny(self, values: dict[int, Any], bits: int) -> bool:
        """Whether a step is so small, and not 0, that calling others 0 cannot be trusted."""
        limit = arb(2) ** (-bits // 8)
        return any(
            type(value) is arb and 0 < abs(value) < limit
            for value in (values[step] for step in self.order)
        )

    def _clash(self, pair: Pair, point: Point, a: Any, b: Any, last: bool) -> None:
        undefined = b is UNDEFINED
        before = self.clashes.get(pair)
        if before is None or (before.undefined and not undefined):
            left, right = apart(a, b)
            self.clashes[pair] = Clash(
                pair, point, left, right, undefined, not (undefined and last)
            )

    @property
    def differs(self) -> bool:
        """Whether some pair has been seen to have different values."""
        return any(not c.undefined for c in self.clashes.values())

    @property
    def undefined_for_certain(self) -> bool:
        """Whether some pair has been seen to have a value on the left only, beyond doubt."""
        return any(c.undefined and c.certain for c in self.clashes.values())


def _agree(a: Any, b: Any, narrow: arb) -> bool | None:
    """True: the same as far as is asked; False: certainly different; None: more bits needed."""
    if type(a) is fmpq and type(b) is fmpq:
        return bool(a == b)
    gap = arb(a) - arb(b)
    if not gap.contains(0):
        return False
    scale = 1 + abs(arb(a)).upper()
    if scale > _HUGE:
        scale = arb(1)
    return True if gap.rad() <= narrow * scale else None


def apart(a: Any, b: Any) -> tuple[str, str]:
    """Both values with as many digits as it takes to tell them apart."""
    for digits in (6, 12, 20, 40):
        texts = value_text(a, digits), value_text(b, digits)
        if texts[0] != texts[1]:
            break
    return texts


def value_text(value: Any, digits: int = 6) -> str:
    """A value as a witness shows it: ``2/3``, ``0.880797``.

    >>> value_text(fmpq(2, 3)), value_text(arb(2).sqrt()), value_text(UNDEFINED)
    ('2/3', '1.41421', 'undefined')
    """
    if value is UNDEFINED:
        return "undefined"
    if type(value) is fmpq:
        top, bottom = int(value.p), int(value.q)
        if top.bit_length() + bottom.bit_length() <= 48:
            return str(Fraction(top, bottom))
        with flint.ctx.workprec(4 * digits + 64):
            value = arb(value)
    text = str(value.mid().str(digits, radius=False))
    mantissa, e, exponent = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + e + exponent
