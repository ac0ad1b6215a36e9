"""Reading SymPy objects."""

import subprocess
import sys

import pytest
import sympy as sp

from mathgrade.errors import ResponseError
from mathgrade.expression import read, read_names, shape_of, to_text

CONTEXT = read_names(
    {
        "x w": "real",
        "y z": "vector K",
        "i j": "index K",
        "A B": "matrix 2 2",
        "q": "vector d",
        "X": "family K of vector d",
        "f": "function",
    }
)
x, w, K, d = sp.symbols("x w K d")
i, j, k = sp.symbols("i j k", integer=True)
y, z = sp.IndexedBase("y"), sp.IndexedBase("z")
A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)
q = sp.MatrixSymbol("q", d, 1)
f = sp.Function("f")


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (y[i] * (sp.KroneckerDelta(i, j) - y[j]), "y[i]*(delta(i,j)-y[j])"),
        (sp.exp(z[i]) / sp.Sum(sp.exp(z[k]), (k, 1, K)), "exp(z[i])/Sum(exp(z[k]),k,1,K)"),
        (sp.Sum(z[k] * y[j], (k, 1, j), (j, 1, K)), "Sum(Sum(z[k]*y[j],k,1,j),j,1,K)"),
        (sp.Product(z[k], (k, 1, K)), "Product(z[k],k,1,K)"),
        (y[sp.Idx("i")], "y[i]"),
        (sp.Symbol("y_1") + sp.Symbol("y_i"), "y[1]+y[i]"),
        (sp.Piecewise((x, x > 0), (0, True)), "Piecewise((x, x > 0), (0, True))"),
        (sp.Piecewise((1, sp.Eq(i, j)), (0, True)), "ifeq(i,j,1,0)"),
        (sp.Piecewise((1, (x > 0) & ~(w > 0)), (0, True)), None),
        (sp.Max(x, 0) + sp.Min(x, w) + sp.Abs(x), None),
        (sp.Heaviside(x), "heaviside(x)"),
        (sp.sqrt(x) / sp.sqrt(2), "sqrt(2)*sqrt(x)/2"),
        (x**-2, "1/x**2"),
        (-x / 2, "-x/2"),
        (sp.Float("0.1") * x, "0.1*x"),
        (sp.Rational(1, 3), "1/3"),
        (sp.pi + sp.E, None),
        (sp.tanh(x) + sp.asin(w) + sp.log(x, 2), None),
        (sp.Derivative(sp.exp(x), x), "diff(exp(x), x)"),
        (sp.Derivative(f(x), (x, 2)), "diff(f(x), x, x)"),
        (f(x**2).diff(x), None),
        (sp.Matrix([[x, 1], [w, 0]]), "[[x, 1], [w, 0]]"),
        (sp.ImmutableMatrix([1, 2]), "[[1], [2]]"),
        (sp.Array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
        (A * B.T, "A*T(B)"),
        (A.I + 2 * B, None),
        (-A, "-A"),
        (A**3, "A**3"),
        (A[0, 1], "A[1, 2]"),
        (A + sp.ZeroMatrix(2, 2), "A"),
        (sp.MatAdd(A, sp.Identity(2)), None),
        (sp.Trace(A), "trace(A)"),
        (sp.Determinant(A), "det(A)"),
        (q.T * q, "T(q)*q"),
        (q.T, "T(q)"),
        (sp.MatrixSymbol("X_j", d, 1).T, "T(X[j])"),
    ],
    ids=str,
)
def test_objects_are_read_as_text_would_be(value, same):
    node = read(value, CONTEXT)
    shape_of(node, CONTEXT)
    if same is None:
        assert read(to_text(node), CONTEXT) == node
    else:
        from mathgrade.equality import decide

        assert decide(same, node, CONTEXT).equal


@pytest.mark.parametrize(
    "value",
    [
        sp.Symbol("nobody"),
        sp.IndexedBase("nobody")[i],
        sp.Integral(x, x),
        sp.I * x,
        sp.oo,
        sp.nan,
        sp.zoo,
        sp.S.true,
        sp.Eq(x, 1),
        sp.Interval(0, 1),
        sp.FiniteSet(1),
        sp.Lambda(x, x),
        sp.Matrix(0, 0, []),
        sp.MatrixSymbol("A", 3, 2),
        sp.Array([[[1]]]),
        sp.Sum(z[k], (k, 1, x)),
        sp.Function("g")(x),
        sp.besselj(0, x),
        sp.Limit(x, x, 0),
        sp.Integer(10) ** 9000,
        z[x],
    ],
    ids=lambda v: type(v).__name__,
)
def test_what_is_not_part_of_the_language_is_refused(value):
    with pytest.raises(ResponseError):
        read(value, CONTEXT)


def test_deep_objects_are_refused():
    deep = x
    for _ in range(300):
        deep = sp.sin(deep, evaluate=False)
    with pytest.raises(ResponseError, match="nested"):
        read(deep, CONTEXT)


def test_sympy_is_not_imported_for_text():
    program = (
        "import sys; from mathgrade.equality import decide; "
        "decide('x', 'x+1', {'x': 'real'}); print('sympy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
