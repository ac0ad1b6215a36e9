"""One number: read exactly as it was given, compared exactly or within a stated tolerance.

A float is the rational number it stores, so every comparison is made in exact
arithmetic or with real balls; nothing is rounded on the way to a verdict.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from mathgrade import expression
from mathgrade.answers.enclosure import UnknownError, enclose
from mathgrade.answers.received import describe, is_grid, shape_text, short, unwrapped
from mathgrade.equality import decide
from mathgrade.equality.diagnosis import Slack
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Context, Node, nodes

__all__ = [
    "Scalar",
    "Tolerance",
    "agree",
    "decimals_of",
    "nearest_float",
    "needs_exact",
    "read_reference",
    "read_scalar",
    "slack_of",
]

NO_NAMES = Context()


@dataclass(frozen=True, slots=True)
class Scalar:
    """One real number as it was given.

    Attributes:
        node: the number as a formula.
        value: its value where that is rational, else None.
        exact: False if it is, or contains, a floating-point number.
        text: as it was written, shortened.
    """

    node: Node
    value: Fraction | None
    exact: bool
    text: str

    @property
    def ulp(self) -> Fraction:
        """Distance to the next float for a floating-point number, 0 for an exact one."""
        if self.exact or self.value is None or abs(self.value) >= Fraction(2) ** 1000:
            return Fraction(0)
        return Fraction(math.ulp(float(self.value)))


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be from the reference: ``absolute + relative * |reference|``."""

    absolute: Fraction = Fraction(0)
    relative: Fraction = Fraction(0)
    text: str = ""

    @classmethod
    def of(cls, decimals: int | None, atol: float | None, rtol: float | None) -> Tolerance | None:
        """What an item declares; None if it declares nothing.

        >>> Tolerance.of(6, None, None).absolute
        Fraction(1, 2000000)
        """
        if decimals is None and atol is None and rtol is None:
            return None
        for value, name in ((decimals, "decimals"), (atol, "atol"), (rtol, "rtol")):
            if value is not None and not (0 <= value < math.inf):
                raise ItemError(f"{name} must be a number from 0 up, not {value!r}.")
        if decimals is not None:
            if atol is not None or rtol is not None:
                raise ItemError("Give decimals or atol and rtol, not both.")
            return cls(Fraction(1, 2 * 10**decimals), text=f"to {decimals} decimals")
        parts = [f"{name} {value:g}" for name, value in (("±", atol), ("relative", rtol)) if value]
        return cls(
            Fraction(str(atol or 0)), Fraction(str(rtol or 0)), f"tolerance {', '.join(parts)}"
        )


_MOST_BITS = 6_000  # about 1,800 digits: more than anybody writes, few enough to be shown
PRECISIONS = (96, 400, 3000)  # bits, tried in turn until the answer is certain

# A float that stands for an exact value: what rounding in a short calculation leaves. Next
# to 0, or to a reference that is itself a float, that may be a small number of any size.
ROUNDING = Tolerance(Fraction(1, 10**12), Fraction(1, 10**9))
ROUNDING_OF_EXACT = Tolerance(Fraction(0), Fraction(1, 10**9))


def read_scalar(value: Any, what: str = "A number") -> Scalar:
    """One real number.

    Args:
        value: int, Fraction, float, a NumPy number, a SymPy number, a read formula, or a list,
            array or matrix with one of these as its only entry.
        what: what was expected, for the message.

    Raises:
        ResponseError: anything else, NaN, infinity, a complex number.

    >>> read_scalar(0.5).value, read_scalar(sp.sqrt(2)).value
    (Fraction(1, 2), None)
    >>> read_scalar("0.5")
    Traceback (most recent call last):
    mathgrade.errors.ResponseError: A number was expected, received the text '0.5'. ...
    """
    value = unwrapped(value)
    if isinstance(value, (bool, np.bool_)):
        raise ResponseError(f"{what} was expected, received {describe(value)}.", "type.bool")
    if isinstance(value, (int, np.integer, Fraction)):
        exact = Fraction(value if isinstance(value, Fraction) else int(value))
        if max(exact.numerator.bit_length(), exact.denominator.bit_length()) > _MOST_BITS:
            raise ResponseError(
                f"{what} was expected, received one too long to be read.", "number.long"
            )
        return _rational(exact, True)
    if isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            raise _not_finite(what, str(float(value)))
        return _rational(Fraction(float(value)), False, short(float(value)))
    if isinstance(value, sp.Expr) and not isinstance(value, sp.MatrixExpr):
        return _symbolic(value, what)
    if isinstance(value, Node):
        return _formula(value, True)
    if isinstance(value, (complex, np.complexfloating)):
        raise ResponseError(
            f"{what} was expected, received {describe(value)}. If its imaginary part is zero, "
            "hand in the real part (`.real`).",
            "type.complex",
        )
    if is_grid(value):
        shape = getattr(value, "shape", None) or (len(value),)
        raise ResponseError(
            f"Expected a single number, received {describe(value)}"
            f"{'' if hasattr(value, 'shape') else f' (shape {shape_text(shape)})'}.",
            "number.shape",
        )
    hint = " Leave out the quotation marks." if isinstance(value, str) else ""
    raise ResponseError(f"{what} was expected, received {describe(value)}.{hint}", "type.number")


def read_reference(value: Any) -> Scalar:
    """The author's number, which may also be Python text.

    Raises:
        ItemError: it is not a number.
    """
    try:
        if isinstance(value, str):
            return _formula(expression.read(value, NO_NAMES), True)
        return read_scalar(value)
    except ResponseError as error:
        raise ItemError(f"The reference cannot be read as a number: {error.message}") from error


def _rational(value: Fraction, exact: bool, text: str = "") -> Scalar:
    return Scalar(nodes.Number(value), value, exact, text or short_fraction(value))


def short_fraction(value: Fraction) -> str:
    """A rational number as text of bounded length."""
    if max(abs(value.numerator), value.denominator) < 10**15:
        return str(value)
    try:
        return f"{float(value):.12g}"
    except OverflowError:
        return "a very large number"


def _symbolic(value: Any, what: str) -> Scalar:
    if isinstance(value, sp.Rational):
        return _rational(Fraction(int(value.p), int(value.q)), True)
    if value.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise _not_finite(what, str(value))
    if value.free_symbols:
        names = ", ".join(sorted(str(s)[:20] for s in value.free_symbols)[:5])
        raise ResponseError(
            f"{what} was expected; the answer still contains {names}. Put in the values.",
            "number.symbols",
        )
    if isinstance(value, sp.Float):
        exact = sp.Rational(value)
        return _rational(Fraction(int(exact.p), int(exact.q)), False, short(float(value)))
    if value.has(sp.I):
        raise ResponseError(f"{what} was expected, received a complex number.", "type.complex")
    number = _formula(expression.read(value, NO_NAMES), not value.has(sp.Float))
    with contextlib.suppress(UnknownError):
        enclose(number.node, PRECISIONS[0])  # says so if there is no real value
    return number


def _formula(node: Node, exact: bool) -> Scalar:
    value = node.value if isinstance(node, nodes.Number) else None
    if not exact:
        with contextlib.suppress(ResponseError):
            return Scalar(node, value, exact, _decimals_text(node))
    return Scalar(node, value, exact, short_text(node))


def _decimals_text(node: Node) -> str:
    """A number made of floats as one float: 1.41421, not a root times a long fraction."""
    return short(nearest_float(Scalar(node, None, False, "")))


def short_text(node: Node, limit: int = 60) -> str:
    """A formula as text of bounded length."""
    text = expression.to_text(node)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _not_finite(what: str, text: str) -> ResponseError:
    return ResponseError(
        f"{what} was expected, received {text}. Look for a division by zero or a number too large.",
        "number.not-finite",
    )


def needs_exact(received: Scalar, exact: bool) -> None:
    """Refuse a floating-point number where the exact form is asked.

    Raises:
        ResponseError: with what to write instead.
    """
    if exact and not received.exact:
        raise ResponseError(
            f"The exact form is asked, received the decimal number {received.text}. Write roots "
            "and fractions with SymPy, such as sympy.sqrt(2)/2 or sympy.Rational(1, 3).",
            "number.not-exact",
        )


def agree(reference: Scalar, received: Scalar, tolerance: Tolerance | None) -> bool | None:
    """Whether a number is the reference; None where that could not be decided.

    Without a tolerance two exact numbers must be equal, and a float must be
    within rounding of the reference: 1e-9 relative, and 1e-12 absolute next to 0
    or if the reference is a float too.
    """
    if tolerance is None:
        if reference.exact and received.exact:
            return _equal(reference, received)
        tolerance = ROUNDING if _near_zero(reference) else ROUNDING_OF_EXACT
    slack = received.ulp
    for bits in PRECISIONS:
        try:
            low, high = _interval(reference, bits)
            first, last = _interval(received, bits)
        except UnknownError:
            continue
        size = (
            max(Fraction(0), low, -high),
            max(abs(low), abs(high)),
        )  # of the reference: least, most
        limits = [tolerance.absolute + tolerance.relative * s + slack for s in size]
        nearest = max(Fraction(0), low - last, first - high)
        farthest = max(high - first, last - low)
        if farthest <= limits[0]:
            return True
        if nearest > limits[1]:
            return False
    return None


def _near_zero(reference: Scalar) -> bool:
    if not reference.exact:
        return True
    try:
        low, high = _interval(reference, PRECISIONS[0])
    except UnknownError:
        return False
    return low <= 0 <= high


def _interval(number: Scalar, bits: int) -> tuple[Fraction, Fraction]:
    if number.value is not None:
        return number.value, number.value
    return enclose(number.node, bits)


def _equal(reference: Scalar, received: Scalar) -> bool | None:
    if reference.value is not None and received.value is not None:
        return reference.value == received.value
    decision = decide(reference.node, received.node, NO_NAMES)
    return {"equal": True, "undecided": None}.get(str(decision.outcome), False)


def slack_of(
    references: Sequence[Scalar], received: Sequence[Scalar], tolerance: Tolerance | None
) -> Slack | None:
    """How near a number has to be for :func:`~mathgrade.equality.diagnosis.diagnose`."""
    if tolerance is None and all(number.exact for number in (*references, *received)):
        return None
    tolerance = tolerance or ROUNDING
    return Slack(tolerance.absolute, tolerance.relative)


def decimals_of(numbers: Sequence[Scalar]) -> int | None:
    """How many decimals numbers are written with, the longest of them; None if that says nothing.

    >>> decimals_of([read_scalar(0.005), read_scalar(0.2413)]), decimals_of([read_scalar(0.5)])
    (4, None)
    """
    written = [_decimals(number) for number in numbers]
    if not any(digits >= 2 and places >= 1 for digits, places in written):
        return None  # 0 and 1 are near many things
    return max(places for _, places in written)


def _decimals(number: Scalar) -> tuple[int, int]:
    """How many digits a float is written with, and how many of them after the point."""
    if number.exact or number.value is None:
        return 0, 0
    parts = Decimal(repr(float(number.value))).normalize().as_tuple()
    exponent = parts.exponent if isinstance(parts.exponent, int) else 0
    return len(parts.digits), max(-exponent, 0)


def nearest_float(number: Scalar) -> float:
    """The number as a float.

    Raises:
        ResponseError: it is too large for one.
    """
    try:
        low, high = _interval(number, PRECISIONS[0])
        return float((low + high) / 2)
    except UnknownError:
        raise ResponseError("The number could not be evaluated.", "number.unknown") from None
    except OverflowError:
        raise ResponseError("The number is too large.", "number.not-finite") from None
