"""Equations, inequalities, lists and sets as answers."""

import numpy as np
import pytest
import sympy as sp

from mathgrade.answers import Statement
from mathgrade.errors import ItemError
from mathgrade.items import Item, Mistake
from mathgrade.verdict import Outcome

x, y = sp.symbols("x y", real=True)
XY = {"x y": "real", "p": "positive"}

LINE = Statement("y == 2*x", XY)
ROOTS = Statement("x**2 == 4", XY)
STRIP = Statement("0 < x <= 1", XY)
ABOVE = Statement(x > 2, XY)
SET = Statement({1, 2, 3}, XY)
PAIR = Statement("(1, 2*x)", XY)
INTERVALS = Statement("Union(Interval(0, 1), Interval(2, 3))", XY)
NOTHING = Statement("EmptySet", XY)
GIVEN = Statement("y[i] == y[j]", {"y z": "vector K", "i j": "index K"},
                  given=[("y[i]", "exp(z[i])/Sum(exp(z[k]), k, 1, K)")])  # fmt: skip

RIGHT = [
    (LINE, "2*x - y == 0"),
    (LINE, sp.Eq(y, 2 * x)),
    (LINE, "$y = 2x$"),
    (ROOTS, "(x == 2) | (x == -2)"),
    (ROOTS, "abs(x) == 2"),
    (STRIP, "(x > 0) & (x <= 1)"),
    (STRIP, r"0 < x \le 1"),
    (STRIP, sp.And(x > 0, x <= 1)),
    (ABOVE, "2*x > 4"),
    (ABOVE, "Not(x <= 2)"),
    (SET, {3, 2, 1}),
    (SET, "{3, 2, 1, 1}"),
    (SET, sp.FiniteSet(1, 2, 3)),
    (PAIR, "(1, x + x)"),
    (PAIR, [1, 2 * x]),
    (PAIR, (1, "x*2")),
    (INTERVALS, "Union(Interval(2, 3), Interval(0, 1/2), Interval(1/2, 1))"),
    (INTERVALS, sp.Union(sp.Interval(0, 1), sp.Interval(2, 3))),
    (NOTHING, sp.S.EmptySet),
    (GIVEN, "2*y[i] == 2*y[j]"),
]

# The message in full where it is ours; what is asked of the student is in it.
WRONG = [
    (LINE, "y == -2*x", "edit.sign", "This is not the right equation. The values differ."),
    (LINE, "y == 2*x + 1", "edit.extra", "This is not the right equation. The values differ."),
    (LINE, "x == 2*y", "statement.value", "yours does not hold where it should."),
    (LINE, "y/x == 2", "statement.value", "yours does not hold where it should."),
    (LINE, "y < 2*x", "statement.value", "yours holds where it should not."),
    (LINE, "(y == 2*x) & (x > 0)", "statement.value", "yours does not hold where it should."),
    (ROOTS, "x == 2", "statement.value", "yours does not hold where it should."),
    (ROOTS, "x == sqrt(4)", "statement.value", "yours does not hold where it should."),
    (STRIP, "0 < x < 1", "statement.value", "yours does not hold where it should."),
    (STRIP, "x > 0", "statement.value", "yours holds where it should not."),
    (ABOVE, "x >= 2", "statement.border", "Right but for the border: < is not <=."),
    (ABOVE, "x < 2", "statement.direction", "The inequality points the other way."),
    (ABOVE, "x > 3", "statement.value", "yours does not hold where it should."),
    (SET, {1, 2}, "statement.missing", "This is not the right set: an element is missing."),
    (SET, {1, 2, 3, 4}, "statement.extra", "This is not the right set: 4 does not belong to it."),
    (SET, "{1, 2, x}", "statement.extra", "x does not belong to it at x = "),
    (SET, "EmptySet", "statement.missing", "an element is missing."),
    (SET, "Interval(1, 3)", "statement.extra", "does not belong to it."),
    (PAIR, "(1, -2*x)", "edit.sign", "This is not the right list. Entry 2: The values differ."),
    (PAIR, "(2*x, 1)", "statement.value", "This is not the right list. Entry 1: "),
    (PAIR, "(1, 2*x, 3)", "statement.length", "Expected 2 entries, received 3."),
    (PAIR, "(1, 2*x**2/x)", "statement.undefined", "It is undefined where it should have a value."),
    (INTERVALS, "Interval(0, 3)", "statement.extra", "3/2 does not belong to it."),
    (INTERVALS, "Interval(0, 1)", "statement.missing", "an element is missing."),
    (NOTHING, "{0}", "statement.extra", "0 does not belong to it."),
    (GIVEN, "y[i] == z[j]", "statement.value", "where it should"),
]

INVALID = [
    (LINE, "2*x", "statement.kind", "Expected an equation, received a formula. Write both sides: "),
    (LINE, {1, 2}, "statement.kind", "Expected an equation, received a set."),
    (STRIP, "x", "statement.kind", "Expected a condition, received a formula."),
    (SET, "(1, 2, 3)", "statement.kind", "Write a set as {1, 2}."),
    (SET, [1, 2, 3], "statement.kind", "Write a set as {1, 2}."),
    (PAIR, "{1, 2*x}", "statement.kind", "The order matters: write a list as (1, 2)."),
    (LINE, "y == 2*q", "expression.undeclared", "names that may be used: x, y, p."),
    (LINE, "y = 2*x", "expression.syntax", "write an equation with two signs, x == 1"),
    (LINE, True, "expression.type", "Write Eq(left, right) for an equation."),
    (LINE, np.bool_(True), "type.statement", "An equation was expected, received the truth value"),
    (LINE, None, "type.statement", "An equation was expected, received nothing (None)."),
    (SET, {"a": 1}, "type.statement", "A set was expected, received a dictionary"),
    (SET, lambda: 1, "expression.type", "received a function"),
    (SET, "", "expression.empty", "empty"),
    (SET, {1j}, "expression.complex", "complex"),
    (SET, object(), "expression.type", "an object of type object"),
    (LINE, "__import__('os')", None, ""),
]


@pytest.mark.parametrize(("test", "response"), RIGHT)
def test_answers_that_say_the_same_are_right(test, response):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, 1), verdict


@pytest.mark.parametrize(("test", "response", "note", "message"), WRONG)
def test_other_answers_are_wrong_for_a_reason(test, response, note, message):
    verdict = test.mark(response)
    assert (verdict.outcome, verdict.credit, verdict.note) == (Outcome.INCORRECT, 0, note)
    assert message in verdict.findings[0].message


@pytest.mark.parametrize(("test", "response", "note", "message"), INVALID)
def test_what_is_no_such_answer_is_invalid(test, response, note, message):
    verdict = test.mark(response)
    assert verdict.outcome is Outcome.INVALID
    assert note in (None, verdict.note)
    assert message in verdict.findings[0].message


@pytest.mark.parametrize(
    ("test", "criterion"),
    [
        (LINE, "The equation is right"),
        (STRIP, "The condition is right"),
        (ABOVE, "The inequality is right"),
        (SET, "The set is right"),
        (PAIR, "The list is right"),
    ],
)
def test_the_criterion_says_what_was_asked(test, criterion):
    assert test.mark(test.reference).findings[0].criterion == criterion


@pytest.mark.parametrize(
    ("test", "response", "text"),
    [
        (LINE, "y == 3*x", "in y at x = 2 yours is 6"),
        (LINE, "y/x == 2", "at x = 0, y = 0"),
        (ABOVE, "x > 3", "at x = 3"),
        (PAIR, "(1, 3*x)", "in entry 2 at x = 2 yours is 6"),
    ],
)
def test_a_witness_is_a_point_to_try(test, response, text):
    assert test.mark(response).findings[0].witness.text() == text


@pytest.mark.parametrize(("test", "response"), [(SET, "{1, 2}"), (INTERVALS, "Interval(0, 1)")])
def test_what_is_missing_is_not_told(test, response):
    assert test.mark(response).findings[0].witness is None


def test_what_could_not_be_decided_goes_to_a_person():
    test = Statement("exp(2*x) == y**2", XY)
    verdict = test.mark("2*x == log(y**2)")
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, 0)
    assert "could not be decided" in verdict.findings[0].message


@pytest.mark.parametrize("reference", ["2*x", 3, "x == q", "(x", [1, 2]])
def test_a_reference_that_is_no_such_thing_is_the_authors_fault(reference):
    with pytest.raises(ItemError):
        Statement(reference, XY).mark("x == 1")


def test_a_known_mistake_gets_its_words():
    mistake = Mistake("y == x/2", "You have x and y the wrong way round.", "line.exchanged")
    item = Item("line", 2, LINE, mistakes=[mistake])
    verdict = item.mark("2*y == x")
    assert verdict.note == "line.exchanged"
    assert verdict.findings[0].message == "You have x and y the wrong way round."


def test_it_is_shown_how_an_answer_is_read():
    assert Item("set", 1, SET).mark("{2, x}").read_as == r"\left\{2, x\right\}"
    assert LINE.form("y == 2*x") == "y = 2 x"
