"""Text that reaches SymPy in the judge is read, and never run."""

from __future__ import annotations

import builtins
import os

import pytest
import sympy as sp
from sympy.parsing import ast_parser, sympy_parser

from mathgrade.autograde.sympy_text import guard_sympify
from tests.hang import ends_within

x, y = sp.symbols("x y")


@pytest.fixture
def guarded(monkeypatch):
    """SymPy as it is in the judge, for one test: the guard itself cannot be undone."""
    for module, names in (
        (sympy_parser, ("stringify_expr", "eval_expr", "evaluateFalse")),
        (ast_parser, ("parse_expr",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(sympy_parser, "compile", compile, raising=False)
    guard_sympify()


ORDINARY = [
    "x**2 + sin(x)", "1/3", "2*x", "[x, 1]", "(x, y)", "{x: 1}", "Matrix([[1, 2], [3, 4]])", "x!",
    "0.1", "1e5", "1.2[3]", "pi*I", "exp(-x**2/2)", "Eq(x, 1)", "x > 1", "f(x)", "Function('f')(x)",
    "Derivative(f(x), x)", "Sum(i, (i, 1, n))", "Symbol('x', real=True)", "sqrt(2)", "S(1)/2",
    "Max(1, x)", "max(1, x)", "True", "None", "Piecewise((x, x > 0), (0, True))", "x^2", "10**100",
    "2**0.5", "1j", "(1 + I)**3", "~x", "Lambda(x, x**2)", "Integral(x, (x, 0, 1))", "oo", "-oo",
    "zoo", "E", "Abs(x)", "KroneckerDelta(i, j)", "Rational(1, 3)", "factorial(20)", "gamma(5)",
    "binomial(5, 2)", "Add(Symbol('x'), Integer(1))", "abs(x)", "lambda x: x**2",
]  # fmt: skip
OPTIONS = [{}, {"evaluate": False}, {"rational": True}]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_ordinary_text_is_read_as_sympy_reads_it(options, request):
    def read(text):
        try:
            return sp.srepr(sp.sympify(text, **options))
        except TypeError:  # SymPy itself cannot: two functions that take no evaluate
            return None

    before = {text: read(text) for text in ORDINARY}
    request.getfixturevalue("guarded")
    for text, expected in before.items():
        if expected is not None:
            assert read(text) == expected, text


IMPLICIT = ["2x", "sin x", "3 x y", "x y z", "sin**2 x", "2x = 3"]


def test_implicit_multiplication_is_read_as_sympy_reads_it(request):
    def read(text):
        return sp.srepr(sp.parse_expr(text, transformations="all"))

    before = {text: read(text) for text in IMPLICIT}
    request.getfixturevalue("guarded")
    assert {text: read(text) for text in IMPLICIT} == before


@pytest.mark.usefixtures("guarded")
def test_what_instructors_write_keeps_working():
    real = sp.Symbol("x", real=True)
    z = sp.IndexedBase("z")
    assert sp.S("1/3") == sp.Rational(1, 3)
    assert sp.symbols("x:3") == tuple(sp.Symbol(f"x{k}") for k in range(3))
    assert sp.parse_expr("2*x", local_dict={"x": real}) == 2 * real
    assert sp.parse_expr("g(x)", local_dict={"g": sp.Lambda(x, x + 1)}) == x + 1
    assert sp.parse_expr("g(3)", local_dict={"g": lambda v: v + 1}) == 4
    assert sp.parse_expr("z[i]", local_dict={"z": z}) == z[sp.Symbol("i")]
    assert sp.sympify("A.T", locals={"A": sp.MatrixSymbol("A", 2, 3)}).shape == (3, 2)
    assert sp.Matrix([["x", 1]])[0] == x
    assert sp.sympify('Symbol("it") + 1') == sp.Symbol("it") + 1


ATTACKS = [
    "__import__('os').system('id')",
    "__import__('os')",
    "().__class__.__bases__[0].__subclasses__()",
    "().__class__",
    "x.__class__",
    "S.__class__",
    "Matrix.__init__",
    "Symbol('x').name",
    "x.subs(x, 1)",
    "sin.__module__",
    "(lambda: 1)()",
    "(lambda x: x)(1)",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'eval')",
    "open('/etc/passwd')",
    "open(0)",
    "print(1)",
    "globals()",
    "getattr(x, 'name')",
    "breakpoint()",
    "input()",
    "f'{x}'",
    "f'{open(0)}'",
    "'text'",
    "b'text'",
    "'a'*10**9",
    "[1]*10**9",
    "(1,)*10**9",
    "[a for a in (1, 2)]",
    "{a for a in (1, 2)}",
    "(a for a in (1, 2))",
    "1 if x else 2",
    "(a := 1)",
    "await x",
    "yield x",
    "*x",
    "{**x}",
    "f(*[x])",
    "f(**{'a': x})",
    "sin(x, foo=1)",
    "Symbol('__import__(1)')",
    "Function('exec')(x)",
    "Function('__import__')(x)",
    "sympify('1')",
    "parse_expr('1')",
    "lambdify(x, x)",
    "preview(x)",
    "plot(x)",
    "import os",
    "x; y",
    "x = 1",
    "x\x00",
    "x is y",
    "x in (x, y)",
    "1 < x < 2",
    "1 << 10**10",
    "",
]
BOMBS = [
    "10**10**10",
    "2**10**9",
    "10**-10**10",
    "1.5**10**12",
    "(1 + I)**(10**9)",
    "2*Pow(10, 10**10, evaluate=False)",
    "Pow(10, 10**10)",
    "factorial(10**9)",
    "(10**9)!",
    "gamma(10**9)",
    "binomial(10**9, 5*10**8)",
    "fibonacci(10**9)",
    "zeros(10**5, 10**5)",
    "Matrix(10**4, 10**4, 1)",
    "eye(10**6)",
    "1e999999999",
    "Float('1e999999999')",
    "Rational('1e99999999')",
    "9" * 5000,
    "(" * 10**6 + ")" * 10**6,
    "[" * 200 + "]" * 200,
    "-" * 9000 + "1",
    "x" + "+x" * 10**6,
    "sin(" * 90 + "x" + ")" * 90,
]


@pytest.fixture
def tripwire(monkeypatch):
    """Fails the test if any of the usual ways out of an evaluator is taken."""
    ran = []
    monkeypatch.setattr(os, "system", ran.append)
    monkeypatch.setattr(builtins, "open", lambda *a, **k: ran.append(a))
    monkeypatch.setattr(builtins, "breakpoint", lambda *a: ran.append(a))
    monkeypatch.setattr(builtins, "input", lambda *a: ran.append(a))
    yield ran
    assert ran == []


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("text", [*ATTACKS, *BOMBS], ids=lambda text: text[:40] or "empty")
def test_an_attack_is_refused_and_nothing_runs(text, tripwire):
    with ends_within(2), pytest.raises(sp.SympifyError):
        sp.sympify(text)
    assert tripwire == []


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("options", [{"evaluate": False}, {"transformations": "all"}], ids=str)
@pytest.mark.parametrize("text", ATTACKS[:26], ids=lambda text: text[:40])
def test_an_attack_by_parse_expr_never_runs(text, options, tripwire):
    try:
        read = sp.parse_expr(text, **options)
    except sp.SympifyError:
        read = sp.Integer(0)
    assert isinstance(read, sp.Basic), "with implicit products some are plain products of letters"
    assert tripwire == []


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("value", [os, os.getcwd, eval], ids=["module", "built-in", "eval"])
def test_names_an_instructor_did_not_mean_to_give_are_refused(value):
    with pytest.raises(sp.SympifyError):
        sp.sympify("g(1)", locals={"g": value})


@pytest.mark.usefixtures("guarded")
def test_the_guard_is_set_once():
    reader = sympy_parser.stringify_expr
    guard_sympify()
    assert sympy_parser.stringify_expr is reader
