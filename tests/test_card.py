"""Cards: what people read of a verdict; nothing in a response can break out of it."""

from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.card import card, mathml, plain
from mathgrade.verdict import Finding, Outcome, Verdict, Witness

HALF = Fraction(1, 2)
PARTLY = Verdict(
    Outcome.PARTIAL,
    HALF,
    (
        Finding("Marked on", True, message="From your own answer."),
        Finding("On the diagonal", True, HALF),
        Finding("Off the diagonal", False, HALF, "The entry is wrong.", "n",
                Witness({"x": "2"}, "4", "3", "row 1, column 2")),
    ),
    "n", r"\frac{x}{2}", "softmax:jacobian", 3.0,
)  # fmt: skip


class Outline(HTMLParser):
    """Elements in order; complains of what does not close."""

    def __init__(self, html):
        super().__init__()
        self.open, self.seen, self.text, self.attributes = [], [], "", []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += [(tag, *a) for a in attrs]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_a_card_shows_criteria_marks_message_witness_and_reading():
    html = card(PARTLY)
    outline = Outline(html)
    assert 'class="mathgrade-card mathgrade-partial"' in html
    assert ("section", "aria-label", "Marking of softmax:jacobian") in outline.attributes
    assert "Partly right: 1.5 of 3 points" in outline.text
    assert "From your own answer." in outline.text
    assert "1.5 / 1.5" in outline.text
    assert "0 / 1.5" in outline.text
    assert "The entry is wrong.For example, in row 1, column 2 at x = 2 yours is 4." in outline.text
    assert "expected" not in outline.text
    assert "mfrac" in outline.seen
    assert outline.seen.count("li") == len(PARTLY.findings)
    assert not {"script", "style", "link", "img", "a"} & set(outline.seen)
    assert not {"style", "href", "src", "onclick"} & {a[1] for a in outline.attributes}


def test_what_was_expected_is_shown_only_where_the_verdict_reveals_it():
    shown = Verdict.from_json(PARTLY.to_json() | {"reveal": True})
    assert "expected 3" in card(shown)
    assert "expected 3" in plain(shown)
    assert "expected 3" not in plain(PARTLY)


def test_plain_text_says_the_same():
    assert plain(PARTLY) == (
        "softmax:jacobian: Partly right: 1.5 of 3 points\n"
        "  read as \\frac{x}{2}\n"
        "  · Marked on: From your own answer.\n"
        "  ✓ On the diagonal (1.5 / 1.5)\n"
        "  ✗ Off the diagonal (0 / 1.5): The entry is wrong.\n"
        "      for example, in row 1, column 2 at x = 2 yours is 4"
    )


def test_a_criterion_that_is_open_shows_no_marks():
    verdict = Verdict.from_json(Verdict.undecided("Perhaps.").to_json() | {"points": 1.0})
    assert "? / 1" in Outline(card(verdict)).text
    assert "A person will look at this: 0 of 1 point" in Outline(card(verdict)).text


def test_without_points_shares_are_shown():
    assert "100 %" in card(Verdict.correct())


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_words_and_a_class(outcome):
    html = card(Verdict(outcome))
    assert f"mathgrade-{outcome.value}" in html
    assert plain(Verdict(outcome))


HOSTILE = [
    r"\text{<script>alert(1)</script>}",
    r"\href{javascript:alert(1)}{x}",
    r"\style{background:url(//x)}{x}",
    r"\class{evil}{x}",
    r"\color{red}{x}",
    r"\text{</math><img src=x onerror=alert(1)>}",
    r"\text{&lt;script&gt;}",
    r"&lt;script&gt;",
    "<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    r"\left(x",
    "}{",
    "",
    "\x00",
    r"\frac{" * 3000,
    "x" * 100_000,
    r"\begin{bmatrix}1 & 2",
]
MATHML = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose", "code"}  # fmt: skip


@pytest.mark.parametrize("tex", HOSTILE)
def test_a_formula_cannot_bring_markup_of_its_own(tex):
    outline = Outline(mathml(tex))
    assert set(outline.seen) <= MATHML
    names = {a[1] for a in outline.attributes}
    assert not names & {"href", "style", "src", "onerror"}
    assert all(a[2] == "mathgrade-tex" for a in outline.attributes if a[1] == "class")


@given(st.text(st.characters()))
def test_any_text_anywhere_is_only_text(text):
    finding = Finding(text, False, Fraction(1), text, text, Witness({text: text}, text, text, text))
    verdict = Verdict(Outcome.INCORRECT, Fraction(0), (finding,), text, text, text, 1.0, True)
    outline = Outline(card(verdict))
    allowed = MATHML | {
        "section",
        "p",
        "strong",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "span",
        "br",
        "ul",
        "li",
    }
    assert set(outline.seen) <= allowed
    (plain(verdict) + card(verdict)).encode("utf-8")


def test_the_tex_is_the_alternative_text():
    assert 'alttext="x &lt; 1"' in mathml("x < 1")
    assert 'display="block"' in mathml("x", display=True)
