"""When a student's symbol may stand for the instructor's.

Students declare ``x`` again, to be real or positive; a test that uses ``x`` then means
theirs. A symbol that is assumed to be zero, or a number in its place, is another matter.
"""

from __future__ import annotations

from typing import Any

__all__ = ["is_symbolic", "same_symbols"]

_HARMLESS_WORDS = """
    commutative complex extended_nonnegative extended_nonzero extended_positive extended_real
    finite integer nonnegative nonzero positive rational real
"""
_HARMLESS = frozenset(_HARMLESS_WORDS.split())


def is_symbolic(value: Any) -> bool:
    """Whether it is a SymPy expression with symbols in it, or an undefined function."""
    from sympy import Basic, Symbol
    from sympy.core.function import UndefinedFunction

    if isinstance(value, UndefinedFunction):
        return True
    return isinstance(value, Basic) and bool(value.atoms(Symbol))


def same_symbols(theirs: Any, ours: Any) -> bool:
    """Whether theirs is ours, with symbols that may assume more but decide no answer.

    >>> from sympy import Symbol
    >>> same_symbols(Symbol("x", real=True) ** 2, Symbol("x") ** 2)
    True
    >>> same_symbols(Symbol("x", zero=True), Symbol("x"))
    False
    """
    from sympy import Basic, Symbol

    todo = [(theirs, ours)]
    while todo:
        one, other = todo.pop()
        if type(one) is not type(other):
            return False
        if isinstance(other, Symbol):
            if one != other and not _differs_harmlessly(one, other):
                return False
        elif not isinstance(other, Basic) or not other.args:
            if one != other:
                return False
        elif len(one.args) != len(other.args):
            return False
        else:
            todo += zip(one.args, other.args, strict=True)
    return True


def _differs_harmlessly(theirs: Any, ours: Any) -> bool:
    assumed = getattr(theirs, "_assumptions_orig", theirs.assumptions0)
    return bool(theirs.name == ours.name) and all(k in _HARMLESS and v for k, v in assumed.items())
