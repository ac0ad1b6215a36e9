"""Reads one side of a chain: its tree, or the fault with its line and what to write instead."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from mathgrade.derivation.reading.parts import Scanner
from mathgrade.derivation.reading.vocabulary import Vocabulary
from mathgrade.derivation.statements import Remark, Side
from mathgrade.expression.latex_text import LatexError

__all__ = ["Lines", "SideReader"]

_STRUCK = re.compile(r"\\(?:[bx]?cancel(?:to)?|sout|not\{)(?![A-Za-z])")
_LONGEST = 60  # characters of a place that a fault shows


class Lines:
    """Line numbers of a text, from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def at(self, position: int) -> int:
        """The line a place is in."""
        return bisect_right(self._starts, position)


@dataclass(frozen=True, slots=True)
class SideReader:
    """Reads sides of one text with the names it has so far."""

    scanner: Scanner
    vocabulary: Vocabulary
    lines: Lines

    def read(self, start: int, end: int) -> tuple[Side, list[Remark]]:
        """The side at a place, and what is said about how it was read."""
        source = self.scanner.source(start, end)
        text = " ".join(source.split())
        struck = _STRUCK.search(self.scanner.text, start, end) is not None
        line = self.lines.at(start)
        try:
            reading = self.vocabulary.read(source)
        except LatexError as error:
            fault = self.fault(start + error.start, start + error.end, error.reason)
            return Side(None, text, line, start, end, fault, struck), []
        remarks = [Remark(self.lines.at(start + r.start), r.message) for r in reading.remarks]
        return Side(reading.node, text, line, start, end, "", struck), remarks

    def fault(self, start: int, end: int, reason: str) -> str:
        """What cannot be read, where, and why."""
        shown = " ".join(self.scanner.source(start, end).split())
        if len(shown) > _LONGEST:
            shown = shown[: _LONGEST - 1] + "…"
        place = f"'{shown}' in line" if shown else "line"
        return f"Cannot read {place} {self.lines.at(start)}: {reason}."
