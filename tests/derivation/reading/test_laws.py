"""What holds for every text: it is read without an exception, spelling does not matter."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathgrade.derivation.reading import read_document
from mathgrade.derivation.reading.document import MAX_FORMULAS, MAX_SIDES, MAX_TEXT
from mathgrade.derivation.statements import Role
from tests.derivation.reading.test_table import ROWS, TABLES
from tests.derivation.reading.told import claim, told
from tests.hang import ends_within

CONTEXT, DEFINITIONS = claim(TABLES["cases"])
TEXTS = [row.values[0]["text"] for row in ROWS]

PIECES = [
    *"xyzcijknSfe0123456789(){}[]|^_+-*/=<>,;:!.'&\\$`\n #>-",
    *("$$", r"\[", r"\]", r"\(", r"\)", "$", r"\\", "\n\n", "& ", "**", "```\n", "- ", "<b>"),
    *(r"\begin{align}", r"\end{align}", r"\begin{aligned}", r"\end{aligned}"),
    *(r"\begin{cases}", r"\end{cases}", r"\begin{array}{rl}", r"\end{array}", r"\begin{pmatrix}"),
    *(
        r"\frac",
        r"\sum_k",
        r"\left(",
        r"\right)",
        r"\left\{",
        r"\right.",
        r"\partial",
        r"\delta_{ij}",
    ),
    *(r"\text{if }", r"\text{and}", r"\text{$i = j$}", r"\quad", r"\tag{1}", r"\label{a}", "(1)"),
    *(r"\cancel{", r"\underbrace{", r"\boxed{", r"\overset{!}{=}", r"\implies", r"\to", r"\in"),
    *("Let ", "Case ", "since ", "for ", "if ", "Otherwise ", "Together ", "where ", "To show: "),
    *(
        "y_i",
        "z_j",
        "softmax(z)_i",
        "e^{z_i}",
        "i = j",
        r"i \neq j",
        "S = ",
        "f(x) = ",
        "f(z_i) = ",
    ),
    *("Σ", "∂", "≠", "²", "\u00a0", "\t", "\r\n", "{}", r"\mathbf{1}", "sum(", "f'", r"\mathbb{R}"),
]


def read(text):
    """The document of a text; its sides and statements are where they say."""
    document = read_document(text, CONTEXT, DEFINITIONS)
    for statement in document.statements:
        assert 1 <= statement.line <= text.count("\n") + 1
        own = len(statement.sides) - 1 + statement.continues
        assert len(statement.relations) == max(own, 0) or not statement.sides
        for side in statement.sides:
            assert (side.node is None) == bool(side.fault)
            assert 0 <= side.start <= side.end <= len(text)
            assert side.text
        if statement.role is Role.DEFINITION:
            assert statement.definition is not None
            assert statement.definition.name in document.definitions
        assert statement.definition is None or statement.role is Role.DEFINITION
    return document


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_pieces_of_a_derivation_are_read(text):
    read(text)


@given(st.text(max_size=80))
def test_any_text_is_read(text):
    read(text)


@settings(max_examples=300)
@given(
    st.sampled_from(TEXTS),
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from(PIECES)), min_size=1, max_size=4),
)
def test_a_damaged_derivation_is_read(text, damage):
    for at, piece in damage:
        text = text[:at] + piece + text[at + 1 :]
    read(text)


SPELLINGS = [
    (r"(?<=[0-9a-z}]) (?=[-+=])", "   "),
    (r"\(", r"\\left("),
    (r"\)", r"\\right)"),
    (r"\\frac", r"\\dfrac"),
    (r"\\frac", r"\\displaystyle\\frac"),
    (r"=", r"\\, = \\;"),
    (r"=", "=\n"),
    (r"\\neq", "≠"),
    (r"\\neq", r"\\ne"),
    (r"\\sum", r"\\sum\\limits"),
    (r"\\partial", "∂"),
    (r"_i(?![a-zA-Z])", "_{i}"),
    (r"(?<!\\)e\^", r"{e}^"),
    (r"\bz", r"\\mathbf{z}"),
    (r"\\\\ ", r"\\\\[4pt] "),
    (r"\$\$ ", "$$\n\n"),
    (r"aligned", "align"),
    (r"aligned", "split"),
]
PROOFS = [
    r"""$$\begin{aligned} \text{softmax}(z-c)_i &= \frac{e^{z_i - c}}{\sum_k e^{z_k - c}} \\
&= \frac{e^{-c} e^{z_i}}{e^{-c} \sum_k e^{z_k}} = \text{softmax}(z)_i \end{aligned}$$ """,
    r"""Let $$S = \sum_k e^{z_k}$$ Then $$\frac{\partial S}{\partial z_j} = e^{z_j}$$ Case $i = j$
$$\frac{\partial y_i}{\partial z_j} = y_i(1 - y_j)$$ Case $i \neq j$
$$\frac{\partial y_i}{\partial z_j} = -y_i y_j$$ Together
$$\frac{\partial y_i}{\partial z_j} = y_i(\delta_{ij} - y_j)$$ """,
]


def trees(text):
    """What a text says, without the places and without what is said about its spelling."""
    document = read(text)
    return [re.sub(r"^\d+ ", "", line) for line in told(document) if " case" not in line]


@pytest.mark.parametrize("text", PROOFS)
@pytest.mark.parametrize(("old", "new"), SPELLINGS)
def test_spelling_does_not_change_the_trees(text, old, new):
    assert trees(re.sub(old, new, text)) == trees(text)
    assert not any("!" in line.replace("!=", "") for line in trees(text))


FULL = MAX_TEXT - 10
HOSTILE = {
    "a million &": "&" * 10**6,
    "a million dollars": "$" * 10**6,
    "a hundred thousand lines": "a = b\n" * 10**5,
    "many &": "$$" + "&" * FULL + "$$",
    "many dollars": "$" * FULL,
    "many lines": "a = b\n" * (FULL // 6),
    "blank lines": "\n" * FULL,
    "braces": "$$" + "{" * FULL + "$$",
    "closing braces": "$$" + "}" * FULL + "$$",
    "brackets in each other": "$$" + "(" * (FULL // 2) + ")" * (FULL // 2) + "$$",
    "fractions in each other": "$$" + r"\frac{1}{" * 1900 + "}" * 1900 + "$$",
    "square brackets": r"\[" * (FULL // 2),
    "environments": r"\begin{align}" * (FULL // 13),
    "cases": "$$" + r"\begin{cases}" * (FULL // 13) + "$$",
    "text in text": "$$" + r"\text{$" * (FULL // 7) + "$$",
    "sums": "$$" + r"\sum_i " * (FULL // 8) + "z_i = 1$$",
    "sides": "$$" + "z_i=" * (FULL // 4) + "$$",
    "formulas": "$a=b$ " * (FULL // 6),
    "backticks": "`" * FULL,
    "comments": "<!--" * (FULL // 4),
    "tags": "<b " * (FULL // 3),
    "bold": "**" * (FULL // 2),
    "powers": "$$x" + "^x" * (FULL // 2) + "$$",
    "left": "$$" + r"\left(" * (FULL // 6) + "$$",
    "letters": "$$" + "x" * FULL + "$$",
    "words": "since " * (FULL // 6) + "$a$",
    "rows": "$$" + r"z_i = z_j \\ " * (FULL // 13) + "$$",
    "braces under": "$$" + r"\underbrace{" * 1500 + "$$",
    "terms": "$$" + "z_i+" * (FULL // 4) + "z_i=1$$",
    "names": "$$" + " = ".join(f"q_{{{chr(97 + k % 26)}}}" for k in range(1000)) + "$$",
    "new names": "".join(f"$x_{{{k}}} = z_1$ " for k in range(1000)),
    "new names used before": "".join(f"$c = x_{{{k}}}$ $x_{{{k}}} = c$ " for k in range(190)),
    "commas": "$$" + ",".join(["z_i"] * (FULL // 4)) + "$$",
    "dots": r"$$z_1+\dots+" * (FULL // 12),
    "fences": "```\n" * (FULL // 4),
    "words in a fence": "```\na = " + " (word " * (FULL // 7) + "\n```",
    "over and over": "$$" + r"\overset{a}{=}" * (FULL // 14) + "$$",
    "conditions": "Case $i=j$ " * (FULL // 11),
    "functions": "$f(z_i) = 1$ $$" + "f(" * (FULL // 3) + "$$",
    "functions in each other": "$f(t) = t$ $$f(f" + "(f" * 2000 + "$$",
    "arrays": "$$" + r"\begin{array}{l} & = \\ " * (FULL // 24) + "$$",
    "arrays with dots": "$$"
    + r"\begin{pmatrix} 1+1+1+1 \\ 2 \\ \dots \\ K \end{pmatrix} " * (FULL // 60)
    + "$$",
    "macros": r"$$\def\a{\a\a}" + r"\a" * 5000 + "$$",
    "long words": "a" * FULL,
    "a long line of words": "a = " + "word " * (FULL // 5),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_ends_at_once(text):
    with ends_within(0.5):
        document = read(text)
    assert len(document.statements) <= MAX_SIDES
    assert all(
        not side.node for s in document.statements for side in s.sides if len(side.text) > 9e3
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a" * (MAX_TEXT + 1), f"It has {MAX_TEXT + 1} characters; a derivation of at most {MAX_TEXT} is read."),
        ("$a$ " * (MAX_FORMULAS + 1), f"It holds more than {MAX_FORMULAS} formulas, which is too long."),
        ("$$" + "c=" * MAX_SIDES + "c$$", f"It holds more than {MAX_SIDES} formulas, which is too long."),
    ],
    ids=["text", "formulas", "sides"],
)  # fmt: skip
def test_what_is_too_long_is_a_fault_of_the_document(text, fault):
    document = read(text)
    assert (document.statements, document.fault) == ((), fault)
