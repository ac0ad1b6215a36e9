"""What a text around a formula has fixed: sizes, other letters, functions that stand alone."""

from fractions import Fraction

import pytest

from mathgrade.expression import read_names, to_text
from mathgrade.expression.latex_text import LatexError, Setting, parse
from mathgrade.expression.nodes import Matrix, Name, Number

CONTEXT = read_names(
    {"x": "real", "z z_prime": "vector K", "i j": "index K", "f": "function", "ones": "vector K"}
)
SETTING = Setting(
    size="K",
    aliases={"n": "K"},
    arguments={"f": (Name("x"),)},
    identity=Number(Fraction(2)),
    primed={"z": "z_prime"},
    dotted=lambda grid: Name("z") if grid[0][0] == Number(Fraction(1)) else None,
    primes=True,
)
ROWS = [
    # LaTeX, as it is read in the setting, the complaint without it
    (r"\sum_k x", "Sum(x, k, 1, K)", "it does not say from where to where k runs"),
    (r"\sum e^{z_j}", "Sum(exp(z[j]), j, 1, K)", "say which index runs"),
    ("sum(exp(z_j)) x", "Sum(exp(z[j]), j, 1, K)*x", "say which index runs"),
    (r"\sum_{k=1}^{n} z_k - n x", "Sum(z[k], k, 1, K) - K*x", "the name n is not known here"),
    ("f - 1", "f(x) - 1", "f is a function"),
    ("f'", "diff(f(x), x)", "f is a function"),
    ("f(1 - f)", "f(x)*(1 - f(x))", "f is a function"),
    ("f^2", "f(x)**2", "f is a function"),
    ("z'_i - z_i'", "z_prime[i] - z_prime[i]", "a prime belongs to a function"),
    ("(x^2)'", "diff(x**2, x)", "a prime belongs to a function"),
    ("(x^2)''", "diff(x**2, x, x)", "a prime belongs to a function"),
    (
        r"I \mathbf{I} \mathbb{I}",
        "Identity(2)*Identity(2)*Identity(2)",
        "say how big the identity is",
    ),
    (r"\begin{pmatrix} 1 \\ \dots \end{pmatrix}", "z", "dots do not say what is left out"),
]
REFUSED = [
    (r"\sum z_i z_j", "say which index runs"),
    (r"\sum x", "say which index runs"),
    ("sum(x)", "say which index runs"),
    ("f(1 - f, 2)", "f is not a function"),
    ("(x + z_i)'", "a prime belongs to a function"),
    ("x'", "a prime belongs to a function"),
    (r"\begin{pmatrix} 2 \\ \dots \end{pmatrix}", "follows no plain rule"),
    (r"\begin{pmatrix} 1 \dots \end{pmatrix}", "dots"),
]


@pytest.mark.parametrize(("latex", "expected", "complaint"), ROWS)
def test_a_setting_gives_a_formula_its_meaning(latex, expected, complaint):
    assert to_text(parse(latex, CONTEXT, SETTING).node) == expected
    if "z'" not in latex:
        with pytest.raises(LatexError, match=complaint):
            parse(latex, CONTEXT)


@pytest.mark.parametrize(("latex", "complaint"), REFUSED)
def test_what_has_no_meaning_in_the_setting_is_refused(latex, complaint):
    with pytest.raises(LatexError, match=complaint):
        parse(latex, CONTEXT, SETTING)


def test_functions_that_are_applied_are_not_read_by_the_setting():
    assert to_text(parse("f(1 - f(x))", CONTEXT, SETTING).node) == "f(1 - f(x))"
    assert to_text(parse("f(1 - x) f", CONTEXT, SETTING).node) == "f(1 - x)*f(x)"


@pytest.mark.parametrize("one", [r"\mathbf{1}", r"\mathbb{1}", "1_K", r"\vec{1}", r"\mathbf{1}_K"])
def test_a_vector_of_ones_is_read_where_it_is_declared(one):
    assert to_text(parse(f"z - x {one}", CONTEXT).node) == "z - x*ones"
    with pytest.raises(LatexError, match="an indicator needs"):
        parse(f"z - x {one}", read_names({"z": "vector K", "x": "real"}))


def test_whole_arrays_are_read_without_asking_the_setting():
    node = parse(r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", CONTEXT, SETTING).node
    assert isinstance(node, Matrix)
