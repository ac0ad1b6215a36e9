"""What a spreadsheet, and a reader of CSV, makes of the cells."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.export.cells import Dialect, number, render, safe_text

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\x0b=1",
    "\xa0=1",
    "＝1+1",
    "＠SUM(1)",
    '=HYPERLINK("https://x.invalid","y")',
]
STARTS = tuple("=+-@＝＋－＠\t\r\n")


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_a_text_that_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    sheet = render([["name"], [text]], Dialect())
    (_, (cell,)) = csv.reader(io.StringIO(sheet.data.decode(), newline=""))
    assert cell.startswith("'")
    assert sheet.defused == (text,)


@pytest.mark.parametrize(
    "text", ["", "Ann", "O'Neil", "'s-Gravenhage", "a=b", "1-2", "Müller, Ada", 'the "first"', "λ"]
)
def test_any_other_text_arrives_as_it_was(text: str) -> None:
    sheet = render([["name"], [text]], Dialect())
    (_, (cell,)) = csv.reader(io.StringIO(sheet.data.decode(), newline=""))
    assert (cell, sheet.defused) == (text, ())


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_any_texts_are_read_back_as_the_same_number_of_harmless_cells(
    rows: list[list[str]],
) -> None:
    for dialect in (Dialect(), Dialect("utf-16", "\t")):
        text = render(rows, dialect).data.decode(dialect.encoding)
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.separator))
        assert [len(row) for row in read] == [2] * len(rows)
        assert not [cell for row in read for cell in row if cell.startswith(STARTS)]
        assert text.count("\n") == len(rows)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6))
def test_a_number_is_written_plainly_and_keeps_four_places(value: float) -> None:
    text = number(value)
    assert abs(float(text) - value) <= 0.5001e-4
    assert set(text) <= set("-0123456789.")
    assert text != "-0"


def test_a_negative_number_is_a_number_and_no_formula() -> None:
    assert render([[-1.5]], Dialect()).data == b"-1.5\r\n"


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_no_mark(value: float | None) -> None:
    assert render([["a", value]], Dialect()).data == b'"a",\r\n'
    assert render([["a", value]], Dialect(no_mark="-")).data == b'"a","-"\r\n'


def test_a_text_like_the_sign_for_no_mark_is_still_defused() -> None:
    sheet = render([["-", None]], Dialect(no_mark="-"))
    assert (sheet.data, sheet.defused) == (b'"\'-","-"\r\n', ("-",))


def test_a_lone_surrogate_does_not_stop_the_export() -> None:
    assert render([["a\ud800"]], Dialect()).data == b'"a?"\r\n'


def test_a_separator_of_another_country_stands_in_quotes() -> None:
    assert render([["a;=1+1"]], Dialect()).data == b'"a;=1+1"\r\n'


def test_an_apostrophe_is_all_that_is_added() -> None:
    assert safe_text("=1") == "'=1"
