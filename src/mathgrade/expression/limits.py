"""How big a formula may be. Checked before any work is done on it."""

from __future__ import annotations

from fractions import Fraction

from mathgrade.errors import ResponseError
from mathgrade.expression.nodes import Node, Number

__all__ = ["MAX_DEPTH", "MAX_DIGITS", "MAX_ENTRIES", "MAX_LENGTH", "MAX_NODES", "number"]

MAX_LENGTH = 100_000  # characters of text
MAX_DEPTH = 200  # levels of nesting
MAX_NODES = 200_000  # nodes of the tree
MAX_DIGITS = 2_000  # digits of a number, or size of its decimal exponent
MAX_ENTRIES = 10_000  # entries of a matrix


def number(text: str) -> Node:
    """An exact number from its decimal text: ``0.1`` is one tenth.

    Raises:
        ResponseError: not a decimal number, or one with more digits than anyone needs.

    >>> number("2.5e-1")
    Number(value=Fraction(1, 4))
    """
    mantissa, _, exponent = text.lower().replace("_", "").partition("e")
    long = len(mantissa) > MAX_DIGITS or len(exponent) > 5
    if long or (exponent and abs(int(exponent)) > MAX_DIGITS):
        raise ResponseError(f"The number {text[:20]}… has too many digits.", "expression.too-big")
    try:
        return Number(Fraction(text))
    except ValueError:
        raise ResponseError(f"{text!r} is not a number.", "expression.number") from None
