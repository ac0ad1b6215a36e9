"""Where steps are 0 along a line, and the floating point that finds the places."""

import math
import random
from fractions import Fraction

import pytest

from mathgrade.equality.balls import UNDEFINED, evaluate, exact
from mathgrade.equality.case import Case
from mathgrade.equality.floats import float_values
from mathgrade.equality.ground import Grounder
from mathgrade.equality.points import points
from mathgrade.equality.program import Program
from mathgrade.equality.work import Work
from mathgrade.equality.zeros import Line
from mathgrade.expression import read, read_names

XY = read_names({"x y": "real"})


def roots(*texts, work=10**6, **base):
    program = Program()
    grounder = Grounder(program, XY, Case({}, ()))
    steps = [grounder.ground(read(t, XY)) for t in texts]
    x = grounder.ground(read("x", XY))
    y = grounder.ground(read("y", XY))
    order = {s: program.reachable([s]) for s in steps}
    point = {x: Fraction(0), y: Fraction(base.get("y", 0))}
    found = Line(program, order, point, x, Work(work)).roots()
    return [sorted(found[s]) for s in steps]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x-3/7", ["3/7"]),
        ("3*x-10**5", ["100000/3"]),
        ("(x-1/2)**2", ["1/2"]),
        ("x**2-9/4", ["-3/2", "3/2"]),
        ("(x-1)*(x-9/4)*(x+22/7)", ["-22/7", "1", "9/4"]),
        ("abs(x-5/3)-1/100", ["497/300", "503/300"]),
        ("1+x**2", []),
        ("exp(x)", []),
        ("1/x", []),
        ("log(x)", ["1"]),
    ],
)
def test_zeros_that_are_simple_fractions_are_found_exactly(text, expected):
    assert roots(text)[0] == [Fraction(e) for e in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x**2-2", 2**0.5), ("exp(x)-3", math.log(3)), ("x**5-x-1", 1.1673039782614187)],
)
def test_other_zeros_are_found_nearly(text, expected):
    assert any(abs(float(root) - expected) < 1e-11 for root in roots(text)[0])


def test_a_short_stretch_is_met_because_an_inner_step_turns_on_it():
    # On a grid alone the outer step is negative everywhere.
    inner, outer = roots("x-13/9", "1/1000-abs(x-13/9)")
    assert inner == [Fraction(13, 9)]
    assert len(outer) == 2


def test_the_other_unknowns_stay_where_they_are():
    assert roots("x-2*y", y=Fraction(3, 7))[0] == [Fraction(6, 7)]


def test_nothing_is_found_when_the_work_is_used_up():
    assert roots("x**2-2", work=4) == [[]]


FORMULAS = [
    "x*y-3/x+y**3",
    "exp(-x)*sin(y)+cos(x*y)-tanh(x)",
    "sqrt(x)+log(y)+x**(1/3)",
    "max(x,y,0)*min(x,1)-abs(x-y)",
    "heaviside(x-1)+sign(y)+floor(x)-ceil(y)",
    "asin(x/4)+acos(y/4)+atan(x)+asinh(y)+atanh(x/5)+acosh(2+x**2)",
    "erf(x)+gamma(2+abs(x)/9)",
    "x**y",
    "Piecewise((x**2, x < 1), (log(x), (x < 3) & (y <= 0)), (y, True))",
    "pi*x+E",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_floats_are_near_the_balls_and_have_a_value_where_these_have(text):
    program = Program()
    grounder = Grounder(program, XY, Case({}, ()))
    step = grounder.ground(read(text, XY))
    order = program.reachable([step])
    drawn = list(points(program.atoms, random.Random(1), 40))
    columns = {k: [float(p[k]) for p in drawn] for k in program.atoms}
    found = float_values(program, order, columns, len(drawn))[step]
    seen = 0
    for point, value in zip(drawn, found.tolist(), strict=True):
        at = {k: exact(v) for k, v in point.items()}
        ball = evaluate(program, order, at, 128)[step]
        if ball is UNDEFINED:
            assert math.isnan(value)
            continue
        number = float(ball.p) / float(ball.q) if hasattr(ball, "q") else float(ball.mid())
        assert value == pytest.approx(number, rel=1e-9, abs=1e-9)
        seen += 1
    assert seen >= 5
