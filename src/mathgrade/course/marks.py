"""What nbgrader's gradebook and the autograded notebooks say about a class."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from mathgrade.course.nbgrader_runs import NbgraderCourse
from mathgrade.course.notebooks import (
    grade_id,
    is_by_hand,
    is_test,
    marked_name,
    notebook_path,
    points_of,
    read_notebook,
)
from nbgrader import api

__all__ = ["ItemMark", "StudentMarks", "class_marks", "marked_items", "submitted_students"]


@dataclass(frozen=True, slots=True)
class ItemMark:
    """Points of one item for one student.

    Attributes:
        score: points so far.
        points: what the item is worth.
        review: why a person must look; empty if nobody has to.
    """

    score: float
    points: float
    review: str = ""


@dataclass(frozen=True, slots=True)
class StudentMarks:
    """One row of the class.

    Attributes:
        student: id.
        items: marks by item, in the notebook's order; empty if never marked.
        reason: what went wrong while the notebook ran; empty if nothing did.
    """

    student: str
    items: Mapping[str, ItemMark]
    reason: str = ""

    @property
    def score(self) -> float:
        """Points so far."""
        return sum(mark.score for mark in self.items.values())

    @property
    def points(self) -> float:
        """What the assignment is worth."""
        return sum(mark.points for mark in self.items.values())


def submitted_students(course: Path, assignment: str) -> list[str]:
    """Ids of those who handed the assignment in."""
    return sorted(path.parent.name for path in (course / "submitted").glob(f"*/{assignment}"))


def marked_items(course: Path, assignment: str) -> dict[str, float]:
    """Points by item, those marked by hand included, in the notebook's order.

    A cell without points, such as a task that only holds a mark scheme, is no item.
    """
    nb = read_notebook(notebook_path(course, "source", assignment))
    return {
        marked_name(grade_id(cell)): points_of(cell)
        for cell in nb.cells
        if (is_test(cell) or is_by_hand(cell)) and points_of(cell) > 0
    }


def class_marks(
    course: NbgraderCourse, assignment: str, students: Collection[str] = ()
) -> list[StudentMarks]:
    """A row for each student whose notebook has been autograded.

    Args:
        course: the course.
        assignment: which assignment.
        students: whose; everybody's if empty.
    """
    order = marked_items(course.root, assignment)
    found: dict[str, dict[str, Any]] = {}
    with course.gradebook() as gradebook:
        # One query: nbgrader's own way asks for every grade by itself.
        for student, cell, grade in gradebook.db.execute(
            select(api.SubmittedAssignment.student_id, api.BaseCell.name, api.Grade)
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
            .join(
                api.SubmittedNotebook,
                api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
            )
            .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
            .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
            .where(api.Assignment.name == assignment)
        ):
            if not students or student in students:
                found.setdefault(str(student), {})[marked_name(str(cell))] = grade
        rows = []
        for student, grades in found.items():
            reviews, reason = _from_notebook(course.root, assignment, student)
            items = {
                name: _item(grades[name], points, reviews.get(name, ""))
                for name, points in order.items()
                if name in grades
            }
            rows.append(StudentMarks(student, items, reason))
    return sorted(rows, key=lambda row: row.student)


def _item(grade: Any, points: float, review: str) -> ItemMark:
    waiting = bool(grade.needs_manual_grade)
    return ItemMark(float(grade.score), points, (review or "to be marked by hand") * waiting)


def _from_notebook(root: Path, assignment: str, student: str) -> tuple[dict[str, str], str]:
    """Reasons for a review by item, and the first error in a cell of the student's."""
    folder = root / "autograded" / student / assignment
    reviews: dict[str, str] = {}
    reason = ""
    for path in sorted(folder.glob("*.ipynb")):
        try:
            nb = json.loads(path.read_bytes())  # written by us or by nbgrader: no need to check it
        except (OSError, ValueError) as error:
            return {}, f"{path} cannot be read: {error}"
        for cell in nb["cells"]:
            review = cell["metadata"].get("mathgrade", {}).get("review", "")
            if review:
                reviews[marked_name(grade_id(cell))] = review
            if not is_test(cell) and not reason:
                reason = _error_of(cell)
    return reviews, reason


def _error_of(cell: dict[str, Any]) -> str:
    for output in cell.get("outputs", []):
        if output["output_type"] == "error" and output["ename"] != "NotImplementedError":
            where = grade_id(cell) or cell.get("id", "a cell")
            return f"{where}: {output['ename']}: {output['evalue']}".split("\n")[0].rstrip(": ")
    return ""
