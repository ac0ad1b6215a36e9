"""Text that would run, link or fetch something when it is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import markdown2html

from mathgrade.autograde.inert import inert

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</div><iframe src='javascript:alert(1)'>",
    "<!--><script>alert(1)</script>",
    "<?php x ?>",
    "<javascript:alert(1)>",
    "[x](javascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x09;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](<javascript:alert(1)>)",
    "[x](/api/shutdown)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    "![x](https://example.org/seen.png)",
    "![x][y]\n\n[y]: https://example.org/seen.png",
    '[x](https://a"onmouseover="alert)',
    "![x](attachment:a.png)",  # there is none, and nbconvert would fail over it
    "[![x](attachment:a.png)](javascript:alert(1))",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_no_element_of_an_attack_is_left_in_the_page(text: str) -> None:
    html = markdown2html(inert(text, ["b.png"]))
    assert not re.search(r"<(script|img (?!alt|src=\"attachment)|svg|iframe|object|embed)", html)
    assert not re.search(r"<[a-z][^>]*\son\w+\s*=", html)
    assert not re.search(r"(href|src)=\"(?!#|https?:|mailto:|attachment:)", html)


@pytest.mark.parametrize(
    "command", ["href", "class", "style", "cssId", "unicode", "require", "url", "htmlData", "bbox"]
)
def test_commands_that_make_links_or_styles_are_none_any_more(command: str) -> None:
    assert inert(f"$\\{command}{{a}}{{b}}$") == f"$\\ {command}{{a}}{{b}}$"


UNCHANGED = [
    "Because $e^{a+b} = e^a e^b$ and $a < b$.",
    r"$\displaystyle \stylefree \classical \urlx \left[x\right] (y)$",
    "See [the page](https://example.org/a?b=c#d) or [here](#part).",
    "![page 1](attachment:page-1.png)",
    "- a\n- b\n\n> quoted\n\n```python\nx = [1](2)\n```"[:24],
    "`code` and **bold** and a | table",
    "$x \\leq 3$ & $y$",
]


@pytest.mark.parametrize("text", UNCHANGED)
def test_honest_text_stays_as_it_is(text: str) -> None:
    assert inert(text, ["page-1.png"]) == text


@pytest.mark.parametrize(
    ("text", "after"),
    [("$a<b$", "$a< b$"), ("$f[x](y)$", "$f[x] (y)$"), ("$[x]:=1$", "$[x] :=1$")],
)
def test_formulas_gain_a_space_at_most(text: str, after: str) -> None:
    assert inert(text) == after


@given(st.text(alphabet=st.sampled_from(list("<>![]()\\:/ ahref\n$&#;\"'")), max_size=60))
def test_only_spaces_are_ever_added_or_taken(text: str) -> None:
    assert inert(text).replace(" ", "") == text.replace(" ", "")


@given(st.text(alphabet=st.sampled_from(list("<>![]()\\:/ ahrefbsit\n$&#;\"'")), max_size=60))
def test_no_tag_of_the_students_is_left(text: str) -> None:
    assert not re.search(r"<[A-Za-z/!?]", inert(text))
