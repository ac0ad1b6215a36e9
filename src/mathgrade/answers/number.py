"""A single number: exact where the reference is exact, within a declared tolerance elsewhere."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any

from mathgrade import expression
from mathgrade.answers.answer import AnswerTest
from mathgrade.answers.scalar import (
    Scalar,
    Tolerance,
    agree,
    needs_exact,
    only_rounded,
    read_reference,
    read_scalar,
)
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

    Without a tolerance an exact response must be equal, and a float must agree to
    1e-9 relative (1e-12 absolute next to 0): what a short calculation leaves of an exact value.

    >>> Number("sqrt(3)/2").mark(3**0.5 / 2).outcome.value
    'correct'
    >>> Number("sqrt(3)/2").mark(0.87).note
    'number.rounded'
    """

    reference: Any
    _: KW_ONLY
    decimals: int | None = None
    atol: float | None = None
    rtol: float | None = None
    exact: bool = False

    def _mark(self, response: object, _source: str) -> Verdict:
        reference = read_reference(self.reference)
        received = read_scalar(response)
        needs_exact(received, self.exact)
        tolerance = Tolerance.of(self.decimals, self.atol, self.rtol)
        right = agree(reference, received, tolerance)
        if right is None:
            return Verdict.undecided("The value could not be compared with the reference.")
        if right:
            text = f" {tolerance.text}" if tolerance else ""
            return Verdict.correct(f"The number is right{text}")
        message, note = _why(reference, received, tolerance)
        witness = Witness({}, received.text, reference.text)
        return Verdict.incorrect(message, note, criterion="The number is right", witness=witness)

    def form(self, response: object) -> str:
        received = read_scalar(response)
        needs_exact(received, self.exact)
        return expression.to_latex(received.node) if received.exact else received.text


def _why(reference: Scalar, received: Scalar, tolerance: Tolerance | None) -> tuple[str, str]:
    """Message and note for a wrong number: never the answer, nor how far it is."""
    if only_rounded([reference], [received]):
        asked = f"The answer is wanted {tolerance.text}." if tolerance else ""
        return (
            f"{received.text} is right as far as its digits go. {asked} Give more digits or the "
            "exact form, and round only at the end.".replace("  ", " "),
            "number.rounded",
        )
    if agree(reference, received.negative, tolerance):
        return "The size is right, but the sign is not.", "number.sign"
    return f"{received.text} is not the value asked for. Check your calculation.", "number.wrong"
