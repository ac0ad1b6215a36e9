"""The reading beside a cell: formulas to be set, and everything else as it was typed."""

import re
from html import unescape

import mistune
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.answers.derivation_form import ReadLine, read_derivation
from mathgrade.preview import MAX_LATEX, lines_preview, plain_lines, preview


def shown(markdown: str) -> str:
    """What a reader sees of it where HTML is let through, as in JupyterLab."""
    html = str(mistune.html(markdown))
    return unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize(
    "typed",
    ["*a*", "a_1 b_1", "`x`", "[a](b)", "<img src=x onerror=y>", "$x$", r"\(x\)", "# a", "1. a",
     "|a|b|", "~~a~~", "&amp;", r"\begin{align}x\end{align}", "![a](b)", "a``b"],
)  # fmt: skip
def test_what_was_typed_is_shown_as_it_was(typed: str) -> None:
    text = lines_preview([ReadLine(1, typed, "")], "Read so:")
    assert typed in shown(text)
    assert "<img" not in text
    assert "$" not in text


@given(st.text(max_size=60))
def test_no_text_makes_markup_of_its_own(typed: str) -> None:
    text = lines_preview([ReadLine(1, typed, "", "", (typed,))], "Read so:")
    assert set(re.findall(r"<[^>]*>", text)) <= {"<code>", "</code>", "<br>"}
    assert preview("", typed).count("<") == preview("", typed).count(">")
    text.encode("utf-8")


def test_a_formula_is_set_and_one_beyond_reading_is_shown_as_its_source() -> None:
    assert preview("x\n^2", "Read as") == r"Read as $\displaystyle x ^2$"
    long = preview("x+" * MAX_LATEX, "Read as")
    assert "$" not in long
    assert len(long) < 500


def test_a_derivation_shows_each_line_with_what_it_was_taken_for() -> None:
    lines = read_derivation("Let $S = a + b$.\n\n$$2S = \\foo{a}$$", {"a b": "real"}, {})
    text = lines_preview(lines, "Read so:")
    assert r"- line 1 <code>S = a + b</code><br>$\displaystyle S = a + b$" in text
    assert "taken as the definition of S" in text
    assert "**not read:**" in text
    assert "read as  S = a + b" in plain_lines(lines, "Read so:")


def test_formulas_within_words_are_set_and_names_are_code() -> None:
    line = ReadLine(1, "a", "", "for $i = j$ only", ("Write `x_1`.",))
    text = lines_preview([line], "Read so:")
    assert "for $i = j$ only" in text
    assert "Write <code>x&#95;1</code>." in text
