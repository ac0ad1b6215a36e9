"""What can be drawn of a response: its curve, its entries, its arrows.

A picture holds numbers of the student's own and which of them are wrong, and never a number of the
reference, so that a page may draw it whatever the item reveals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Arrows", "Curve", "Entries", "Picture", "picture_from_json", "picture_to_json"]

MAX_POINTS = 400
MAX_ENTRIES = 400
MAX_ARROWS = 8
MAX_TEXT = 60


@dataclass(frozen=True, slots=True)
class Curve:
    """A formula in one unknown, at evenly spaced places.

    Attributes:
        name: the unknown.
        low, high: the first and the last place.
        values: of the formula, in order; None where it has none.
        fixed: values of the other unknowns, as text.
    """

    name: str
    low: float
    high: float
    values: tuple[float | None, ...]
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a matrix, or of a vector as one row.

    Attributes:
        rows: each entry as a number, or None for a formula.
        wrong: row and column, from 0, of those that are wrong.
        undecided: of those about which nothing is certain.
    """

    rows: tuple[tuple[float | None, ...], ...]
    wrong: tuple[tuple[int, int], ...]
    undecided: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Arrows:
    """Vectors of the plane.

    Attributes:
        arrows: their two components.
        names: what each is called; may be empty.
        wrong: which component is wrong, 0 or 1, of a single vector.
        circle: whether they should end on the unit circle.
    """

    arrows: tuple[tuple[float, float], ...]
    names: tuple[str, ...] = ()
    wrong: tuple[int, ...] = ()
    circle: bool = False


Picture = Curve | Entries | Arrows
_KINDS: dict[str, type[Curve | Entries | Arrows]] = {
    "curve": Curve,
    "entries": Entries,
    "arrows": Arrows,
}


def picture_to_json(picture: Picture) -> dict[str, Any]:
    """Plain JSON values; :func:`picture_from_json` reads them back."""
    match picture:
        case Curve(name, low, high, values, fixed):
            found: dict[str, Any] = {"name": name, "low": low, "high": high}
            found |= {"values": list(values), "fixed": dict(fixed)}
            return {"kind": "curve", **found}
        case Entries(rows, wrong, undecided):
            return {
                "kind": "entries",
                "rows": [list(row) for row in rows],
                "wrong": [list(place) for place in wrong],
                "undecided": [list(place) for place in undecided],
            }
        case Arrows(arrows, names, wrong, circle):
            return {
                "kind": "arrows",
                "arrows": [list(arrow) for arrow in arrows],
                "names": list(names),
                "wrong": list(wrong),
                "circle": circle,
            }


def picture_from_json(data: Mapping[str, Any]) -> Picture:
    """The picture that :func:`picture_to_json` wrote.

    Without the judge it may be a student's word, so everything is bounded here.

    Raises:
        KeyError, TypeError, ValueError: it is not one.

    >>> picture_from_json({"kind": "arrows", "arrows": [[1, 2]], "names": [], "wrong": [1],
    ...                    "circle": False}).wrong
    (1,)
    """
    match _KINDS[data["kind"]]:
        case kind if kind is Curve:
            low, high = _finite(data["low"]), _finite(data["high"])
            values = _bounded(data["values"], MAX_POINTS)
            if low >= high or len(values) < 2:
                raise ValueError("a curve without a width")
            fixed = {_text(k): _text(v) for k, v in dict(data["fixed"]).items()}
            return Curve(_text(data["name"]), low, high, tuple(map(_perhaps, values)), fixed)
        case kind if kind is Entries:
            lines = [_bounded(row, MAX_ENTRIES) for row in _bounded(data["rows"], MAX_ENTRIES)]
            rows = tuple(tuple(map(_perhaps, line)) for line in lines)
            if not rows or not rows[0] or len({len(row) for row in rows}) != 1:
                raise ValueError("rows of different lengths")
            if len(rows) * len(rows[0]) > MAX_ENTRIES:
                raise ValueError("too many entries")
            return Entries(rows, _places(data["wrong"], rows), _places(data["undecided"], rows))
    arrows = tuple(_pair(arrow) for arrow in _bounded(data["arrows"], MAX_ARROWS))
    wrong = tuple(int(k) for k in _bounded(data["wrong"], 2))
    if not arrows or not set(wrong) <= {0, 1}:
        raise ValueError("no arrows of the plane")
    names = tuple(map(_text, _bounded(data["names"], MAX_ARROWS)))
    return Arrows(arrows, names, wrong, bool(data["circle"]))


def _bounded(values: Any, most: int) -> list[Any]:
    if not isinstance(values, list) or len(values) > most:
        raise ValueError("not a list, or a list that is too long")
    return values


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{type(value).__name__} is not a number")
    number = float(value)
    if not math.isfinite(number) or abs(number) > 1e100:
        raise ValueError("not a number that can be drawn")
    return number


def _perhaps(value: Any) -> float | None:
    return None if value is None else _finite(value)


def _pair(values: Any) -> tuple[float, float]:
    first, second = _bounded(values, 2)
    return _finite(first), _finite(second)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError("not a short text")
    return value


def _places(values: Any, rows: tuple[tuple[float | None, ...], ...]) -> tuple[tuple[int, int], ...]:
    found = []
    for row, column in (_bounded(pair, 2) for pair in _bounded(values, MAX_ENTRIES)):
        if not (0 <= int(row) < len(rows) and 0 <= int(column) < len(rows[0])):
            raise ValueError("a place outside of the matrix")
        found.append((int(row), int(column)))
    return tuple(found)
