"""What is said about a place in LaTeX: an error where it cannot be read, a remark where it can.

Offsets count characters of the text as it was handed in: ``text[start:end]`` is the place.
"""

from __future__ import annotations

from dataclasses import dataclass

from mathgrade.errors import ResponseError

__all__ = ["LatexError", "Remark", "fault"]


class LatexError(ResponseError):
    """LaTeX that cannot be read: where, and why.

    Attributes:
        start, end: offsets of the place in the text.
        reason: why it cannot be read and what to write, without the place.
    """

    def __init__(self, message: str, note: str, start: int, end: int, reason: str) -> None:
        super().__init__(message, note)
        self.start = start
        self.end = end
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Remark:
    """LaTeX that was read, but perhaps not as it was meant.

    Attributes:
        start, end: offsets of the place in the text.
        message: how it was read, and what to write if something else is meant.
    """

    start: int
    end: int
    message: str


def fault(
    source: str, start: int, end: int, reason: str, note: str = "expression.unknown"
) -> LatexError:
    """The error for ``source[start:end]``; the message counts characters from 1.

    >>> print(fault("2 + ?", 4, 5, "write a number").message)
    Cannot read the formula at character 5, '?': write a number.
    """
    segment = source[start:end]
    if len(segment) > 40:
        segment = segment[:37] + "…"
    message = f"Cannot read the formula at character {start + 1}, {segment!r}: {reason}."
    return LatexError(message, note, start, end, reason)
