"""One line of a derivation, with what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mathgrade.witness import Witness

__all__ = ["LineOutcome", "MarkedLine"]


class LineOutcome(StrEnum):
    """What became of one line."""

    TRUE = "true"
    FALSE = "false"
    ILL_FORMED = "ill-formed"  # means nothing: a shape, an index, a name
    FOLLOWS = "follows"  # from the line before, which is wrong
    RECOVERS = "recovers"  # right, but it does not follow from the wrong line before
    UNREAD = "unread"
    UNDECIDED = "undecided"
    DEFINITION = "definition"
    CASE = "case"
    SPECIAL = "special"  # said in a special case, and not true beyond it
    START = "start"  # the left end of a chain

    @property
    def wrong(self) -> bool:
        return self in (LineOutcome.FALSE, LineOutcome.ILL_FORMED)


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """One side of a chain, or a case, with what became of it.

    Attributes:
        line: line of the student's text, from 1.
        text: as typed.
        read_as: as it was read, in LaTeX; empty if it was not.
        outcome: what became of it.
        message: why, in words: what does not fit, or why it could not be read.
        witness: numbers at which it differs from what it is said to equal.
        laws: the elementary laws the step takes, by name; None if it is too big to be
            followed, or was not measured.
        hint: the one change that would make it right; may be empty.
        remarks: places that were perhaps not read as meant.
        relation: what joins it to the side before it (``==``, ``<=``, ``implies``); empty at
            the start of a chain.
    """

    line: int
    text: str
    read_as: str
    outcome: LineOutcome
    message: str = ""
    witness: Witness | None = None
    laws: tuple[str, ...] | None = None
    hint: str = ""
    remarks: tuple[str, ...] = ()
    relation: str = ""

    @property
    def too_big(self) -> bool:
        """Whether the step is true, but takes more than can be followed."""
        return self.outcome is LineOutcome.TRUE and self.laws is None

    def difference(self) -> str:
        """The numbers at which the line differs from the side before it; may be empty.

        >>> at = Witness({"x": "2"}, received="5", expected="4")
        >>> MarkedLine(1, "x^2+1", "x^2+1", LineOutcome.FALSE, witness=at).difference()
        'at x = 2 the side before is 4, this one is 5'
        """
        found = self.witness
        if found is None or not (found.expected or found.received):
            return ""
        where = [f"for {found.place}"] if found.place else []
        if found.at:
            where.append("at " + ", ".join(f"{name} = {value}" for name, value in found.at.items()))
        values = f"the side before is {found.expected}, this one is {found.received}"
        return f"{', '.join(where)} {values}".strip()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` reads them back."""
        return {
            "line": self.line,
            "text": self.text,
            "read_as": self.read_as,
            "outcome": self.outcome.value,
            "message": self.message,
            "witness": None if self.witness is None else self.witness.to_json(),
            "laws": None if self.laws is None else list(self.laws),
            "hint": self.hint,
            "remarks": list(self.remarks),
            "relation": self.relation,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> MarkedLine:
        """The line that :meth:`to_json` wrote."""
        return cls(
            line=int(data["line"]),
            text=data["text"],
            read_as=data["read_as"],
            outcome=LineOutcome(data["outcome"]),
            message=data["message"],
            witness=None if data["witness"] is None else Witness(**data["witness"]),
            laws=None if data["laws"] is None else tuple(data["laws"]),
            hint=data["hint"],
            remarks=tuple(data["remarks"]),
            relation=data["relation"],
        )
