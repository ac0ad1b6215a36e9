"""A singular value decomposition, marked by what defines one, in any of its legal forms.

A = U Σ Vᵀ with orthonormal columns of U and V and a diagonal Σ of non-negative,
descending numbers (Golub and Van Loan, Matrix Computations, theorem 2.4.1). The
factors are not unique: pairs of columns may change sign, equal singular values
may turn their vectors, Σ may be written full, thin or as a vector. So nothing is
compared with a key; every property is tested on the factors that came.

What a trivial answer has by itself earns nothing: orthonormal columns count only
where they are singular vectors *of A* (U Uᵀ-conjugates of A Aᵀ are diagonal), the
product only where U and V are orthonormal, the order only where the values are right.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from mathgrade.answers.answer import AnswerTest, Share, exact_share
from mathgrade.answers.drawing import columns_picture
from mathgrade.answers.received import read_grid, shape_text
from mathgrade.answers.svd_factors import (
    Factors,
    cut,
    read_factors,
    read_floats,
    svd_latex,
    wrong_shape,
)
from mathgrade.answers.svd_properties import (
    Problem,
    is_identity,
    norm,
    product_fits,
    wrong_order,
    wrong_product,
    wrong_values,
    wrong_vectors,
)
from mathgrade.errors import ItemError, ResponseError
from mathgrade.picture import Arrows
from mathgrade.verdict import Finding, Outcome, Verdict

__all__ = ["SVD"]

SHARES = {
    "values": Fraction(1, 5),
    "order": Fraction(1, 10),
    "left": Fraction(1, 5),
    "right": Fraction(1, 5),
    "transposed": Fraction(1, 10),
    "product": Fraction(1, 5),
}
CRITERIA = {
    "values": "Σ holds the singular values of {name}",
    "order": "Σ is diagonal, non-negative and in descending order",
    "left": "The columns of U are orthonormal singular vectors of {name}",
    "right": "The columns of V are orthonormal singular vectors of {name}",
    "transposed": "Vᵀ is given, not V",
    "product": "U Σ Vᵀ = {name}",
}
_LOOSE = 1e-2  # factors that fit to this were rounded, not wrong


@dataclass(frozen=True)
class SVD(AnswerTest):
    """The decomposition of a matrix, handed in as ``(U, S, Vt)``.

    Args:
        reference: the matrix A itself, real, of shape (m, n).
        atol: how far a property may be off, relative to the norm of A.
        name: what the question calls the matrix.
        rounded: what a right decomposition is worth that has too few digits; left out, it
            earns what properties it still has.

    U is (m, m) or (m, p), Vt is (n, n) or (p, n) with p = min(m, n), or a smaller p down to
    the rank; S is a vector, (p, p) or as large as U and Vt ask.

    >>> SVD([[3, 0], [0, 2]]).mark(np.linalg.svd(np.diag([3.0, 2.0]))).outcome.value
    'correct'
    >>> SVD([[3, 1], [0, 2]]).mark((np.array([[3, 1], [0, 2]]), np.eye(2), np.eye(2))).credit
    Fraction(0, 1)
    """

    reference: Any
    _: KW_ONLY
    atol: float = 1e-8
    name: str = "A"
    rounded: Share | None = None

    def _mark(self, response: object, _source: str) -> Verdict:
        A = self._matrix()
        factors = read_factors(response)
        with np.errstate(all="ignore"):
            fitted = _fit(A, factors, self.atol)
            if isinstance(fitted, Verdict):
                return fitted
            verdict = _judge(A, fitted, self.atol, self.name)
            if verdict.outcome is not Outcome.CORRECT and self.atol < _LOOSE:
                loose = _fit(A, factors, _LOOSE)
                if (
                    not isinstance(loose, Verdict)
                    and _judge(A, loose, _LOOSE, self.name).credit == 1
                ):
                    verdict = self._rounded(verdict)
        return verdict

    def _rounded(self, verdict: Verdict) -> Verdict:
        if self.rounded is None:
            return verdict.with_finding(_ROUNDED, first=True)
        share = exact_share(self.rounded)
        right = Finding("Right as far as the digits go", True, share)
        return Verdict.of((right, replace(_ROUNDED, share=1 - share)))

    def form(self, response: object) -> str:
        return svd_latex(response, self._matrix().shape)

    def _matrix(self) -> Any:
        try:
            grid = read_grid(self.reference)
            if len(grid.shape) == 2:
                return read_floats(grid, "the reference")
            reason = f"it has shape {shape_text(grid.shape)}"
        except ResponseError as error:
            reason = error.message
        raise ItemError(f"The reference of an SVD must be a matrix: {reason}")


_ROUNDED = Finding(
    "Enough digits are given",
    False,
    message="The factors fit only roughly: they look rounded. Hand in all digits, or exact forms.",
    note="svd.rounded",
)


def _fit(A: Any, factors: list[Any], tolerance: float) -> Factors | Verdict:
    """The factors cut to size, Vt turned round if V was given; or what is wrong with the shapes."""
    U, S, Vt = factors
    shapes = (U.shape, S.shape, Vt.shape)
    straight = wrong_shape(A.shape, shapes)
    turned = Vt.ndim == 2 and not wrong_shape(A.shape, (U.shape, S.shape, Vt.T.shape))
    if straight and not turned:
        return Verdict.incorrect(straight, "svd.shape", criterion="The factors fit together")
    if not straight:
        given = cut(U, S, Vt)
        if not turned or not _better_turned(A, given, cut(U, S, Vt.T), tolerance):
            return given
    return replace(cut(U, S, Vt.T), transposed=True)


def _better_turned(A: Any, given: Factors, turned: Factors, tolerance: float) -> bool:
    if product_fits(A, given, tolerance):
        return False
    if product_fits(A, turned, tolerance):
        return True
    # The product may fail for another reason: look at the vectors alone.
    as_given = wrong_vectors(A.T, given.all_right.T, tolerance, "")
    return bool(as_given) and not wrong_vectors(A.T, turned.all_right.T, tolerance, "")


def _judge(A: Any, f: Factors, tolerance: float, name: str) -> Verdict:
    true = np.linalg.svd(A, compute_uv=False)
    values = wrong_values(f, true, tolerance * norm(A), name)
    order = wrong_order(f, tolerance * norm(A)) if not values else _WAITS["order"]
    left = wrong_vectors(A, f.all_left, tolerance, name)
    right = wrong_vectors(A.T, f.all_right.T, tolerance, name)
    product = wrong_product(A, f, tolerance, name) if not (left or right) else _WAITS["product"]
    if values and product:
        # The identity has orthonormal columns without anything having been computed.
        left = left or (_identity(name) if is_identity(f.all_left) else None)
        right = right or (_identity(name) if is_identity(f.all_right) else None)
    turned = _TURNED if f.transposed else (_WAITS["transposed"] if right else None)
    problems = {
        "values": values,
        "order": order,
        "left": left,
        "right": right,
        "transposed": turned,
        "product": product,
    }
    drawn = {"left": columns_picture(f.all_left, "u"), "right": columns_picture(f.all_right.T, "v")}
    return Verdict.of(
        _finding(key, problem, name, drawn.get(key)) for key, problem in problems.items()
    )


_WAITS: dict[str, Problem] = {
    "order": ("This counts once the singular values are right.", "svd.not-counted", None),
    "product": (
        "This counts once the columns of U and V are orthonormal singular vectors.",
        "svd.not-counted",
        None,
    ),
    "transposed": ("This counts once the columns of V are right.", "svd.not-counted", None),
}
_TURNED: Problem = (
    "You handed in V where Vᵀ is due: its rows, not its columns, are the singular vectors. "
    "numpy.linalg.svd returns Vᵀ already; transpose only a V of your own.",
    "svd.v-not-transposed",
    None,
)


def _identity(name: str) -> Problem:
    return (
        f"The identity matrix is orthonormal, but its columns were not found from {name}.",
        "svd.identity",
        None,
    )


def _finding(key: str, problem: Problem | None, name: str, picture: Arrows | None) -> Finding:
    criterion = CRITERIA[key].format(name=name)
    if problem is None:
        return Finding(criterion, True, SHARES[key])
    message, note, witness = problem
    shows = picture if note == "svd.not-orthonormal" else None
    return Finding(criterion, False, SHARES[key], message, note, witness, shows)
