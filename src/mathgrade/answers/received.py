"""What arrived: responses described in plain words, numbers and grids of entries read from them.

Reading is by type, never by asking an object of the student's to convert or to
compare itself: what is not one of the known types is described and refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from mathgrade.errors import ResponseError

__all__ = ["Grid", "describe", "is_grid", "read_grid", "shape_text", "short", "unwrapped"]

# An array above this is not an answer to any question of ours, and costs time to read.
_MOST_ENTRIES = 10_000


def describe(value: object) -> str:
    """What a value is, for a message.

    >>> describe([1, 2]), describe(np.zeros((2, 3))), describe(None), describe(True)
    ('a list of 2 entries', 'an array of shape (2, 3)', 'nothing (None)', 'the truth value True')
    """
    for kinds, words in _WORDS:
        if isinstance(value, kinds):
            return str(words(value))
    if callable(value):
        return "a function"
    return f"an object of type {type(value).__name__[:60]}"


def _entries(value: Any) -> str:
    return f"{len(value)} {'entry' if len(value) == 1 else 'entries'}"


def _array(value: Any) -> str:
    of = {"O": "an array of objects", "U": "an array of texts", "S": "an array of texts"}
    of |= {"b": "an array of truth values", "c": "an array of complex numbers"}
    return f"{of.get(value.dtype.kind, 'an array')} of shape {shape_text(value.shape)}"


_WORDS: tuple[tuple[Any, Any], ...] = (
    (type(None), lambda _: "nothing (None)"),
    ((bool, np.bool_), lambda v: f"the truth value {bool(v)}"),
    ((int, np.integer), lambda v: f"the number {short(v)}"),
    ((float, np.floating), lambda v: f"the number {short(v)}"),
    ((complex, np.complexfloating), lambda v: f"the complex number {short(complex(v))}"),
    (str, lambda v: f"the text {short(v)}"),
    (bytes, lambda _: "bytes"),
    (list, lambda v: f"a list of {_entries(v)}"),
    (tuple, lambda v: f"a tuple of {_entries(v)}"),
    (dict, lambda v: f"a dictionary of {_entries(v)}"),
    ((set, frozenset), lambda v: f"a set of {_entries(v)}"),
    (range, lambda _: "a range"),
    (np.ndarray, _array),
    (sp.MatrixBase, lambda v: f"a matrix of shape {shape_text(v.shape)}"),
    (sp.MatrixExpr, lambda _: "a matrix expression"),
    (sp.Expr, lambda _: "a SymPy expression"),
    (sp.Basic, lambda v: f"a SymPy {type(v).__name__[:60]}"),
)


def shape_text(shape: Sequence[object]) -> str:
    """A shape as NumPy prints it.

    >>> shape_text((3,)), shape_text((2, 3))
    ('(3,)', '(2, 3)')
    """
    sizes = [str(size) for size in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def short(value: object, limit: int = 60) -> str:
    """A value as text of bounded length, arrays with six digits.

    >>> short(np.array([1.0, 2.5])), short("x" * 99, 8)
    ('[1, 2.5]', "'xxxx…")
    """
    if isinstance(value, (np.ndarray, np.generic)):
        text = _array_text(np.asarray(value), limit)
    elif isinstance(value, int) and abs(value) >= 10**30:
        text = "a very large integer"  # repr of a huge integer raises
    elif isinstance(value, float):
        text = f"{value:.6g}"
    elif isinstance(value, (list, tuple)) and len(value) > 50:
        text = repr(value[:50])
    else:
        text = repr(value)
    return text if len(text) <= limit else text[: max(limit - 3, 1)] + "…"


def _array_text(array: Any, limit: int) -> str:
    if array.ndim == 0:
        item = array.item()
        return f"{item:.6g}" if isinstance(item, (int, float, complex)) else repr(item)[:limit]
    if array.shape[0] > limit:  # the text would be cut anyway
        array = array[:limit]
    return "[" + ", ".join(_array_text(np.asarray(part), limit) for part in array) + "]"


@dataclass(frozen=True, slots=True)
class Grid:
    """Entries in rows and columns, as they were handed in.

    Attributes:
        shape: ``(n,)`` or ``(rows, columns)``.
        entries: row by row.
    """

    shape: tuple[int, ...]
    entries: tuple[Any, ...]

    @property
    def transposed(self) -> Grid:
        """Rows as columns; a grid of one axis has no other order and stays as it is."""
        if len(self.shape) == 1:
            return self
        rows, columns = self.shape
        order = [self.entries[i * columns + j] for j in range(columns) for i in range(rows)]
        return Grid((columns, rows), tuple(order))

    def place(self, position: int) -> str:
        """Where an entry stands, counted from 1.

        >>> Grid((2, 2), (1, 2, 3, 4)).place(1)
        'row 1, column 2'
        """
        if len(self.shape) == 1:
            return f"entry {position + 1}"
        return f"row {position // self.shape[1] + 1}, column {position % self.shape[1] + 1}"


def is_grid(value: object) -> bool:
    """Whether a value has entries that :func:`read_grid` can look at."""
    return isinstance(value, (list, tuple, np.ndarray, sp.MatrixBase))


def unwrapped(value: object) -> object:
    """What a list, array or matrix of one entry holds; anything else as it is.

    >>> unwrapped(np.array([[3]])), unwrapped([1, 2])
    (3, [1, 2])
    """
    for _ in range(3):
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.item()
        elif isinstance(value, sp.MatrixBase) and value.shape == (1, 1):
            value = value[0, 0]
        elif isinstance(value, (list, tuple)) and len(value) == 1:
            value = value[0]
    return value


def read_grid(value: object, what: str = "A matrix") -> Grid:
    """The entries of a list, a list of lists, an array or a SymPy matrix.

    A list of lists holds rows, as in NumPy and SymPy; a list of column vectors, of shape
    (n, 1) each, holds columns, which is how they look.

    Raises:
        ResponseError: not such a thing, ragged, empty, too big, or of three or more axes.

    >>> read_grid([[1, 2], [3, 4]]).shape
    (2, 2)
    >>> read_grid([[1, 2], [3]])
    Traceback (most recent call last):
    mathgrade.errors.ResponseError: The rows differ in length: row 1 has 2 entries, row 2 has 1. ...
    """
    if isinstance(value, np.ndarray):
        if value.ndim > 2 or value.ndim == 0:
            raise ResponseError(
                f"{what} was expected, with one or two axes; received {describe(value)}.",
                "matrix.axes",
            )
        if value.dtype.kind in "US":
            raise ResponseError(f"Numbers were expected, received {describe(value)}.", "type.text")
        _bounded(value.size)
        grid = Grid(tuple(int(n) for n in value.shape), tuple(value.ravel().tolist()))
    elif isinstance(value, sp.MatrixBase):
        _bounded(int(value.rows) * int(value.cols))
        grid = Grid((int(value.rows), int(value.cols)), tuple(value.flat()))
    elif isinstance(value, (list, tuple)):
        grid = _from_rows(value, what)
    else:
        raise ResponseError(f"{what} was expected, received {describe(value)}.", "type.matrix")
    if not grid.entries:
        raise ResponseError(
            f"{what} was expected, received one without entries, of shape "
            f"{shape_text(grid.shape)}.",
            "matrix.empty",
        )
    return grid


def _from_rows(rows: Sequence[Any], what: str) -> Grid:
    _bounded(len(rows))
    if not any(is_grid(row) for row in rows):
        return Grid((len(rows),), tuple(rows))
    if all(map(_is_column, rows)):
        height = int(rows[0].shape[0])
        if any(int(column.shape[0]) != height for column in rows):
            raise ResponseError(
                "The columns differ in length. Every column of a matrix needs the same number of "
                "entries.",
                "matrix.ragged",
            )
        _bounded(height * len(rows))
        columns = [_flat(column) for column in rows]
        by_row = tuple(column[k] for k in range(height) for column in columns)
        return Grid((height, len(rows)), by_row)
    flat: list[Any] = []
    lengths: list[int] = []
    for number, row in enumerate(rows, 1):
        if not is_grid(row):
            raise ResponseError(
                f"{what} was expected, as a list of rows; row {number} is {describe(row)}.",
                "matrix.ragged",
            )
        entries = _row(row, what)
        _bounded(len(flat) + len(entries))
        flat += entries
        lengths.append(len(entries))
    for number, length in enumerate(lengths, 1):
        if length != lengths[0]:
            raise ResponseError(
                f"The rows differ in length: row 1 has {lengths[0]} "
                f"entr{'y' if lengths[0] == 1 else 'ies'}, row {number} has {length}. "
                "Every row of a matrix needs the same number of entries.",
                "matrix.ragged",
            )
    return Grid((len(rows), lengths[0]), tuple(flat))


def _is_column(value: Any) -> bool:
    """Whether a value is a column vector of two entries or more."""
    if not isinstance(value, (np.ndarray, sp.MatrixBase)):
        return False
    return len(value.shape) == 2 and value.shape[1] == 1 and value.shape[0] > 1


def _flat(column: Any) -> list[Any]:
    return list(column.ravel().tolist() if isinstance(column, np.ndarray) else column.flat())


def _row(row: Any, what: str) -> list[Any]:
    if isinstance(row, np.ndarray) and row.ndim == 1:
        return list(row.tolist())
    if isinstance(row, sp.MatrixBase) and 1 in row.shape:
        return list(row.flat())
    if isinstance(row, (list, tuple)) and not any(is_grid(entry) for entry in row):
        return list(row)
    raise ResponseError(
        f"{what} was expected, with one or two axes; received more than two axes.", "matrix.axes"
    )


def _bounded(count: int) -> None:
    if count > _MOST_ENTRIES:
        raise ResponseError(
            f"The answer has {count} entries, far more than asked for.", "response.too-large"
        )
