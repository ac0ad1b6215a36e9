"""Cells of a table that a spreadsheet opens: texts stay texts, numbers stay numbers.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula and runs
it when the file is opened, quoted or not. Names and ids are written by students. So an apostrophe
goes before such a text, which a spreadsheet shows as nothing; see OWASP, "CSV Injection".
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Cell", "Dialect", "Sheet", "number", "render", "safe_text"]

Cell = str | float | None
"""A text, a number, or no mark."""

_FORMULA = frozenset("=+-@＝＋－＠")  # a Japanese spreadsheet takes the wide ones for the narrow
_PLACES = 4  # a third of a point; LMSs show two


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table becomes bytes.

    Attributes:
        encoding: of the file; ``utf-16`` has a byte order mark.
        separator: between cells.
        no_mark: what stands where there is no mark.
    """

    encoding: str = "utf-8"
    separator: str = ","
    no_mark: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as a file.

    Attributes:
        data: all of it.
        defused: texts that would have been formulas, as they were.
    """

    data: bytes
    defused: tuple[str, ...]


def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula, on one line.

    >>> safe_text("=1+1"), safe_text("O'Neil, Ann"), safe_text("-")
    ("'=1+1", "O'Neil, Ann", "'-")
    >>> safe_text("@SUM(A1)"), safe_text(chr(9) + "=1"), safe_text("a" + chr(10) + "b")
    ("'@SUM(A1)", "' =1", 'a b')
    """
    controls = any(unicodedata.category(letter) == "Cc" for letter in text)
    line = text
    if controls:
        line = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    begins = text[:1]
    if begins and (unicodedata.category(begins) == "Cc" or line.lstrip()[:1] in _FORMULA):
        return "'" + line
    return line


def number(value: float) -> str:
    """A number as every program reads it.

    >>> number(2.0), number(1 / 3), number(-0.00001), number(1e22)
    ('2', '0.3333', '0', '10000000000000000000000')
    """
    text = f"{value:.{_PLACES}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def render(rows: Iterable[Sequence[Cell]], dialect: Dialect) -> Sheet:
    """Write a table: every text in quotes, numbers without.

    Args:
        rows: the headings first. A number that is not finite is no mark.
        dialect: of the file.
    """
    defused: dict[str, None] = {}
    known: dict[str, str] = {}

    def quoted(text: str) -> str:
        found = known.get(text)
        if found is None:
            safe = safe_text(text)
            if safe[:1] == "'" and text[:1] != "'":
                defused[text] = None
            found = known[text] = '"' + safe.replace('"', '""') + '"'
        return found

    numbers: dict[float, str] = {}  # a class has few different marks
    no_mark = f'"{dialect.no_mark}"' if dialect.no_mark else ""  # ours, and no formula
    lines = []
    for row in rows:
        cells = []
        for cell in row:
            if isinstance(cell, str):
                cells.append(quoted(cell))
            elif cell is None or not math.isfinite(cell):
                cells.append(no_mark)
            else:
                found = numbers.get(cell)
                if found is None:
                    found = numbers[cell] = number(cell)
                cells.append(found)
        lines.append(dialect.separator.join(cells))
    data = "".join(f"{line}\r\n" for line in lines).encode(dialect.encoding, "replace")
    return Sheet(data, tuple(defused))
