"""An nbgrader assignment that was not written for us keeps its marks under the judge."""

from __future__ import annotations

from pathlib import Path

import pytest

from .courses import Marks, assign, graded, hand_in, make_course, marks, nbgrader

CELLS = [
    graded(
        "import numpy as np\nimport sympy as sp\nx = sp.Symbol('x')\n"
        "def close(a, b):\n    return np.allclose(a, b)",
        "setup",
    ),
    graded(
        "def softmax(z):\n    ### BEGIN SOLUTION\n    e = np.exp(z - np.max(z))\n"
        "    return e / e.sum()\n    ### END SOLUTION",
        "softmax",
        solution=True,
    ),
    graded(
        "assert softmax(np.array([0.0, 0.0])).shape == (2,)\n"
        "### BEGIN HIDDEN TESTS\n"
        "z = np.array([1.0, 2.0, 3.0])\n"
        "assert np.allclose(softmax(z).sum(), 1)\n"
        "assert np.allclose(softmax(z), np.exp(z) / np.exp(z).sum())\n"
        "assert np.isfinite(softmax(np.array([1000.0, 0.0]))).all()\n"
        "### END HIDDEN TESTS",
        "softmax-test",
        points=2,
    ),
    graded(
        "### BEGIN SOLUTION\nderivative = sp.diff(x**2 * sp.sin(x), x)\n### END SOLUTION",
        "derivative",
        solution=True,
    ),
    graded(
        "### BEGIN HIDDEN TESTS\n"
        "assert sp.simplify(derivative - (2*x*sp.sin(x) + x**2*sp.cos(x))) == 0\n"
        "### END HIDDEN TESTS",
        "derivative-test",
        points=3,
    ),
    graded(
        "def simpson(f, a, b, n):\n    ### BEGIN SOLUTION\n"
        "    if n % 2:\n        raise ValueError('n must be even')\n"
        "    t = np.linspace(a, b, n + 1)\n    y = f(t)\n    h = (b - a) / n\n"
        "    return h / 3 * (y[0] + y[-1] + 4 * y[1:-1:2].sum() + 2 * y[2:-2:2].sum())\n"
        "    ### END SOLUTION",
        "simpson",
        solution=True,
    ),
    graded(
        "marks = 0.0\n"
        "### BEGIN HIDDEN TESTS\n"
        "try:\n    marks += 1.0 * (abs(simpson(lambda t: t**2, 0, 1, 2) - 1/3) < 1e-12)\n"
        "except Exception:\n    pass\n"
        "try:\n    marks += 2.0 * (abs(simpson(np.sin, 0, np.pi, 10) - 2) < 1e-3)\n"
        "except Exception:\n    pass\n"
        "try:\n    simpson(np.sin, 0, 1, 3)\n"
        "except ValueError:\n    marks += 1.0\n"
        "except Exception:\n    pass\n"
        "### END HIDDEN TESTS\n"
        "float(marks)",
        "simpson-test",
        points=4,
    ),
    graded(
        "values = [3, 1, 2]\n### BEGIN SOLUTION\nvalues.sort()\n### END SOLUTION",
        "sorted",
        solution=True,
    ),
    graded(
        "### BEGIN HIDDEN TESTS\nassert close(values, [1, 2, 3])\n### END HIDDEN TESTS",
        "sorted-test",
        points=1,
    ),
]
HONEST = {
    "s001": {  # everything right, by other routes
        "softmax": "def softmax(z):\n    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()",
        "derivative": "derivative = x * (2*sp.sin(x) + x*sp.cos(x))",
        "simpson": "def simpson(f, a, b, n):\n"
        "    if n % 2 == 1:\n        raise ValueError\n"
        "    h = (b - a) / n\n"
        "    return h/3 * sum((1 if k in (0, n) else 4 if k % 2 else 2) * f(a + k*h)"
        " for k in range(n + 1))",
        "sorted": "values = sorted([3, 1, 2])",
    },
    "s002": {  # unstable, wrong sign, no check of n, not sorted
        "softmax": "def softmax(z):\n    return np.exp(z) / np.exp(z).sum()",
        "derivative": "derivative = 2*x*sp.sin(x) - x**2*sp.cos(x)",
        "simpson": "def simpson(f, a, b, n):\n"
        "    t = np.linspace(a, b, n + 1); y = f(t); h = (b - a)/n\n"
        "    return h/3*(y[0] + y[-1] + 4*y[1:-1:2].sum() + 2*y[2:-2:2].sum())",
        "sorted": "values = [3, 1, 2]",
    },
    "s003": {},  # blank
}


def mark(folder: Path, *, judge: bool) -> Marks:
    course = make_course(folder, judge=judge)
    assign(course, "quiz", CELLS)
    for student, answers in HONEST.items():
        hand_in(course, "quiz", student, answers)
    nbgrader("autograde", "quiz", course=course)
    return marks(course)


@pytest.mark.sandbox
@pytest.mark.slow
def test_honest_attempts_get_the_marks_stock_nbgrader_gives(tmp_path: Path) -> None:
    judged = mark(tmp_path / "judge", judge=True)
    stock = mark(tmp_path / "stock", judge=False)
    # Stock nbgrader gives 0 to a test whose student code warned on stderr; a warning costs
    # nothing here, and the overflow of s002's softmax fails its test either way.
    assert judged == stock
    assert judged["s001", "softmax-test"] == (2, False)
    assert judged["s001", "simpson-test"] == (4, False)
    assert judged["s002", "simpson-test"] == (3, False)
    assert judged["s003", "derivative-test"] == (0, False)
