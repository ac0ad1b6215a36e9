"""The vocabulary of marking: outcome, finding, verdict.

Everything here is frozen and plain, so that a verdict can be compared, stored
as JSON and sent between processes without losing anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from mathgrade.marked_line import MarkedLine
from mathgrade.picture import Picture, picture_from_json, picture_to_json
from mathgrade.witness import Witness

__all__ = ["Finding", "Outcome", "Verdict", "Witness"]


class Outcome(StrEnum):
    """What became of a response."""

    CORRECT = "correct"
    PARTIAL = "partial"
    INCORRECT = "incorrect"
    INVALID = "invalid"  # cannot be read
    UNDECIDED = "undecided"  # a person must look


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion: met or not, its share of the credit, and why.

    Attributes:
        criterion: what was looked at, for the student: ``"U is orthogonal"``.
        met: True, False, or None where it could not be decided.
        share: part of the item's credit this criterion carries, 0 to 1.
            0 is a remark that moves no marks.
        message: what was expected, what arrived, what to do; empty if met.
        note: stable code for item analysis, such as ``svd.not-orthogonal``.
        witness: concrete numbers that show it, if there are any.
        picture: of the response, where one shows it.
    """

    criterion: str
    met: bool | None
    share: Fraction = Fraction(0)
    message: str = ""
    note: str = ""
    witness: Witness | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one response, with reasons.

    Attributes:
        outcome: one of :class:`Outcome`.
        credit: 0 to 1, what is certain; an undecided criterion adds nothing
            until a person has looked.
        findings: the criteria, in the order they are shown.
        note: stable code of the main thing that happened.
        read_as: the response as it was read, in LaTeX; empty if it was not.
        item: name of the item, ``softmax:jacobian-entry``; set by ``Item.mark``.
        points: what the item is worth; set by ``Item.mark``.
        reveal: whether a student may see the values a witness expected.
        lines: of a derivation, each as it was read, with its mark.
        title: what people call the item; set by ``Item.mark``, may be empty.
    """

    outcome: Outcome
    credit: Fraction = Fraction(0)
    findings: tuple[Finding, ...] = ()
    note: str = ""
    read_as: str = ""
    item: str = ""
    points: float = 0.0
    reveal: bool = False
    lines: tuple[MarkedLine, ...] = ()
    title: str = ""

    @classmethod
    def correct(cls, criterion: str = "The answer is right", *, note: str = "correct") -> Verdict:
        """Full credit on a single criterion."""
        finding = Finding(criterion, True, Fraction(1), note=note)
        return cls(Outcome.CORRECT, Fraction(1), (finding,), note)

    @classmethod
    def incorrect(
        cls,
        message: str,
        note: str,
        *,
        criterion: str = "The answer is right",
        witness: Witness | None = None,
        picture: Picture | None = None,
    ) -> Verdict:
        """No credit, with the reason."""
        finding = Finding(criterion, False, Fraction(1), message, note, witness, picture)
        return cls(Outcome.INCORRECT, Fraction(0), (finding,), note)

    @classmethod
    def invalid(cls, message: str, note: str = "response.unreadable") -> Verdict:
        """A response that cannot be read: no credit, and what to do about it."""
        finding = Finding("The answer can be read", False, Fraction(1), message, note)
        return cls(Outcome.INVALID, Fraction(0), (finding,), note)

    @classmethod
    def undecided(cls, message: str, note: str = "undecided") -> Verdict:
        """Nothing certain either way: goes to a person with the reason."""
        finding = Finding("The answer is right", None, Fraction(1), message, note)
        return cls(Outcome.UNDECIDED, Fraction(0), (finding,), note)

    @classmethod
    def of(cls, findings: Iterable[Finding], *, read_as: str = "") -> Verdict:
        """Outcome, credit and note that follow from the findings.

        The credit is the sum of the shares of the criteria that are met; shares
        must add up to 1 (a fault of the answer test otherwise).

        >>> half = Fraction(1, 2)
        >>> v = Verdict.of([Finding("size", True, half), Finding("sign", False, half, note="sign")])
        >>> v.outcome.value, v.credit, v.note
        ('partial', Fraction(1, 2), 'sign')
        """
        findings = tuple(findings)
        total = sum((f.share for f in findings), Fraction(0))
        if total != 1:
            raise ValueError(f"the shares of the findings must add up to 1, got {total}")
        credit = sum((f.share for f in findings if f.met), Fraction(0))
        open_share = any(f.met is None and f.share for f in findings)
        if open_share:
            outcome = Outcome.UNDECIDED
        elif credit == 1:
            outcome = Outcome.CORRECT
        elif credit == 0:
            outcome = Outcome.INCORRECT
        else:
            outcome = Outcome.PARTIAL
        unmet = [f for f in findings if f.met is not True]
        note = next((f.note for f in unmet if f.note), "correct" if credit == 1 else "incorrect")
        return cls(outcome, credit, findings, note, read_as)

    def with_finding(self, finding: Finding, *, first: bool = False) -> Verdict:
        """The same verdict with one more remark (share 0)."""
        if finding.share:
            raise ValueError("a remark carries no share of the credit")
        both = (finding, *self.findings) if first else (*self.findings, finding)
        return replace(self, findings=both)

    @property
    def earned(self) -> float:
        """Points earned: a finite built-in float between 0 and ``points``."""
        credit = min(max(self.credit, Fraction(0)), Fraction(1))
        return float(credit * Fraction(str(self.points)))  # exact until the last step

    @property
    def needs_review(self) -> str:
        """Why a person must look; empty if nobody has to."""
        reasons = [f.message or f.criterion for f in self.findings if f.met is None]
        if self.outcome is Outcome.UNDECIDED:
            return "; ".join(reasons) or "could not be decided"
        return ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; fractions as ``"1/3"``. Reads back with :meth:`from_json`."""
        return {
            "outcome": self.outcome.value,
            "credit": str(self.credit),
            "findings": [
                {
                    "criterion": f.criterion,
                    "met": f.met,
                    "share": str(f.share),
                    "message": f.message,
                    "note": f.note,
                    "witness": None if f.witness is None else f.witness.to_json(),
                    **({} if f.picture is None else {"picture": picture_to_json(f.picture)}),
                }
                for f in self.findings
            ],
            "note": self.note,
            "read_as": self.read_as,
            "item": self.item,
            "points": self.points,
            "reveal": self.reveal,
            "lines": [line.to_json() for line in self.lines],
            **({"title": self.title} if self.title else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """The verdict that :meth:`to_json` wrote."""
        return cls(
            outcome=Outcome(data["outcome"]),
            credit=Fraction(data["credit"]),
            findings=tuple(
                Finding(
                    f["criterion"],
                    f["met"],
                    Fraction(f["share"]),
                    f["message"],
                    f["note"],
                    None if f["witness"] is None else Witness(**f["witness"]),
                    picture_from_json(f["picture"]) if f.get("picture") else None,
                )
                for f in data["findings"]
            ),
            note=data["note"],
            read_as=data["read_as"],
            item=data["item"],
            points=float(data["points"]),
            reveal=bool(data["reveal"]),
            lines=tuple(MarkedLine.from_json(line) for line in data.get("lines", ())),
            title=data.get("title", ""),
        )
