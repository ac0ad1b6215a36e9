"""A derivation once it is marked: what became of each line, and of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from mathgrade.marked_line import LineOutcome, MarkedLine

__all__ = ["Gap", "LineOutcome", "MarkedDerivation", "MarkedLine", "Proof"]


class Proof(StrEnum):
    """What became of a derivation."""

    PROVED = "proved"
    WRONG = "wrong"  # a line is false as written
    INCOMPLETE = "incomplete"  # nothing is false, but the claim is not derived
    UNDECIDED = "undecided"  # a person must look
    INVALID = "invalid"  # nothing of it can be read


class Gap(StrEnum):
    """What keeps a derivation without a false line from being a proof."""

    NO_STEP = "no-step"
    TOO_LONG = "too-long"
    UNREAD = "unread"
    TOO_BIG = "step-too-big"
    CIRCULAR = "circular"
    CASE = "case-missing"
    NOT_CONNECTED = "not-connected"


@dataclass(frozen=True, slots=True)
class MarkedDerivation:
    """A marked derivation.

    Attributes:
        outcome: what became of the whole.
        credit: from 0 to 1.
        lines: in the order they were written.
        missing: what keeps it from being a proof, in words.
        gaps: the same, by name.
        earned: the shares of the credit by name, for a derivation that is no proof.
        unsettled: what a wrong derivation might earn besides, had there been time to see.
    """

    outcome: Proof
    credit: Fraction
    lines: tuple[MarkedLine, ...] = ()
    missing: tuple[str, ...] = ()
    earned: tuple[tuple[str, Fraction], ...] = ()
    gaps: tuple[Gap, ...] = ()
    unsettled: Fraction = Fraction(0)

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
            "lines": [_line_json(line) for line in self.lines],
            "missing": list(self.missing),
        }


def _line_json(line: MarkedLine) -> dict[str, Any]:
    witness = None
    if line.witness is not None:
        witness = {
            "at": dict(line.witness.at),
            "left": line.witness.expected,
            "right": line.witness.received,
            "place": line.witness.place,
        }
    return {
        "line": line.line,
        "text": line.text,
        "read_as": line.read_as,
        "outcome": line.outcome.value,
        "witness": witness,
        "laws": None if line.laws is None else list(line.laws),
        "hint": " ".join(filter(None, (line.message, line.hint))),
    }
