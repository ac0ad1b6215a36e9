"""Witnesses as sentences with formulas: nothing in them acts, nothing is revealed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.feedback.witness import difference, example
from mathgrade.witness import Witness

Inspect = Callable[[str], Any]


@pytest.mark.parametrize(
    ("witness", "text"),
    [
        (Witness({"x": "2"}, "4"), "At x=2 yours is 4."),
        (Witness({}, "of shape (2,)"), "Yours is of shape (2,)."),
        (Witness({"z": "[1, 2]"}, "nan"), "At z = [1, 2] yours is nan."),
        (Witness({"z_1": "-1/3"}, "undefined"), "At z1=−13 yours is undefined."),
        (Witness({}, "4", "3", "row 1, column 2"), "In row 1, column 2 yours is 4."),
        (Witness({}, "4", "3", "i = j != k"), "For i=j≠k yours is 4."),
        (Witness({"argument 1": "f"}, "2.5e-07"), "At argument 1 = f yours is 2.5·10−7."),
        (Witness({}, "", "3"), ""),
        (Witness(), ""),
    ],
)
def test_a_witness_reads_as_a_sentence(witness: Witness, text: str, inspect: Inspect) -> None:
    html = example(witness)
    assert "".join(inspect(str(html)).text).replace("⋅", "·") == text


def test_what_was_expected_is_said_only_where_it_is_revealed() -> None:
    witness = Witness({"x": "2"}, "4", "7351")
    assert "7351" not in example(witness)
    assert "expected <math><mn>7351</mn></math>." in example(witness, reveal=True)


def test_a_line_says_both_sides(inspect: Inspect) -> None:
    html = difference(Witness({"c": "1"}, "2", "1", "i = j"))
    text = "".join(inspect(str(html)).text)
    assert text == "For i=j at c=1 the side before is 1, this one is 2."
    assert difference(Witness({"c": "1"})) == ""


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_text_of_a_witness_becomes_an_element(name: str, value: str, place: str) -> None:
    html = str(example(Witness({name: value}, value, value, place), reveal=True))
    for tag in ("<script", "<img", "<a", "<svg", "<style"):
        assert tag not in html.lower()
