"""What is drawn per student in the notebook on the softmax."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COURSE = "neural-mathematics/softmax"  # part of every seed: a new text draws new numbers


def jacobian_at_point(rng: np.random.Generator) -> NDArray[np.float64]:
    """Four different logits with one decimal, between -2 and 2.

    They are close enough for every entry of the Jacobian to have a few digits
    among its first six decimals.

    Args:
        rng: decides the logits.

    Returns:
        An array of shape (4,).
    """
    tenths = rng.choice(np.arange(-20, 21), size=4, replace=False)
    return tenths / 10
