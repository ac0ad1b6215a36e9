"""`mathgrade variants` lists what each student gets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mathgrade.course.draws import draws, shown, students_of
from mathgrade.errors import CourseError, ItemError
from mathgrade.items import find_item, load_assignment

ROOT = Path(__file__).parents[2]
VARIANTS = [
    item.full_name
    for path in sorted((ROOT / "source").glob("*/*.ipynb"))
    for item in load_assignment(ROOT, path.stem).items.values()
    if item.variant
]


@pytest.mark.parametrize("item", VARIANTS)
def test_what_is_listed_is_what_the_student_is_marked_by(item: str) -> None:
    found = draws(ROOT, item, ["s017", "s018"])
    assert [one.student for one in found] == ["s017", "s018"]
    for one in found:
        json.dumps(one.to_json())
        assert all(one.texts())
        if one.answer is not None:
            right = find_item(item, ROOT).mark(one.answer, student=one.student)
            assert right.credit == 1


def test_an_item_that_draws_nothing_is_told_apart() -> None:
    with pytest.raises(CourseError, match="the same for every student"):
        draws(ROOT, "softmax:jacobian-entry", ["s017"])


@pytest.mark.parametrize("item", ["softmax:nothing", "nothing:at-point", "decomposition"])
def test_no_such_item(item: str) -> None:
    with pytest.raises(ItemError):
        draws(ROOT, item, ["s017"])


def test_ids_come_from_the_line_a_file_the_class_or_are_made_up(tmp_path: Path) -> None:
    assert students_of(tmp_path, "svd", [], 2) == ["s001", "s002"]
    (tmp_path / "submitted" / "s042" / "svd").mkdir(parents=True)
    (tmp_path / "submitted" / "s043" / "softmax").mkdir(parents=True)
    assert students_of(tmp_path, "svd", [], 2) == ["s042"]
    assert students_of(tmp_path, "svd", ["s007, s008", "s007"], 2) == ["s007", "s008"]
    ids = tmp_path / "ids.csv"
    ids.write_text("s101,Analysis\n\ns102,Algebra\n")
    assert students_of(tmp_path, "svd", [str(ids)], 2) == ["s101", "s102"]


def test_a_file_of_ids_that_is_missing_is_said() -> None:
    with pytest.raises(CourseError, match=r"nowhere\.csv cannot be read"):
        students_of(ROOT, "svd", ["nowhere.csv"], 2)


def test_values_are_shown_on_one_line() -> None:
    assert shown(np.array([[1.0, 2.5], [0.0, 1e-12]])) == "[[1, 2.5], [0, 1e-12]]"
    assert shown({"k": 2, "x": (1, 0.1)}) == "k = 2, x = 1, 0.1"
    assert shown(None) == "—"
