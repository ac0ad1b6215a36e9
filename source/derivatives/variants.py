"""What is drawn per student in the notebook on derivatives."""

from __future__ import annotations

import numpy as np
import sympy as sp

COURSE = "neural-mathematics/derivatives"  # part of every seed: a new text draws new functions

x, u = sp.symbols("x u", real=True)

OUTER = (sp.sin(u), sp.cos(u), u**3, u**4, u**5, sp.log(u))


def chain_drawn(rng: np.random.Generator) -> tuple[sp.Expr, sp.Expr]:
    """An outer function of u and an inner function of x.

    The inner one is positive for every x, so the chain is defined and smooth everywhere.

    Args:
        rng: decides both and the numbers in them.

    Returns:
        f(u) and g(x).
    """
    a, b = (int(n) for n in rng.integers(2, 8, size=2))
    inner = (a * x**2 + b, sp.exp(a * x) + b, sp.sin(a * x) + b)
    return OUTER[rng.integers(len(OUTER))], inner[rng.integers(len(inner))]
