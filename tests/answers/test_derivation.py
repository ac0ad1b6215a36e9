"""Derivations as an answer test: outcome, credit, notes and lines; known wrong steps."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathgrade.answers import Derivation, Shares
from mathgrade.answers.derivation import verdict_of
from mathgrade.derivation.marked import Proof
from mathgrade.derivation.marking import mark_derivation
from mathgrade.errors import ItemError
from mathgrade.items import Item, Mistake
from mathgrade.marked_line import LineOutcome
from mathgrade.verdict import Outcome, Verdict

SHIFT = Derivation(
    r"softmax(z)_i = softmax(z - c)_i",
    {"z": "vector n", "c": "real", "i": "index n"},
    {r"softmax(v)_i": r"\frac{e^{v_i}}{\sum_{k=1}^{n} e^{v_k}}"},
    milestones=[r"\sum_{k=1}^{n} e^{z_k - c} = e^{-c} \sum_{k=1}^{n} e^{z_k}"],
)
JACOBIAN = Derivation(
    r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)",
    {"z": "vector n", "i j": "index n"},
    {"y_i": r"\frac{e^{z_i}}{\sum_{k=1}^{n} e^{z_k}}"},
)
PROOF = r"""
$$
\begin{align*}
softmax(z - c)_i &= \frac{e^{z_i - c}}{\sum_k e^{z_k - c}} \\
&= \frac{e^{z_i} e^{-c}}{\sum_k e^{z_k} e^{-c}} \\
&= \frac{e^{-c} e^{z_i}}{e^{-c} \sum_k e^{z_k}} \\
&= \frac{e^{z_i}}{\sum_k e^{z_k}} = softmax(z)_i
\end{align*}
$$
"""
WRONG = r"""
$$
\begin{align*}
softmax(z - c)_i &= \frac{e^{z_i - c}}{\sum_k e^{z_k - c}} \\
&= \frac{e^{z_i} - e^{c}}{\sum_k (e^{z_k} - e^{c})} \\
&= \frac{e^{z_i}}{\sum_k e^{z_k}} = softmax(z)_i
\end{align*}
$$
"""
ONE_CASE = r"""Case $i = j$:
$$
\frac{\partial y_i}{\partial z_i} = \frac{e^{z_i} \sum_k e^{z_k} - e^{z_i} e^{z_i}}{(\sum_k e^{z_k})^2}
= \frac{e^{z_i}}{\sum_k e^{z_k}} \frac{\sum_k e^{z_k} - e^{z_i}}{\sum_k e^{z_k}} = y_i (1 - y_i)
$$
"""
JUMP = r"$$\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)$$"
BIG = r"""$$\frac{\partial y_i}{\partial z_j} = \frac{\partial}{\partial z_j} \frac{e^{z_i}}{\sum_k e^{z_k}}
= y_i (\delta_{ij} - y_j)$$"""

VERDICTS = [
    (SHIFT, PROOF, Outcome.CORRECT, "correct"),
    (SHIFT, WRONG, Outcome.PARTIAL, "derivation.wrong-line"),
    (SHIFT, "$softmax(z)_i = softmax(z) + c$", Outcome.INCORRECT, "derivation.ill-formed"),
    (SHIFT, "$softmax(z)_i = e^{z_i}$", Outcome.INCORRECT, "derivation.wrong-line"),
    (SHIFT, "$softmax(z)_i = softmax(z - c)_i$", Outcome.INCORRECT, "derivation.circular"),
    (SHIFT, "It is obvious, as c cancels.", Outcome.INCORRECT, "derivation.no-step"),
    (SHIFT, "", Outcome.INCORRECT, "derivation.blank"),
    (SHIFT, " \n\t", Outcome.INCORRECT, "derivation.blank"),
    (SHIFT, "YOUR ANSWER HERE", Outcome.INCORRECT, "derivation.blank"),
    (SHIFT, "**YOUR ANSWER HERE**\n", Outcome.INCORRECT, "derivation.blank"),
    (SHIFT, "Show the claim here.\n\nYOUR ANSWER HERE", Outcome.INCORRECT, "derivation.blank"),
    (SHIFT, r"$\frac{e^{z_i}}{ = \frac{1}{2$", Outcome.INVALID, "derivation.unreadable"),
    (SHIFT, "x" * 30_000, Outcome.INVALID, "derivation.unreadable"),
    (SHIFT, 3, Outcome.INVALID, "type.derivation"),
    (SHIFT, None, Outcome.INVALID, "type.derivation"),
    (SHIFT, [PROOF], Outcome.INVALID, "type.derivation"),
    (JACOBIAN, ONE_CASE, Outcome.PARTIAL, "derivation.case-missing"),
    (JACOBIAN, JUMP, Outcome.INCORRECT, "derivation.circular"),
    (JACOBIAN, BIG, Outcome.PARTIAL, "derivation.step-too-big"),
]


@pytest.mark.parametrize(("test", "text", "outcome", "note"), VERDICTS)
def test_a_derivation_gets_this_outcome_and_note(test, text, outcome, note):
    verdict = test.mark(text)
    assert (verdict.outcome, verdict.note) == (outcome, note), verdict.findings


@pytest.mark.parametrize(("test", "text"), [row[:2] for row in VERDICTS])
def test_a_verdict_survives_json_with_its_lines(test, text):
    verdict = test.mark(text)
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_what_is_missing_twice_in_one_line_of_the_text_is_said_once():
    steps = r"\frac{e^{z_1 - c}}{e^{z_1 - c} + e^{z_2 - c}}"
    steps += (
        r" = \frac{e^{-c} e^{z_1}}{e^{-c} (e^{z_1} + e^{z_2})} = \frac{e^{z_1}}{e^{z_1} + e^{z_2}}"
    )
    said = SHIFT.mark(f"For $n = 2$: ${steps}$, and so on.").findings[0].message.splitlines()
    assert len(said) == len(set(said))
    assert said[-1] == "This is an example: the claim is about every size and every index."


@pytest.mark.parametrize(
    "text",
    [
        r"$\sum_k e^{z_k - c} = e^{-c} \sum_k e^{z_k}$",
        r"$e^{z_i - c} = e^{z_i} e^{-c}$",
        r"$e^{z_1 - c} = e^{z_1} e^{-c}$ and $e^{z_i - c} = e^{z_i} e^{-c}$",
        "$1 + 1 = 2$",
    ],
)
def test_what_holds_an_index_or_a_sum_or_no_entry_is_no_example(text):
    message = SHIFT.mark(text).findings[0].message
    assert message.splitlines()[-1] == "The steps do not connect the two sides of the claim."


def test_the_first_wrong_line_is_named_with_numbers():
    verdict = SHIFT.mark(WRONG)
    due = next(f for f in verdict.findings if f.met is False)
    assert due.message.startswith("Line 5 is the first wrong one: $")
    assert "the side before is" in due.message
    wrong = [line for line in verdict.lines if line.outcome is LineOutcome.FALSE]
    assert wrong[0].line == 5
    assert wrong[0].witness is not None


def test_every_line_is_there_with_what_joins_it_to_the_one_before():
    lines = SHIFT.mark(PROOF).lines
    assert [line.relation for line in lines] == ["", "==", "==", "==", "==", "=="]
    assert [line.line for line in lines] == [4, 4, 5, 6, 7, 7]


def missing(test, text):
    return next(f.message for f in test.mark(text).findings if f.met is False)


def test_what_is_missing_is_said():
    assert "i ≠ j" in missing(JACOBIAN, ONE_CASE)
    assert "too much at once" in missing(JACOBIAN, BIG)


@pytest.mark.parametrize("text", [WRONG, ONE_CASE, BIG, "It is obvious.", "$y_i = 1$"])
def test_nothing_says_more_of_the_claim_than_the_student_wrote(text):
    for finding in JACOBIAN.mark(text).findings:
        assert "y_{j}" not in finding.message
        assert "delta" not in finding.message


def test_the_shares_decide_what_a_part_earns():
    half = Derivation(
        JACOBIAN.claim,
        JACOBIAN.names,
        JACOBIAN.definitions,
        shares=Shares(cases=Fraction(1), lines=Fraction(0), most=Fraction(1, 3)),
    )
    verdict = half.mark(ONE_CASE)
    assert verdict.credit == Fraction(1, 3)
    assert [f.share for f in verdict.findings if f.met] == [Fraction(1, 3)]
    assert JACOBIAN.mark(ONE_CASE).credit > Fraction(1, 3)


@pytest.mark.parametrize("seconds", [0.0, 1e-9])
def test_what_is_wrong_for_certain_may_have_earned_what_there_was_no_time_to_see(seconds):
    marked = mark_derivation(WRONG, SHIFT._claim, time_limit=seconds)
    assert marked.outcome is Proof.WRONG
    assert marked.credit + marked.unsettled == Shares().most
    verdict = verdict_of(marked)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.needs_review
    assert verdict.note == "derivation.wrong-line"
    assert verdict_of(mark_derivation(WRONG, SHIFT._claim)).outcome is not Outcome.UNDECIDED


def test_what_only_a_person_can_settle_goes_to_one():
    text = r"""$$softmax(z - c)_i = \frac{e^{z_i - c}}{\sum_k e^{z_k - c}} = \frac{e^{z_i}}{ $$"""
    verdict = SHIFT.mark(text)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "line 1" in verdict.needs_review.lower()


MISTAKES = (
    Mistake("e^{z_i - c} = e^{z_i}", "The shift was dropped.", "softmax.dropped"),
    Mistake(
        "e^{z_i - c} = e^{z_i} - e^{c}",
        "The exponential of a difference is a quotient.",
        "softmax.power-law",
        credit=Fraction(1, 5),
    ),
)
ITEM = Item("shift-proof", 4, SHIFT, mistakes=MISTAKES)

STEPS = [
    (WRONG, "softmax.power-law"),
    (r"$$e^{z_k - c} = e^{z_k} - e^{c}$$", "softmax.power-law"),
    (r"$$e^{z_i} - e^{c} = e^{z_i - c}$$", "softmax.power-law"),
    (r"$$2 e^{z_i - c} + 1 = 2 e^{z_i} - 2 e^{c} + 1$$", "softmax.power-law"),
    (
        r"$$\frac{e^{z_i - c}}{\sum_k e^{z_k - c}} = \frac{e^{z_i} - e^c}{\sum_k e^{z_k - c}}$$",
        "softmax.power-law",
    ),
    (r"$$\sum_k e^{z_k - c} = \sum_k e^{z_k}$$", "softmax.dropped"),
    (r"$$e^{z_i - c} = e^{z_i} + e^{c}$$", "derivation.wrong-line"),
    (r"$$e^{z_i - c} = e^{z_i} e^{c}$$", "derivation.wrong-line"),
    (r"$$e^{z_i - c} = e^{z_i} e^{-c}$$", "derivation.not-connected"),
    (PROOF, "correct"),
]


@pytest.mark.parametrize(("text", "note"), STEPS)
def test_a_known_wrong_step_is_recognised_wherever_it_is_made(text, note):
    assert ITEM.mark(text).note == note


def test_a_known_wrong_step_gets_its_message_and_credit_and_keeps_the_lines():
    verdict = ITEM.mark(r"$$e^{z_i - c} = e^{z_i} - e^{c}$$")
    assert verdict.credit == Fraction(1, 5)
    assert [f.message for f in verdict.findings if not f.met] == [MISTAKES[1].message]
    assert verdict.lines
    remark, *_ = ITEM.mark(r"$$\sum_k e^{z_k - c} = \sum_k e^{z_k}$$").findings
    assert (remark.share, remark.message) == (0, MISTAKES[0].message)


@pytest.mark.parametrize(
    "changed",
    [
        {"claim": r"softmax(z)_i"},
        {"claim": r"\frac{1}{"},
        {"claim": ()},
        {"max_laws": 9},
        {"milestones": ["q_i = 1"]},
        {"names": {"z": "vektor n"}},
    ],
)
def test_an_item_that_is_set_up_wrongly_speaks_to_its_author(changed):
    fields = {"claim": SHIFT.claim, "names": SHIFT.names, "definitions": SHIFT.definitions}
    with pytest.raises(ItemError):
        Derivation(**{**fields, **changed}).mark(PROOF)


def test_a_known_mistake_that_cannot_be_read_speaks_to_the_author():
    item = Item("shift-proof", 4, SHIFT, mistakes=[Mistake(r"\frac{1}{", "?", "x")])
    with pytest.raises(ItemError, match="step"):
        item.mark(WRONG)


pieces = st.sampled_from(
    [
        "$",
        "$$",
        "=",
        r"\frac",
        "{",
        "}",
        "z_i",
        "c",
        "e^",
        " ",
        "\n",
        "&",
        r"\\",
        "Case",
        "i = j",
        "1",
        "+",
    ]
)


@given(st.lists(pieces, max_size=25).map("".join))
@settings(max_examples=60, deadline=None)
def test_arbitrary_text_never_raises_and_is_never_right(text):
    assert SHIFT.mark(text).outcome is not Outcome.CORRECT
