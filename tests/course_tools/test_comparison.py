"""Two formulas are compared alone or line by line, and no line ends the stream."""

from __future__ import annotations

import json

import pytest

from mathgrade.course.comparison import compare, compare_lines, declared
from mathgrade.errors import CourseError

REAL = {"x": "real"}


@pytest.mark.parametrize(
    ("left", "right", "outcome"),
    [
        ("sin(x)**2", "1 - cos(x)**2", "equal"),
        ("x**2", "x**3", "different"),
        ("abs(x)", "x", "different"),
        ("x", "y", "ill-formed"),
        ("x", "x +", "ill-formed"),
        ("x", "__import__('os')", "ill-formed"),
    ],
)
def test_an_outcome_says_how_two_formulas_compare(left: str, right: str, outcome: str) -> None:
    answer = compare(left, right, REAL)
    assert answer["outcome"] == outcome
    assert (answer["witness"] is not None) == (outcome == "different")
    assert bool(answer.get("message")) >= (outcome == "ill-formed")
    assert answer["ms"] >= 0


def test_a_witness_names_the_point_and_both_sides() -> None:
    witness = compare("x**2", "x**2 + 1", REAL)["witness"]
    assert list(witness["at"]) == ["x"]
    assert witness["left"] != witness["right"]


def test_every_line_gets_an_answer_in_its_order() -> None:
    lines = [
        json.dumps({"left": "x", "right": "x + 0", "names": REAL}),
        "",
        "nonsense",
        "[]",
        "3",
        json.dumps({"left": "x"}),
        json.dumps({"left": "x", "right": 3, "names": REAL}),
        json.dumps({"left": "x", "right": "x", "names": {"x": "potato"}}),
        "[" * 100_000,
        json.dumps({"left": "2", "right": "3"}),
    ]
    answers = [json.loads(line) for line in compare_lines(lines)]
    outcomes = [answer["outcome"] for answer in answers]
    assert outcomes == ["equal", *["invalid"] * 5, "ill-formed", "invalid", "different"]
    assert "line 3" in answers[1]["message"]
    assert "no 'right'" in answers[4]["message"]


@pytest.mark.parametrize("word", ["x", "x=", "=real", "  = real"])
def test_a_declaration_without_both_sides_is_refused(word: str) -> None:
    with pytest.raises(CourseError, match="expected NAME=KIND"):
        declared([word])
