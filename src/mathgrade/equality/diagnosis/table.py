"""The library: every edit, the most telling first. To add a mistake, add a row to its file."""

from __future__ import annotations

from mathgrade.equality.diagnosis.calculus import CALCULUS, RULES
from mathgrade.equality.diagnosis.edit import Edit
from mathgrade.equality.diagnosis.factors import (
    COEFFICIENTS,
    DIFFERENCE,
    FACTORS,
    PARTS,
    RECIPROCALS,
)
from mathgrade.equality.diagnosis.functions import FUNCTIONS, NAMES
from mathgrade.equality.diagnosis.indices import CASES, DELTAS, INDICES, SUMS
from mathgrade.equality.diagnosis.matrices import MATRICES, MATRIX_FORMULAS
from mathgrade.equality.diagnosis.numbers import NUMBERS, ROUNDING
from mathgrade.equality.diagnosis.signs import SIGNS, TERM_SIGNS

__all__ = ["EDITS"]

EDITS: tuple[Edit, ...] = (
    *ROUNDING,
    *NUMBERS,
    *SIGNS,
    *FACTORS,
    *MATRICES,
    *MATRIX_FORMULAS,
    *INDICES,
    *RULES,
    *SUMS,
    *DELTAS,
    *TERM_SIGNS,
    *CALCULUS,
    *FUNCTIONS,
    *NAMES,
    *RECIPROCALS,
    *PARTS,
    *DIFFERENCE,
    *COEFFICIENTS,
    *CASES,
)
