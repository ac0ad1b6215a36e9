"""Mutants of values: each is another answer, unless its answer test can say why it is not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from mathgrade.answers import SVD, Choice, Expression, Matrix, Number, Statement
from mathgrade.answers.answer import AnswerTest
from mathgrade.course.mutation.formulas import changes
from mathgrade.course.mutation.mutant import Mutant, spread
from mathgrade.course.mutation.trivial import blank_answer, trivial_answers
from mathgrade.course.mutation.values import equivalence, right_answer, value_mutants
from mathgrade.expression import read, read_names, to_text
from mathgrade.verdict import Outcome

INDEXED = {"y": "simplex K", "i j": "index K"}
TESTS: list[AnswerTest] = [
    Number(45, decimals=6),
    Number("sqrt(3)/2"),
    Number(Fraction(2, 7), exact=True),
    Number(1e-7, rtol=1e-3),
    Expression("2*x*cos(x**2)", {"x": "real"}),
    Expression("y[i]*(delta(i, j) - y[j])", INDEXED),
    Expression("Sum(y[j]*y[i], j, 1, K)", INDEXED),
    Expression("T(w)", {"w x": "vector d"}, layout="numerator"),
    Expression("T(A) * A", {"A": "matrix 3 2"}),
    Expression(
        sp.Piecewise((1, sp.Symbol("z", real=True) > 0), (0, True)), {"z": "real", "alpha": "real"}
    ),
    Statement("y == 2*x", {"x y": "real"}),
    Statement("0 < x <= 1", {"x": "real"}),
    Statement("{1, -1}", {"x": "real"}),
    Matrix([[2, 1], [1, 3]], entries=True),
    Matrix([[1.25, -0.5], [0.125, 3.0], [1.0, 2.0]], decimals=3),
    Matrix([1, 2, 3], vector=True),
    Matrix([1, 2, 3]),
    Matrix([["x", "2*x"], ["1", "x**2"]], names={"x": "real"}),
    Matrix(sp.Matrix([[1, 2]]) / sp.sqrt(2), exact=True, layout="numerator"),
    SVD([[3, 1], [0, 2]]),
    SVD([[1, 2], [3, 4], [5, 6]]),
    Choice("a", {"a": "one", "b": "two", "c": "three"}),
    Choice(frozenset("ab"), {"a": "one", "b": "two", "c": "three"}),
]

IDS = [f"{type(test).__name__}-{number}" for number, test in enumerate(TESTS)]


@pytest.mark.parametrize("test", TESTS, ids=IDS)
def test_every_mutant_loses_marks_or_is_proved_right(test: AnswerTest) -> None:
    assert test.mark(right_answer(test)).outcome is Outcome.CORRECT
    mutants = spread(value_mutants(test), 40)
    assert len(mutants) >= 2
    assert len({mutant.name for mutant in mutants}) == len(mutants)
    survivors = [
        mutant.name
        for mutant in mutants
        if test.mark(mutant.response, explain=False).outcome in (Outcome.CORRECT, Outcome.UNDECIDED)
        and not equivalence(test, mutant.response)
    ]
    assert survivors == []


@pytest.mark.parametrize("test", TESTS, ids=IDS)
def test_no_mutant_is_called_right_that_loses_marks(test: AnswerTest) -> None:
    for mutant in spread(value_mutants(test), 40):
        if equivalence(test, mutant.response) and not isinstance(test, Number | Matrix):
            assert test.mark(mutant.response, explain=False).credit == 1, mutant


class _Lax(Expression):
    """An answer test that takes any formula with the right letters."""

    def _mark(self, response: object, _source: str) -> Any:
        return super()._mark(self.reference, "")


def test_a_test_that_takes_everything_kills_nothing() -> None:
    test = _Lax("2*x", {"x": "real"})
    mutants = list(value_mutants(test))
    assert all(test.mark(m.response).outcome is Outcome.CORRECT for m in mutants)
    wrong = [m.name for m in mutants if not equivalence(test, m.response)]
    assert "sign: -2*x" in wrong
    assert len(wrong) == len(mutants)


CHANGES = [
    ("x + 1", {"x": "real"}, "sign", "-x + 1"),
    ("x + 1", {"x": "real"}, "dropped term", "x"),
    ("x / 2", {"x": "real"}, "turned over", "2/x"),
    ("x**2", {"x": "real"}, "off by one", "x**3"),
    ("x**2", {"x": "real"}, "dropped power", "x"),
    ("sin(x)", {"x": "real"}, "other function", "cos(x)"),
    ("exp(x)", {"x": "real"}, "dropped function", "x"),
    ("2*delta(i, j)", INDEXED, "delta", "2*1"),
    ("y[i]*y[j]", INDEXED, "index", "y[j]*y[j]"),
    ("Sum(y[j], j, 1, K)", INDEXED, "off by one", "Sum(y[j], j, 1 + 1, K)"),
    ("Sum(y[j], j, 1, K)", INDEXED, "dropped sum", "y[i]"),
    ("T(A)", {"A": "matrix 2 2"}, "dropped operation", "A"),
    ("A * B", {"A B": "matrix 2 2"}, "layout", "B*A"),
    ("A * B", {"A B": "matrix 2 2"}, "other letter", "B*B"),
]


@pytest.mark.parametrize(("text", "names", "kind", "made"), CHANGES)
def test_a_formula_is_changed_in_one_place(
    text: str, names: dict[str, str], kind: str, made: str
) -> None:
    context = read_names(names)
    found = {(what, to_text(node)) for what, node in changes(read(text, context), context)}
    assert (kind, made) in found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5))
def test_changes_are_other_formulas_and_none_comes_twice(numbers: list[int]) -> None:
    context = read_names({"x": "real"})
    root = read(" + ".join(f"({n})*x**{k}" for k, n in enumerate(numbers)), context)
    made = [node for _, node in changes(root, context)]
    assert root not in made
    assert len(set(made)) == len(made)


def test_many_mutants_are_cut_to_some_of_every_kind() -> None:
    made = [Mutant("sign", f"s{k}", 0) for k in range(50)]
    made += [Mutant("factor", "f", 0), Mutant("order", "o", 0), Mutant("order", "o", 1)]
    assert [m.name for m in spread(made, 5)] == ["s0", "f", "o", "s1", "s2"]


@pytest.mark.parametrize("test", TESTS, ids=IDS)
def test_answers_without_a_thought_earn_nothing(test: AnswerTest) -> None:
    assert test.mark(blank_answer(test)).credit == 0
    for name, response in trivial_answers(test):
        if not equivalence(test, response):
            assert test.mark(response).credit == 0, name


def test_an_answer_that_is_zero_is_not_taken_for_trivial() -> None:
    assert equivalence(Number(0), 0)
    assert equivalence(Matrix(np.eye(2)), np.eye(2))
    assert not equivalence(Number(2), 0)
