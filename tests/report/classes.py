"""Classes made up for the report: a gradebook as nbgrader keeps it, filled row by row."""

from __future__ import annotations

import datetime
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes

from mathgrade.feedback.verdicts import VERDICT_TYPE
from mathgrade.verdict import Verdict
from nbgrader import api

__all__ = ["NOON", "WAITS", "course_of", "marked_notebook", "sheet"]

WAITS = None
"""A mark that a person has yet to give."""

NOON = datetime.datetime(2026, 5, 4, 12, 0)  # in UTC, as nbgrader keeps it

Marks = Mapping[str, Sequence[float | None]]
"""By student, the marks of the items in order."""


def course_of(folder: Path, sheets: Mapping[str, Any], students: Sequence[str] = ()) -> Path:
    """A course with a gradebook.

    Args:
        folder: where.
        sheets: of each assignment what :func:`sheet` returns.
        students: who is enrolled, beside those who handed in.
    """
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    (folder / "source").mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "made-up"\n'
    )
    everybody = sorted({*students, *(s for one in sheets.values() for s in one["marks"])})
    with api.Gradebook(f"sqlite:///{folder}/gradebook.db", "made-up") as gradebook:
        session = gradebook.db
        session.add_all(api.Student(id=student) for student in everybody)
        session.flush()
        for name, one in sheets.items():
            _enter(session, folder, name, one)
        session.commit()
    return folder


def sheet(
    items: Mapping[str, float],
    marks: Marks,
    *,
    by_hand: Mapping[tuple[str, str], float] | None = None,
    penalties: Mapping[str, float] | None = None,
    received: Mapping[str, datetime.datetime] | None = None,
    due: datetime.datetime | None = None,
    verdicts: Mapping[tuple[str, str], Verdict] | None = None,
) -> dict[str, Any]:
    """One assignment.

    Args:
        items: points by name.
        marks: of each student, ``WAITS`` where a person has yet to look.
        by_hand: marks a person gave, by student and item.
        penalties: for lateness, by student.
        received: when, by student.
        due: until when.
        verdicts: by student and item; they go into the autograded notebooks.
    """
    return {
        "items": items,
        "marks": marks,
        "by_hand": by_hand or {},
        "penalties": penalties or {},
        "received": received or {},
        "due": due,
        "verdicts": verdicts or {},
    }


def _enter(session: Any, folder: Path, name: str, one: Mapping[str, Any]) -> None:
    source = folder / "source" / name
    source.mkdir()
    cells = [new_markdown_cell(f"# {name}")]
    for item, points in one["items"].items():
        own = {"grade": True, "solution": False, "points": points, "grade_id": f"{item}-test"}
        cells.append(new_code_cell("", metadata={"nbgrader": own}))
    (source / f"{name}.ipynb").write_text(writes(new_notebook(cells=cells)))
    assignment = api.Assignment(name=name, course_id="made-up", duedate=one["due"])
    session.add(assignment)
    session.flush()
    notebook = api.Notebook(name=name, assignment_id=assignment.id)
    session.add(notebook)
    session.flush()
    entered = {}
    for item, points in one["items"].items():
        entered[item] = api.GradeCell(
            name=f"{item}-test", notebook_id=notebook.id, max_score=points, cell_type="code"
        )
    session.add_all(entered.values())
    session.flush()
    for student, marks in one["marks"].items():
        submission = api.SubmittedAssignment(
            assignment_id=assignment.id,
            student_id=student,
            timestamp=one["received"].get(student),
        )
        session.add(submission)
        session.flush()
        handed_in = api.SubmittedNotebook(
            assignment_id=submission.id,
            notebook_id=notebook.id,
            late_submission_penalty=one["penalties"].get(student),
        )
        session.add(handed_in)
        session.flush()
        for item, mark in zip(one["items"], marks, strict=True):
            session.add(
                api.Grade(
                    cell_id=entered[item].id,
                    notebook_id=handed_in.id,
                    auto_score=mark,
                    manual_score=one["by_hand"].get((student, item)),
                    needs_manual_grade=mark is WAITS and (student, item) not in one["by_hand"],
                )
            )
        found = {i: v for (s, i), v in one["verdicts"].items() if s == student}
        if found:
            marked = folder / "autograded" / student / name
            marked.mkdir(parents=True)
            (marked / f"{name}.ipynb").write_text(json.dumps(marked_notebook(one["items"], found)))


def marked_notebook(items: Mapping[str, float], verdicts: Mapping[str, Verdict]) -> Any:
    """A notebook as it is marked: a test cell for each item, with its verdict."""
    cells = []
    for item, points in items.items():
        own = {"grade": True, "solution": False, "points": points, "grade_id": f"{item}-test"}
        outputs = []
        if item in verdicts:
            outputs = [new_output("display_data", {VERDICT_TYPE: verdicts[item].to_json()})]
        cells.append(new_code_cell("", metadata={"nbgrader": own}, outputs=outputs))
    return new_notebook(cells=cells)
