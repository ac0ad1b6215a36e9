"""LaTeX to MathML: what is drawn, what falls back to its source, and that nothing gets out."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hang import ends_within

from mathgrade.feedback.formula import MAX_LATEX, formula

# LaTeX, and a piece of the MathML it must give.
DRAWN = [
    (r"\delta_{ij}", "<msub><mi>δ</mi><mrow><mi>i</mi><mi>j</mi></mrow></msub>"),
    (r"A^\top", "<msup><mi>A</mi><mo>⊤</mo></msup>"),
    (r"y^{\top}", "<msup><mi>y</mi><mo>⊤</mo></msup>"),
    (r"\mathbb{R}", "<mi>ℝ</mi>"),
    (r"\mathbb E", "<mi>𝔼</mi>"),
    (r"\boldsymbol{\Sigma}", "<mi>𝜮</mi>"),
    (r"\mathrm{diag}(y)", '<mo lspace="0em" rspace="0em">diag</mo>'),
    (r"\operatorname{softmax}(z)", '<mo lspace="0em" rspace="0em">softmax</mo>'),
    (r"2\log x", '<mn>2</mn><mo lspace="0.167em" rspace="0.167em">log</mo><mi>x</mi>'),
    (r"\text{if } x", "<mtext>if\N{NO-BREAK SPACE}</mtext>"),
    (r"\text{if $i = j$}", "<mtext>if\N{NO-BREAK SPACE}</mtext><mi>i</mi><mo>=</mo><mi>j</mi>"),
    (r"\sum_{k=1}^K z_k", '<munderover><mo movablelimits="true">∑</mo>'),
    (r"\begin{align} a &= \sum_k b \end{align}", '<munder><mo movablelimits="true">∑</mo>'),
    (r"\max_i z_i", 'movablelimits="true">max</mo><mi>i</mi></munder>'),
    (r"\begin{align} a &= b \\ c &= d \end{align}", '<mtr><mtd class="m-right"><mi>c</mi></mtd>'),
    (r"\begin{aligned} a &= b \end{aligned}", '<mtd class="m-right"><mi>a</mi></mtd>'),
    (r"\begin{alignat}{2} a &= b \end{alignat}", '<mtd class="m-right"><mi>a</mi></mtd>'),
    (r"\begin{gather} a \\ b \end{gather}", "<mtr><mtd><mi>b</mi></mtd></mtr>"),
    (r"\begin{gathered} a \\ b \end{gathered}", "<mtr><mtd><mi>b</mi></mtd></mtr>"),
    (r"a &= b \\ &= c", '<mtd class="m-left"><mi></mi><mo>=</mo><mi>c</mi></mtd>'),
    (r"\begin{align} a \\[4pt] b \end{align}", "<mtr><mtd"),
    (r"\begin{equation} a = b \label{eq} \end{equation}", "<mi>a</mi><mo>=</mo><mi>b</mi>"),
    (r"\begin{cases} 1 & i=j \\ 0 & i\ne j \end{cases}", 'class="m-tall2">{</mo><mtable>'),
    (r"\begin{pmatrix} 1 \\ 2 \\ 3 \end{pmatrix}", 'class="m-tall3">(</mo><mtable>'),
    (r"\left[\begin{matrix}1 & 2\end{matrix}\right]", 'class="m-tall1">[</mo><mtable>'),
    (r"|x|", '<mo stretchy="false" lspace="0em" rspace="0em">|</mo>'),
    (r"\cancel{x}", '<mrow class="m-cancel"><mi>x</mi></mrow>'),
    (r"\boxed{x}", '<mrow class="m-box"><mi>x</mi></mrow>'),
    (r"\overline{ab}", '<mrow class="m-over"><mrow><mi>a</mi><mi>b</mi></mrow></mrow>'),
    (r"\arg\max_x f", ">arg</mo>"),
    (r"\displaystyle x", "<math><mi>x</mi></math>"),
    (r"a < b", "<mo>&lt;</mo>"),
    (r"\unicode{x3c}", "<mi>&lt;</mi>"),
    (r"\textbf{ab}", '<mtext class="m-bold">ab</mtext>'),
]


@pytest.mark.parametrize(("latex", "piece"), DRAWN, ids=[latex for latex, _ in DRAWN])
def test_formula_is_drawn(latex: str, piece: str) -> None:
    assert piece in formula(latex)


def test_a_formula_on_its_own_line_says_so() -> None:
    assert formula("x", display=True) == '<math display="block"><mi>x</mi></math>'


SOURCE_ONLY = [
    r"\frobnicate{x}",
    r"\frac{1}",
    r"\left( x",
    r"x_1_2",
    r"\newcommand{\a}{\b\b}\a",
    r"\def\a{x}\a",
    r"\let\a\b",
    r"\DeclareMathOperator{\tr}{tr} \tr",
    "x" * (MAX_LATEX + 1),
    "{" * 60 + "x" + "}" * 60,
    r"\left(" * 60 + "x" + r"\right)" * 60,
    "",
]


@pytest.mark.parametrize("latex", SOURCE_ONLY, ids=lambda latex: latex[:30])
def test_what_cannot_be_drawn_is_shown_as_its_source(latex: str) -> None:
    assert formula(latex).startswith('<code class="tex">')


HOSTILE = [
    r"\text{<script>alert(1)</script>}",
    r"\text{<img src=x onerror=alert(1)>}",
    r"<script>alert(1)</script>",
    r"</math><script>alert(1)</script>",
    r"\href{javascript:alert(1)}{x}",
    r"\href{https://example.org}{x}",
    r"\style{background:url(https://example.org)}{x}",
    r"\style{position:fixed;inset:0}{x}",
    r"\class{marking full}{x}",
    r"\color{red}x",
    r"\color{url(javascript:alert(1))}x",
    r'\colorbox{" onclick="alert(1)}{x}',
    r"\unicode{x3c}script\unicode{x3e}",
    r"\unicode{x22 onload=alert(1)}",
    r"\text{&lt;script&gt;}",
    r"\text{&#x3c;script&#x3e;alert(1)}",
    r"\hspace{-900em}x",
    r"\kern-90em x",
    r"\rule{900em}{900em}",
    r"\raise 90em {x}",
    r"\mathop{<b onclick=x>}",
    r"\operatorname{a}\verb|<script>|",
    "\x00\x1b[31m\u202e x",
    r"\cssId{a}{x}",
    r"\require{html}\data{x=y}{z}",
    r"\begin{array}{<script>} x \end{array}",
    r'\begin{matrix" onload="x} x \end{matrix}',
    r"\left< x \right>",
]


@pytest.mark.parametrize("latex", HOSTILE)
@pytest.mark.parametrize("display", [False, True])
def test_hostile_formula_leaves_nothing_executable(
    latex: str, display: bool, inspect: Callable[..., object]
) -> None:
    drawn = formula(latex, display=display)
    inspect(drawn)
    for attribute in ('href="', 'style="', 'class="marking', '900em"', '90em"', 'onload="'):
        assert attribute not in drawn


BOMBS = [
    "{" * 2000,
    "^" * 4000,
    r"\sqrt" * 800,
    r"\left(" * 600,
    r"\frac" * 800,
    "x_{" * 1300,
    r"\begin{matrix}" * 280,
    r"\text{" * 600,
    "&" * 4000,
    r"\\" * 2000,
    r"\hat" * 1000,
    "$" * 4000,
]


@pytest.mark.parametrize("latex", BOMBS, ids=lambda latex: latex[:10])
def test_a_bomb_costs_little(latex: str, inspect: Callable[..., object]) -> None:
    with ends_within(2):
        inspect(formula(latex))


PIECES = st.sampled_from(
    [
        *[
            r"\frac",
            r"\text",
            r"\left",
            r"\right",
            r"\begin{align}",
            r"\end{align}",
            r"\sum",
            "{",
            "}",
        ],
        *["_", "^", "&", r"\\", "<", ">", '"', "'", "$", "x", "1", " ", "%", "#", "~", r"\unicode"],
        *[r"\href", r"\style", r"\class", r"\mathbb", r"\hspace", "(", ")", "|", r"\operatorname"],
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=40))
def test_any_text_gives_safe_html(latex: str) -> None:
    from tests.feedback.conftest import Inspector

    inspector = Inspector()
    inspector.feed(formula(latex))
    inspector.close()
    assert not inspector.faults
    assert not inspector.open
