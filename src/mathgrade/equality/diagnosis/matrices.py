"""Matrices: transposed, rows permuted, the same slip in one row, column or diagonal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product as all_pairs
from typing import Any

from flint import arb

from mathgrade.equality.balls import UNDEFINED, finite
from mathgrade.equality.diagnosis.edit import FORMULA, MATRIX, Candidate, Edit, Task
from mathgrade.equality.diagnosis.factors import simple
from mathgrade.equality.diagnosis.trees import negated, spots
from mathgrade.expression import shape_of
from mathgrade.expression.nodes import Inverse, Matrix, Mul, Node, Transpose

__all__ = ["MATRICES", "MATRIX_FORMULAS", "entry_place"]

_MOST = 64  # entries; larger matrices are looked at as a whole only
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Grid:
    """Two matrices entry by entry, and where they are seen to differ."""

    expected: Matrix
    received: Matrix
    wrong: list[Place]
    values: list[list[float | None]]
    own: list[list[float | None]]

    def parts(self) -> Iterator[tuple[str, set[Place]]]:
        """The parts a message may name."""
        rows, columns = len(self.expected.rows), len(self.expected.rows[0])
        every = set(all_pairs(range(rows), range(columns)))
        yield "", every
        if rows == columns and rows > 1:
            yield "on the diagonal", {(r, c) for r, c in every if r == c}
            yield "off the diagonal", {(r, c) for r, c in every if r != c}
        if rows > 1 and columns > 1:
            for k in range(rows):
                yield f"in row {k + 1}", {(r, c) for r, c in every if r == k}
            for k in range(columns):
                yield f"in column {k + 1}", {(r, c) for r, c in every if c == k}

    def part(self) -> str:
        """Where exactly the wrong entries are: all of a part that are not zero."""
        wrong = set(self.wrong)
        for name, places in self.parts():
            if wrong <= places and all(p in wrong or self.values[p[0]][p[1]] == 0 for p in places):
                return name
        if len(wrong) == 1:
            return f"in {entry_place(self.expected, self.wrong[0])}"
        return "in some entries"

    def replaced(self, change: Callable[[Place], Node]) -> Matrix:
        """The reference with its wrong entries changed."""
        wrong = set(self.wrong)
        return Matrix(
            tuple(
                tuple(change((r, c)) if (r, c) in wrong else e for c, e in enumerate(row))
                for r, row in enumerate(self.expected.rows)
            )
        )


def entry_place(matrix: Matrix, place: Place) -> str:
    """Where an entry stands, counted from 1: ``"row 1, column 2"``, of a column ``"entry 2"``."""
    row, column = place
    if len(matrix.rows[0]) == 1:
        return f"entry {row + 1}"
    return f"row {row + 1}, column {column + 1}"


def _grid(task: Task) -> _Grid | None:
    expected, received = task.reference, task.response
    if not isinstance(expected, Matrix) or not isinstance(received, Matrix):
        return None
    if len(expected.rows) * len(expected.rows[0]) > _MOST:
        return None
    wrong = task.probe.wrong(expected, received, task.slack)
    values, own = task.probe.values([expected, received], 0)
    if not wrong or values is None or own is None:
        return None
    return _Grid(expected, received, wrong, _floats(values), _floats(own))


def _floats(rows: list[list[Any]]) -> list[list[float | None]]:
    return [
        [float(arb(v).mid()) if v is not UNDEFINED and finite(v) else None for v in row]
        for row in rows
    ]


def _place(part: str) -> str:
    return part.removeprefix("in ") if part.startswith(("in row", "in column", "in entry")) else ""


def _signs(task: Task) -> Iterator[Candidate]:
    grid = _grid(task)
    if grid is not None:
        part = grid.part()
        changed = grid.replaced(lambda p: negated(grid.expected.rows[p[0]][p[1]]))
        yield Candidate(changed, words={"part": part}, place=_place(part))


def _factors(task: Task) -> Iterator[Candidate]:
    grid = _grid(task)
    if grid is None or len(grid.wrong) < 2:
        return
    r, c = grid.wrong[0]
    value, own = grid.values[r][c], grid.own[r][c]
    factor = simple(own / value) if value and own else None
    if factor is not None:
        part = grid.part()
        changed = grid.replaced(lambda p: Mul((factor, grid.expected.rows[p[0]][p[1]])))
        yield Candidate(changed, words={"part": part}, place=_place(part))


def _elsewhere_right(task: Task) -> Iterator[Candidate]:
    grid = _grid(task)
    if grid is None or len(grid.wrong) < 2:
        return
    part = grid.part()
    if part in ("", "in some entries"):
        return
    changed = grid.replaced(lambda p: grid.received.rows[p[0]][p[1]])
    yield Candidate(changed, words={"part": part}, place=_place(part))


def _permuted(task: Task) -> Iterator[Candidate]:
    grid = _grid(task)
    if grid is None:
        return
    rows = grid.expected.rows
    order = _order(grid.values, grid.own)
    if order is not None:
        what = "entries" if len(rows[0]) == 1 else "rows"
        yield Candidate(Matrix(tuple(rows[k] for k in order)), words={"what": what})
    order = _order([*zip(*grid.values, strict=True)], [*zip(*grid.own, strict=True)])
    if order is not None:
        columns = tuple(tuple(row[k] for k in order) for row in rows)
        what = "entries" if len(rows) == 1 else "columns"
        yield Candidate(Matrix(columns), words={"what": what})


def _order(expected: list[Any], received: list[Any]) -> list[int] | None:
    """Which row stands in each place, if the rows are the same ones in another order."""
    left = list(range(len(expected)))
    order = []
    for row in received:
        near = [k for k in left if _alike(expected[k], row)]
        if not near:
            return None
        left.remove(near[0])
        order.append(near[0])
    return order if order != sorted(order) else None


def _alike(one: Any, other: Any) -> bool:
    return all(
        a is not None and b is not None and abs(a - b) <= 1e-2 * (abs(a) + 1e-9)
        for a, b in zip(one, other, strict=True)
    )


def _transposed(task: Task) -> Iterator[Candidate]:
    yield Candidate(Transpose(task.reference))


def _inverted(task: Task) -> Iterator[Candidate]:
    shape = shape_of(task.reference, task.context)
    if len(shape) == 2 and shape[0] == shape[1] and shape[0] != 1:
        yield Candidate(Inverse(task.reference))


def _other_order(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Mul):
            factors = spot.node.factors
            for k in range(len(factors) - 1):
                swapped = (*factors[:k], factors[k + 1], factors[k], *factors[k + 2 :])
                yield Candidate(spot.put(Mul(swapped)))
            if len(factors) > 2:
                yield Candidate(spot.put(Mul(factors[::-1])))


def _transposes(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Transpose):
            yield Candidate(spot.put(spot.node.body))
        elif isinstance(spot.node, Mul):
            factors = spot.node.factors
            for k, factor in enumerate(factors):
                if not isinstance(factor, Transpose):
                    turned = (*factors[:k], Transpose(factor), *factors[k + 1 :])
                    yield Candidate(spot.put(Mul(turned)))


def _inverses(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Inverse):
            yield Candidate(spot.put(spot.node.body))
            yield Candidate(spot.put(Transpose(spot.node.body)))


_MATRIX = frozenset((MATRIX,))

MATRICES = (
    Edit(
        "transposed",
        "edit.transposed",
        "This is the transpose of the right matrix: its rows and columns are exchanged.",
        _transposed,
        frozenset((MATRIX, FORMULA)),
    ),
    Edit(
        "sign of a part",
        "edit.sign-part",
        "The sign is the wrong way round {part}; all else is right.",
        _signs,
        _MATRIX,
    ),
    Edit(
        "factor of a part",
        "edit.factor-part",
        "A constant factor is wrong or missing {part}; all else is right.",
        _factors,
        _MATRIX,
    ),
    Edit(
        "order of rows or columns",
        "edit.order",
        "The {what} are right, but stand in another order.",
        _permuted,
        _MATRIX,
    ),
    Edit(
        "inverse",
        "edit.inverse",
        "This is the inverse of the matrix that is asked.",
        _inverted,
        frozenset((MATRIX, FORMULA)),
    ),
    Edit(
        "one part wrong",
        "edit.part",
        "All that is wrong is {part}; the other entries are right.",
        _elsewhere_right,
        _MATRIX,
    ),
)

MATRIX_FORMULAS = (
    Edit(
        "order of a product",
        "edit.order",
        "The factors of a matrix product stand in another order than they should.",
        _other_order,
    ),
    Edit(
        "transpose of a factor",
        "edit.transpose-factor",
        "A transpose is missing, or is one too many.",
        _transposes,
    ),
    Edit(
        "inverse of a factor",
        "edit.inverse-factor",
        "An inverse is missing, or a transpose stands for it.",
        _inverses,
    ),
)
