"""Formulas as MathML; what LaTeX is drawn and what is refused is in tests/feedback/test_formula.py."""

import xml.etree.ElementTree as ET

import pytest

from mathgrade.expression import read_any, read_names, to_mathml
from mathgrade.expression.mathml import MAX_LATEX, CannotDrawError, latex_to_mathml

CONTEXT = read_names({"x y alpha": "real", "z": "vector K", "i j": "index K", "A": "matrix 2 2"})


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("x/2", "<mfrac><mi>x</mi><mn>2</mn></mfrac>"),
        ("z[i]*delta(i,j)", "<msub><mi>δ</mi>"),
        ("Sum(z[k], k, 1, K)", "<munderover>"),
        ("T(A)", "<msup><mi>A</mi>"),
        ("x < y", "<mo>&lt;</mo>"),
        ("[[1, x], [0, 1]]", "<mtable><mtr><mtd><mn>1</mn></mtd>"),
        ("Piecewise((1, x > 0), (0, True))", "<mtext>otherwise</mtext>"),
        ("{1, x}", "<mo stretchy=\"true\" fence=\"true\" form=\"prefix\">{</mo>"),
        ("Interval(0, oo)", "<mo>∞</mo>"),
        ("exp(-alpha)", "<msup><mi>e</mi>"),
    ],
)  # fmt: skip
def test_formulas_are_drawn_without_a_style_sheet(text, piece):
    drawn = to_mathml(read_any(text, CONTEXT)[0], display=True)
    assert piece in drawn
    assert drawn.startswith('<math display="block">')
    assert "class=" not in drawn
    assert 'stretchy="false"' not in drawn
    assert ET.fromstring(drawn).tag == "math"


def test_a_formula_that_nobody_could_read_is_text():
    long = read_any("+".join(["alpha"] * 1500), CONTEXT)[0]
    assert to_mathml(long).startswith("<math><mtext>alpha + alpha")


@pytest.mark.parametrize(
    "latex", ["", r"\frac{1}", r"\nonsense", "x" * (MAX_LATEX + 1), r"\def\a{}"]
)
def test_what_cannot_be_drawn_is_refused(latex):
    with pytest.raises(CannotDrawError):
        latex_to_mathml(latex)


def test_the_alternative_text_is_the_latex_escaped():
    assert 'alttext="a &lt; &quot;b&quot;"' in latex_to_mathml('a < "b"', alttext=True)


def test_with_a_style_sheet_tall_fences_are_its_work():
    matrix = r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"
    assert 'class="m-tall2"' in latex_to_mathml(matrix)
    assert "m-tall" not in latex_to_mathml(matrix, plain=True)
    assert "m-over" not in latex_to_mathml(r"\overline{a}", plain=True)
