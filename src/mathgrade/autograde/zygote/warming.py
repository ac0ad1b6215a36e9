"""What is loaded, and used once, before the first fork: no attempt pays for it again."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
from pathlib import Path

__all__ = ["load", "warm"]

_MODULES = """
    numpy numpy.linalg numpy.random numpy.testing sympy sympy.interactive.printing
    matplotlib matplotlib.pyplot matplotlib.backends.backend_agg matplotlib.mathtext
    IPython.display IPython.core.pylabtools IPython.core.ultratb IPython.lib.latextools
    stack_data executing pure_eval pygments.lexers.python pygments.formatters.terminal256
    jupyter_client.jsonutil sqlite3 encodings.ascii encodings.latin_1 encodings.idna
    fractions decimal statistics json csv itertools collections functools inspect
    mathgrade.codec mathgrade.notebook
"""

# It hooks itself into the shell and the settings when it is imported: the child does that.
_INLINE = "module://matplotlib_inline.backend_inline"


def warm() -> None:
    """Load the modules most notebooks load, and do once what is slow the first time.

    Raises:
        RuntimeError: a module started a thread, so that this process must not fork.
    """
    os.environ["MPLBACKEND"] = _INLINE
    for name in _MODULES.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    _draw()
    _compute()
    if threads() != 1:
        raise RuntimeError("a library started a thread while it was loaded")


def load(name: str) -> None:
    """Import one more module.

    Raises:
        ImportError: there is none of this name.
        RuntimeError: it started a thread.
    """
    importlib.import_module(name)
    if threads() != 1:
        raise RuntimeError(f"{name} starts threads")


def threads() -> int:
    """Threads of this process, those of C libraries included."""
    return len(list(Path("/proc/self/task").iterdir()))


def _draw() -> None:
    """Have matplotlib find its fonts, and do once what figures are usually made of."""
    from matplotlib import mathtext
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    mathtext.math_to_image(r"$\frac{e^{x}}{x_0}$", io.BytesIO(), dpi=100, format="png")
    figure = Figure(figsize=(4, 2), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, sharey=True)
    for axes in (left, right):
        axes.plot([1, 10], [0, 1], linewidth=2, label="$y_1$")
        axes.grid(alpha=0.25)
        axes.set(xlabel="$x$", title="a")
    left.set(ylabel="y", ylim=(-0.1, 1.1))
    left.annotate("b", (2, 0.5))
    right.set(xscale="log")
    right.scatter([2], [0.5])
    right.legend(frameon=False)
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")


def _compute() -> None:
    import numpy
    import sympy
    from sympy.core.cache import clear_cache

    numpy.linalg.svd(numpy.eye(2))
    x = sympy.Symbol("warm_x")
    sympy.simplify(sympy.diff(1 / (1 + sympy.exp(-x)), x))
    sympy.latex(x**2)
    sympy.lambdify(x, x**2, "numpy")(1.0)
    clear_cache()
