"""Equations, inequalities, lists and sets: what is read, how it is written, what is refused."""

import pytest
import sympy as sp

from mathgrade.errors import ResponseError
from mathgrade.expression import Kind, read, read_any, read_names, to_latex, to_text

CONTEXT = read_names({"x y a b": "real", "v w": "vector 2", "A": "matrix 2 2", "i j": "index K"})
x, y = sp.symbols("x y")

# text, what it is, LaTeX
READ = [
    ("x == 2*y", Kind.EQUATION, "x = 2 y"),
    ("Eq(x, 2*y)", Kind.EQUATION, "x = 2 y"),
    ("v == A*w", Kind.EQUATION, "v = A w"),
    ("x != 1", Kind.INEQUALITY, r"x \ne 1"),
    ("x <= 1", Kind.INEQUALITY, r"x \le 1"),
    ("0 < x <= 1", Kind.CONDITION, r"0 < x\ \text{and}\ x \le 1"),
    ("(x > 0) & (y > 0)", Kind.CONDITION, r"x > 0\ \text{and}\ y > 0"),
    ("x == 1 or x == 2", Kind.CONDITION, r"x = 1\ \text{or}\ x = 2"),
    (
        "(x == 1 or x == 2) and y == 1",
        Kind.CONDITION,
        r"\left(x = 1\ \text{or}\ x = 2\right)\ \text{and}\ y = 1",
    ),
    ("True", Kind.CONDITION, r"\text{always}"),
    ("(1, x)", Kind.LIST, r"\left(1, x\right)"),
    ("(x,)", Kind.LIST, r"\left(x\right)"),
    ("()", Kind.LIST, r"\left(\right)"),
    ("[x == 1, y == 2]", Kind.LIST, r"\left(x = 1, y = 2\right)"),
    ("({1}, {2})", Kind.LIST, r"\left(\left\{1\right\}, \left\{2\right\}\right)"),
    ("{1, x}", Kind.SET, r"\left\{1, x\right\}"),
    ("FiniteSet(1, x)", Kind.SET, r"\left\{1, x\right\}"),
    ("set([1])", Kind.SET, r"\left\{1\right\}"),
    ("set()", Kind.SET, r"\emptyset"),
    ("EmptySet", Kind.SET, r"\emptyset"),
    ("Interval(0, 1)", Kind.SET, r"\left[0, 1\right]"),
    ("Interval(0, oo)", Kind.SET, r"\left[0, \infty\right)"),
    ("Interval(-np.inf, 1, True, True)", Kind.SET, r"\left(-\infty, 1\right)"),
    ("Interval.Lopen(0, 1)", Kind.SET, r"\left(0, 1\right]"),
    ("Reals", Kind.SET, r"\left(-\infty, \infty\right)"),
    ("Interval(0, 1) | {2}", Kind.SET, r"\left[0, 1\right] \cup \left\{2\right\}"),
    ("[1, x]", Kind.FORMULA, r"\begin{pmatrix} 1 \\ x \end{pmatrix}"),
]


@pytest.mark.parametrize(("text", "kind", "latex"), READ, ids=[row[0] for row in READ])
def test_text_is_read_and_written(text, kind, latex):
    node, found, _ = read_any(text, CONTEXT)
    assert found is kind
    assert to_latex(node) == latex
    assert read_any(to_text(node), CONTEXT)[0] == node


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (sp.Eq(x, 2 * y), "x == 2*y"),
        (sp.Ne(x, 1), "x != 1"),
        (sp.Or(sp.Eq(x, 1), sp.Eq(x, 2)), "(x == 1) or (x == 2)"),
        (sp.FiniteSet(1, 2), "{1, 2}"),
        (sp.FiniteSet((1, 2)), "{(1, 2)}"),
        (sp.S.EmptySet, "EmptySet"),
        (sp.S.Reals, "Interval(-oo, oo, True, True)"),
        (sp.Interval.open(0, 1), "Interval(0, 1, True, True)"),
        (sp.Union(sp.Interval(0, sp.oo), sp.FiniteSet(-1)), "Union({-1}, Interval(0, oo, False, True))"),
        (sp.Tuple(x, y), "(x, y)"),
        ({x, 1}, "{x, 1}"),
        ([sp.Eq(x, 1), sp.Eq(y, 2)], "(x == 1, y == 2)"),
        ((sp.Matrix([1, 2]), 3), "([[1], [2]], 3)"),
        (sp.true, "True"),
    ],
    ids=lambda part: part if isinstance(part, str) else type(part).__name__,
)  # fmt: skip
def test_python_and_sympy_objects_are_read(value, text):
    node = read_any(value, CONTEXT)[0]
    if isinstance(value, set):
        assert set(node.items) == set(read_any(text, CONTEXT)[0].items)
    else:
        assert to_text(node) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x == q", "q is not known"),
        ("{x, q}", "q is not known"),
        ("x + {1}", "a list or a set"),
        ("exp((1, 2))", "a list or a set"),
        ("{1} == {1}", "a list or a set"),
        ("v == 1", "compares a 2 by 1 matrix with a number"),
        ("v < w", "orders a 2 by 1 matrix"),
        ("(x < 1) == (y < 1)", "compares a condition"),
        ("(x < 1) + 1", "holds a condition"),
        ("x | y", "& and | join conditions"),
        ("{1} & {2}", "& and | join conditions"),
        ("Interval(0)", "write Interval(low, high)"),
        ("Interval(0, 1, x)", "write Interval(low, high)"),
        ("Interval(v, 1)", "ends of an interval"),
        ("set(x)", "write a set as {1, 2}"),
        ("x in {1}", "only ==, !="),
        ("1 <", "near character"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(text, reason):
    with pytest.raises(ResponseError) as error:
        read_any(text, CONTEXT)
    assert reason in error.value.message


@pytest.mark.parametrize("text", ["x == 1", "x < 1", "True", "(1, 2)", "{1}", "Reals"])
def test_a_formula_is_none_of_these(text):
    with pytest.raises(ResponseError, match="Expected a formula, received"):
        read(text, CONTEXT)


def test_lists_in_lists_in_lists_end():
    endless = []
    endless.append(({1}, endless))
    with pytest.raises(ResponseError):
        read_any(endless, CONTEXT)
