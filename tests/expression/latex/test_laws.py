"""What holds for every text: an error has a place, spelling does not change the reading."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hang import ends_within

from mathgrade.expression import read_names, to_latex, to_text
from mathgrade.expression.latex_text import LatexError, parse, read_latex

CONTEXT = read_names(
    {"x y c": "real", "z p": "vector K", "i j": "index K", "A": "matrix 2 2", "f": "function",
     "X": "family K of vector d", "softmax": "function", "n": "size"}
)  # fmt: skip

PIECES = [
    *"xyzpijknfdeAT0123456789(){}[]|^_+-*/=<>,;:!.'& ",
    *(r"\frac", r"\sum", r"\prod", r"\left", r"\right", r"\left(", r"\right)", r"\partial"),
    *(r"\delta", r"\sqrt", r"\sin", r"\log", r"\max", r"\begin{cases}", r"\end{cases}"),
    *(r"\begin{pmatrix}", r"\end{pmatrix}", r"\\", r"\text{if }", r"\text{otherwise}", r"\text"),
    *(r"\mathbb{1}", r"\mathrm", r"\hat", r"\neq", r"\in", r"\dots", r"\{", r"\}", "{}", "^T"),
    *("^{-1}", "_{i}", "_{ij}", "_{k=1}", "^{n}", "sum_j ", "exp(", "dy/dx", "z_i", "f(", "f'"),
    *(r"\frac{d}{dx}", r"\frac{\partial}{\partial x}", "²", "∑", "δ", r"\left.", r"\right|_{x=1}"),
    *(
        r"\substack",
        r"\operatorname",
        r"\alpha",
        r"\Gamma",
        r"\land",
        r"\lnot",
        "(1,2)",
        r"\tag{1}",
    ),
    *(r"\overset", r"\not", r"\color{red}", "$", r"\Sigma_k", r"\text{$x$}", r"\text{(}", "\\"),
]


def read(text, context):
    try:
        return parse(text, context), None
    except LatexError as error:
        return None, error


def outcome(text, context=CONTEXT):
    """What a text is read as, or None; any other error than one with a place fails the test."""
    reading, error = read(text, context)
    if error is not None:
        assert 0 <= error.start <= error.end <= len(text)
        assert error.reason
        return None
    for remark in reading.remarks:
        assert 0 <= remark.start < remark.end <= len(text)
    to_latex(reading.node)
    return to_text(reading.node)


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join), st.booleans())
def test_any_pieces_of_latex_are_read_or_refused_with_a_place(text, declared):
    outcome(text, CONTEXT if declared else None)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_place(text):
    outcome(text)


FORMULAS = [
    r"\frac{e^{z_i}}{\sum_{k=1}^{n} e^{z_k}}",
    r"p_i(\delta_{ij}-p_j)",
    r"\frac{\partial p_i}{\partial z_j} = p_i (1 - p_j)",
    r"\log \frac{x+1}{y} - \sqrt{x^2 + c^2}",
    r"\begin{cases} p_i(1-p_i) & i = j \\ -p_i p_j & i \neq j \end{cases}",
    r"A^T A^{-1} \begin{pmatrix} x \\ y \end{pmatrix}",
    r"\left|x - c\right| + \max(x, 0) + f'(x)",
    r"softmax(z-c)_i",
]


@settings(max_examples=200)
@given(
    st.sampled_from(FORMULAS),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(PIECES)), min_size=1, max_size=3),
)
def test_a_damaged_formula_is_read_or_refused_with_a_place(text, damage):
    for at, piece in damage:
        text = text[:at] + piece + text[at + 1 :]
    outcome(text)


SPELLINGS = [
    (r" ", r"\\, "),
    (r" ", r"\\quad "),
    (r"\(", r"\\left("),
    (r"\)", r"\\Bigr)"),
    (r"\\frac", r"\\dfrac"),
    (r"\\frac", r"\\displaystyle\\frac"),
    (r"-", "−"),
    (r"\\neq", "≠"),
    (r"\\sum", "∑"),
    (r"\\sum", r"\\sum\\limits"),
    (r"\\partial", "∂"),
    (r"\\delta", "δ"),
    (r"pmatrix", "bmatrix"),
    (r"_i", "_{i}"),
    (r"\^T", r"^{\\top}"),
    (r"e\^", r"{\\rm e}^"),
    (r"\bx\b", r"\\mathbf{x}"),
    (r"\bz", r"\\vec{z}"),
    (r"softmax", r"\\operatorname{softmax}"),
    (r"softmax", r"\\text{softmax}"),
]


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize(("old", "new"), SPELLINGS)
def test_spelling_does_not_change_the_reading(text, old, new):
    assert outcome(re.sub(old, new, text)) == outcome(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "(" * 200 + "x" + ")" * 200,
        r"\left(" * 900,
        "{" * 9000,
        "&" * 1_000_000,
        "-" * 5000 + "x",
        "x^{" * 300 + "2" + "}" * 300,
        r"\frac{1}{" * 300 + "x" + "}" * 300,
        "|" * 9000,
        "x" + "'" * 9000,
        "x**" * 3000 + "x",
        "x(" * 3000,
        r"\sin " * 3000 + "x",
        r"\log_{" * 300,
        r"\begin{cases}" * 500,
        r"\lnot " * 3000,
        r"\left." * 2000,
        r"\text{" * 3000,
        "dx" * 4000,
        "q" * 9000,
        "9" * 19_000,
        r"\def\x{\x\x}" + r"\x" * 3000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_is_refused_at_once(text):
    with ends_within(0.5):
        assert outcome(text) is None


def test_sixty_brackets_in_each_other_are_read():
    assert to_text(read_latex("(" * 60 + "x" + ")" * 60, CONTEXT)) == "x"


def test_towers_of_powers_are_read_and_not_evaluated():
    assert outcome("10^{10^{10^{10}}}") == "10**10**10**10"


def test_without_a_context_any_name_is_taken():
    assert (
        outcome(r"a_i b_{jk} \alpha q(x+1) + f(x)", None) == "a[i]*b[j, k]*alpha*q*(x + 1) + f(x)"
    )


def test_offsets_are_those_of_the_text_with_its_dollars():
    text = r"$$ x + \foo $$"
    with pytest.raises(LatexError) as caught:
        parse(text, CONTEXT)
    assert text[caught.value.start : caught.value.end] == r"\foo"
