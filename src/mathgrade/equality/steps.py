"""What a step of a program can be, and what may be known about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from mathgrade.expression import Domain

__all__ = ["POSITIVE", "Atom", "Fact", "Op", "Step", "TooBigError"]


class TooBigError(Exception):
    """More steps than may be taken; ends in UNDECIDED."""


class Op(IntEnum):
    """What a step does. In brackets: its arguments; i is a step, q a number."""

    NUMBER = 0  # (q,)
    ATOM = 1  # (key,)
    SUM = 2  # (i, …)
    PRODUCT = 3  # (i, …)
    INVERSE = 4  # (i,)
    POWER = 5  # (i, n) with n ≥ 0
    ROOT = 6  # (i, q) with q > 0 not whole; defined for i ≥ 0
    RAISE = 7  # (i, i) real power; defined for a base > 0, or 0 with an exponent > 0
    FUNCTION = 8  # (name, i)
    ABS = 9
    MAX = 10  # (i, …)
    MIN = 11
    STEP = 12  # (i, i): 0, 1, or the second at 0
    CHOOSE = 13  # (condition, i, i)
    GUARD = 14  # (i, i, …): the first, where all are defined
    UNDEFINED = 15  # ()
    TRUTH = 16  # (bool,)
    BELOW = 17  # (i,): i < 0
    ZERO = 18  # (i,): i == 0
    NOT = 19
    AND = 20
    OR = 21
    CONSTANT = 22  # ("pi",)


class Fact(IntEnum):
    """What is certain of a step; added up as bits."""

    TOTAL = 1  # defined everywhere
    NONNEGATIVE = 2
    NONZERO = 4
    FIXED = 8  # holds no atom


POSITIVE = Fact.NONNEGATIVE | Fact.NONZERO

Step = tuple[Op, tuple[int | Fraction | str | bool, ...]]


@dataclass(frozen=True, slots=True)
class Atom:
    """One unknown number.

    Attributes:
        key: how a witness names it, ``z_1``.
        domain: where it may lie.
        group: name of the simplex it belongs to, whose atoms sum to 1; else "".
    """

    key: str
    domain: Domain
    group: str = ""
