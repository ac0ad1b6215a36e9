"""Which names a cell takes from the notebook, and which it gives."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathgrade.autograde.names import (
    FreeNames,
    bound_names,
    definitions,
    free_names,
    only_in_calls,
)

# source -> names needed, names perhaps needed
FREE = [
    ("assert f(3) == x", "f x", ""),
    ("y = x\nx = 2\ny", "x", ""),
    ("x = x + 1", "x", ""),
    ("x += 1", "x", ""),
    ("x: int = 1\nx", "", ""),
    ("x: T\nx", "T x", ""),
    ("a.b = 1", "a", ""),
    ("a[i] = v", "v a i", ""),
    ("a, (b, *c) = d\na, b, c", "d", ""),
    ("import numpy as np, os.path\nnp, os", "", ""),
    ("from m import a as b\nb\na", "a", ""),
    ("from m import *\nx", "", "x"),
    ("(n := f(1)) + n", "f", ""),
    ("a and (n := b)\nn", "a b", "n"),
    ("(n := 1) if a else 2\nn", "a", "n"),
    ("if a:\n    x = 1\nelse:\n    x = 2\nx", "a", ""),
    ("if a:\n    x = 1\nx", "a", "x"),
    ("if a:\n    x = 1\nelse:\n    x", "a x", ""),
    ("if a:\n    x = 1\nelse:\n    raise E\nx", "a E", ""),
    ("for i in r:\n    t = i\nelse:\n    u = 1\ni, t", "r", "i t"),
    ("for i in r:\n    if i:\n        break\n    x = 1", "r", ""),
    ("while a:\n    a = b", "a b", ""),
    ("with open(p) as h, q as (k, l):\n    h, k, l", "p q", ""),
    ("try:\n    x = f()\nexcept E as e:\n    x = e\nx, e", "f E e", ""),
    ("try:\n    import foo\nexcept ImportError:\n    foo = None\nfoo", "", ""),
    ("try:\n    x = 1\nfinally:\n    y = 2\nx, y", "", ""),
    ("try:\n    a\nexcept* E:\n    b", "a E b", ""),
    ("del x", "x", ""),
    ("x = 1\ndel x\nx", "x", ""),
    ("old = f\ndel f\ntry:\n    g(1)\nexcept NameError:\n    pass\nfinally:\n    f = old", "f g", ""),
    ("[a * b for a in c if d]", "c d b", ""),
    ("[a for a in a]", "a", ""),
    ("[b for a in c for b in a]", "c", ""),
    ("{k: v for k, v in d.items()}\nk", "d k", ""),
    ("[(last := v) for v in w]\nlast", "w", ""),
    ("sum(a for a in b)\na", "b a", ""),
    ("def g(a, b=c, *d, e: t = f, **h) -> r:\n    return a, b, d, e, h, z", "c f t r z", ""),
    ("@deco\ndef g():\n    pass", "deco", ""),
    ("def g():\n    return x\nx = 1", "", ""),
    ("def g():\n    return x\nif a:\n    x = 1", "a", "x"),
    ("def g():\n    return x\nx", "x", ""),
    ("def g():\n    x = 1\n    return x", "", ""),
    ("def g():\n    global c\n    c = 1\ng()\nc", "", "c"),
    ("def g():\n    global c\n    c += 1", "", "c"),
    ("def g():\n    k = 0\n    def h():\n        nonlocal k\n        k += u\n    return h", "u", ""),
    ("def g():\n    import m\n    from n import o\n    return m, o, q", "q", ""),
    ("def g():\n    try:\n        a\n    except E as e:\n        return e", "a E", ""),
    ("def g(x):\n    match x:\n        case [a, *b]: return a, b\n        case {'k': c, **d}: return c, d", "", ""),
    ("def g():\n    return [a for a in b if c]", "b c", ""),
    ("def g():\n    class C(B):\n        y = z\n    return C", "B z", ""),
    ("def g():\n    return lambda a: a + b", "b", ""),
    ("async def g():\n    async for a in b:\n        await c(a)", "b c", ""),
    ("lambda a, b=c: a + b + d", "c d", ""),
    ("class C(B, metaclass=M):\n    x = 1\n    y = x\n    def m(self):\n        return x, self, C", "B M x", ""),
    ("class C:\n    x = x", "x", ""),
    ("class C:\n    if a:\n        k = 1\n    k", "a", ""),
    ("match p:\n    case Point(x=0, y=b) if b > l:\n        r = 1\n    case [1, *t] | {'k': 2, **u}:\n        r = 2\n    case _:\n        r = 3\nr", "p Point l", ""),
    ("match p:\n    case 1:\n        r = 1\nr", "p", "r"),
    ("match p:\n    case m.X:\n        pass", "p m", ""),
    ("f'{a!r:{w}} {b=}'", "a w b", ""),
    ("f(*a, **b)", "f a b", ""),
    ("assert a, b", "a b", ""),
    ("raise E from c", "E c", ""),
    ("%matplotlib inline\nx", "x", ""),
    ("!ls {x}", "", ""),
    ("%%bash\necho $x", "", ""),
    ("'''text'''", "", ""),
    ("", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "names", "maybe"), FREE, ids=[row[0][:40] for row in FREE])
def test_free_names_are_what_the_cell_reads_unbound(source, names, maybe):
    found = free_names(source)
    assert (found.names, found.maybe) == (tuple(names.split()), tuple(maybe.split()))


def test_built_in_names_are_told_apart_from_the_students():
    assert free_names("print(sum(x), display, get_ipython, NameError)") == FreeNames(
        names=("x",), builtin_names=("print", "sum", "display", "get_ipython", "NameError")
    )


def test_a_built_in_name_the_cell_rebinds_is_its_own():
    assert free_names("sum = len\nsum(x)") == FreeNames(names=("x",), builtin_names=("len",))


BOUND = [
    ("x = y", "x"),
    ("x, *y = z", "x y"),
    ("a.b = c[0] = 1", ""),
    ("import a.b, c as d\nfrom e import f", "a d f"),
    ("def g():\n    x = 1", "g"),
    ("def g():\n    global x\n    x = 1", "g x"),
    ("class C:\n    x = 1", "C"),
    ("for i in r:\n    for j in i: pass", "i j"),
    ("with a as b: pass", "b"),
    ("try:\n    x = 1\nexcept E as e:\n    y = 2", "e x y"),
    ("if a:\n    x = 1", "x"),
    ("[(n := k) for k in r]", "n"),
    ("match p:\n    case [a, *b]: pass\n    case {'k': c, **d}: pass\n    case e: pass", "a b c d e"),
    ("x = 1\ndel x", "x"),
    ("x: int", ""),
    ("%time y = 1", ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "names"), BOUND, ids=[row[0][:40] for row in BOUND])
def test_bound_names_are_what_the_cell_gives(source, names):
    assert bound_names(source) == set(names.split())


def test_definitions_are_imports_functions_and_classes_at_the_top():
    source = (
        "import a\nfrom b import c\nx = 1\ndef f():\n    import d\nclass C: pass\n"
        "async def g(): pass\nif x:\n    import e\nprint(x)"
    )
    assert [type(d).__name__ for d in definitions(source)] == [
        "Import", "ImportFrom", "FunctionDef", "ClassDef", "AsyncFunctionDef",
    ]  # fmt: skip


ONLY = [
    ("grade('a', J)", True),
    ("check(J, names={'x': 'real'})\ngrade('a', J)", True),
    ("grade('a', (J, [K, {'k': J}]), given={'U': J}, source=cell('a'))", True),
    ("grade('a', *J)", True),
    ("x = grade('a', J)", True),
    ("if ok:\n    grade('a', J)", True),
    ("other", True),
    ("J = 1", True),
    ("J", False),
    ("grade('a', J)\nJ", False),
    ("grade('a', J + 1)", False),
    ("grade('a', J[0])", False),
    ("grade('a', J.T)", False),
    ("grade('a', f(J))", False),
    ("grade('a', -J)", False),
    ("grade('a', [j for j in J])", False),
    ("grade('a', lambda: J)", False),
    ("m.grade('a', J)", False),
    ("print(J)", False),
    ("J(grade('a'))", False),
    ("grade(J)(J)", False),
    ("del J", False),
    ("assert np.allclose(J, 1)", False),
]


@pytest.mark.parametrize(("source", "answer"), ONLY, ids=[row[0][:40] for row in ONLY])
def test_a_name_stands_in_calls_only_if_nothing_else_reads_it(source, answer):
    assert only_in_calls(source, "J", {"grade", "check"}) is answer


@pytest.mark.parametrize("read", [free_names, bound_names, definitions])
def test_a_syntax_error_is_let_through(read):
    with pytest.raises(SyntaxError):
        read("x = (1")


NAMES = ["a", "b", "c"]
expressions = st.sampled_from([*NAMES, "1", "(a, b)", "[c for c in [a]]", "(b := 1)", "(a, c)"])
statements = st.recursive(
    st.one_of(
        st.tuples(st.sampled_from(NAMES), expressions).map(lambda p: f"{p[0]} = {p[1]}"),
        expressions,
    ),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["True", "False"]), inner, inner).map(
            lambda p: f"if {p[0]}:\n{indented(p[1])}\nelse:\n{indented(p[2])}"
        ),
        st.tuples(st.sampled_from(["[1]", "[]"]), inner).map(
            lambda p: f"for a in {p[0]}:\n{indented(p[1])}"
        ),
        st.tuples(inner, inner).map("\n".join),
    ),
    max_leaves=6,
)


def indented(source):
    return "\n".join("    " + line for line in source.splitlines())


@settings(max_examples=300, deadline=None)
@given(statements)
def test_a_cell_runs_with_the_names_it_is_said_to_need(source):
    """Python is the judge: with those names bound nothing is missing; the rest is bound by it."""
    found = free_names(source)
    space = dict.fromkeys([*found.names, *found.maybe], 0)
    exec(compile(source, "cell", "exec"), space)
    assert {n for n in space if n in NAMES} <= bound_names(source) | {*found.names, *found.maybe}
    assert ast.parse(source)
