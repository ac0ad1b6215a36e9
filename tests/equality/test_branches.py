"""Identities of roots, absolute values, max and min, sine and cosine; demands that follow."""

import random

import flint
import pytest

from mathgrade.equality.branches import _TOWERS, identical_on_branches
from mathgrade.equality.case import Case
from mathgrade.equality.consequences import unanswered
from mathgrade.equality.definedness import unmet
from mathgrade.equality.ground import Grounder
from mathgrade.equality.program import Program
from mathgrade.equality.reach import stays_inside
from mathgrade.equality.work import Work
from mathgrade.expression import read, read_names

XY = read_names({"x y": "real", "p": "positive"})


def grounded(*texts):
    program = Program()
    grounder = Grounder(program, XY, Case({}, ()))
    return program, [grounder.ground(read(t, XY)) for t in texts]


@pytest.mark.parametrize("tower", _TOWERS)
def test_towers_are_primes_that_divide_on_both_sides(tower):
    p, q, r, s = tower
    assert all(flint.fmpz(n).is_prime() and n % 4 == 3 and n > 2**60 for n in tower)
    assert (p - 1) % q == 0
    assert (q - 1) % r == 0
    assert (p + 1) % s == 0
    assert p % 3 == 2
    for small in (2, 3, 5, 7, 11, 13, 17, 19, 23):
        assert pow(small, (p - 1) // 2, p) == 1


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("abs(x)**2", "x**2", True),
        ("abs(x)*abs(y)", "abs(x*y)", True),
        ("max(x,y)", "(x+y+abs(x-y))/2", True),
        ("max(x,y)+min(x,y)", "x+y", True),
        ("max(x,y)*min(x,y)", "x*y", True),
        ("max(x,0)-max(-x,0)", "x", True),
        ("max(x,0)*min(x,0)", "0", True),
        ("sqrt(1+x**2)**2", "1+x**2", True),
        ("1/(sqrt(1+x**2)-x)", "sqrt(1+x**2)+x", True),
        ("sqrt(x)**3/sqrt(x)", "x", True),
        ("x**(1/3)*x**(2/3)", "x", True),
        ("sqrt(sin(x)**2+cos(x)**2)", "1", True),
        ("sin(2*x)", "2*sin(x)*cos(x)", True),
        ("cos(x+y)", "cos(x)*cos(y)-sin(x)*sin(y)", True),
        ("tan(x)", "sin(2*x)/(1+cos(2*x))", True),
        ("exp(abs(x))*exp(-abs(-x))", "1", True),
        ("abs(x)", "x", False),
        ("abs(x)", "-x", False),
        ("sqrt(x**2+2*x+1)", "x+1", False),
        ("sqrt(x**2+2*x+1)", "-x-1", False),
        ("max(x,y)", "x", False),
        ("max(x,y)", "(x+y-abs(x-y))/2", False),
        ("abs(x+y)", "abs(x)+abs(y)", False),
        ("abs(x)+abs(x+1)", "1", False),
        ("sqrt(1+x**2)", "1+x", False),
        ("sqrt(x)*sqrt(x+1)", "x", False),
        ("sin(2*x)", "2*sin(x)", False),
        ("cos(x+y)", "cos(x)*cos(y)+sin(x)*sin(y)", False),
        ("sin(x)**2-cos(x)**2", "1", False),
        ("max(x,y,0)", "max(x,y)", False),
    ],
)
def test_identities_hold_on_every_branch_or_not(left, right, same):
    program, (a, b) = grounded(left, right)
    for seed in range(8):
        error = identical_on_branches(program, [(a, b)], random.Random(seed), Work(10**6))
        assert bool(error) is same
        assert not same or error < 1e-18


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sqrt(x*y)", "sqrt(x)*sqrt(y)"),  # true where both are defined; not on every branch
        ("abs(x)+abs(y)+abs(x+1)+abs(y+1)+abs(x+y)", "abs(x+y)+abs(y+1)+abs(x+1)+abs(y)+abs(x)"),
        ("exp(exp(exp(exp(x))))", "exp(exp(exp(exp(x))))+0*sqrt(x)"),
    ],
    ids=["away from monomials", "more signs than are gone through", "towers of exponentials"],
)
def test_what_branches_do_not_see_is_not_claimed(left, right):
    program, (a, b) = grounded(left, right)
    assert not identical_on_branches(program, [(a, b)], random.Random(0), Work(10**6))


def test_branches_stop_when_the_work_is_used_up():
    program, (a, b) = grounded("abs(x)**2", "x**2")
    assert identical_on_branches(program, [(a, b)], random.Random(0), Work(3)) is None


@pytest.mark.parametrize(
    ("left", "right", "follows"),
    [
        ("1/(x*y-x**2)", "-1/(x**2-y*x)", True),
        ("1/(x*y-x**2)", "3/(3*(y-x)*x)", True),
        ("1/(x*(y-x))", "1/(x*y-x*x)", True),
        ("x/(1+(x+y)**2)", "x/(1+x**2+2*x*y+y**2)", True),
        ("log(x*y+1)", "log((4+4*y*x)/4)", True),
        ("log((x+1)*(x-1))", "log(2*x**2-2)", True),
        ("sqrt((x+1)*(x-1))", "sqrt(x**2-1)", True),
        ("1/(1-sin(x)**2)", "1/cos(x)**2", True),
        ("asin(x*(y+1))", "asin(x*y+x)", True),
        ("1/(x*y-x**2)", "1/(x*y+x**2)", False),
        ("1/x", "1/(x*(y-x))", False),
        ("x", "1/(x-x+y)", False),
        ("log(x*y+1)", "log(-1-x*y)", False),
        ("sqrt(x**2-1)", "1/sqrt((x-1)*(x+1))", False),
        ("1/log(x)", "log(-x)", False),
        ("asin(x*(y+1))", "asin(x*y-x)", False),
        ("1/(x+y)", "1/(x**2+y**2)", False),
    ],
)
def test_demands_follow_however_they_are_written(left, right, follows):
    program, (a, b) = grounded(left, right)
    for seed in range(4):
        asked = unmet(program, [a], [b])
        assert asked
        left_over = unanswered(program, [a], asked, random.Random(seed))
        assert (not left_over) is follows


SIZES = read_names({"z": "vector K", "A": "matrix K n", "i": "index K", "j": "index 1 3"})


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("z[i]", True),
        ("z[1]", True),
        ("z[K]", True),
        ("z[K+1-i]", True),
        ("Sum(z[K+1-k],k,1,K)", True),
        ("Sum(z[k-2],k,3,K+2)", True),
        ("Sum(Sum(A[k,m],m,1,n),k,1,K)", True),
        ("Sum(Sum(z[k+1-m],m,1,k),k,1,K)", True),
        ("z[i+1]", False),
        ("z[2]", False),
        ("z[j]", False),
        ("z[K-1]", False),
        ("Sum(z[k+1],k,1,K)", False),
        ("Sum(z[K-k],k,1,K)", False),
        ("Sum(A[k,k],k,1,K)", False),
        ("Sum(z[k],k,0,K)", False),
    ],
)
def test_indices_that_stay_inside_are_known_without_trying(text, inside):
    assert stays_inside(read(text, SIZES), SIZES) is inside
