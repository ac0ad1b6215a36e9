"""Entries of a matrix, as numbers or as formulas, read and compared one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from mathgrade import expression
from mathgrade.answers.formula import Comparison, compare, read_formula
from mathgrade.answers.received import Grid, read_grid, shape_text
from mathgrade.answers.scalar import (
    NO_NAMES,
    Scalar,
    Tolerance,
    agree,
    decimals_of,
    nearest_float,
    needs_exact,
    read_scalar,
    slack_of,
)
from mathgrade.equality.diagnosis import Diagnosis, diagnose
from mathgrade.errors import ResponseError
from mathgrade.expression import Context, Node, nodes
from mathgrade.verdict import Witness

__all__ = ["Formulas", "Numbers", "grid_of", "matrix_latex", "read_entries"]


def grid_of(value: object, context: Context) -> Grid:
    """The entries of anything that is a matrix; those of a formula as formulas.

    Raises:
        ResponseError: it is not a matrix, or one of unknown size.
    """
    if isinstance(value, sp.MatrixExpr):
        value = expression.read(value, context)
    if not isinstance(value, Node):
        return read_grid(value)
    if isinstance(value, nodes.Matrix):
        return Grid(
            (len(value.rows), len(value.rows[0])), tuple(e for row in value.rows for e in row)
        )
    shape = expression.shape_of(value, context)
    if len(shape) != 2 or not all(isinstance(n, int) for n in shape):
        raise ResponseError(
            f"A matrix of numbered rows and columns was expected, received "
            f"{expression.shape_text(shape)}.",
            "type.matrix",
        )
    rows, columns = int(shape[0]), int(shape[1])
    if rows * columns > 10_000:
        raise ResponseError(f"The answer has {rows * columns} entries.", "response.too-large")
    entries = [
        nodes.Entry(value, (nodes.Number(Fraction(i + 1)), nodes.Number(Fraction(j + 1))))
        for i in range(rows)
        for j in range(columns)
    ]
    return Grid((rows, columns), tuple(entries))


@dataclass(frozen=True, slots=True)
class Numbers:
    """Entries that are numbers, compared exactly or within a tolerance."""

    tolerance: Tolerance | None = None
    exact: bool = False

    def grid(self, value: object) -> Grid:
        """The entries of a response; nothing is read yet."""
        return grid_of(value, Context())

    def read(self, entry: object) -> Scalar:
        """One entry.

        Raises:
            ResponseError: not a real, finite number.
        """
        scalar = read_scalar(entry)
        needs_exact(scalar, self.exact)
        return scalar

    def compare(self, reference: Scalar, received: Scalar) -> Comparison:
        """Whether one entry is right."""
        same = agree(reference, received, self.tolerance)
        return Comparison(same, witness=Witness({}, received.text, reference.text))

    def latex(self, entry: Scalar) -> str:
        """How an entry is read."""
        return expression.to_latex(entry.node) if entry.exact else entry.text

    def number(self, entry: Scalar) -> float | None:
        """An entry as a picture shows it."""
        return nearest_float(entry)

    def zero(self, entry: Scalar) -> bool:
        """Whether an entry is plainly 0."""
        return entry.value == 0

    def diagnose(
        self, references: Sequence[Scalar], entries: Sequence[Scalar], columns: int
    ) -> Diagnosis | None:
        """What explains wrong entries."""
        return diagnose(
            _matrix([r.node for r in references], columns),
            _matrix([e.node for e in entries], columns),
            NO_NAMES,
            slack=slack_of(references, entries, self.tolerance),
            decimals=decimals_of(entries),
        )


@dataclass(frozen=True, slots=True)
class Formulas:
    """Entries that are formulas in declared names."""

    context: Context

    def grid(self, value: object) -> Grid:
        """The entries of a response; those of a list are not read yet."""
        if isinstance(value, str):
            value = read_formula(value, self.context)
        return grid_of(value, self.context)

    def read(self, entry: object) -> Node:
        """One entry.

        Raises:
            ResponseError: not a formula for one number, or one in other names.
        """
        node = read_formula(entry, self.context)
        shape = expression.shape_of(node, self.context)
        if shape not in ((), (1, 1)):
            raise ResponseError(
                f"Expected a number or formula, received {expression.shape_text(shape)}.",
                "matrix.axes",
            )
        return node

    def compare(self, reference: Node, received: Node) -> Comparison:
        """Whether one entry is right."""
        return compare(reference, received, self.context)

    def latex(self, entry: Node) -> str:
        """How an entry is read."""
        return expression.to_latex(entry)

    def number(self, entry: Node) -> float | None:
        """An entry as a picture shows it; None for a formula."""
        return float(entry.value) if isinstance(entry, nodes.Number) else None

    def zero(self, entry: Node) -> bool:
        """Whether an entry is plainly 0."""
        return isinstance(entry, nodes.Number) and entry.value == 0

    def diagnose(
        self, references: Sequence[Node], entries: Sequence[Node], columns: int
    ) -> Diagnosis | None:
        """What explains wrong entries."""
        one, other = _matrix(references, columns), _matrix(entries, columns)
        return diagnose(one, other, self.context)


def _matrix(entries: Sequence[Node], columns: int) -> Node:
    """Entries row by row as one matrix."""
    rows = [tuple(entries[k : k + columns]) for k in range(0, len(entries), columns)]
    return nodes.Matrix(tuple(rows))


def matrix_latex(kind: Any, grid: Grid) -> str:
    """The entries as they are read, as LaTeX."""
    if len(grid.entries) > 100:
        return rf"\text{{a matrix of shape {shape_text(grid.shape)}}}"
    cells = [kind.latex(entry) for entry in read_entries(kind, grid)]
    columns = grid.shape[-1]
    lines = [" & ".join(cells[k : k + columns]) for k in range(0, len(cells), columns)]
    return r"\begin{bmatrix}" + r" \\ ".join(lines) + r"\end{bmatrix}"


def read_entries(kind: Any, grid: Grid) -> list[Any]:
    """Every entry, read.

    Raises:
        ResponseError: one cannot be; the message says where.
    """
    read = []
    for position, entry in enumerate(grid.entries):
        try:
            read.append(kind.read(entry))
        except ResponseError as error:
            place = grid.place(position)
            raise ResponseError(f"In {place}: {error.message}", error.note) from error
    return read
