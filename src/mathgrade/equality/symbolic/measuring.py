"""Whether two formulas agree by some of the laws: how big a step from one to the other is.

Where :func:`mathgrade.equality.symbolic.prove` asks whether two formulas are equal at all, this
asks which laws it takes. Formulas are evaluated with the other laws switched off, so that
what these would take apart stays as it was written. Whether both sides are defined is
no concern here: that the step is true is settled elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mathgrade.equality.definitions import Definitions
from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.evaluate import Evaluator
from mathgrade.equality.symbolic.functions import ScaleError
from mathgrade.equality.symbolic.grids import Grid, Value
from mathgrade.equality.symbolic.laws import by_head
from mathgrade.equality.symbolic.places import NeedCaseError, Pattern, Place
from mathgrade.equality.symbolic.proving import led_to
from mathgrade.equality.symbolic.ring import (
    FullRingError,
    NotCoveredError,
    Polynomial,
    Ratio,
    Ring,
)
from mathgrade.equality.symbolic.vanishing import vanishes
from mathgrade.expression import Context, Node

__all__ = ["agree", "opened"]

RINGS = (20, 64, 160)
MAX_PATTERNS = 40
MAX_ENTRIES = 100


def opened(
    context: Context,
    definitions: Definitions,
    pattern: Pattern,
    *,
    laws: Iterable[str] = (),
    hidden: Iterable[str] = (),
    scale: int = 1,
    size: int = RINGS[1],
) -> Evaluator:
    """An evaluator in which only some laws hold and some definitions are not looked into.

    Args:
        laws: names of the laws that may be used.
        hidden: defined names that stay names.
        size: how many atoms there is room for.
    """
    shut: Mapping[str, frozenset[str]] = {name: led_to(name, definitions) for name in hidden}
    algebra = Algebra(
        Ring(size), context, pattern, by_head(laws), complete=False, hidden=shut, scale=scale
    )
    algebra.noting = False
    return Evaluator(algebra, definitions)


def agree(
    left: Node,
    right: Node,
    context: Context,
    definitions: Definitions,
    pattern: Pattern,
    *,
    laws: frozenset[str],
    hidden: Iterable[str] = (),
    fractions: bool = False,
    identities: bool = False,
) -> bool | None:
    """Whether both sides come out the same by these laws alone, in every case of indices.

    Args:
        pattern: which free indices are known to be equal or distinct.
        laws: names of laws of :data:`mathgrade.equality.symbolic.LAWS`.
        hidden: defined names whose definition may not be used.
        fractions: whether a factor shared by numerator and denominator may be cancelled;
            if not, numerators and denominators must agree apart from a number.
        identities: whether √a √a = a and sin² + cos² = 1 may be used.

    Returns:
        None where a formula is outside what the laws speak of.
    """
    todo, done = [pattern], 0
    ring, scale = 0, 1
    hidden = tuple(hidden)
    while todo:
        case = todo.pop()
        done += 1
        if done > MAX_PATTERNS:
            return None
        evaluator = opened(
            context, definitions, case, laws=laws, hidden=hidden, scale=scale, size=RINGS[ring]
        )
        try:
            values = [evaluator.go(side, {}) for side in (left, right)]
            if not all(
                _alike(evaluator.algebra, a, b, fractions, identities) for a, b in _entries(*values)
            ):
                return False
        except NeedCaseError as question:
            todo += case.split(question.left, question.right)
        except ScaleError as error:
            scale = error.scale
            todo.append(case)
        except FullRingError:
            ring += 1
            if ring == len(RINGS):
                return None
            todo.append(case)
        except (NotCoveredError, RecursionError, OverflowError):
            return None
    return True


def _entries(left: Value, right: Value) -> Iterable[tuple[Ratio, Ratio]]:
    if isinstance(left, Ratio) and isinstance(right, Ratio):
        return [(left, right)]
    if not isinstance(left, Grid) or not isinstance(right, Grid):
        raise NotCoveredError("a matrix and a number")
    rows, columns = left.rows, left.columns
    if (rows, columns) != (right.rows, right.columns):
        raise NotCoveredError("matrices of different shapes")
    if not isinstance(rows, int) or not isinstance(columns, int) or rows * columns > MAX_ENTRIES:
        raise NotCoveredError("matrices that cannot be compared entry by entry")
    places: list[tuple[Place, Place]] = [
        (("", r), ("", c)) for r in range(1, rows + 1) for c in range(1, columns + 1)
    ]
    return [(left.at(*p), right.at(*p)) for p in places]


def _alike(a: Algebra, left: Ratio, right: Ratio, fractions: bool, identities: bool) -> bool:
    if identities:
        if not vanishes(a, left - right):
            return False
    elif not (left.n * right.d - right.n * left.d).is_zero():
        return False
    if fractions or left.n.is_zero():
        return True
    return _proportional(left.n, right.n) and _proportional(left.d, right.d)


def _proportional(left: Polynomial, right: Polynomial) -> bool:
    """Whether two polynomials differ by a number as factor only."""
    return bool(left * right.leading_coefficient() == right * left.leading_coefficient())
