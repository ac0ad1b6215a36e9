"""A few edited proofs, and what the fuzzer of derivations itself rests on."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from mpmath import mp, mpf

from mathgrade.derivation.marked import MarkedDerivation, Proof
from mathgrade.derivation.reading import read_document
from mathgrade.expression import read, read_names
from tests.fuzz import derivations
from tests.fuzz.derivations import edits, judge, marked, proofs, respellings
from tests.fuzz.spellings import SPELLINGS, respelled
from tests.fuzz.values import NotEvaluatedError, NoValueError, Point, compare, value

NAMES = read_names(
    {"x y": "real", "z": "vector n", "t": "simplex n", "i j": "index n", "A B": "matrix n n"}
)
EMPTY = read_document("", NAMES, {})
AT = Point(
    EMPTY,
    {"x": mpf(2), "y": mpf(-3), "n": 2, "z": ((mpf(5),), (mpf(7),))},
    {"i": 1, "j": 2},
)


def test_what_makes_a_line_false_is_found_there():
    results = [judge(edit) for edit in edits(1, 15)]
    bad = [r for r in results if r.verdict != "found"]
    assert not bad, "\n\n".join(f"{r.verdict}: {r.said}\n{r.edit.text}" for r in bad)


def test_another_spelling_of_a_proof_is_a_proof():
    for name, spelling, text in respellings(20260404, 8):
        found = marked(text, proofs()[name].claim)
        assert found.outcome is Proof.PROVED, (spelling, text)


def test_no_proof_is_called_wrong_under_other_seeds():
    """A quarter of the table; the command runs through all of it with ``--seeds 25``."""
    for seed, name in enumerate(sorted(proofs())[::4], start=1):
        found = marked(proofs()[name].text, proofs()[name].claim, seed)
        assert found.outcome is not Proof.WRONG, (name, seed)


def test_an_edit_depends_on_its_seed_only():
    first, again, other = (list(edits(seed, 3)) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_a_missed_edit_is_seen(monkeypatch):
    (edit,) = edits(1, 1)
    blind = MarkedDerivation(Proof.PROVED, Fraction(1))
    monkeypatch.setattr(derivations, "marked", lambda *_: blind)
    assert (judge(edit).verdict, judge(edit).outcome) == ("missed", "proved")


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
def test_every_spelling_changes_some_proof(spelling):
    for case in proofs().values():
        claim = derivations.claim_of(case.claim)
        document = read_document(case.text, claim.context, claim.definitions)
        if respelled(case.text, document, spelling, random.Random(3)) != case.text:
            return
    pytest.fail(f"{spelling} changes no proof")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x**2 + y", 1),
        ("Sum(z[k], k, 1, n)", 12),
        ("delta(i, j) + delta(i, i)", 1),
        ("diff(x**3, x)", 12),
        ("diff(Sum(z[k]**2, k, 1, n), z[j])", 14),
        ("diff(z[i], z[j])", 0),
        ("ifeq(i, j, x, y)", -3),
        ("T(z) @ z", 74),
    ],
)
def test_a_formula_is_evaluated(formula, expected):
    with mp.workdps(60):
        assert abs(value(read(formula, NAMES), AT) - expected) < mpf(10) ** -20


@pytest.mark.parametrize("formula", ["log(y)", "sqrt(y)", "1/(x - 2)", "(x - 2)**(-1)"])
def test_what_has_no_value_is_told(formula):
    with pytest.raises(NoValueError):
        value(read(formula, NAMES), AT)


@pytest.mark.parametrize("formula", ["z[n + 1]", "z[0]", "sin(x)"])
def test_what_is_not_evaluated_is_not_guessed(formula):
    with pytest.raises(NotEvaluatedError):
        value(read(formula, NAMES), AT)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("exp(x + y)", "exp(x)*exp(y)", "agree"),
        ("exp(x + y)", "exp(x) + exp(y)", "differ"),
        ("sqrt(x**2)", "x", "differ"),
        ("z[i]", "z[j]", "differ"),
        ("Sum(t[k], k, 1, n)", "1", "agree"),
        ("A @ B", "B @ A", "differ"),
        ("inv(A @ B)", "inv(B) @ inv(A)", "agree"),
        ("x", "log(x) + x - log(x)", "differ"),
        ("x", "A", "unsure"),
    ],
)
def test_sides_are_compared_at_points(left, right, expected):
    sides = (read(side, NAMES) for side in (left, right))
    assert compare(*sides, EMPTY, random.Random(2)) == expected


def test_a_condition_between_indices_is_kept_to():
    document = read_document("If $i = j$:\n\n$$z_i = z_j$$", NAMES, {})
    statement = document.statements[-1]
    left, right = (side.node for side in statement.sides)
    assert compare(left, right, document, random.Random(2), statement.conditions) == "agree"
    assert compare(left, right, document, random.Random(2)) == "differ"
