"""Vectors and matrices of open size: what stands at any place, and their arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.places import Place
from mathgrade.equality.symbolic.ring import NotCoveredError, Ratio
from mathgrade.equality.symbolic.terms import Term
from mathgrade.expression.names import Size

__all__ = ["FIRST", "Grid", "Value", "added", "number_of", "over_range", "scaled", "times"]

MAX_WRITTEN_OUT = 16
FIRST: Place = ("", 1)


@dataclass(frozen=True, slots=True)
class Grid:
    """A vector or matrix: its size, and its entry at any place.

    Entries are only evaluated when they are asked for, so that what one of them needs to
    be defined is not asked of the others.
    """

    rows: Size
    columns: Size
    at: Callable[[Place, Place], Ratio]

    def each(self, change: Callable[[Ratio], Ratio]) -> Grid:
        """A grid of the same size with every entry changed."""
        return Grid(self.rows, self.columns, lambda r, c: change(self.at(r, c)))


Value = Ratio | Grid


def number_of(value: Value) -> Ratio:
    """A number, or the only entry of a 1 by 1 matrix."""
    if isinstance(value, Ratio):
        return value
    if value.rows == value.columns == 1:
        return value.at(FIRST, FIRST)
    raise NotCoveredError("a matrix where a number belongs")


def added(values: list[Value]) -> Value:
    grids = [v for v in values if isinstance(v, Grid)]
    if len(grids) < len(values):
        result = number_of(values[0])
        for value in values[1:]:
            result = result + number_of(value)
        return result

    def at(r: Place, c: Place) -> Ratio:
        entry = grids[0].at(r, c)
        for grid in grids[1:]:
            entry = entry + grid.at(r, c)
        return entry

    return Grid(grids[0].rows, grids[0].columns, at)


def scaled(factor: Ratio, value: Value) -> Value:
    if isinstance(value, Ratio):
        return factor * value
    return value.each(lambda entry: factor * entry)


def times(a: Algebra, left: Value, right: Value) -> Value:
    """The product; of matrices where both are."""
    if isinstance(left, Ratio):
        return scaled(left, right)
    if isinstance(right, Ratio):
        return scaled(right, left)
    if left.columns != right.rows:
        if left.rows == left.columns == 1:
            return scaled(number_of(left), right)
        if right.rows == right.columns == 1:
            return scaled(number_of(right), left)
        raise NotCoveredError("shapes that do not fit")
    return Grid(
        left.rows,
        right.columns,
        lambda r, c: over_range(a, left.columns, lambda k: left.at(r, k) * right.at(k, c)),
    )


def over_range(a: Algebra, size: Size, body: Callable[[Place], Ratio]) -> Ratio:
    """The sum of a body over all places up to a size."""
    if isinstance(size, int):
        if size > MAX_WRITTEN_OUT:
            raise NotCoveredError("a sum that is too long to write out")
        result = a.number(0)
        for k in range(1, size + 1):
            result = result + body(("", k))
        return result
    with a.scope():
        name = a.push(FIRST, (size, 0))
        return a.make(Term("sum", size, (), (body((name, 0)),), name))
