"""A small class, entered into a gradebook as nbgrader does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mathgrade.course.notebooks import notebook_text
from tests.autograde.courses import graded, notebook

ITEMS = {"first": 2.0, "second": 3.0}
"""Items of each assignment with their points, in the notebook's order."""


def enter_assignment(
    book: Any, root: Path, name: str = "quiz", items: Mapping[str, float] = ITEMS
) -> None:
    """An assignment of one notebook: in source/, and with its cells in the gradebook."""
    folder = root / "source" / name
    folder.mkdir(parents=True)
    cells = [graded("assert x", f"{item}-test", points=points) for item, points in items.items()]
    (folder / f"{name}.ipynb").write_text(notebook_text(notebook(cells)))
    book.add_assignment(name)
    book.add_notebook(name, name)
    for item, points in sorted(items.items(), reverse=True):  # no order to rely on
        book.add_grade_cell(f"{item}-test", name, name, max_score=points, cell_type="code")


def enter_student(book: Any, student: str, **who: str) -> None:
    book.update_or_create_student(student, **who)


def enter_marks(
    book: Any,
    student: str,
    assignment: str = "quiz",
    *,
    penalty: float | None = None,
    by_hand: Mapping[str, float] | None = None,
    extra: Mapping[str, float] | None = None,
    **marks: float | None,
) -> None:
    """Marks of a student; one that is None waits for a person."""
    enter_student(book, student)
    submission = book.add_submission(assignment, student)
    (entry,) = submission.notebooks
    entry.late_submission_penalty = penalty
    for grade in entry.grades:
        item = grade.name.removesuffix("-test")
        grade.auto_score = marks.get(item)
        grade.manual_score = (by_hand or {}).get(item)
        grade.extra_credit = (extra or {}).get(item)
        grade.needs_manual_grade = grade.auto_score is None and grade.manual_score is None
    book.db.commit()


def hand_in(root: Path, student: str, assignment: str = "quiz") -> None:
    """Lay a notebook into submitted/ and leave it unmarked."""
    folder = root / "submitted" / student / assignment
    folder.mkdir(parents=True)
    (folder / f"{assignment}.ipynb").write_text(json.dumps({}))
