"""Tokens and the parser under them, as the reader of derivations will use them."""

import pytest

from mathgrade.expression import read_names, to_text
from mathgrade.expression.latex_text import LatexError, open_parser
from mathgrade.expression.latex_text.tokens import MAX_TOKENS, tokenize

CONTEXT = read_names({"x y": "real", "i j": "index K", "z": "vector K"})


def texts(source):
    return [token.text for token in tokenize(source)[:-1]]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\dfrac x2", [r"\frac", "x", "2"]),
        (r"\left(x\right)", ["(", "x", ")"]),
        (r"x^{2}", ["x", "^", "{", "2", "}"]),
        ("x⁻¹²", ["x", "^", "{", "-", "12", "}"]),
        (r"2{,}5", ["2{,}5"]),
        (r"\mathrm{rate}", ["rate"]),
        (r"\mathbf{x}_i", ["x", "_", "i"]),
        (r"\mathbf{x_i}", ["{", "x", "_", "i", "}"]),
        (r"\text{if $i = j$ and}", ["if", "i", "=", "j", "and"]),
        (r"\overset{?}{=}", ["="]),
        (r"a \\[2pt] b", ["a", r"\\", "b"]),
        (r"a \\ [b]", ["a", r"\\", "[", "b", "]"]),
        ("a % b\nc", ["a", "c"]),
        (r"\color{red} a \hspace{1em} \label{eq}", ["a"]),
        (r"a &= b \tag{1}", ["a", "&", "=", "b", "(1)"]),
        (r"\begin{array}{c|c} a \end{array}", ["array", "a", "array"]),
        (r"\not= \ne", [r"\neq", r"\ne"]),
    ],
)
def test_latex_is_cut_into_tokens_of_one_spelling(source, expected):
    assert texts(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        r"\frac{x}{2} + \alpha_{12}",
        r"\text{if $i = j$} \tag{1}",
        "∑_{k=1}^n z_k²",
        r"\bigl( x \bigr)",
    ],
)
def test_every_token_is_where_it_says(source):
    tokens = tokenize(source)
    assert [t.start for t in tokens] == sorted(t.start for t in tokens)
    for token in tokens[:-1]:
        if token.kind in ("letter", "number") and token.end > token.start:
            assert source[token.start : token.end] in (token.text, "²")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("\\", "a backslash stands alone"),
        (r"\left", "a bracket belongs behind"),
        (r"\left x", "a bracket belongs behind"),
        (r"\color", "a group in braces belongs behind"),
        (r"\text{a", "this brace is not closed"),
        (r"\text{$\def$}", "macros, files and links are not read"),
        (r"\begin{", "the name of the environment belongs behind it"),
        (r"\hat{x+y}", "belongs over one letter"),
        (r"\not<", "is read before = only"),
        ("x ☃", "this character is not part of a formula"),
        ("x" * (MAX_TOKENS + 2), "too long to be read"),
    ],
)
def test_what_cannot_be_cut_up_is_refused(source, reason):
    with pytest.raises(LatexError, match=reason.replace("$", r"\$")):
        tokenize(source)


def test_several_formulas_are_read_from_one_text():
    """A derivation reads side by side: expressions between relations, &, and line breaks."""
    parser = open_parser(r"x &= y + 1 \\ &\le z_i", CONTEXT)
    found = []
    while parser.token.kind != "stop":
        if parser.token.text in ("&", r"\\", "=", r"\le"):
            found.append(parser.next().text)
        else:
            found.append(to_text(parser.expression(2)))
    assert found == ["x", "&", "=", "y + 1", r"\\", "&", r"\le", "z[i]"]
