"""Pictures on the page: what they show, what they say, and what they never show."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat.v4 import new_notebook
from tests.feedback.conftest import marked_cell

from mathgrade.feedback.drawing import draw
from mathgrade.picture import Arrows, Curve, Entries, Picture
from mathgrade.verdict import Finding, Verdict, Witness

Inspect = Callable[[str], Any]

LINE = Curve("x", -2.0, 2.0, (-2.0, -1.0, 0.0, 1.0, 2.0))
AT_ONE = Witness({"x": "1"}, "1", "73.5")


def drawn(picture: Picture, witness: Witness | None = None, *, reveal: bool = False) -> str:
    finding = Finding("right", False, Fraction(1), witness=witness, picture=picture)
    return str(draw(finding, reveal=reveal))


def said(svg: str) -> str:
    (label,) = re.findall(r'aria-label="([^"]*)"', svg)
    return str(label)


def test_a_finding_without_a_picture_draws_nothing() -> None:
    assert draw(Finding("right", False)) == ""


def test_a_curve_shows_the_point_and_what_it_is_there() -> None:
    svg = drawn(LINE, AT_ONE)
    assert svg.count('<path class="curve"') == 1
    assert svg.count('class="received"') == 1
    assert said(svg) == (
        "Your answer for x from −2 to 2. The dashed line is at x = 1, where yours is 1."
    )


def test_the_value_expected_is_drawn_only_where_it_is_revealed(inspect: Inspect) -> None:
    assert "73.5" not in drawn(LINE, AT_ONE)
    assert 'class="expected"' not in drawn(LINE, AT_ONE)
    opened = drawn(LINE, AT_ONE, reveal=True)
    inspect(opened)
    assert 'class="expected"' in opened
    assert "the ring is the value expected, 73.5" in said(opened)


def test_the_page_of_a_closed_item_draws_nothing_expected(rendered: Any) -> None:
    finding = Finding("right", False, Fraction(1), "Off.", "x", AT_ONE, LINE)
    verdict = replace(Verdict.of([finding]), points=1.0)
    page = rendered(new_notebook(cells=[marked_cell("a", verdict, score=0, points=1)]))
    assert '<path class="curve"' in page
    assert "73.5" not in page


def test_a_met_criterion_draws_nothing(rendered: Any) -> None:
    finding = Finding("right", True, Fraction(1), picture=LINE)
    nb = new_notebook(cells=[marked_cell("a", Verdict.of([finding]), score=1, points=1)])
    assert "<svg" not in rendered(nb)


def test_a_curve_is_not_joined_over_a_pole_or_a_gap() -> None:
    pole = Curve("x", -1.0, 1.0, (-1.0, -2.0, -20.0, None, 20.0, 2.0, 1.0))
    assert drawn(pole).count('<path class="curve"') == 2
    jump = Curve("x", -1.0, 1.0, (0.0, 0.0, 0.0, 1.0, 1.0))
    assert drawn(jump).count('<path class="curve"') == 2


@pytest.mark.parametrize(
    "witness",
    [None, Witness({"x": "9"}, "9"), Witness({"y": "1"}), Witness({"x": "1"}, "undefined")],
)
def test_a_point_that_is_not_on_the_curve_is_not_drawn(witness: Witness | None) -> None:
    assert 'class="received"' not in drawn(LINE, witness)


@pytest.mark.parametrize("value", ["1e999999999", "1/0", "9" * 400, "nan", "0x10", "1/1/1", ""])
def test_a_number_that_is_none_does_not_break_the_picture(value: str, inspect: Inspect) -> None:
    inspect(drawn(LINE, Witness({"x": value}, value, value), reveal=True))


def test_a_constant_curve_has_a_height() -> None:
    assert "nan" not in drawn(Curve("x", 0.0, 1.0, (0.0, 0.0, 0.0)))


def test_a_curve_of_nothing_is_empty() -> None:
    assert 'class="curve"' not in drawn(Curve("x", 0.0, 1.0, (None, None)))


def test_wrong_entries_are_framed_and_named() -> None:
    svg = drawn(Entries(((1.0, -2.0), (None, 0.0)), ((0, 1),), ((1, 0),)))
    assert svg.count('class="wrong-entry"') == 1
    assert "✗ −2" in svg
    assert said(svg) == (
        "Your answer; what is wrong is crossed: row 1, column 2. "
        "1 with a question mark could not be decided."
    )


def test_many_wrong_entries_are_counted() -> None:
    rows = ((1.0,) * 9,)
    assert said(drawn(Entries(rows, tuple((0, k) for k in range(8))))).endswith("; 2 more.")
    every = tuple((0, k) for k in range(9))
    assert said(drawn(Entries(rows, every))) == "Every entry of your answer is wrong."


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (Arrows(((3.0, -2.0),), wrong=(1,)), "Your vector (3, −2): its second component is wrong."),
        (Arrows(((3.0, -2.0),), wrong=(0, 1)), "Your vector (3, −2): both components are wrong."),
        (
            Arrows(((1.0, 0.0), (0.0, 2.0)), ("u₁", "u₂"), circle=True),
            "Your columns u₁ = (1, 0) and u₂ = (0, 2): each should end on the circle of radius 1, "
            "at right angles to each other.",
        ),
    ],
)
def test_arrows_say_what_is_wrong(picture: Arrows, words: str, inspect: Inspect) -> None:
    svg = drawn(picture)
    inspect(svg)
    assert said(svg) == words


HOSTILE = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "picture",
    [
        Curve(HOSTILE, 0.0, 1.0, (0.0, 1.0), {HOSTILE: HOSTILE}),
        Arrows(((1.0, 1.0),), (HOSTILE,), circle=True),
    ],
)
def test_every_text_of_a_picture_is_escaped(picture: Picture, inspect: Inspect) -> None:
    inspect(drawn(picture, Witness({HOSTILE: "1"}, HOSTILE)))


numbers = st.none() | st.floats(-1e100, 1e100)


@given(st.lists(numbers, min_size=2, max_size=20), st.floats(-1e90, 1e90), st.floats(1e-9, 1e9))
def test_any_curve_can_be_drawn(values: list[float | None], low: float, width: float) -> None:
    high = low + width
    if high > low:
        svg = drawn(Curve("x", low, high, tuple(values)), Witness({"x": str(low)}, "1"))
        assert "nan" not in svg
        assert "inf" not in svg
        assert len(svg) < 12_000


@example([(0.0, 2.2250738585e-313)])  # so small that nothing can be divided by it
@given(st.lists(st.tuples(*[st.floats(-1e100, 1e100)] * 2), min_size=1, max_size=4))
def test_any_arrows_can_be_drawn(pairs: list[tuple[float, float]]) -> None:
    assert "nan" not in drawn(Arrows(tuple(pairs), wrong=(0,)))
