"""nbgrader's own example course gets from the judge exactly the marks of stock nbgrader."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from .courses import Marks, make_course, marks, nbgrader

GUIDE = Path(str(importlib.util.find_spec("nbgrader").origin)).parent / "docs/source/user_guide"


def mark_example(folder: Path, *, judge: bool) -> Marks:
    course = make_course(folder, judge=judge)
    shutil.copytree(GUIDE / "source", course / "source")
    shutil.copytree(GUIDE / "submitted", course / "submitted")
    nbgrader("generate_assignment", "ps1", course=course)
    nbgrader("autograde", "ps1", course=course)
    return marks(course)


@pytest.mark.sandbox
@pytest.mark.slow
def test_the_user_guides_course_gets_the_same_marks(tmp_path: Path) -> None:
    judged = mark_example(tmp_path / "judge", judge=True)
    stock = mark_example(tmp_path / "stock", judge=False)
    assert judged == stock
    # and they are marks that tell the two students apart
    assert judged["hacker", "correct_squares"] == (1, False)
    assert judged["bitdiddle", "correct_squares"] == (0, False)
    assert judged["hacker", "sum_of_squares_uses_squares"] == (0.5, False)
