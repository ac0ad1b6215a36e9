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

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from mathgrade.answers.answer import AnswerTest
from mathgrade.answers.entries import Numbers, matrix_latex
from mathgrade.answers.received import Grid, describe, is_grid, read_grid, shape_text, short
from mathgrade.answers.scalar import nearest_float, read_scalar
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Finding, Outcome, Verdict, Witness

__all__ = ["SVD", "svd_latex"]

SHARES = {
    "values": Fraction(1, 5),
    "order": Fraction(1, 10),
    "left": Fraction(1, 5),
    "right": Fraction(1, 5),
    "transposed": Fraction(1, 10),
    "product": Fraction(1, 5),
}
CRITERIA = {
    "values": "Σ holds the singular values of A",
    "order": "Σ is diagonal, non-negative and in descending order",
    "left": "The columns of U are orthonormal singular vectors of A",
    "right": "The columns of V are orthonormal singular vectors of A",
    "transposed": "Vᵀ is given, not V",
    "product": "U Σ Vᵀ = A",
}
_LOOSE = 1e-2  # factors that fit to this were rounded, not wrong


@dataclass(frozen=True)
class SVD(AnswerTest):
    """The decomposition of a matrix, handed in as ``(U, S, Vt)``.

    Args:
        reference: the matrix A itself, real, of shape (m, n).
        atol: how far a property may be off, relative to the norm of A.

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

    def _mark(self, response: object, _source: str) -> Verdict:
        A = self._matrix()
        factors = _read(response)
        with np.errstate(all="ignore"):
            fitted = _fit(A, factors, self.atol)
            if isinstance(fitted, Verdict):
                return fitted
            verdict = _judge(A, fitted, self.atol)
            if verdict.outcome is not Outcome.CORRECT and self.atol < _LOOSE:
                loose = _fit(A, factors, _LOOSE)
                if not isinstance(loose, Verdict) and _judge(A, loose, _LOOSE).credit == 1:
                    verdict = verdict.with_finding(_ROUNDED, first=True)
        return verdict

    def form(self, response: object) -> str:
        return svd_latex(response, self._matrix().shape)

    def _matrix(self) -> Any:
        try:
            grid = read_grid(self.reference)
            if len(grid.shape) == 2:
                return _floats(grid, "the reference")
            reason = f"it has shape {shape_text(grid.shape)}"
        except ResponseError as error:
            reason = error.message
        raise ItemError(f"The reference of an SVD must be a matrix: {reason}")


_ROUNDED = Finding(
    "Digits",
    False,
    message="The factors fit only roughly: they look rounded. Hand in all digits, or exact forms.",
    note="svd.rounded",
)


@dataclass(frozen=True, slots=True)
class _Factors:
    """U (m, p), the p diagonal values and Vt (p, n), cut to the columns that meet."""

    U: Any
    values: Any
    Vt: Any
    all_left: Any
    all_right: Any
    diagonal: bool = True
    transposed: bool = False


def _grids(response: object) -> list[Grid]:
    if not isinstance(response, (tuple, list)) or len(response) != 3:
        raise ResponseError(
            f"Three factors were expected, (U, S, Vt); received {describe(response)}.",
            "svd.not-three",
        )
    grids = []
    for name, part in zip(("U", "S", "Vt"), response, strict=True):
        if not is_grid(part):
            raise ResponseError(
                f"{name} should be a matrix, received {describe(part)}.", "svd.not-a-matrix"
            )
        try:
            grids.append(read_grid(part))
        except ResponseError as error:
            raise ResponseError(f"{name}: {error.message}", error.note) from error
    return grids


def _read(response: object) -> list[Any]:
    return [
        _floats(grid, name) for name, grid in zip(("U", "S", "Vt"), _grids(response), strict=True)
    ]


def _floats(grid: Grid, name: str) -> Any:
    numbers = []
    for position, entry in enumerate(grid.entries):
        try:
            numbers.append(nearest_float(read_scalar(entry)))
        except ResponseError as error:
            place = grid.place(position)
            raise ResponseError(f"{name}, {place}: {error.message}", error.note) from error
    return np.array(numbers).reshape(grid.shape)


def svd_latex(response: object, shape: tuple[int, ...] | None = None) -> str:
    """How a decomposition is read.

    Args:
        response: ``(U, S, Vt)``.
        shape: of the matrix decomposed; None if any will do.

    Raises:
        ResponseError: it is not three matrices of numbers, or their shapes do not fit.
    """
    parts = _grids(response)
    if shape is not None:
        wrong = _wrong_shape(shape, tuple(part.shape for part in parts))
        if wrong:
            raise ResponseError(wrong, "svd.shape")
    _read(response)
    shown = [_latex(part) for part in parts]
    return rf"U = {shown[0]},\quad \Sigma = {shown[1]},\quad V^{{T}} = {shown[2]}"


def _latex(grid: Grid) -> str:
    return matrix_latex(Numbers(), grid)


def _wrong_shape(shape: tuple[int, ...], received: Sequence[tuple[int, ...]]) -> str:
    """What is wrong with the shapes of (U, S, Vt) for an A of this shape; empty if nothing."""
    m, n = shape
    p = min(m, n)
    left, middle, right = received
    sizes = f"A has shape {shape_text(shape)}"
    if len(left) != 2 or left[0] != m or not (left[1] <= p or left[1] == m):
        due = " or ".join(dict.fromkeys([shape_text((m, m)), shape_text((m, p))]))
        return f"U: expected shape {due}, received {shape_text(left)} ({sizes})."
    if len(right) != 2 or right[1] != n or not (right[0] <= p or right[0] == n):
        due = " or ".join(dict.fromkeys([shape_text((n, n)), shape_text((p, n))]))
        return f"Vt: expected shape {due}, received {shape_text(right)} ({sizes})."
    k = min(left[1], right[0])
    k = min(k, p)
    legal = {(k,), (k, k), (k, 1), (1, k), (left[1], right[0])}
    if middle not in legal:
        due = " or ".join(
            dict.fromkeys([shape_text((k,)), shape_text((k, k)), shape_text((left[1], right[0]))])
        )
        return (
            f"S: expected shape {due}, received {shape_text(middle)} "
            f"(U has shape {shape_text(left)}, Vt has shape {shape_text(right)})."
        )
    return ""


def _fit(A: Any, factors: list[Any], tolerance: float) -> _Factors | Verdict:
    """The factors cut to size, Vt turned round if V was given; or what is wrong with the shapes."""
    U, S, Vt = factors
    shapes = (U.shape, S.shape, Vt.shape)
    straight = _wrong_shape(A.shape, shapes)
    turned = Vt.ndim == 2 and not _wrong_shape(A.shape, (U.shape, S.shape, Vt.T.shape))
    if straight and not turned:
        return Verdict.incorrect(straight, "svd.shape", criterion="The factors fit together")
    if not straight:
        given = _cut(U, S, Vt)
        if not turned or not _better_turned(A, given, _cut(U, S, Vt.T), tolerance):
            return given
    return replace(_cut(U, S, Vt.T), transposed=True)


def _cut(U: Any, S: Any, Vt: Any) -> _Factors:
    vector = S.ndim == 1 or (1 in S.shape and S.shape != (U.shape[1], Vt.shape[0]))
    values = S.ravel() if vector else np.diagonal(S)
    off = 0.0 if vector else np.abs(S - _rectangle(values, S.shape)).max()
    size = max(float(np.abs(S).max()), 1e-300)
    k = min(len(values), U.shape[1], Vt.shape[0])
    return _Factors(U[:, :k], values[:k], Vt[:k], U, Vt, diagonal=bool(off <= 1e-8 * size))


def _rectangle(values: Any, shape: tuple[int, int]) -> Any:
    full = np.zeros(shape)
    full[range(len(values)), range(len(values))] = values
    return full


def _better_turned(A: Any, given: _Factors, turned: _Factors, tolerance: float) -> bool:
    if _product_fits(A, given, tolerance):
        return False
    if _product_fits(A, turned, tolerance):
        return True
    # The product may fail for another reason: look at the vectors alone.
    as_given = _vectors(A.T, given.all_right.T, tolerance)
    return bool(as_given) and not _vectors(A.T, turned.all_right.T, tolerance)


def _product_fits(A: Any, f: _Factors, tolerance: float) -> bool:
    return bool(np.abs((f.U * f.values) @ f.Vt - A).max() <= tolerance * _norm(A))


def _norm(A: Any) -> float:
    return float(np.linalg.norm(A, 2)) or 1.0


def _judge(A: Any, f: _Factors, tolerance: float) -> Verdict:
    true = np.linalg.svd(A, compute_uv=False)
    values = _wrong_values(f, true, tolerance * _norm(A))
    order = _wrong_order(f, tolerance * _norm(A)) if not values else _WAITS["order"]
    left = _vectors(A, f.all_left, tolerance)
    right = _vectors(A.T, f.all_right.T, tolerance)
    product = _wrong_product(A, f, tolerance) if not (left or right) else _WAITS["product"]
    if values and product:
        # The identity has orthonormal columns without anything having been computed.
        left = left or (_IDENTITY if _is_identity(f.all_left) else None)
        right = right or (_IDENTITY if _is_identity(f.all_right) else None)
    turned = _TURNED if f.transposed else (_WAITS["transposed"] if right else None)
    problems = {
        "values": values,
        "order": order,
        "left": left,
        "right": right,
        "transposed": turned,
        "product": product,
    }
    return Verdict.of(_finding(key, problem) for key, problem in problems.items())


_Problem = tuple[str, str, Witness | None]

_WAITS: dict[str, _Problem] = {
    "order": ("This counts once the singular values are right.", "svd.not-counted", None),
    "product": (
        "This counts once the columns of U and V are orthonormal singular vectors.",
        "svd.not-counted",
        None,
    ),
    "transposed": ("This counts once the columns of V are right.", "svd.not-counted", None),
}
_IDENTITY: _Problem = (
    "The identity matrix is orthonormal, but its columns were not found from A.",
    "svd.identity",
    None,
)
_TURNED: _Problem = (
    "You handed in V where Vᵀ is due: its rows, not its columns, are the singular vectors. "
    "numpy.linalg.svd returns Vᵀ already; transpose only a V of your own.",
    "svd.v-not-transposed",
    None,
)


def _finding(key: str, problem: _Problem | None) -> Finding:
    if problem is None:
        return Finding(CRITERIA[key], True, SHARES[key])
    message, note, witness = problem
    return Finding(CRITERIA[key], False, SHARES[key], message, note, witness)


def _wrong_values(f: _Factors, true: Any, tolerance: float) -> _Problem | None:
    if not f.diagonal:
        return ("Σ has entries off its diagonal; they must be zero.", "svd.not-diagonal", None)
    padded = np.zeros(len(true))
    padded[: len(f.values)] = np.sort(np.abs(f.values))[::-1]
    if bool((np.abs(padded - true) <= tolerance).all()):
        return None
    received = Witness({}, short(f.values), short(true))
    if bool((np.abs(padded - true**2) <= tolerance * max(1.0, float(true[0]))).all()):
        return (
            "These are the eigenvalues of AᵀA; the singular values are their square roots.",
            "svd.eigenvalues",
            received,
        )
    return (
        "These are not the singular values of A: the square roots of the eigenvalues of AᵀA.",
        "svd.values",
        received,
    )


def _wrong_order(f: _Factors, tolerance: float) -> _Problem | None:
    if bool((f.values < -tolerance).any()):
        return (
            "A singular value is never negative: give its sign to a column of U or of V.",
            "svd.negative",
            Witness({}, short(f.values)),
        )
    if bool((np.diff(f.values) > tolerance).any()):
        return (
            "The singular values stand from the largest to the smallest; reorder them together "
            "with the columns of U and the rows of Vᵀ.",
            "svd.not-ordered",
            Witness({}, short(f.values)),
        )
    return None


def _vectors(A: Any, U: Any, tolerance: float) -> _Problem | None:
    """What keeps the columns of U from being orthonormal left singular vectors of A."""
    gram = U.T @ U
    off = np.abs(gram - np.eye(len(gram)))
    if not bool((off <= tolerance).all()):
        i, j = (int(k) for k in np.unravel_index(int(np.nanargmax(off)), off.shape))
        if i == j:
            return (
                f"Column {i + 1} has length {short(float(np.sqrt(gram[i, i])))}; it must be 1.",
                "svd.not-orthonormal",
                None,
            )
        return (
            f"Columns {i + 1} and {j + 1} are not at right angles: their product is "
            f"{short(float(gram[i, j]))}.",
            "svd.not-orthonormal",
            None,
        )
    turned = U.T @ A
    square = turned @ turned.T
    off = np.abs(square - np.diag(np.diagonal(square)))
    if bool((off <= tolerance * _norm(A) ** 2).all()):
        return None
    return (
        "The columns are orthonormal, but they are not singular vectors of A.",
        "svd.not-singular-vectors",
        None,
    )


def _wrong_product(A: Any, f: _Factors, tolerance: float) -> _Problem | None:
    if _product_fits(A, f, tolerance):
        return None
    product = (f.U * f.values) @ f.Vt
    i, j = (int(k) for k in np.unravel_index(int(np.argmax(np.abs(product - A))), A.shape))
    witness = Witness(
        {}, short(float(product[i, j])), short(float(A[i, j])), f"row {i + 1}, column {j + 1}"
    )
    met = f.U.T @ A @ f.Vt.T  # diagonal, and equal to the values, where the pairs fit
    own = np.diagonal(met)
    scale = tolerance * _norm(A)
    if bool((np.abs(np.abs(own) - np.abs(f.values)) <= scale).all()):
        k = int(np.argmax(np.abs(own - f.values))) + 1
        return (
            f"The sign of column {k} of U does not go with row {k} of Vᵀ: A v = σ u must hold for "
            "every pair. Change the sign of both or of neither.",
            "svd.sign",
            witness,
        )
    if bool((np.abs(met - np.diag(own)) > scale).any()) or not bool(
        (np.abs(np.sort(np.abs(own)) - np.sort(np.abs(f.values))) > scale).any()
    ):
        return (
            "The singular vectors are paired wrongly: column k of U, value k of Σ and row k of "
            "Vᵀ belong together.",
            "svd.pairing",
            witness,
        )
    return ("U Σ Vᵀ differs from A.", "svd.product", witness)


def _is_identity(matrix: Any) -> bool:
    rows, columns = matrix.shape
    return bool((matrix == np.eye(rows, columns)).all())
