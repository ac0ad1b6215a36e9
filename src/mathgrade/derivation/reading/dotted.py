r"""Matrices and columns with dots: ``(S_1, S_2, \dots, S_K)`` is the vector S.

What stands in the first row is laid over the other rows: where they differ, the row or the
column is meant. The diagonal may follow a rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from mathgrade.expression import Node
from mathgrade.expression.latex_text.dots import overlay
from mathgrade.expression.nodes import Cases, Mul, Name, Neg, Number, Relation, Truth, size

__all__ = ["COLUMN", "ROW", "Dotted", "Grid", "dotted"]

ROW, COLUMN = Name("row"), Name("column")
_MOST = 4  # times the number 1 may stand in an entry
_BIGGEST = 60  # nodes of an entry

Grid = tuple[tuple[Node | None, ...], ...]
"""Entries of a matrix; None for dots."""


@dataclass(frozen=True, slots=True)
class Dotted:
    """What an array with dots holds.

    Attributes:
        body: the entry, in ROW and COLUMN.
        rows, columns: how many there are, a size or 1.
    """

    body: Node
    rows: Node
    columns: Node


def dotted(grid: Grid, size_of_all: str | None = None) -> Dotted | None:
    """The rule of an array with dots; None if its entries follow no plain rule.

    Args:
        grid: the entries, row by row.
        size_of_all: the size where nothing in the entries says it: of an identity.

    >>> from mathgrade.expression import read, to_text
    >>> column = [read("z[1] - c"), read("z[2] - c"), None, read("z[n] - c")]
    >>> found = dotted(tuple((entry,) for entry in column))
    >>> to_text(found.body), to_text(found.rows), to_text(found.columns)
    ('z[row] - c', 'n', '1')
    """
    rows = _labels([all(entry is None for entry in row) for row in grid])
    columns = _labels(
        [all(entry is None for entry in column) for column in zip(*grid, strict=True)]
    )
    if rows is None or columns is None:
        return None
    known = {
        (rows[i], columns[j]): entry
        for i, row in enumerate(grid)
        for j, entry in enumerate(row)
        if rows[i] and columns[j]
    }
    entries = {place: entry for place, entry in known.items() if entry is not None}
    if len(entries) < len(known):
        return None
    if not entries or any(size(entry, _BIGGEST) > _BIGGEST for entry in entries.values()):
        return None
    default = Name(size_of_all) if size_of_all else None
    height = _end(entries, by_row=True) or default
    width = _end(entries, by_row=False) or default
    if height is None or width is None:
        return None
    ends = (height, width)
    off = {place: entry for place, entry in entries.items() if place[0] != place[1]}
    if max(rows) == 1 or max(columns) == 1 or height != width:
        body = _rule(entries, ends, (ROW, COLUMN))
        return None if body is None else Dotted(body, height, width)
    whole = _rule(entries, ends, (ROW, COLUMN))
    if whole is not None:
        return Dotted(whole, height, width)
    rule = _rule(off, ends, (ROW, COLUMN))
    diagonal = _rule({p: e for p, e in entries.items() if p[0] == p[1]}, ends, (ROW, ROW))
    if rule is None or diagonal is None:
        return None
    equal = Relation("==", ROW, COLUMN)
    return Dotted(Cases(((diagonal, equal), (rule, Truth(True)))), height, width)


_LAST = 10**6  # the place of the last row or column


def _labels(dots: list[bool]) -> list[int] | None:
    """The number of each row: 1, 2, 0 for dots, _LAST for the last; None if dots stand oddly."""
    if True not in dots:
        return list(range(1, len(dots) + 1))
    at = dots.index(True)
    if dots.count(True) > 1 or at != len(dots) - 2 or at == 0:
        return None
    return [*range(1, at + 1), 0, _LAST]


def _end(entries: dict[tuple[int, int], Node], *, by_row: bool) -> Node | None:
    """The last row or column, from how an entry of it differs from one before."""
    places = sorted(entries, key=lambda place: place[not by_row])
    last = max(place[not by_row] for place in places)
    if last != _LAST:
        return Number(Fraction(last))
    for place in places:
        across = place[by_row]
        other = (_LAST, across) if by_row else (across, _LAST)
        if place[not by_row] != _LAST and other in entries and across != _LAST:
            found: set[tuple[Fraction, Node]] = set()
            laid = overlay(entries[place], entries[other], ROW, found)
            ends = {e for low, e in found if low == place[not by_row] and isinstance(e, Name)}
            if laid is not None and len(found) == len(ends) == 1:
                return ends.pop()
    return None


def _rule(
    entries: dict[tuple[int, int], Node], ends: tuple[Node, Node], letters: tuple[Name, Name]
) -> Node | None:
    """The entry in the letters for row and column that gives all of these."""
    first = min(entries, default=None)
    if first is None:
        return None

    def label(place: tuple[int, int], k: int) -> Node:
        return ends[k] if place[k] == _LAST else Number(Fraction(place[k]))

    same = letters[0] == letters[1]
    for by_row in _replaced(entries[first], label(first, 0), letters[0]):
        for body in [by_row] if same else _replaced(by_row, label(first, 1), letters[1]):
            if all(
                _sorted(_put(_put(body, letters[0], label(place, 0)), letters[1], label(place, 1)))
                == _sorted(entry)
                for place, entry in entries.items()
            ):
                return body
    return None


def _replaced(node: Node, old: Node, new: Node) -> Iterator[Node]:
    """The node with some of the places of ``old`` filled by ``new``; all of them first."""
    count = _count(node, old)
    if count > _MOST:
        return
    for many in range(count, -1, -1):
        for chosen in combinations(range(count), many):
            yield _fill(node, old, new, frozenset(chosen), [0])


def _count(node: Any, old: Node) -> int:
    if node == old:
        return 1
    return sum(_count(part, old) for part in _parts(node))


def _fill(node: Any, old: Node, new: Node, chosen: frozenset[int], seen: list[int]) -> Any:
    if node == old:
        seen[0] += 1
        return new if seen[0] - 1 in chosen else old
    if isinstance(node, tuple):
        return tuple(_fill(part, old, new, chosen, seen) for part in node)
    if isinstance(node, Node) and not isinstance(node, Number | Name):
        return type(node)(*(_fill(part, old, new, chosen, seen) for part in _parts(node)))
    return node


def _put(node: Node, old: Name, new: Node) -> Node:
    filled: Node = _fill(node, old, new, frozenset(range(1000)), [0])
    return filled


def _parts(node: Any) -> tuple[Any, ...]:
    if isinstance(node, tuple):
        return node
    if isinstance(node, Node) and not isinstance(node, Number | Name):
        names: tuple[str, ...] = type(node).__match_args__
        return tuple(getattr(node, name) for name in names)
    return ()


def _sorted(node: Any) -> Any:
    """The node with the factors of products in one order, as they are written in any."""
    if isinstance(node, tuple):
        return tuple(_sorted(part) for part in node)
    if not isinstance(node, Node) or isinstance(node, Number | Name):
        return node
    made = type(node)(*(_sorted(part) for part in _parts(node)))
    if isinstance(made, Mul):
        negative = sum(isinstance(f, Neg) for f in made.factors) % 2
        factors = tuple(
            sorted((f.term if isinstance(f, Neg) else f for f in made.factors), key=repr)
        )
        return Neg(Mul(factors)) if negative else Mul(factors)
    return made
