"""A derivation once it is marked: what became of each line, and of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from mathgrade.verdict import Witness

__all__ = ["LineOutcome", "MarkedDerivation", "MarkedLine", "Proof"]


class Proof(StrEnum):
    """What became of a derivation."""

    PROVED = "proved"
    WRONG = "wrong"  # a line is false as written
    INCOMPLETE = "incomplete"  # nothing is false, but the claim is not derived
    UNDECIDED = "undecided"  # a person must look
    INVALID = "invalid"  # nothing of it can be read


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

    def to_json(self) -> dict[str, Any]:
        """Plain values, in the form the command line promises."""
        witness = None
        if self.witness is not None:
            witness = {
                "at": dict(self.witness.at),
                "left": self.witness.expected,
                "right": self.witness.received,
                "place": self.witness.place,
            }
        return {
            "line": self.line,
            "text": self.text,
            "read_as": self.read_as,
            "outcome": self.outcome.value,
            "message": self.message,
            "witness": witness,
            "laws": None if self.laws is None else list(self.laws),
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True)
class MarkedDerivation:
    """A marked derivation.

    Attributes:
        outcome: what became of the whole.
        credit: from 0 to 1.
        lines: in the order they were written.
        missing: what keeps it from being a proof, in words.
        earned: the shares of the credit by name, for a derivation that is no proof.
    """

    outcome: Proof
    credit: Fraction
    lines: tuple[MarkedLine, ...] = ()
    missing: tuple[str, ...] = ()
    earned: tuple[tuple[str, Fraction], ...] = ()

    @property
    def first_wrong(self) -> MarkedLine | None:
        """The first line that is false as written."""
        return next((line for line in self.lines if line.outcome.wrong), None)

    def to_json(self) -> dict[str, Any]:
        """Plain values, in the form the command line promises."""
        first = self.first_wrong
        return {
            "outcome": self.outcome.value,
            "credit": float(self.credit),
            "first_wrong_line": first.line if first else None,
            "lines": [line.to_json() for line in self.lines],
            "missing": list(self.missing),
        }
