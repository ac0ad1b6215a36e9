"""The marks of one notebook as nbgrader's gradebook has them, and which still wait for a person.

nbgrader's own GetGrades opens the gradebook anew for every page and asks for each mark by itself,
which took half the time of a page, and it does not say whether a mark is final and whether a person
gave it. Here two queries ask for all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from nbformat import NotebookNode
from sqlalchemy import bindparam, create_engine, func, select
from sqlalchemy.pool import NullPool

__all__ = ["MarkState", "Marks", "enter_marks", "read_marks"]


@dataclass(frozen=True, slots=True)
class MarkState:
    """How a mark came about.

    Attributes:
        waiting: a person has yet to look.
        by_person: a person set the score.
    """

    waiting: bool = False
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one submitted notebook, by grade id.

    Attributes:
        scores: points, and what they are of.
        states: how each came about.
        comments: of people, or nbgrader's own.
        penalty: points taken off for lateness.
    """

    scores: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    states: Mapping[str, MarkState] = field(default_factory=dict)
    comments: Mapping[str, str | None] = field(default_factory=dict)
    penalty: float = 0.0


def read_marks(place: Mapping[str, Any]) -> Marks | None:
    """The marks of one submitted notebook.

    Args:
        place: ``resources["nbgrader"]`` as nbgrader fills it.

    Returns:
        None where there is no gradebook (a notebook converted by hand).

    Raises:
        MissingEntry: the gradebook does not know the notebook.
    """
    names = {key: str(place.get(key) or "") for key in ("notebook", "assignment", "student")}
    if not (place.get("db_url") and all(names.values())):
        return None
    from nbgrader.api import MissingEntry

    grades, comments = _queries()
    with _engine(str(place["db_url"])).connect() as connection:
        marks = connection.execute(grades, names).all()
        remarks = connection.execute(comments, names).all() if marks else []
    if not marks:
        raise MissingEntry(f"No such submitted notebook: {names}")
    there = [row for row in marks if row.name is not None]
    return Marks(
        {row.name: (float(row.score), float(row.points)) for row in there},
        {row.name: MarkState(bool(row.waiting), bool(row.by_person)) for row in there},
        {row.name: row.comment for row in remarks},
        float(marks[0].penalty or 0),
    )


def enter_marks(nb: NotebookNode, place: dict[str, Any], marks: Marks) -> None:
    """Write marks into a notebook and its ``place``, as nbgrader's GetGrades does.

    Raises:
        MissingEntry: a cell has points, and the gradebook has no mark for it.
    """
    from nbgrader.api import MissingEntry
    from nbgrader.utils import is_grade, is_solution, is_task

    for cell in nb.cells:
        own = cell.metadata.get("nbgrader")
        if not own:
            continue
        name = own.get("grade_id", "")
        if is_grade(cell) or is_task(cell):
            if name not in marks.scores:
                raise MissingEntry(f"No mark for the cell {name!r} in the gradebook")
            own["score"], own["points"] = marks.scores[name]
        if is_solution(cell) or is_task(cell):
            own["comment"] = marks.comments.get(name)
    place["score"] = sum(score for score, _ in marks.scores.values()) - marks.penalty
    place["max_score"] = sum(points for _, points in marks.scores.values())
    place["late_penalty"] = marks.penalty


@lru_cache(maxsize=4)
def _engine(db_url: str) -> Any:
    """One for all pages: what it has once compiled it does not compile again."""
    return create_engine(db_url, poolclass=NullPool)  # no connection is kept open


@lru_cache(maxsize=1)
def _queries() -> tuple[Any, Any]:
    """The marks, and the comments; a notebook without marks has one row of nothing."""
    from nbgrader import api

    cell, submitted = api.BaseCell.__table__, api.SubmittedNotebook
    tests, tasks = api.GradeCell.__table__, api.TaskCell.__table__
    where = (
        api.Notebook.name == bindparam("notebook"),
        api.Assignment.name == bindparam("assignment"),
        api.SubmittedAssignment.student_id == bindparam("student"),
    )

    def of_notebook(*columns: Any) -> Any:
        return (
            select(*columns)
            .select_from(submitted)
            .join(api.Notebook, api.Notebook.id == submitted.notebook_id)
            .join(api.SubmittedAssignment, api.SubmittedAssignment.id == submitted.assignment_id)
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        )

    grades = (
        of_notebook(
            submitted.late_submission_penalty.label("penalty"),
            cell.c.name.label("name"),
            api.Grade.score.label("score"),
            func.coalesce(tests.c.max_score, tasks.c.max_score, 0.0).label("points"),
            api.Grade.needs_manual_grade.label("waiting"),
            api.Grade.manual_score.is_not(None).label("by_person"),
        )
        .outerjoin(api.Grade, api.Grade.notebook_id == submitted.id)
        .outerjoin(cell, cell.c.id == api.Grade.cell_id)
        .outerjoin(tests, tests.c.id == api.Grade.cell_id)
        .outerjoin(tasks, tasks.c.id == api.Grade.cell_id)
        .where(*where)
    )
    comments = (
        of_notebook(cell.c.name.label("name"), api.Comment.comment.label("comment"))
        .join(api.Comment, api.Comment.notebook_id == submitted.id)
        .join(cell, cell.c.id == api.Comment.cell_id)
        .where(*where)
    )
    return grades, comments
