"""Cells and items agree about points, and each has a partner."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mathgrade.course.points import graded_items, in_kernel_tests, point_faults
from tests.autograde.courses import graded, notebook


def items(**points: float) -> dict[str, Any]:
    return {name: SimpleNamespace(points=worth) for name, worth in points.items()}


def cell_for(*names: str, cell: str = "a-test", points: float = 3) -> Any:
    calls = "".join(f'grade("svd:{name}", x)\n' for name in names)
    return graded(calls, cell, points=points)


A = graded("x = 1", "a", solution=True)


@pytest.mark.parametrize(
    ("cells", "given"),
    [
        ([A, cell_for("a")], items(a=3)),
        ([A, cell_for("a", "b")], items(a=1, b=2)),
        ([A, graded("assert x == 1", "a-test", points=2)], items()),
        ([graded("", "a", points=4, solution=True, markdown=True)], items(a=4)),
    ],
)
def test_cells_and_items_that_fit_have_no_faults(cells: list[Any], given: Any) -> None:
    assert point_faults(notebook(cells), "svd", given) == []


@pytest.mark.parametrize(
    ("cells", "given", "says"),
    [
        ([A, cell_for("a", points=2)], items(a=3), "'a-test' has 2 points, its items (a) have 3"),
        ([A, cell_for("a", "b")], items(a=1, b=1), "has 3 points, its items (a, b) have 2"),
        ([A, cell_for("aa")], items(a=3), "marks the item 'aa'; the items are a"),
        ([A, cell_for("a")], items(a=3, b=1), "item 'b' has no test cell"),
        (
            [A, cell_for("a"), cell_for("a", cell="b-test")],
            items(a=3),
            "item 'a' is marked by 2 cells: a-test, b-test",
        ),
        ([A, cell_for("a"), graded("assert x", "b-test", points=1)], items(a=3), "marks no item"),
        ([A, cell_for("a", points=0)], items(a=0), "has no points"),
        ([A, graded("grade(", "a-test", points=1)], items(a=1), "line 1 is not Python"),
        (
            [graded("", "a", points=4, solution=True, markdown=True)],
            items(a=3),
            "cell 'a' has 4 points, its item 3",
        ),
    ],
)
def test_a_disagreement_is_named(cells: list[Any], given: Any, says: str) -> None:
    assert any(says in fault for fault in point_faults(notebook(cells), "svd", given))


def test_an_item_of_another_assignment_is_unknown_here() -> None:
    nb = notebook([A, graded('grade("softmax:a", x)', "a-test", points=3)])
    assert any("'softmax:a'" in fault for fault in point_faults(nb, "svd", items(a=3)))


def test_an_item_is_found_however_grade_is_called() -> None:
    assert graded_items('mathgrade.grade("svd:a", 1)\nx = grade("b", 2, y=3)', "svd") == ["a", "b"]


def test_test_cells_that_run_beside_the_student_are_listed() -> None:
    tagged = graded("plot", "plot-test", points=1, tags=["in-kernel"])
    assert in_kernel_tests(notebook([A, cell_for("a"), tagged])) == ["plot-test"]
