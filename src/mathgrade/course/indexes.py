"""Indexes that nbgrader's gradebook lacks: added, dropped, looked at.

nbgrader finds a student's grades by ``grade.notebook_id``, which no index begins with, so that the
database reads every grade of the course for each notebook. Each index here is a row with
the question it answers. They are only indexes: no row is changed, nbgrader does not
look at them, and dropping them leaves the gradebook as nbgrader made it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from mathgrade.errors import CourseError

__all__ = ["INDEXES", "Index", "add_indexes", "drop_indexes", "present_indexes"]


@dataclass(frozen=True, slots=True)
class Index:
    """An index on one column.

    Attributes:
        table: nbgrader's.
        column: which it is on.
        use: the question it answers.
    """

    table: str
    column: str
    use: str

    @property
    def name(self) -> str:
        """Its name in the database, by which it is known for ours."""
        return f"mathgrade_{self.table}_{self.column}"


INDEXES = (
    Index("grade", "notebook_id", "the marks of a notebook"),
    Index("comment", "notebook_id", "the comments on a notebook"),
    Index("submitted_notebook", "assignment_id", "the notebooks of a submission"),
    Index("submitted_assignment", "student_id", "the submissions of a student"),
)


def present_indexes(engine: Any) -> list[Index]:
    """Those of :data:`INDEXES` that the database has.

    Raises:
        CourseError: it does not answer.
    """
    with _told("looked at"):
        there = inspect(engine)
        found = {i["name"] for t in {i.table for i in INDEXES} for i in there.get_indexes(t)}
    return [index for index in INDEXES if index.name in found]


def add_indexes(engine: Any) -> list[Index]:
    """Add those that are not there, all or none; the ones that were added.

    Raises:
        CourseError: the database refuses; nothing was added.
    """
    return _change(
        engine,
        [index for index in INDEXES if index not in present_indexes(engine)],
        "CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})",
    )


def drop_indexes(engine: Any) -> list[Index]:
    """Drop those that are there, all or none; the ones that were dropped.

    Raises:
        CourseError: the database refuses; nothing was dropped.
    """
    return _change(engine, present_indexes(engine), "DROP INDEX IF EXISTS {name}")


def _change(engine: Any, indexes: Sequence[Index], statement: str) -> list[Index]:
    with _told("changed"), engine.begin() as connection:
        for index in indexes:
            words = {"name": index.name, "table": index.table, "column": index.column}
            connection.execute(text(statement.format(**words)))
        for table in sorted({index.table for index in indexes}):
            connection.execute(text(f"ANALYZE {table}"))  # so that they are used at once
    return list(indexes)


@contextlib.contextmanager
def _told(done: str) -> Iterator[None]:
    """What the database refuses becomes one line."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise CourseError(
            f"The gradebook's indexes could not be {done}: {reason}. Is it locked, read-only or "
            "not reachable? Nothing was changed."
        ) from error
