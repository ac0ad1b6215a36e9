"""What is drawn for students: well-posed whoever asks, and marked right for the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mathgrade.answers import SVD
from mathgrade.items import Item, load_assignment
from mathgrade.variants import draw, load_variants
from mathgrade.verdict import Outcome

COURSE = Path(__file__).resolve().parents[2]
MANY = [f"s{number:04}" for number in range(1000)]
NAMES = [
    ("softmax", "jacobian-at-point"),
    ("svd", "decomposition"),
    ("svd", "rank-one"),
    ("svd", "rank-one-error"),
]


def drawn_once(assignment: str, name: str) -> tuple[Item, list[Any]]:
    """An item, and what is drawn in it for a thousand students; the file is run once."""
    item = load_assignment(COURSE, assignment)[name]
    variants = load_variants(COURSE / "source" / assignment / "variants.py")
    names = [name, *item.starts]
    return item, [draw(variants, names, student) for student in MANY]


@pytest.mark.parametrize(("assignment", "name"), NAMES)
def test_the_reference_is_right_on_a_thousand_draws(assignment: str, name: str) -> None:
    item, draws = drawn_once(assignment, name)
    for student, value in zip(MANY, draws, strict=True):
        assert callable(item.answer)
        test = item.answer(value)
        response = test.reference
        if isinstance(test, SVD):
            response = np.linalg.svd(np.array(value, dtype=float))
        assert test.mark(response).outcome is Outcome.CORRECT, (student, value)
        assert not test.trivial(), (student, value)


def test_a_thousand_matrices_have_two_different_whole_singular_values() -> None:
    _, draws = drawn_once("svd", "decomposition")
    values = np.linalg.svd(np.array(draws, dtype=float), compute_uv=False)
    assert values == pytest.approx(np.round(values))
    assert (values[:, 0] > values[:, 1]).all()
    assert (values[:, 1] > 14).all()
    assert np.array(draws).all()  # no entry is 0, so no pivot is, either


def test_students_draw_different_numbers() -> None:
    for assignment, name in NAMES[:2]:
        _, draws = drawn_once(assignment, name)
        assert len({value.tobytes() for value in draws}) > 100, name


def test_v_of_a_reflection_is_its_own_transpose() -> None:
    """Where V = Vᵀ nobody can hand in the one for the other: nothing is lost, as it is right."""
    _, draws = drawn_once("svd", "decomposition")
    for value in draws[:50]:
        left, sigma, right = np.linalg.svd(np.array(value, dtype=float))
        if np.linalg.det(right) > 0:  # turn it into a reflection by the sign of a pair
            right[1] *= -1
            left[:, 1] *= -1
        assert right == pytest.approx(right.T)
        assert SVD(value).mark((left, sigma, right.T)).outcome is Outcome.CORRECT
