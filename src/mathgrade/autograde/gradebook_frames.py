"""The cells of an assignment in nbgrader's gradebook, kept in step with ``source/``.

nbgrader refuses to add or remove a cell once something has been handed in. Here it is done, with
what people have written kept: their marks and comments on a cell that is gone are put
aside, and are there again if the cell comes back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from sqlalchemy import Column, MetaData, String, Table, Text, delete, func, select
from sqlalchemy.orm import Session

from mathgrade.autograde.intake import Frame
from nbgrader import api

__all__ = ["TABLES", "enter_frames", "fill_submission"]

TABLES = MetaData()
"""Tables of ours in nbgrader's database; nbgrader does not look at them."""

_ASIDE = Table(
    "mathgrade_aside",
    TABLES,
    Column("assignment", String(128), primary_key=True),
    Column("notebook", String(128), primary_key=True),
    Column("cell", String(128), primary_key=True),
    Column("kind", String(50), primary_key=True),
    Column("student", String(128), primary_key=True),
    Column("written", Text, nullable=False),
)
# What a submission has a row of, for cells of which kinds.
_ROWS: Mapping[Any, tuple[str, ...]] = {
    api.Grade: ("GradeCell", "TaskCell"),
    api.Comment: ("SolutionCell", "TaskCell"),
}
_BY_HAND = ("manual_score", "extra_credit", "manual_comment")


def enter_frames(
    session: Session, course: str, assignment: str, frames: Mapping[str, Frame]
) -> Any:
    """Have the gradebook know the assignment as it now is.

    Args:
        session: in a transaction; nothing is committed here.
        course: the course's id.
        assignment: the assignment's name.
        frames: its notebooks.

    Returns:
        nbgrader's ``Assignment``.
    """
    entry = session.scalar(select(api.Assignment).where(api.Assignment.name == assignment))
    if entry is None:
        if session.get(api.Course, course) is None:
            session.add(api.Course(id=course))
            session.flush()
        entry = api.Assignment(name=assignment, course_id=course)
        session.add(entry)
        session.flush()
    known = {notebook.name: notebook for notebook in entry.notebooks}
    for name in [name for name in known if name not in frames]:
        _remove_notebook(session, known.pop(name))
    for name, frame in frames.items():
        notebook = known.get(name)
        if notebook is None:
            notebook = api.Notebook(name=name, assignment_id=entry.id)
            session.add(notebook)
            session.flush()
        kernel = json.dumps(frame.master.metadata.get("kernelspec", {}))
        _set(notebook, kernelspec=kernel)
        _enter_cells(session, notebook, frame.master)
    session.flush()
    session.expire_all()
    for number in _incomplete(session, entry):
        fill_submission(session, session.get(api.SubmittedAssignment, number))
    return entry


def _incomplete(session: Session, entry: Any) -> list[Any]:
    """Ids of the submissions that lack a row; in a few queries, however large the class is."""
    notebook, cell = api.SubmittedNotebook, api.BaseCell
    of_entry = api.Notebook.assignment_id == entry.id
    counts = [
        select(notebook.assignment_id, func.count(func.distinct(notebook.notebook_id)))
        .join(api.Notebook, api.Notebook.id == notebook.notebook_id)
        .where(of_entry)
        .group_by(notebook.assignment_id)
    ]
    wanted = [len(entry.notebooks)]
    for kind, types in _ROWS.items():
        counts.append(
            select(notebook.assignment_id, func.count(func.distinct(kind.cell_id)))
            .join(kind, kind.notebook_id == notebook.id)
            .join(cell, cell.id == kind.cell_id)
            .join(api.Notebook, api.Notebook.id == cell.notebook_id)
            .where(of_entry, cell.type.in_(types))
            .group_by(notebook.assignment_id)
        )
        cells = select(func.count(cell.id)).join(api.Notebook, api.Notebook.id == cell.notebook_id)
        wanted.append(session.scalar(cells.where(of_entry, cell.type.in_(types))) or 0)
    found = [dict(session.execute(query).tuples().all()) for query in counts]
    submission = api.SubmittedAssignment
    there = session.scalars(select(submission.id).where(submission.assignment_id == entry.id))
    return [
        number
        for number in there
        if any(rows.get(number, 0) != many for rows, many in zip(found, wanted, strict=True))
    ]


def _enter_cells(session: Session, notebook: Any, master: NotebookNode) -> None:
    wanted: dict[tuple[str, str], tuple[type[Any], dict[str, Any]]] = {}
    sources: dict[str, dict[str, Any]] = {}
    for cell in master.cells:
        own = cell.metadata.get("nbgrader")
        if own is None:
            continue
        name = own["grade_id"]
        for kind, is_kind in _KINDS:
            if is_kind(cell):
                wanted[name, kind.__name__] = kind, _worth(kind, cell)
        if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell):
            sources[name] = {
                "cell_type": cell.cell_type,
                "locked": bool(is_locked(cell)),
                "source": cell.source,
                "checksum": own.get("checksum"),
            }
    cells = session.scalars(select(api.BaseCell).where(api.BaseCell.notebook_id == notebook.id))
    there = {(cell.name, cell.type): cell for cell in cells}
    for key in [key for key in there if key not in wanted]:
        _remove_cell(session, notebook, there.pop(key))
    for key, (kind, worth) in wanted.items():
        cell = there.get(key)
        if cell is None:
            session.add(kind(name=key[0], notebook_id=notebook.id, **worth))
        else:
            _set(cell, **worth)
    entered = {cell.name: cell for cell in notebook.source_cells}
    for name in [name for name in entered if name not in sources]:
        session.delete(entered[name])
    for name, values in sources.items():
        if name in entered:
            _set(entered[name], **values)
        else:
            session.add(api.SourceCell(name=name, notebook_id=notebook.id, **values))


_KINDS = (
    (api.GradeCell, is_grade),
    (api.SolutionCell, is_solution),
    (api.TaskCell, is_task),
)


def _worth(kind: type[Any], cell: NotebookNode) -> dict[str, Any]:
    if kind is api.SolutionCell:
        return {}
    return {"max_score": float(cell.metadata.nbgrader["points"]), "cell_type": cell.cell_type}


def _set(entry: Any, **values: Any) -> None:
    """Set what differs, so that nothing is written where nothing has changed."""
    for name, value in values.items():
        if getattr(entry, name) != value:
            setattr(entry, name, value)


def _remove_notebook(session: Session, notebook: Any) -> None:
    cells = session.scalars(select(api.BaseCell).where(api.BaseCell.notebook_id == notebook.id))
    for cell in cells.all():
        _remove_cell(session, notebook, cell)
    session.flush()
    owned = api.SubmittedNotebook.notebook_id == notebook.id
    session.execute(delete(api.SubmittedNotebook).where(owned))
    session.execute(delete(api.SourceCell).where(api.SourceCell.notebook_id == notebook.id))
    session.execute(delete(api.Notebook).where(api.Notebook.id == notebook.id))
    session.expire_all()


def _remove_cell(session: Session, notebook: Any, cell: Any) -> None:
    """Remove a cell; what people wrote about it is put aside."""
    for kind in (api.Grade, api.Comment):
        for entry in session.scalars(select(kind).where(kind.cell_id == cell.id)).all():
            written = {
                name: getattr(entry, name)
                for name in _BY_HAND
                if getattr(entry, name, None) is not None
            }
            if written:
                where = _where(notebook, cell.name, cell.type, entry.notebook.student.id, kind)
                session.execute(delete(_ASIDE).where(*_matching(where)))
                session.execute(_ASIDE.insert().values(**where, written=json.dumps(written)))
            session.delete(entry)
    session.flush()
    session.delete(cell)
    session.flush()


def _where(notebook: Any, cell: str, type_: str, student: str, kind: type[Any]) -> dict[str, str]:
    return {
        "assignment": notebook.assignment.name,
        "notebook": notebook.name,
        "cell": cell,
        "kind": f"{type_}/{kind.__name__}",
        "student": student,
    }


def _matching(where: Mapping[str, str]) -> list[Any]:
    return [_ASIDE.c[name] == value for name, value in where.items()]


def fill_submission(session: Session, submission: Any) -> None:
    """Give a submission a row for each notebook and each cell of its assignment."""
    there = {entry.notebook_id: entry for entry in submission.notebooks}
    for notebook in submission.assignment.notebooks:
        entry = there.get(notebook.id)
        if entry is None:
            entry = api.SubmittedNotebook(notebook_id=notebook.id, assignment_id=submission.id)
            session.add(entry)
            session.flush()
        graded = {grade.cell_id for grade in entry.grades}
        commented = {comment.cell_id for comment in entry.comments}
        for cell in (*notebook.grade_cells, *notebook.task_cells):
            if cell.id not in graded:
                _add(session, api.Grade, entry, cell, submission.student_id)
        for cell in (*notebook.solution_cells, *notebook.task_cells):
            if cell.id not in commented:
                _add(session, api.Comment, entry, cell, submission.student_id)
    session.flush()


def _add(session: Session, kind: type[Any], entry: Any, cell: Any, student: str) -> None:
    where = _where(cell.notebook, cell.name, cell.type, student, kind)
    written = session.scalar(select(_ASIDE.c.written).where(*_matching(where)))
    session.add(kind(cell_id=cell.id, notebook_id=entry.id, **json.loads(written or "{}")))
    if written:
        session.execute(delete(_ASIDE).where(*_matching(where)))
