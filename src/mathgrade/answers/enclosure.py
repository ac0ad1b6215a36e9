"""The value of an exact number, as two rationals it certainly lies between."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mathgrade.equality.balls import UNDEFINED, evaluate
from mathgrade.equality.case import Case
from mathgrade.equality.ground import Grounder, IllFormedError
from mathgrade.equality.program import Program, TooBigError
from mathgrade.errors import ResponseError
from mathgrade.expression import Context, Node, to_text

__all__ = ["UnknownError", "enclose"]


class UnknownError(Exception):
    """A value that could not be enclosed at the precision asked."""


def enclose(node: Node, bits: int) -> tuple[Fraction, Fraction]:
    """Two rationals with the value of a formula without names between them.

    Args:
        node: the formula.
        bits: precision of the evaluation.

    Raises:
        ResponseError: it has no real value, such as 1/0 or the root of -1.
        UnknownError: nothing certain can be said at this precision.

    >>> from mathgrade.expression import read
    >>> low, high = enclose(read("sqrt(2)", {}), 64)
    >>> low**2 < 2 < high**2
    True
    """
    program = Program()
    try:
        step = Grounder(program, Context(), Case({}, ())).ground(node)
    except (IllFormedError, TooBigError) as error:
        raise ResponseError(f"The number cannot be evaluated: {error}.", "number.unknown") from None
    place = step if isinstance(step, int) else step[0][0]
    value: Any = evaluate(program, program.reachable([place]), {}, bits, last=True)[place]
    if value is UNDEFINED:
        raise ResponseError(
            f"{to_text(node)[:60]} has no real value. Look for a division by zero or a root or "
            "logarithm of a negative number.",
            "number.undefined",
        )
    if hasattr(value, "rad"):
        if not value.is_finite():
            raise UnknownError
        middle, radius = _dyadic(value.mid()), _dyadic(value.rad())
        return middle - radius, middle + radius
    exact = Fraction(int(value.p), int(value.q))
    return exact, exact


def _dyadic(value: Any) -> Fraction:
    mantissa, exponent = (int(part) for part in value.man_exp())
    if abs(exponent) > 1_000_000:
        raise UnknownError
    return Fraction(mantissa) * Fraction(2) ** exponent
