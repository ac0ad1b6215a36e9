"""The parts decide is made of, each on its own."""

import random
from fractions import Fraction

import flint
import pytest
from flint import fmpq

from mathgrade.equality.balls import UNDEFINED, evaluate
from mathgrade.equality.case import Case, cases
from mathgrade.equality.critical import turning_points
from mathgrade.equality.definedness import unmet
from mathgrade.equality.derivative import NoDerivativeError, differentiate, substitute
from mathgrade.equality.ground import Grounder
from mathgrade.equality.points import fit, points
from mathgrade.equality.program import Atom, Op, Program
from mathgrade.equality.residues import TOWERS, identical
from mathgrade.equality.symmetry import symmetric
from mathgrade.equality.work import Work
from mathgrade.expression import Domain, read, read_names

XY = read_names({"x y": "real", "p": "positive"})


def grounded(*texts, context=XY):
    program = Program()
    grounder = Grounder(program, context, Case({}, ()))
    return program, [grounder.ground(read(t, context)) for t in texts]


@pytest.mark.parametrize("tower", TOWERS)
def test_towers_are_primes_that_divide(tower):
    p, q, r = tower
    assert all(flint.fmpz(n).is_prime() and n % 4 == 3 and n > 2**60 for n in tower)
    assert (p - 1) % q == 0
    assert (q - 1) % r == 0
    for small in (2, 3, 5, 7, 11, 13, 17, 19, 23):
        assert pow(small, (p - 1) // 2, p) == 1


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("(x+y)**2", "x**2+2*x*y+y**2", True),
        ("(x+y)**2", "x**2+x*y+y**2", False),
        ("exp(x)*exp(y)", "exp(x+y)", True),
        ("exp(x)*exp(y)", "exp(x*y)", False),
        ("exp(x/3)**3", "exp(x)", True),
        ("exp(exp(x)+y)", "exp(exp(x))*exp(y)", True),
        ("sqrt(2)*sqrt(3)", "sqrt(6)", True),
        ("sqrt(2)*sqrt(3)", "-sqrt(6)", False),
        ("sqrt(p)**3", "p*sqrt(p)", True),
        ("sin(-x)", "-sin(x)", True),
        ("cos(-x)", "cos(x)", True),
        ("abs(x-y)", "abs(y-x)", True),
        ("max(x,y)*2", "2*max(y,x)", True),
        ("log(x+y)-log(y+x)", "0*log(x+y)", True),
        ("sqrt(x)**2", "x", True),  # whether it is defined is asked apart
        ("sqrt(x)**2", "-x", False),
    ],
)
def test_residues_know_formal_identities(left, right, same):
    program, (a, b) = grounded(left, right)
    for seed in range(5):
        error = identical(program, [(a, b)], random.Random(seed))
        assert (error is not False) is same
        assert not same or error < 1e-20


def test_residues_say_nothing_of_what_is_undefined():
    program, (a, b) = grounded("1/0", "x")
    assert identical(program, [(a, b)], random.Random(0)) is None


@pytest.mark.parametrize(
    ("left", "right", "met"),
    [
        ("x**2", "exp(2*log(x))", False),
        ("exp(2*log(x))", "x**2", True),
        ("1/(x*y)", "1/x/y", True),
        ("1/x", "1/(x*y)*y", False),
        ("log(x)", "sqrt(x)/sqrt(x)*log(x)", True),
        ("1 if x > 0 else 1/x", "x/x", False),
        ("exp(x)", "1/exp(-x)", True),
        ("x", "x*p/p", True),
    ],
)
def test_demands_of_the_right_are_met_by_the_left(left, right, met):
    program, (a, b) = grounded(left, right)
    assert (not unmet(program, [a], [b])) is met


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("x**3", "3*x**2"),
        ("x*y", "y"),
        ("1/x", "-1/x**2"),
        ("exp(x**2)", "2*x*exp(x**2)"),
        ("log(x)", "1/x"),
        ("sqrt(p*x)", "p/(2*sqrt(p*x))"),
        ("p**x", "log(p)*p**x"),
        ("x**x", "x**x*(log(x)+1)"),
        ("sin(x)*cos(x)", "cos(x)**2-sin(x)**2"),
        ("tan(x)", "1/cos(x)**2"),
        ("tanh(x)", "1-tanh(x)**2"),
        ("sinh(x)+cosh(x)", "exp(x)"),
        ("asin(x)+acos(x)", "0*asin(x)"),
        ("atan(x)", "1/(1+x**2)"),
        ("asinh(x)", "1/sqrt(x**2+1)"),
        ("acosh(x)", "1/sqrt(x**2-1)"),
        ("atanh(x)", "1/(1-x**2)"),
        ("erf(x)", "2*exp(-x**2)/sqrt(pi)"),
        ("abs(x)", "abs(x)/x"),
        ("max(x, y)", "1 if x > y else 0"),
        ("x**2 if x > 1 else y", "2*x if x > 1 else 0"),
        ("heaviside(x)*y", "0"),
        ("5", "0"),
    ],
)
def test_derivatives(text, derivative):
    """Compared by values at points where both are defined."""
    program, (f, wanted, x) = grounded(text, derivative, "x")
    found = differentiate(program, f, x)
    order, met = program.reachable([found, wanted]), 0
    for point in points(program.atoms, random.Random(1), 40):
        exact = {k: fmpq(v.numerator, v.denominator) for k, v in point.items()}
        values = evaluate(program, order, exact, 256)
        if UNDEFINED not in (values[found], values[wanted]):
            met += 1
            gap = flint.arb(values[found]) - flint.arb(values[wanted])
            assert gap.contains(0)
    assert met >= 3


def test_a_derivative_that_is_not_known_says_so():
    program, (f, x) = grounded("gamma(x)", "x")
    with pytest.raises(NoDerivativeError):
        differentiate(program, f, x)


def test_substitution_reaches_every_kind_of_step():
    text = (
        "x + x*y + 1/x + x**2 + sqrt(x) + x**y + sin(x) + abs(x) + max(x, y) + min(x, y, 1)"
        " + heaviside(x) + (x if x > 0 and x != 1 else y) + (1 if not x == 2 else 2)"
    )
    program, (f, x, y, wanted) = grounded(
        text, "x", "y*y", text.replace("x", "(y*y)").replace("ma(y*y)", "max")
    )
    assert substitute(program, f, x, y) == wanted or identical(
        program, [(substitute(program, f, x, y), wanted)], random.Random(0)
    )


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        ("x/y", {"x": 1, "y": 0}, "undefined"),
        ("0*(1/y)", {"y": 0}, "undefined"),
        ("log(x)", {"x": 0}, "undefined"),
        ("sqrt(x)", {"x": -1}, "undefined"),
        ("sqrt(x)", {"x": 0}, 0),
        ("sqrt(x)", {"x": Fraction(4, 9)}, Fraction(2, 3)),
        ("x**y", {"x": 0, "y": 2}, 0),
        ("x**y", {"x": 0, "y": -1}, "undefined"),
        ("x**y", {"x": -2, "y": 3}, -8),
        ("x**y", {"x": -2, "y": Fraction(1, 2)}, "undefined"),
        ("x**(1/3)", {"x": -8}, "undefined"),
        ("asin(x)", {"x": 2}, "undefined"),
        ("acosh(x)", {"x": 0}, "undefined"),
        ("atanh(x)", {"x": 1}, "undefined"),
        ("gamma(x)", {"x": 0}, "undefined"),
        ("gamma(x)", {"x": -2}, "undefined"),
        ("factorial(x)", {"x": 4}, 24),
        ("floor(x)", {"x": Fraction(-1, 2)}, -1),
        ("ceil(x)", {"x": Fraction(-1, 2)}, 0),
        ("floor(x)", {"x": 3}, 3),
        ("sign(x)", {"x": -3}, -1),
        ("heaviside(x)", {"x": 0}, Fraction(1, 2)),
        ("min(x, y)", {"x": 2, "y": 3}, 2),
        ("log(x) if x > 0 else 0", {"x": -1}, 0),
        ("1 if log(x) > 0 else 0", {"x": -1}, "undefined"),
        ("1 if x > 0 or y > 0 else 0", {"x": -1, "y": 1}, 1),
        ("1 if x > 0 and y > 0 else 0", {"x": -1, "y": 1}, 0),
    ],
)
def test_values_at_points(text, at, value):
    program, (f, *_) = grounded(text, "x", "y")
    point = {
        s: fmpq(*Fraction(at.get(a.key, 1)).as_integer_ratio()) for s, a in program.atoms.items()
    }
    found = evaluate(program, program.reachable([f]), point, 256)[f]
    if value == "undefined":
        assert found is UNDEFINED
    else:
        wanted = fmpq(*Fraction(value).as_integer_ratio())
        assert found == wanted or (flint.arb(found) - wanted).contains(0)


def test_turning_points_stand_on_beside_and_between_turns():
    program, (f,) = grounded("max(0, 1/100 - abs(x - 1)) + max(x, y)")
    atoms = program.atoms
    x = next(s for s, a in atoms.items() if a.key == "x")
    base, rng = dict.fromkeys(atoms, Fraction(2)), random.Random(0)
    seen = {p[x] for p in turning_points(program, [f], atoms, rng, [base], work=Work(10**5))}
    assert {Fraction(1), Fraction(99, 100), Fraction(101, 100), Fraction(199, 200)} <= seen


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("y[i]*(delta(i,j)-y[j])", True),
        ("Sum(y[k],k,1,K)", True),
        ("ifeq(i,j,y[i],0)", True),
        ("T(y)*y", True),
        ("y[1]", False),
        ("i*y[i]", False),
        ("Sum(y[k],k,1,K-1)", False),
        ("Sum(y[k],k,2,K)", False),
        ("Sum(k,k,1,K)", False),
        ("1 if i < j else 0", False),
        ("y[i]*A[1,1]", False),
        ("[[1,2],[3,4]]*b", False),
    ],
)
def test_formulas_that_treat_all_places_alike(text, alike):
    names = {"y": "vector K", "i j": "index K", "A": "matrix K K", "b": "vector 2"}
    context = read_names(names)
    assert symmetric(read(text, context), context) is alike


def test_all_cases_are_gone_through_unless_places_are_alike():
    context = read_names({"i j": "index K"})
    used, rng = frozenset(("i", "j", "K")), random.Random(0)
    every, complete = cases(context, used, rng)
    assert (len(every), complete) == (1 + 4 + 9 + 16, True)
    few, complete = cases(context, used, rng, alike=True)
    assert ([c.pattern() for c in few].count("i = j"), len(few), complete) == (4, 7, True)


def test_too_many_cases_are_thinned_but_keep_every_pattern():
    context = read_names({"i j k l": "index K"})
    every, complete = cases(context, frozenset("ijklK"), random.Random(0))
    assert not complete
    assert len({c.pattern() for c in every}) >= 15


@pytest.mark.parametrize(
    "domain",
    [
        Domain(),
        Domain(Fraction(0), None, open_low=True),
        Domain(Fraction(0)),
        Domain(nonzero=True),
        Domain(Fraction(17), Fraction(18)),
        Domain(None, Fraction(-5)),
        Domain(Fraction(-1, 3), Fraction(1, 100)),
    ],
)
def test_points_lie_in_the_domain(domain):
    atoms = {0: Atom("a", domain), 1: Atom("b", domain)}
    drawn = list(points(atoms, random.Random(3), 60))
    assert all(domain.holds(v) for p in drawn for v in p.values())
    assert all(domain.holds(fit(domain, Fraction(n, 3))) for n in range(-60, 60))
    assert len({p[0] for p in drawn}) > 5


def test_points_of_a_simplex_sum_to_one():
    positive = Domain(Fraction(0), None, open_low=True)
    atoms = {k: Atom(f"t_{k}", positive, "t") for k in range(3)}
    for point in points(atoms, random.Random(3), 20):
        assert sum(point.values()) == 1
        assert min(point.values()) > 0


def test_steps_are_made_once():
    program, (a, b) = grounded("exp(x+y)*2", "2*exp(y+x)")
    assert a == b
    assert program.steps[a][0] is Op.PRODUCT
