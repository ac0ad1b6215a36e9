"""Rows: what stands before and beside each line of a marked derivation, wherever it is shown."""

from fractions import Fraction

import pytest

from mathgrade.card import card, plain
from mathgrade.marked_line import LineOutcome, MarkedLine
from mathgrade.proof_rows import brief, rows
from mathgrade.verdict import Finding, Outcome, Verdict, Witness

WITNESS = Witness({"c": "1", "z_1": "0"}, received="2", expected="1", place="i = j")


def line(outcome, read_as="x", number=1, relation="==", **more):
    return MarkedLine(number, read_as, read_as, LineOutcome(outcome), relation=relation, **more)


def verdict(*lines, outcome=Outcome.PARTIAL, findings=()):
    return Verdict(outcome, Fraction(1, 2), findings, lines=lines)


SIGNS = [
    (line("true", laws=("sum",)), "✓", "right"),
    (line("true", laws=()), "✓", "right"),
    (line("true"), "…", "true, but too big a step"),
    (line("false"), "✗", "the first wrong line"),
    (line("ill-formed"), "✗", "the first wrong line"),
    (line("follows", laws=("sum",)), "→", "follows from a wrong line"),
    (line("follows"), "→", "follows from a wrong line"),
    (line("recovers"), "!", "right only by itself"),
    (line("unread"), "?", "could not be read"),
    (line("undecided"), "?", "not decided"),
    (line("definition"), "", "a definition"),
    (line("case"), "", "a case"),
    (line("start", relation=""), "", "the start"),
]


@pytest.mark.parametrize(("marked", "sign", "words"), SIGNS)
def test_every_outcome_of_a_line_has_a_sign_and_words_for_who_does_not_see_it(marked, sign, words):
    (row,) = rows(verdict(marked))
    assert (row.mark.sign, row.mark.words) == (sign, words)


def test_only_the_first_wrong_line_is_called_so():
    found = rows(verdict(line("false"), line("false", number=2), line("ill-formed", number=3)))
    assert [row.mark.words for row in found] == ["the first wrong line"] + ["wrong as well"] * 2


def test_no_step_of_a_proof_is_called_too_big():
    (row,) = rows(verdict(line("true"), outcome=Outcome.CORRECT))
    assert row.mark.sign == "✓"


JOINED = [
    ([line("start", "a", 1, ""), line("true", "b", 1)], ["a = b"]),
    ([line("start", "a", 1, ""), line("true", "b", 2)], ["a", "= b"]),
    ([line("start", "a", 1, ""), line("true", "b"), line("true", "c")], ["a = b", "= c"]),
    ([line("start", "a", 1, ""), line("start", "b", 1, "implies")], ["a", r"\Rightarrow b"]),
    ([line("start", "a", 1, ""), line("start", "b", 1, "")], ["a", "b"]),
    ([line("start", "a", 1, ""), line("undecided", "b", 1, "<=")], [r"a \leq b"]),
    ([line("start", "a", 1, "")], ["a"]),
]


@pytest.mark.parametrize(("lines", "shown"), JOINED)
def test_the_start_of_a_chain_stands_beside_its_first_step_where_it_was_typed_so(lines, shown):
    assert [row.latex for row in rows(verdict(*lines))] == shown


def test_what_was_not_read_is_shown_as_it_was_typed():
    broken = MarkedLine(4, r"\frac{1", "", LineOutcome.UNREAD, "This brace is not closed.")
    (row,) = rows(verdict(broken))
    assert (row.latex, row.text, row.why) == ("", r"\frac{1", "This brace is not closed.")
    assert r"<code>\frac{1</code>" in card(verdict(broken))
    assert "could not be read" in card(verdict(broken))


def test_a_remark_is_said_once_for_a_line():
    same = {"remarks": ("Another letter.",)}
    found = rows(
        verdict(line("true", **same), line("true", **same), line("true", number=2, **same))
    )
    assert [row.remarks for row in found] == [("Another letter.",), (), ("Another letter.",)]


def test_card_and_text_hold_the_numbers_the_hint_and_the_number_of_the_line():
    shown = verdict(line("false", "a+b", 7, witness=WITNESS, hint="The sign is wrong."))
    difference = "For i = j, at c = 1, z_1 = 0 the side before is 1, this one is 2."
    assert f"     7 ✗ = a+b\n         the first wrong line\n         {difference}" in plain(shown)
    html = card(shown)
    assert '<li value="7" class="mathgrade-line-wrong"><span aria-hidden="true">✗</span>' in html
    assert "the first wrong line</span>" in html
    assert difference in html
    assert "The sign is wrong." in html
    assert 'alttext="= a+b"' in html


def test_nothing_a_student_typed_breaks_out_of_a_card():
    evil = "<script>alert(1)</script>"
    shown = card(
        verdict(MarkedLine(1, evil, "", LineOutcome.UNREAD, evil, hint=evil, remarks=(evil,)))
    )
    assert "<script" not in shown


def test_what_stands_beside_a_line_is_not_said_again():
    finding = Finding(
        "c", False, Fraction(1), "Line 2 is the first wrong one: $x$.", "derivation.wrong-line"
    )
    assert brief(finding, verdict(line("false", number=2))) == "Line 2 is the first wrong one."
    assert brief(finding, verdict()) == finding.message
