"""When a student's symbol may stand for the instructor's.

Students declare ``x`` again, to be real or positive; a test that uses ``x`` then means
theirs. A symbol that is assumed to be zero, or a number in its place, is another matter.
"""

from __future__ import annotations

from typing import Any

__all__ = ["is_symbol", "same_symbol"]

_HARMLESS_WORDS = """
    commutative complex extended_nonnegative extended_nonzero extended_positive extended_real
    finite integer nonnegative nonzero positive rational real
"""
_HARMLESS = frozenset(_HARMLESS_WORDS.split())


def is_symbol(value: Any) -> bool:
    """Whether it is an ordinary SymPy symbol."""
    from sympy import Symbol

    return type(value) is Symbol


def same_symbol(theirs: Any, ours: Any) -> bool:
    """Whether theirs has the name of ours and assumes nothing that decides an answer."""
    if not is_symbol(theirs) or theirs.name != ours.name:
        return False
    assumed = getattr(theirs, "_assumptions_orig", theirs.assumptions0)
    return bool(theirs == ours) or all(k in _HARMLESS and v for k, v in assumed.items())
