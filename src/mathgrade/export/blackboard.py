"""Blackboard Learn: Grade Center > Work Offline > Upload.

Tab-delimited UTF-16 with the suffix .xls, as Blackboard's own download. Students are found by
Username; a column by the number after ``|`` in ``Name [Total Pts: 10 Score] |664617``, without
which the upload makes a new column of texts. Columns of the student it does not take are passed
over. https://help.blackboard.com/Learn/Instructor/Original/Grade/Grading_Tasks
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mathgrade.export.cells import Cell, Dialect, number
from mathgrade.export.layout import Column, Columns, Format, Options, columns
from mathgrade.export.marks import ClassMarks

__all__ = ["BLACKBOARD"]

_PEOPLE = ("Last Name", "First Name", "Username", "Student ID")


def _heading(column: Column, options: Options) -> str:
    heading = f"{column.name} [Total Pts: {number(column.points)} Score]"
    identity = options.lms_ids.get(column.name)
    return f"{heading} |{identity}" if identity is not None else heading


def _rows(found: ClassMarks, options: Options) -> Iterator[Sequence[Cell]]:
    marks = columns(found, options)
    yield (*_PEOPLE, *(_heading(column, options) for column in marks))
    for person in found.students:
        people = (person.last_name, person.first_name, person.id, person.lms_id)
        yield (*people, *(column.marks[person.id] for column in marks))


BLACKBOARD = Format(
    "blackboard",
    "Blackboard Learn",
    ".xls",
    Dialect(encoding="utf-16", separator="\t"),
    Columns.TOTAL,
    True,
    _rows,
)
