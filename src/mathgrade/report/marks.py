"""The marks of a class, from one query of nbgrader's gradebook."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select

from mathgrade.course.nbgrader_runs import NbgraderCourse, told
from mathgrade.course.notebooks import grade_id, marked_name, read_notebook
from mathgrade.errors import MathgradeError
from mathgrade.feedback.title import item_title
from mathgrade.items import load_assignment
from nbgrader import api

__all__ = ["AssignmentMarks", "ClassMarks", "MarkedItem", "read_marks"]


@dataclass(frozen=True, slots=True)
class MarkedItem:
    """A cell that has points.

    Attributes:
        notebook: whose it is, without ``.ipynb``.
        name: grade_id of the answer it marks.
        title: what people call it.
        points: what it is worth.
    """

    notebook: str
    name: str
    title: str
    points: float


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentMarks:
    """The marks of one assignment, a row a student who handed it in.

    Attributes:
        name: of the assignment.
        items: the columns, in the notebook's order.
        students: the rows, in order.
        marks: points, of shape (students, items); NaN where a person has yet to look.
        by_person: of the same shape: whether a person gave the mark.
        penalties: points off for lateness, of shape (students,).
        received: when each attempt was received, in UTC; None if nobody knows.
        due: until when each was due, extensions included; None if there is no such time.
    """

    name: str
    items: tuple[MarkedItem, ...]
    students: tuple[str, ...]
    marks: Any
    by_person: Any
    penalties: Any
    received: tuple[datetime.datetime | None, ...]
    due: tuple[datetime.datetime | None, ...]

    @property
    def points(self) -> Any:
        """What each item is worth, of shape (items,)."""
        return np.array([item.points for item in self.items], dtype=float)

    @property
    def parts(self) -> Any:
        """Of each attempt what it has of the points that are known, 0 to 1 (extra credit: more).

        NaN where nothing is known yet.
        """
        known = ~np.isnan(self.marks)
        possible = (known * self.points).sum(axis=1)
        got = np.nansum(self.marks, axis=1) - self.penalties
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(possible > 0, np.maximum(got, 0) / possible, np.nan)


@dataclass(frozen=True, slots=True)
class ClassMarks:
    """What the gradebook says.

    Attributes:
        students: everybody it knows.
        assignments: those of which anything was handed in, in order of their names.
    """

    students: tuple[str, ...]
    assignments: tuple[AssignmentMarks, ...]


def read_marks(course: NbgraderCourse, assignments: Collection[str]) -> ClassMarks:
    """The marks of a class.

    Args:
        course: the course.
        assignments: which.

    Raises:
        CourseError: the gradebook cannot be read.
    """
    with told(course, "the gradebook could not be read"), course.gradebook() as gradebook:
        rows = gradebook.db.execute(_query()).all()
    of_assignment: dict[str, list[Any]] = {}
    for row in rows:
        if row.assignment in assignments and row.cell is not None and row.points > 0:
            of_assignment.setdefault(row.assignment, []).append(row)
    students = tuple(sorted({str(row.student) for row in rows}))
    found = (_table(course.root, name, of_assignment[name]) for name in sorted(of_assignment))
    return ClassMarks(students, tuple(found))


def _query() -> Any:
    """Every mark there is, with its student; a student without any has a row of nothing."""
    points = func.coalesce(
        api.GradeCell.__table__.c.max_score, api.TaskCell.__table__.c.max_score, 0.0
    )
    submitted, notebook, cell = api.SubmittedAssignment, api.SubmittedNotebook, api.BaseCell
    return (
        select(
            api.Student.id.label("student"),
            api.Assignment.name.label("assignment"),
            api.Assignment.duedate.label("due"),
            submitted.timestamp.label("received"),
            submitted.extension.label("extension"),
            api.Notebook.name.label("notebook"),
            notebook.id.label("submitted_notebook"),
            notebook.late_submission_penalty.label("penalty"),
            cell.__table__.c.name.label("cell"),
            points.label("points"),
            api.Grade.score.label("score"),
            api.Grade.manual_score.is_not(None).label("by_person"),
            api.Grade.needs_manual_grade.label("waiting"),
        )
        .select_from(api.Student)
        .outerjoin(submitted, submitted.student_id == api.Student.id)
        .outerjoin(api.Assignment, api.Assignment.id == submitted.assignment_id)
        .outerjoin(notebook, notebook.assignment_id == submitted.id)
        .outerjoin(api.Notebook, api.Notebook.id == notebook.notebook_id)
        .outerjoin(api.Grade, api.Grade.notebook_id == notebook.id)
        .outerjoin(cell.__table__, cell.__table__.c.id == api.Grade.cell_id)
        .outerjoin(api.GradeCell.__table__, api.GradeCell.__table__.c.id == api.Grade.cell_id)
        .outerjoin(api.TaskCell.__table__, api.TaskCell.__table__.c.id == api.Grade.cell_id)
    )


def _table(root: Path, assignment: str, rows: Sequence[Any]) -> AssignmentMarks:
    points = {(str(row.notebook), str(row.cell)): float(row.points) for row in rows}
    titles = _titles(root, assignment, sorted({notebook for notebook, _ in points}))
    # Cells that source/ no longer has come last.
    place = {key: number for number, key in enumerate(titles)}
    order = sorted(points, key=lambda key: (place.get(key, len(place)), key))
    items = tuple(
        MarkedItem(
            notebook,
            marked_name(cell),
            titles.get((notebook, cell)) or item_title(cell, "", number),
            points[notebook, cell],
        )
        for number, (notebook, cell) in enumerate(order, start=1)
    )
    column = {key: number for number, key in enumerate(order)}
    students = sorted({str(row.student) for row in rows})
    line = {student: number for number, student in enumerate(students)}
    marks = np.full((len(students), len(items)), np.nan)
    by_person = np.zeros(marks.shape, dtype=bool)
    penalties: dict[str, tuple[str, float]] = {}
    received: list[datetime.datetime | None] = [None] * len(students)
    due: list[datetime.datetime | None] = [None] * len(students)
    for row in rows:
        at = line[str(row.student)], column[str(row.notebook), str(row.cell)]
        if not row.waiting:
            marks[at] = float(row.score)
        by_person[at] = bool(row.by_person)
        penalties[row.submitted_notebook] = str(row.student), float(row.penalty or 0)
        received[at[0]] = row.received
        due[at[0]] = row.due + (row.extension or datetime.timedelta()) if row.due else None
    off = np.zeros(len(students))
    for student, penalty in penalties.values():
        off[line[student]] += penalty
    return AssignmentMarks(
        assignment, items, tuple(students), marks, by_person, off, tuple(received), tuple(due)
    )


def _titles(root: Path, assignment: str, notebooks: Sequence[str]) -> Mapping[tuple[str, str], str]:
    """What people call each cell of an assignment, in the order of its notebooks."""
    titles: dict[tuple[str, str], str] = {}
    given = _given_titles(root, assignment)
    for notebook in notebooks:
        path = root / "source" / assignment / f"{notebook}.ipynb"
        if not path.is_file():
            continue
        heading = ""
        for cell in read_notebook(path).cells:
            name = grade_id(cell)
            if name:
                titles[notebook, name] = given.get(marked_name(name)) or item_title(
                    name, heading, len(titles) + 1
                )
            elif cell.cell_type == "markdown":
                found = re.findall(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", str(cell.source), re.MULTILINE)
                heading = found[-1] if found else heading
    return titles


def _given_titles(root: Path, assignment: str) -> Mapping[str, str]:
    """The titles that the items of ``reference/`` have; none where it cannot be loaded."""
    if not (root / "reference" / f"{assignment}.py").is_file():
        return {}
    try:
        items = load_assignment(root, assignment).items
    except MathgradeError:  # the marks are there all the same
        return {}
    return {name: item.title for name, item in items.items() if item.title}
