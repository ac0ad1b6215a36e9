"""Verdicts: outcome, credit and note follow from the findings, and survive JSON."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.marked_line import LineOutcome, MarkedLine
from mathgrade.verdict import Finding, Outcome, Verdict, Witness

HALF = Fraction(1, 2)

OUTCOMES = [
    ([(True, 1)], Outcome.CORRECT, 1),
    ([(False, 1)], Outcome.INCORRECT, 0),
    ([(True, HALF), (False, HALF)], Outcome.PARTIAL, HALF),
    ([(True, HALF), (None, HALF)], Outcome.UNDECIDED, HALF),
    ([(False, HALF), (None, HALF)], Outcome.UNDECIDED, 0),
    ([(True, 1), (None, 0)], Outcome.CORRECT, 1),  # a remark decides nothing
    ([(True, 1), (False, 0)], Outcome.CORRECT, 1),
    ([(False, 0), (True, 1)], Outcome.CORRECT, 1),
]


@pytest.mark.parametrize(("parts", "outcome", "credit"), OUTCOMES)
def test_outcome_and_credit_follow_from_the_findings(parts, outcome, credit):
    verdict = Verdict.of(Finding("c", met, Fraction(share)) for met, share in parts)
    assert (verdict.outcome, verdict.credit) == (outcome, credit)


@pytest.mark.parametrize("shares", [[], [HALF], [HALF, HALF, HALF], [Fraction(0)]])
def test_shares_that_do_not_add_up_are_a_fault_of_the_test(shares):
    with pytest.raises(ValueError, match="must add up to 1"):
        Verdict.of(Finding("c", True, share) for share in shares)


def test_the_note_is_that_of_the_first_criterion_that_is_not_met():
    findings = [
        Finding("a", True, HALF, note="met"),
        Finding("b", False, Fraction(1, 4)),
        Finding("c", False, Fraction(1, 4), note="c.wrong"),
    ]
    assert Verdict.of(findings).note == "c.wrong"
    assert Verdict.of([Finding("a", True, Fraction(1), note="met")]).note == "correct"
    assert Verdict.of([Finding("a", False, Fraction(1))]).note == "incorrect"


def test_the_short_ways_to_a_verdict():
    assert Verdict.correct().credit == 1
    assert Verdict.incorrect("No.", "n").findings[0].message == "No."
    assert Verdict.invalid("What?").outcome is Outcome.INVALID
    assert Verdict.undecided("Perhaps.").needs_review == "Perhaps."
    assert Verdict.correct().needs_review == ""
    assert Verdict(Outcome.UNDECIDED).needs_review == "could not be decided"


def test_a_remark_moves_no_marks():
    remark = Finding("remark", False, message="By the way.")
    verdict = Verdict.correct().with_finding(remark, first=True)
    assert verdict.findings[0] is remark
    assert Verdict.correct().with_finding(remark).findings[-1] is remark
    assert (verdict.credit, verdict.outcome) == (1, Outcome.CORRECT)
    with pytest.raises(ValueError, match="no share"):
        verdict.with_finding(Finding("c", True, HALF))


@pytest.mark.parametrize(
    ("credit", "points", "earned"),
    [(Fraction(1), 3, 3.0), (HALF, 3, 1.5), (Fraction(2), 3, 3.0), (Fraction(-1), 3, 0.0)],
)
def test_points_earned_stay_between_none_and_all(credit, points, earned):
    verdict = Verdict(Outcome.PARTIAL, credit, points=points)
    assert verdict.earned == earned
    assert type(verdict.earned) is float


@pytest.mark.parametrize(
    ("witness", "line", "revealed"),
    [
        (Witness(), "", ""),
        (Witness({"x": "2"}, "4", "3"), "at x = 2 yours is 4", ", expected 3"),
        (Witness({"x": "2", "y": "0"}, "4"), "at x = 2, y = 0 yours is 4", ""),
        (Witness({}, "4", "3", "row 1"), "in row 1 yours is 4", ", expected 3"),
        (Witness({}, "4", "3", "i = j"), "for i = j yours is 4", ", expected 3"),
        (Witness({}, "", "3"), "", ", expected 3"),
    ],
)
def test_a_witness_tells_what_was_expected_only_if_asked_to(witness, line, revealed):
    assert witness.text() == line
    assert witness.text(reveal=True) == line + revealed


text = st.text(max_size=20)
shares = st.fractions(0, 1, max_denominator=12)
witnesses = st.none() | st.builds(
    Witness, st.dictionaries(text, text, max_size=3), text, text, text
)
findings = st.builds(
    Finding, text, st.sampled_from([True, False, None]), shares, text, text, witnesses
)
words = st.lists(text, max_size=2).map(tuple)
lines = st.builds(
    MarkedLine,
    st.integers(1, 99),
    text,
    text,
    st.sampled_from(list(LineOutcome)),
    text,
    witnesses,
    st.none() | words,
    text,
    words,
    text,
)
verdicts = st.builds(
    Verdict,
    st.sampled_from(list(Outcome)),
    shares,
    st.lists(findings, max_size=4).map(tuple),
    text,
    text,
    text,
    st.floats(0, 100),
    st.booleans(),
    st.lists(lines, max_size=3).map(tuple),
)


@given(verdicts)
def test_a_verdict_survives_json_unchanged(verdict):
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_a_verdict_cannot_be_changed():
    with pytest.raises(AttributeError):
        Verdict.correct().credit = 2
    assert hash(Verdict.correct()) == hash(Verdict.correct())
