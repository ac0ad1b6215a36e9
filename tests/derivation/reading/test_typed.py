"""Conditions in words and in a programmer's signs: only where they stand between two indices."""

from __future__ import annotations

import pytest

from mathgrade.derivation.reading.typed import with_signs
from mathgrade.expression import read_names

NAMES = read_names({"i j": "index K", "z": "vector K", "c": "real"})
CASES = [
    ("i equals j", "i = j"),
    ("i is equal to j", "i = j"),
    ("$i$ is not equal to $j$", "$i ≠ j$"),
    ("$i$ differs from $j$", "$i ≠ j$"),
    ("j is different from i", "j ≠ i"),
    ("i =/= j", "i ≠   j"),
    ("i /= j", "i ≠  j"),
    ("$i <> j$", "$i ≠  j$"),
]
KEPT = [
    "c equals c",
    "z_i equals z_j",
    "$z_i$ equals $z_j$",
    "phi equals j",
    "i equals $j$",
    "i equals\nj",
    "i equals j_1",
    "y_i <= y_j, a <=> b, x => y",
    "a//=b",
]


@pytest.mark.parametrize(("typed", "meant"), CASES)
def test_a_condition_between_indices_is_read_and_everything_else_stays_in_its_place(
    typed: str, meant: str
) -> None:
    read = with_signs(f"Case {typed}: so", NAMES)
    assert f"Case {meant}" in read
    assert len(read) == len(f"Case {typed}: so")
    assert read.endswith(": so")


@pytest.mark.parametrize("text", KEPT)
def test_other_words_and_signs_stay(text: str) -> None:
    assert with_signs(text, NAMES) == text


def test_without_two_indices_words_are_words() -> None:
    assert with_signs("i equals j", read_names({"i": "index K"})) == "i equals j"
