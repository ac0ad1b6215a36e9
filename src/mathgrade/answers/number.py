"""A single number: exact where the reference is exact, within a declared tolerance elsewhere."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any

from mathgrade import expression
from mathgrade.answers.answer import AnswerTest, Share
from mathgrade.answers.rounding import rounded_verdict
from mathgrade.answers.scalar import (
    NO_NAMES,
    Tolerance,
    agree,
    decimals_of,
    needs_exact,
    read_reference,
    read_scalar,
    slack_of,
)
from mathgrade.equality.diagnosis import Diagnosis, diagnose
from mathgrade.verdict import Verdict, Witness

__all__ = ["Number"]


@dataclass(frozen=True)
class Number(AnswerTest):
    """One real number.

    Args:
        reference: int, Fraction, float, SymPy number, or Python text such as ``"sqrt(3)/2"``.
        decimals: the response may differ by half a unit of this decimal.
        atol, rtol: the response may differ by ``atol + rtol * |reference|``.
        exact: a float is refused, however near it is.
        rounded: what a right number is worth that has too few digits (three at least), or is
            a float where the exact form is asked.

    Without a tolerance an exact response must be equal, and a float must agree to
    1e-9 relative (1e-12 absolute next to 0): what a short calculation leaves of an exact value.

    >>> Number("sqrt(3)/2").mark(3**0.5 / 2).outcome.value
    'correct'
    >>> Number("sqrt(3)/2").mark(0.87).note
    'edit.rounded'
    """

    reference: Any
    _: KW_ONLY
    decimals: int | None = None
    atol: float | None = None
    rtol: float | None = None
    exact: bool = False
    rounded: Share = 0

    def _mark(self, response: object, _source: str) -> Verdict:
        reference = read_reference(self.reference)
        received = read_scalar(response)
        tolerance = Tolerance.of(self.decimals, self.atol, self.rtol)
        inexact = self.exact and not received.exact
        right = None if inexact else agree(reference, received, tolerance)
        if right is not True:
            kept = rounded_verdict([reference], [received], self.rounded, exact=self.exact)
            if kept is not None:
                return kept
        needs_exact(received, self.exact)
        if right is None:
            return Verdict.undecided("The value could not be compared with the reference.")
        if right:
            text = f" {tolerance.text}" if tolerance else ""
            return Verdict.correct(f"The number is right{text}")
        asked = f" {tolerance.text}" if tolerance and self.decimals is not None else ""
        return Verdict.incorrect(
            f"{received.text} is not the value asked for{asked}.",
            "number.wrong",
            criterion="The number is right",
            witness=Witness({}, received.text, reference.text),
        )

    def _diagnose(self, response: object) -> Diagnosis | None:
        reference, received = read_reference(self.reference), read_scalar(response)
        tolerance = Tolerance.of(self.decimals, self.atol, self.rtol)
        return diagnose(
            reference.node,
            received.node,
            NO_NAMES,
            slack=slack_of([reference], [received], tolerance),
            decimals=decimals_of([received]),
        )

    def form(self, response: object) -> str:
        received = read_scalar(response)
        needs_exact(received, self.exact)
        return expression.to_latex(received.node) if received.exact else received.text
