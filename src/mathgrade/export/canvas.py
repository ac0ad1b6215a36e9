"""Canvas: Grades > Import. The columns and their order are those of its own gradebook export.

Canvas reads the student's columns by their place (lib/gradebook_importer.rb): Student, ID, SIS User
ID, SIS Login ID, Section; then a row of points possible. A student is found by ID, else by the
login, else by the name. A heading ``title (123)`` is its assignment 123; a title it does not
know becomes a new assignment, each of which counts in the course's total.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mathgrade.errors import CourseError
from mathgrade.export.cells import Cell, Dialect
from mathgrade.export.layout import Column, Columns, Format, Options, columns
from mathgrade.export.marks import ClassMarks, Student

__all__ = ["CANVAS"]

_PEOPLE = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POINTS = "    Points Possible"  # Canvas's own spelling
_ID = re.compile(r".*\s\(\d+\)", re.DOTALL)
# Headings that contain one of these are left out by Canvas without a word.
_COMPUTED = re.compile(
    r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)|"
    r"^(Student|LastName|FirstName|ID|Section|Integration ID|Root Account|SIS (User|Login) ID)$"
)


def _heading(column: Column, options: Options) -> str:
    number = options.lms_ids.get(column.name)
    if _COMPUTED.search(column.name):
        raise CourseError(
            f"Canvas leaves out a column named {column.name!r}: the name is one of its own. "
            "Export without it and enter these marks by hand, or use another format."
        )
    if number is not None:
        return f"{column.name} ({number})"
    if _ID.fullmatch(column.name):
        raise CourseError(
            f"Canvas would take the end of {column.name!r} for the number of an assignment. "
            f"Say which it is: --lms-id '{column.name}=NUMBER'."
        )
    return column.name


def _name(student: Student) -> str:
    return ", ".join(filter(None, (student.last_name, student.first_name))) or student.id


def _rows(found: ClassMarks, options: Options) -> Iterator[Sequence[Cell]]:
    marks = columns(found, options)
    yield (*_PEOPLE, *(_heading(column, options) for column in marks))
    yield (_POINTS, "", "", "", "", *(column.points for column in marks))
    for person in found.students:
        people = (_name(person), person.lms_id, "", person.id, "")
        yield (*people, *(column.marks[person.id] for column in marks))


CANVAS = Format("canvas", "Canvas", ".csv", Dialect(), Columns.TOTAL, True, _rows)
