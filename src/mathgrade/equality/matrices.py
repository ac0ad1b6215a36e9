"""Arithmetic of numbers and matrices whose entries are steps of a program."""

from __future__ import annotations

from dataclasses import dataclass

from mathgrade.equality.program import Program, TooBigError

__all__ = ["IllFormedError", "Matrices", "Rows", "Value", "number_of", "rows_of", "transposed"]

MAX_INVERSE = 5
MAX_ENTRIES = 10_000

Rows = list[list[int]]
Value = int | Rows
"""A step, or rows of steps."""


class IllFormedError(Exception):
    """A formula that means nothing for this choice of sizes and indices."""


def rows_of(value: Value) -> Rows:
    return [[value]] if isinstance(value, int) else value


def transposed(value: Value) -> Value:
    return value if isinstance(value, int) else [list(r) for r in zip(*value, strict=True)]


def number_of(value: Value) -> int:
    """A number, or the only entry of a 1 by 1 matrix."""
    if isinstance(value, int):
        return value
    if len(value) == len(value[0]) == 1:
        return value[0][0]
    raise IllFormedError("a matrix stands where a number belongs")


@dataclass(frozen=True, slots=True)
class Matrices:
    """Makes the steps of sums, products, powers and inverses, entry by entry."""

    p: Program

    def sum(self, values: list[Value]) -> Value:
        if all(isinstance(v, int) for v in values):
            return self.p.sum(*(v for v in values if isinstance(v, int)))
        if any(isinstance(v, int) for v in values):  # a number and a 1 by 1 matrix
            return self.p.sum(*(number_of(v) for v in values))
        matrices = [rows_of(v) for v in values]
        shapes = {(len(m), len(m[0])) for m in matrices}
        if len(shapes) > 1:
            raise IllFormedError("matrices of different shapes are added")
        return [
            [self.p.sum(*entries) for entries in zip(*rows, strict=True)]
            for rows in zip(*matrices, strict=True)
        ]

    def scale(self, factor: int, value: Value) -> Value:
        if isinstance(value, int):
            return self.p.product(factor, value)
        return [[self.p.product(factor, e) for e in row] for row in value]

    def times(self, left: Value, right: Value) -> Value:
        if isinstance(left, int):
            return self.scale(left, right)
        if isinstance(right, int):
            return self.scale(right, left)
        if len(left[0]) != len(right):
            if len(left) == len(left[0]) == 1:
                return self.scale(left[0][0], right)
            if len(right) == len(right[0]) == 1:
                return self.scale(right[0][0], left)
            raise IllFormedError("matrices are multiplied whose shapes do not fit")
        if len(left) * len(right[0]) * len(right) > MAX_ENTRIES * 20:
            raise TooBigError("a matrix product is too large")
        columns = list(zip(*right, strict=True))
        return [[self._dot(row, column) for column in columns] for row in left]

    def chain(self, values: list[Value]) -> Value:
        result = values[0]
        for value in values[1:]:
            result = self.times(result, value)
        return result

    def _dot(self, row: list[int], column: tuple[int, ...]) -> int:
        return self.p.sum(*(self.p.product(a, b) for a, b in zip(row, column, strict=True)))

    def power(self, base: Value, exponent: int) -> Value:
        if isinstance(base, int):
            return self.p.raised(base, exponent)
        value = self.p.value(exponent)
        if len(base) == len(base[0]) == 1:
            return [[self.p.raised(base[0][0], exponent)]]
        if value is None or value.denominator != 1 or abs(value) > 64:
            raise IllFormedError("a matrix has a power that is not a small whole number")
        times = int(value)
        if times < 0:
            base, times = rows_of(self.inverse(base)), -times
        n = len(base)
        result: Value = [[self.p.number(int(r == c)) for c in range(n)] for r in range(n)]
        for _ in range(times):
            result = self.times(result, base)
        return result

    def det(self, rows: Rows) -> int:
        if len(rows) == 1:
            return rows[0][0]
        if len(rows) > MAX_INVERSE + 1:
            raise TooBigError("a determinant is too large")
        terms = []
        for k, factor in enumerate(rows[0]):
            minor = [row[:k] + row[k + 1 :] for row in rows[1:]]
            terms.append(self.p.product(self.p.number((-1) ** k), factor, self.det(minor)))
        return self.p.sum(*terms)

    def inverse(self, value: Value) -> Value:
        """By cofactors: undefined exactly where the determinant is 0."""
        if isinstance(value, int):
            return self.p.inverse(value)
        n = len(value)
        if n > MAX_INVERSE:
            raise TooBigError("the inverse of a matrix is too large")
        over = self.p.inverse(self.det(value))
        if n == 1:
            return [[over]]
        result: Rows = []
        for r in range(n):
            row = []
            for c in range(n):
                minor = [m[:r] + m[r + 1 :] for k, m in enumerate(value) if k != c]
                sign = self.p.number((-1) ** (r + c))
                row.append(self.p.product(sign, self.det(minor), over))
            result.append(row)
        return result
