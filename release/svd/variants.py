"""What is drawn per student in the notebook on the SVD."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COURSE = "neural-mathematics/svd"  # part of every seed: a new text draws new numbers

# Orthogonal once divided by 3, and by 5: products of these with singular values that are
# multiples of 15 have whole numbers for entries, so the matrix can be decomposed by hand.
THIRDS = np.array([[1, 2, 2], [2, 1, -2], [2, -2, 1]])
FIFTHS = np.array([[3, -4], [4, 3]])
SINGULAR_VALUES = ((45, 15), (45, 30), (60, 15), (60, 45))  # neither the double of the other


def decomposition(rng: np.random.Generator) -> NDArray[np.int64]:
    """A 3 by 2 matrix of whole numbers with two different, whole singular values.

    Args:
        rng: decides the singular values, and order and signs of the singular vectors.

    Returns:
        An array of shape (3, 2) and rank 2, with no entry 0.
    """
    while True:
        left = THIRDS[rng.permutation(3)][:, rng.permutation(3)[:2]]
        left = left * rng.choice([-1, 1], size=(3, 1))
        right = FIFTHS[rng.permutation(2)] * rng.choice([-1, 1], size=(2, 1))
        sigma = SINGULAR_VALUES[rng.integers(len(SINGULAR_VALUES))]
        matrix = (left * sigma) @ right.T // 15
        if matrix.all():
            return matrix
