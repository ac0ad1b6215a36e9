"""Elementary laws, as a person counts them: a row each, with what they say.

A step is measured by the smallest set of these that takes one side to the other. Order,
brackets, common denominators, the name of an index and what a student's own short name stands
for are no laws at all. To count something else as a law, change a row.
"""

from __future__ import annotations

from dataclasses import dataclass

from mathgrade.equality.symbolic import LAWS

__all__ = [
    "DEFINITION",
    "EARLIER",
    "FRACTION",
    "FREE",
    "MATRIX_LAWS",
    "QUOTIENT",
    "ROOTS",
    "STEP_LAWS",
    "StepLaw",
    "law_text",
]


@dataclass(frozen=True, slots=True)
class StepLaw:
    """One elementary law.

    Attributes:
        name: by which it is counted.
        says: for people, behind "this step uses".
        laws: what the engine may use when it is on.
    """

    name: str
    says: str
    laws: frozenset[str] = frozenset()


def _named(*starts: str) -> frozenset[str]:
    found = frozenset(law.name for law in LAWS if law.name.startswith(starts))
    missing = [s for s in starts if not any(name.startswith(s) for name in found)]
    if missing:
        raise ValueError(f"no law starts with {missing[0]}")
    return found


_LINEAR = _named("derivative.constant", "derivative.terms", "derivative.factor", "derivative.sum")
FREE = _named("max.", "min.", "cos.even", "sin.odd", "abs.", "sum.number")
"""What may always be used."""

QUOTIENT = _named("exp.quotient")

DEFINITION = StepLaw("definition", "a definition put in")
FRACTION = StepLaw("fraction", "a factor cancelled in a fraction")
ROOTS = StepLaw("root", "a law of roots", _named("root."))
MATRIX_LAWS = (
    StepLaw("product", "matrices multiplied out or added up"),
    StepLaw("transpose", "a law of transposes"),
    StepLaw("inverse", "a law of inverses"),
)
EARLIER = StepLaw("earlier", "an earlier line put in")

STEP_LAWS: tuple[StepLaw, ...] = (
    DEFINITION,
    StepLaw("exponent", "a law of exponents", _named("exp.", "root.of-exp", "product.exp")),
    StepLaw("logarithm", "a law of logarithms", _named("log.", "exp.of-log")),
    StepLaw("sum", "a law of sums: a factor taken out, a sum split", _named("sum.", "product.")),
    FRACTION,
    ROOTS,
    StepLaw(
        "rule",
        "a rule of differentiation: sum, product, quotient or power",
        _LINEAR | _named("derivative.quotient", "derivative.power", "derivative.product"),
    ),
    StepLaw(
        "derivative",
        "an elementary derivative, or the chain rule",
        _LINEAR
        | _named(
            "derivative.variable",
            "derivative.exp",
            "derivative.log",
            "derivative.root",
            "derivative.chain",
            "sum.delta",
        ),
    ),
)


def law_text(names: frozenset[str]) -> str:
    """Some laws in words, in the order of the table.

    >>> law_text(frozenset({"sum", "exponent"}))
    'a law of exponents; a law of sums: a factor taken out, a sum split'
    """
    return "; ".join(law.says for law in (*STEP_LAWS, *MATRIX_LAWS, EARLIER) if law.name in names)
