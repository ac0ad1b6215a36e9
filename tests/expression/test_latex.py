"""Writing LaTeX."""

import pytest

from mathgrade.expression import read, read_names, to_latex

CONTEXT = read_names(
    {"x x2 alpha rate": "real", "z": "vector K", "i j": "index K", "A": "matrix 2 2",
     "f": "function", "X": "family K of vector d"}
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("alpha*x2", r"\alpha x_{2}"),
        ("rate", r"\mathrm{rate}"),
        ("2*3*x", r"2 \cdot 3 x"),
        ("x*(x+1)", r"x \left(x + 1\right)"),
        ("x-(x-1)", r"x - \left(x - 1\right)"),
        ("-x/2", r"-\frac{x}{2}"),
        ("1/3", r"\frac{1}{3}"),
        ("(x+1)**2", r"\left(x + 1\right)^{2}"),
        ("exp(-x)", "e^{-x}"),
        ("exp(x)**2", r"\left(e^{x}\right)^{2}"),
        ("sqrt(x)", r"\sqrt{x}"),
        ("abs(x)", r"\left|x\right|"),
        ("sin(x)", r"\sin\left(x\right)"),
        ("factorial(x)", "x!"),
        ("pi*E", r"\pi e"),
        ("delta(i,j)", r"\delta_{ij}"),
        ("delta(i,1)", r"\delta_{i,1}"),
        ("Sum(z[k],k,1,K)", r"\sum_{k=1}^{K} z_{k}"),
        ("x*Sum(z[k]+1,k,1,K)", r"x \left(\sum_{k=1}^{K} \left(z_{k} + 1\right)\right)"),
        ("Product(z[k],k,1,K)", r"\prod_{k=1}^{K} z_{k}"),
        ("X[j,1]", "X_{j,1}"),
        ("T(A)*inv(A)", r"A^{\mathsf T} A^{-1}"),
        ("[[1,x],[0,1]]", r"\begin{pmatrix} 1 & x \\ 0 & 1 \end{pmatrix}"),
        ("Identity(2)+ZeroMatrix(2,2)", r"I_{2} + 0_{2\times 2}"),
        ("diff(f(x),x)", r"\frac{\partial}{\partial x} f\left(x\right)"),
        ("diff(f(x),x,x)", r"\frac{\partial^{2}}{\partial x \, \partial x} f\left(x\right)"),
        (
            "1 if i == j else 0",
            r"\begin{cases} 1 & \text{if } i = j \\ 0 & \text{otherwise} \end{cases}",
        ),
        (
            "Piecewise((1, Or(x<0, Not(x<=1))))",
            r"\begin{cases} 1 & \text{if } x < 0\ \text{or}\ "
            r"\text{not}\ \left(x \le 1\right) \end{cases}",
        ),
        ("T(A)[1,2]", r"\left(A^{\mathsf T}\right)_{1,2}"),
        ("Subs(f(u),u,x)", r"\left.f\left(u\right)\right|_{u=x}"),
    ],
)
def test_formulas_are_set_as_by_hand(text, latex):
    assert to_latex(read(text, CONTEXT)) == latex
