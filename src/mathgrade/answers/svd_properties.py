"""What defines a singular value decomposition, one property a function.

Each function returns what is wrong, or None: message, note, and numbers that show it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mathgrade.answers.received import short
from mathgrade.answers.svd_factors import Factors
from mathgrade.verdict import Witness

__all__ = [
    "Problem",
    "is_identity",
    "norm",
    "product_fits",
    "wrong_order",
    "wrong_product",
    "wrong_values",
    "wrong_vectors",
]

Problem = tuple[str, str, Witness | None]


def wrong_values(f: Factors, true: Any, tolerance: float, name: str) -> Problem | None:
    """What keeps Σ from holding the ``true`` singular values, in any order.

    Args:
        name: what the messages call the matrix, here and below.
    """
    if not f.diagonal:
        return ("Σ has entries off its diagonal; they must be zero.", "svd.not-diagonal", None)
    padded = np.zeros(len(true))
    padded[: len(f.values)] = np.sort(np.abs(f.values))[::-1]
    if bool((np.abs(padded - true) <= tolerance).all()):
        return None
    received = Witness({}, short(f.values), short(true))
    if bool((np.abs(padded - true**2) <= tolerance * max(1.0, float(true[0]))).all()):
        return (
            f"These are the eigenvalues of {name}ᵀ{name}; the singular values are their square "
            "roots.",
            "svd.eigenvalues",
            received,
        )
    return (
        f"These are not the singular values of {name}: the square roots of the eigenvalues of "
        f"{name}ᵀ{name}.",
        "svd.values",
        received,
    )


def wrong_order(f: Factors, tolerance: float) -> Problem | None:
    """What keeps the values from being non-negative and in descending order."""
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


def wrong_vectors(A: Any, U: Any, tolerance: float, name: str) -> Problem | None:
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
    if bool((off <= tolerance * norm(A) ** 2).all()):
        return None
    return (
        f"The columns are orthonormal, but they are not singular vectors of {name}.",
        "svd.not-singular-vectors",
        None,
    )


def wrong_product(A: Any, f: Factors, tolerance: float, name: str) -> Problem | None:
    """Why U Σ Vᵀ is not A although its factors are singular vectors and values."""
    if product_fits(A, f, tolerance):
        return None
    product = (f.U * f.values) @ f.Vt
    i, j = (int(k) for k in np.unravel_index(int(np.argmax(np.abs(product - A))), A.shape))
    witness = Witness(
        {}, short(float(product[i, j])), short(float(A[i, j])), f"row {i + 1}, column {j + 1}"
    )
    met = f.U.T @ A @ f.Vt.T  # diagonal, and equal to the values, where the pairs fit
    own = np.diagonal(met)
    scale = tolerance * norm(A)
    if bool((np.abs(np.abs(own) - np.abs(f.values)) <= scale).all()):
        k = int(np.argmax(np.abs(own - f.values))) + 1
        return (
            f"The sign of column {k} of U does not go with row {k} of Vᵀ: {name} v = σ u must hold "
            "for every pair. Change the sign of both or of neither.",
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
    return (f"U Σ Vᵀ differs from {name}.", "svd.product", witness)


def product_fits(A: Any, f: Factors, tolerance: float) -> bool:
    """Whether U Σ Vᵀ is A, to a tolerance relative to the norm of A."""
    return bool(np.abs((f.U * f.values) @ f.Vt - A).max() <= tolerance * norm(A))


def norm(A: Any) -> float:
    """The spectral norm of A, 1 for a zero matrix."""
    return float(np.linalg.norm(A, 2)) or 1.0


def is_identity(matrix: Any) -> bool:
    """Whether a matrix is the identity, or columns or rows of it."""
    rows, columns = matrix.shape
    return bool((matrix == np.eye(rows, columns)).all())
