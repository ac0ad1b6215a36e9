"""What nbgrader's gradebook knows of everybody's marks, in a few queries for the whole class.

nbgrader's own export asks for every student and assignment by itself. Here a query brings
all grades; how many students there are changes nothing about the number of queries.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from mathgrade.course.marks import submitted_students
from mathgrade.course.notebooks import grade_id, marked_name, read_notebook
from mathgrade.errors import CourseError
from nbgrader import api

__all__ = ["AssignmentMarks", "ClassMarks", "Item", "Status", "Student", "Work", "read_marks"]


class Status(enum.Enum):
    """How far a student's work on an assignment is."""

    MARKED = "marked"
    WAITING = "waits for a person"
    UNMARKED = "handed in, not marked"
    MISSING = "not handed in"


@dataclass(frozen=True, slots=True)
class Student:
    """Who somebody is, as nbgrader's gradebook has it; empty where it does not say."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item and what it is worth."""

    name: str
    points: float


@dataclass(frozen=True, slots=True)
class Work:
    """Marks of a student in an assignment.

    Attributes:
        status: how far it is.
        total: points with the late penalty taken off; None while there is no final one.
        items: points by item, None where there is no final mark.
        penalty: what lateness cost.
    """

    status: Status
    total: float | None = None
    items: Mapping[str, float | None] = field(default_factory=dict)
    penalty: float = 0.0


@dataclass(frozen=True, slots=True)
class AssignmentMarks:
    """Everybody's marks in an assignment.

    Attributes:
        name: the assignment's.
        items: in the notebook's order.
        works: by the student's id.
    """

    name: str
    items: tuple[Item, ...]
    works: Mapping[str, Work]

    @property
    def points(self) -> float:
        """What it is worth."""
        return sum(item.points for item in self.items)


@dataclass(frozen=True, slots=True)
class ClassMarks:
    """Everybody's marks.

    Attributes:
        students: sorted by id.
        assignments: by due date and name, as nbgrader lists them.
    """

    students: tuple[Student, ...]
    assignments: tuple[AssignmentMarks, ...]


def read_marks(
    gradebook: Any,
    root: Path,
    assignments: Sequence[str] = (),
    students: Collection[str] = (),
) -> ClassMarks:
    """Read marks from nbgrader's gradebook.

    Work that lies in ``submitted/`` and has not been marked is told apart from work that was not
    handed in.

    Args:
        gradebook: nbgrader's ``Gradebook``.
        root: the course folder.
        assignments: which; all that the gradebook knows if empty.
        students: whose; everybody's if empty.

    Raises:
        CourseError: an assignment or a student the gradebook does not know.
    """
    connection = gradebook.db.connection()
    known = _assignments(connection, assignments)
    handed_in = {name: frozenset(submitted_students(root, name)) for name in known.values()}
    people = _students(connection, frozenset[str]().union(*handed_in.values()), students)
    cells = _cells(connection, root, known)
    works = _works(connection, known, cells)
    return ClassMarks(
        people,
        tuple(
            AssignmentMarks(
                name,
                tuple(cells.items[key]),
                {
                    person.id: works[key].get(person.id)
                    or Work(Status.UNMARKED if person.id in handed_in[name] else Status.MISSING)
                    for person in people
                },
            )
            for key, name in known.items()
        ),
    )


def _assignments(connection: Any, wanted: Sequence[str]) -> dict[str, str]:
    """Names by the gradebook's id, in nbgrader's order or in the order asked for."""
    table = api.Assignment.__table__
    found = connection.execute(
        select(table.c.id, table.c.name).order_by(table.c.duedate, table.c.name)
    )
    ids = {str(row.name): str(row.id) for row in found}
    for name in wanted:
        if name not in ids:
            there = ", ".join(ids) or "none"
            raise CourseError(
                f"Expected an assignment that has been marked, got {name!r}. "
                f"The gradebook knows: {there}. Run `mathgrade autograde {name}` first."
            )
    if not ids:
        raise CourseError(
            "The gradebook knows no assignment yet. Run `mathgrade autograde ASSIGNMENT` first."
        )
    return {ids[name]: name for name in dict.fromkeys(wanted or ids)}


def _students(
    connection: Any, handed_in: frozenset[str], wanted: Collection[str]
) -> tuple[Student, ...]:
    table = api.Student.__table__
    found = {
        str(row.id): Student(
            str(row.id),
            row.first_name or "",
            row.last_name or "",
            row.email or "",
            row.lms_user_id or "",
        )
        for row in connection.execute(select(table))
    }
    found |= {name: Student(name) for name in handed_in - found.keys()}
    unknown = sorted(set(wanted) - found.keys())
    if unknown:
        raise CourseError(
            f"Expected students of this course, got {', '.join(map(repr, unknown))}, "
            "whom the gradebook does not know."
        )
    return tuple(found[name] for name in sorted(found) if not wanted or name in wanted)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Graded cells: the item of each by the gradebook's id, items by the assignment's.

    ``all`` has those without points as well.
    """

    all: Sequence[str]
    item_of: Mapping[str, str]
    items: Mapping[str, Sequence[Item]]


def _cells(connection: Any, root: Path, known: Mapping[str, str]) -> _Cells:
    cell, notebook = api.BaseCell.__table__, api.Notebook.__table__
    graded, task = api.GradeCell.__table__, api.TaskCell.__table__
    query = (
        select(
            cell.c.id,
            cell.c.name,
            notebook.c.name.label("notebook"),
            notebook.c.assignment_id,
            graded.c.max_score,
            task.c.max_score.label("task_score"),
        )
        .join(notebook, notebook.c.id == cell.c.notebook_id)
        .outerjoin(graded, graded.c.id == cell.c.id)
        .outerjoin(task, task.c.id == cell.c.id)
        .where(cell.c.type.in_(("GradeCell", "TaskCell")), notebook.c.assignment_id.in_(known))
    )
    by_assignment: dict[str, list[Any]] = {key: [] for key in known}
    everything = []
    for row in connection.execute(query):
        everything.append(row.id)
        # Nothing can be earned in a cell without points; nobody is kept waiting by it.
        if (row.max_score or row.task_score or 0) > 0:
            by_assignment[row.assignment_id].append(row)
    item_of: dict[str, str] = {}
    items: dict[str, list[Item]] = {}
    for key, rows in by_assignment.items():
        order = _order(root, known[key])
        several = len({row.notebook for row in rows}) > 1
        last = len(order)
        rows.sort(key=lambda r: (order.get((r.notebook, r.name), last), r.notebook, r.name))
        items[key] = []
        for row in rows:
            name = marked_name(row.name)
            item_of[row.id] = f"{row.notebook}/{name}" if several else name
            points = row.max_score if row.max_score is not None else row.task_score
            items[key].append(Item(item_of[row.id], float(points)))
    return _Cells(everything, item_of, items)


def _order(root: Path, assignment: str) -> dict[tuple[str, str], int]:
    """Where each cell stands in the instructor's notebooks, which the gradebook does not know."""
    places: dict[tuple[str, str], int] = {}
    for path in sorted((root / "source" / assignment).glob("*.ipynb")):
        for cell in read_notebook(path).cells:
            places[path.stem, grade_id(cell)] = len(places)
    return places


def _works(connection: Any, known: Mapping[str, str], cells: _Cells) -> dict[str, dict[str, Work]]:
    """Work by assignment and student, as far as it has been marked."""
    submission, entry = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
    grade = api.Grade.__table__
    notebooks = (
        select(
            entry.c.id,
            submission.c.assignment_id,
            submission.c.student_id,
            entry.c.late_submission_penalty,
        )
        .join(entry, entry.c.assignment_id == submission.c.id)
        .where(submission.c.assignment_id.in_(known))
    )
    marks: dict[tuple[str, str], dict[str, float | None]] = {}
    penalties: dict[tuple[str, str], float] = {}
    extra: dict[tuple[str, str], float] = {}
    owner: dict[str, tuple[str, str]] = {}
    for notebook, key, student, penalty in connection.execute(notebooks):
        who = owner[notebook] = key, student
        marks.setdefault(who, {})
        penalties[who] = penalties.get(who, 0.0) + (penalty or 0.0)
    # By cell, which has an index, and not by notebook, which has none: no join, one pass.
    grades = select(
        grade.c.notebook_id,
        grade.c.cell_id,
        grade.c.auto_score,
        grade.c.manual_score,
        grade.c.extra_credit,
        grade.c.needs_manual_grade,
    ).where(grade.c.cell_id.in_(cells.all))
    for notebook, cell, auto, manual, more, waits in connection.execute(grades):
        mine = owner.get(notebook)
        if mine is None:  # recorded since the query before
            continue
        item = cells.item_of.get(cell)
        score = manual if manual is not None else auto
        earned = (score or 0.0) + (more or 0.0)
        if item is not None:
            marks[mine][item] = None if waits or not math.isfinite(earned) else earned
        elif earned:  # extra credit in a cell without points
            extra[mine] = extra.get(mine, 0.0) + earned
    works: dict[str, dict[str, Work]] = {key: {} for key in known}
    for (key, student), items in marks.items():
        penalty = penalties[key, student]
        scores = [score for score in items.values() if score is not None]
        if len(scores) < len(items):
            works[key][student] = Work(Status.WAITING, None, items, penalty)
            continue
        total = max(0.0, math.fsum(scores) + extra.get((key, student), 0.0) - penalty)
        works[key][student] = Work(Status.MARKED, total, items, penalty)
    return works
