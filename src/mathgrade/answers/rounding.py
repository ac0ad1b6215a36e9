"""Right numbers with too few digits: worth what the item says, wherever numbers are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from mathgrade.answers.answer import Share, exact_share
from mathgrade.answers.scalar import Scalar, Tolerance, agree, decimals_of
from mathgrade.verdict import Finding, Verdict

__all__ = ["rounded_verdict", "written_in_decimals"]

_LEAST_DIGITS = 3  # of the longest number: 0.7 is near many things
_MESSAGES = {
    "edit.rounded": (
        "Enough digits are given",
        "Right as far as the digits go, but more of them are wanted. Give more digits or the "
        "exact form, and round only at the end.",
    ),
    "edit.rounded-early": (
        "Enough digits are kept on the way",
        "Near, but not near enough: it seems that something was rounded on the way. Round only at "
        "the end.",
    ),
    "number.not-exact": (
        "The exact form is given",
        "The values are right, but the exact form is asked, not decimals. Write roots and "
        "fractions with SymPy, such as sympy.sqrt(2)/2 or sympy.Rational(1, 3).",
    ),
}


def rounded_verdict(
    references: Sequence[Scalar], received: Sequence[Scalar], share: Share, *, exact: bool = False
) -> Verdict | None:
    """The verdict on numbers that are right but for their digits; None for any others.

    Args:
        references: what they should be.
        received: what they are, one for each of the references.
        share: part of the credit they keep; with 0 there is no such verdict.
        exact: whether decimals are not wanted at all, however many.
    """
    kept = exact_share(share)
    if not kept:
        return None
    pairs = list(zip(references, received, strict=True))
    if exact and written_in_decimals(received) and all(agree(r, g, None) for r, g in pairs):
        return _verdict(kept, "number.not-exact")
    decimals = decimals_of(received)
    if decimals is None or max(_digits(number) for number in received) < _LEAST_DIGITS:
        return None
    half = Fraction(1, 2) / Fraction(10) ** decimals
    if all(_rounded(r, g, half) for r, g in pairs):
        return _verdict(kept, "edit.rounded")
    if all(r.exact and r.value is not None for r in references):
        return None  # nothing had to be rounded on the way
    if all(_near(r, g) for r, g in pairs):
        return _verdict(kept, "edit.rounded-early")
    return None


def written_in_decimals(numbers: Sequence[Scalar]) -> bool:
    """Whether one of the numbers is a floating-point number, or made of one."""
    return any(not number.exact for number in numbers)


def _verdict(kept: Fraction, note: str) -> Verdict:
    criterion, message = _MESSAGES[note]
    return Verdict.of(
        (
            Finding("Right as far as the digits go", True, kept),
            Finding(criterion, False, 1 - kept, message, note),
        )
    )


def _rounded(reference: Scalar, received: Scalar, half: Fraction) -> bool:
    """Whether a number is the reference rounded to a digit of twice this size, or cut off there."""
    near = Tolerance(absolute=half)
    if agree(reference, received, near):
        return True
    if not received.value:
        return False
    middle = received.value + (half if received.value > 0 else -half)
    return bool(agree(reference, replace(received, value=middle), near))


def _near(reference: Scalar, received: Scalar) -> bool:
    """Whether a number is off by what rounding on the way leaves, and no more."""
    return bool(agree(reference, received, Tolerance(Fraction(1, 10**9), Fraction(1, 1000))))


def _digits(number: Scalar) -> int:
    if number.exact or number.value is None:
        return 0
    return len(repr(abs(float(number.value))).partition("e")[0].replace(".", "").strip("0"))
