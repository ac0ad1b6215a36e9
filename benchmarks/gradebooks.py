"""A gradebook of a large class, written straight into nbgrader's tables."""

from __future__ import annotations

import random
import warnings
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from mathgrade.autograde.alembic_path import find_alembic
from nbgrader import api

__all__ = ["fill", "open_gradebook"]


def open_gradebook(url: str) -> Any:
    """nbgrader's ``Gradebook``; its tables are made where there are none."""
    find_alembic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return api.Gradebook(url, "bench")


def fill(book: Any, *, students: int, assignments: int, items: int, seed: int = 7) -> None:
    """Marks of a class: nine of ten handed in, one of twenty marks waits for a person."""
    draw = random.Random(seed)
    names = [f"a{number}" for number in range(1, assignments + 1)]
    cells: dict[str, list[str]] = {}
    for name in names:
        book.add_assignment(name)
        book.add_notebook(name, name)
        for item in range(items):
            book.add_grade_cell(f"i{item:02}-test", name, name, max_score=2.0, cell_type="code")
        notebook = book.find_notebook(name, name)
        cells[name] = [cell.id for cell in notebook.grade_cells]
    keys = {
        name: (book.find_assignment(name).id, book.find_notebook(name, name).id) for name in names
    }
    people = [f"s{number:05}" for number in range(1, students + 1)]
    submissions, entries, grades = [], [], []
    for name in names:
        assignment, notebook = keys[name]
        for person in people:
            if draw.random() < 0.1:
                continue
            submission, entry = api.new_uuid(), api.new_uuid()
            submissions.append(
                {"id": submission, "assignment_id": assignment, "student_id": person}
            )
            entries.append({"id": entry, "notebook_id": notebook, "assignment_id": submission})
            for cell in cells[name]:
                waits = draw.random() < 0.05
                grades.append(
                    {
                        "id": api.new_uuid(),
                        "notebook_id": entry,
                        "cell_id": cell,
                        "auto_score": None if waits else draw.choice((0.0, 0.5, 1.0, 2.0)),
                        "needs_manual_grade": waits,
                    }
                )
    draw.shuffle(grades)  # a real gradebook is filled in no order
    book.db.rollback()
    with book.engine.begin() as connection:
        connection.execute(
            insert(api.Student.__table__),
            [{"id": p, "first_name": f"First {p}", "last_name": f"Last {p}"} for p in people],
        )
        connection.execute(insert(api.SubmittedAssignment.__table__), submissions)
        connection.execute(insert(api.SubmittedNotebook.__table__), entries)
        connection.execute(insert(api.Grade.__table__), grades)


def sqlite_url(folder: Path) -> str:
    """The address of a new gradebook in a folder."""
    return f"sqlite:///{folder / 'gradebook.db'}"
