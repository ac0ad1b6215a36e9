"""Figures of classical test theory: facility, discrimination, reliability, a distribution.

A table of marks has a row for each attempt and a column for each item; NaN stands for a mark
that is not known, because it waits for a person. Every figure is None where it has no meaning: one
attempt, marks that are all the same, nothing marked. None is never a zero.

Sources: Crocker and Algina, Introduction to Classical and Modern Test Theory, chapters 7 and 14;
Cronbach, "Coefficient alpha and the internal structure of tests", Psychometrika 16 (1951).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["BINS", "Spread", "alpha", "discrimination", "distribution", "facility", "spread"]

BINS = 10
"""Columns of a distribution: 0 to 10 %, … , 90 to 100 %."""

Table = Any
"""A float array of shape (attempts, items)."""


def facility(marks: Any, points: float) -> float | None:
    """The mean mark of an item as a part of what it is worth, 0 to 1.

    Args:
        marks: of shape (attempts,).
        points: what the item is worth.

    >>> facility(np.array([2.0, 1.0, np.nan]), 2)
    0.75
    """
    known = marks[~np.isnan(marks)]
    if not known.size or points <= 0:
        return None
    return float(known.mean() / points)


def discrimination(table: Table, item: int) -> float | None:
    """Corrected item-total correlation: of the item with the sum of all *other* items.

    Only attempts of which every mark is known count.

    Args:
        table: of shape (attempts, items).
        item: which column.

    >>> discrimination(np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]), 0)
    1.0
    """
    whole = _complete(table)
    if whole.shape[0] < 2 or whole.shape[1] < 2:
        return None
    own = whole[:, item]
    rest = np.delete(whole, item, axis=1).sum(axis=1)
    if _same(own) or _same(rest):
        return None
    own, rest = own - own.mean(), rest - rest.mean()
    value = float(own @ rest / math.sqrt(float(own @ own) * float(rest @ rest)))
    return min(max(value, -1.0), 1.0)


def alpha(table: Table) -> float | None:
    """Cronbach's alpha, a lower bound of the reliability of the sum of the marks.

    Only attempts of which every mark is known count. It may be negative.

    Args:
        table: of shape (attempts, items).

    >>> alpha(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]))
    1.0
    """
    whole = _complete(table)
    attempts, items = whole.shape
    if attempts < 2 or items < 2:
        return None
    total = whole.sum(axis=1)
    if _same(total):
        return None
    ratio = float(whole.var(axis=0, ddof=1).sum() / total.var(ddof=1))
    return float(items / (items - 1) * (1 - ratio))


@dataclass(frozen=True, slots=True)
class Spread:
    """Where numbers lie.

    Attributes:
        count: how many.
        mean, low, median, high: the low and high quartile on either side of the median.
        least, most: the ends.
        deviation: standard deviation of the sample; None for a single number.
    """

    count: int
    mean: float
    least: float
    low: float
    median: float
    high: float
    most: float
    deviation: float | None


def spread(values: Any) -> Spread | None:
    """Where numbers lie; None if there are none.

    >>> spread(np.array([1.0, 2.0, 3.0])).median
    2.0
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return None
    least, low, median, high, most = (float(q) for q in np.quantile(known, [0, 0.25, 0.5, 0.75, 1]))
    deviation = float(known.std(ddof=1)) if known.size > 1 else None
    return Spread(int(known.size), float(known.mean()), least, low, median, high, most, deviation)


def distribution(parts: Any) -> tuple[int, ...]:
    """How many lie in each tenth from 0 to 1; what lies beyond counts at the end.

    >>> distribution(np.array([0.0, 0.05, 0.1, 1.0, 1.2]))
    (2, 1, 0, 0, 0, 0, 0, 0, 0, 2)
    """
    known = parts[~np.isnan(parts)]
    # Of marks in tenths, 0.3 is 0.30000000000000004 or a little less.
    places = np.floor(known * BINS + 1e-9).astype(int).clip(0, BINS - 1)
    return tuple(int(n) for n in np.bincount(places, minlength=BINS))


def _complete(table: Table) -> Table:
    return table[~np.isnan(table).any(axis=1)]


def _same(values: Any) -> bool:
    """Whether numbers do not vary, but for rounding."""
    return bool(np.ptp(values) <= 1e-9 * (1 + float(np.abs(values).max())))
