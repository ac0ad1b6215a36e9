"""What words around a formula make of it: a name, a case, or a term that is only meant."""

from __future__ import annotations

import pytest

from mathgrade.derivation.reading import read_document
from mathgrade.derivation.statements import Role
from mathgrade.expression import read_names

NAMES = read_names({"z": "vector n", "i j": "index n", "a": "real"})
TWO_SIZES = read_names({"x": "family K of vector d", "j": "index K", "a": "index d"})


def document(text, names=NAMES):
    return read_document(text, names, {})


@pytest.mark.parametrize(
    "text",
    [
        r"Denote by $S$ the sum $\sum_k e^{z_k}$.",
        r"Let $S$ be $\sum_k e^{z_k}$.",
        r"We write $S$ for the sum $\sum_k e^{z_k}$.",
        r"Call the sum $\sum_k e^{z_k}$ simply $S$.",
        r"We denote $\sum_k e^{z_k}$ by $S$.",
    ],
)
def test_a_name_may_be_introduced_in_words(text):
    assert "S" in document(text).definitions


@pytest.mark.parametrize(
    "text",
    [
        r"In $S$ the sum $\sum_k e^{z_k}$ stands.",
        r"Denote by $S$. The sum $\sum_k e^{z_k}$ is positive.",
        r"Let $a$ be $\sum_k e^{z_k}$.",
        r"We call it a day. The sum is $\sum_k e^{z_k}$, not $S$.",
    ],
)
def test_other_words_introduce_no_name(text):
    assert not document(text).definitions


@pytest.mark.parametrize(
    ("text", "cases"),
    [
        ("Only the term $k = j$ is left: $a = a$", 0),
        ("Only the summand with $k = j$ is left: $a = a$", 0),
        ("The terms with $i = j$:\n$$a = a$$", 1),
        ("Case $i = j$: $a = a$", 1),
    ],
)
def test_a_term_named_by_an_index_of_its_own_opens_no_case(text, cases):
    found = [s for s in document(text).statements if s.role is Role.CASE]
    assert len(found) == cases


def test_an_index_that_a_condition_brings_runs_as_far_as_the_other():
    read = document(r"For $k \neq j$ we have $x_{ka} = x_{ka}$.", TWO_SIZES)
    assert read.context["k"].high == "K"
    assert not any(side.fault for s in read.statements for side in s.sides)


def test_a_size_letter_with_an_index_may_be_defined():
    assert "N" in document("Let $N_i = e^{z_i}$.").definitions
