"""Moodle: Grades > Import > CSV file. A person says there which column is which grade item.

https://docs.moodle.org/en/Grade_import. Moodle writes ``-`` where there is no grade, and reads it
so. An empty cell would be 0 in a grade item that is made by the import: its database turns an
empty number into 0 (``import_new_grade_item`` in grade/import/csv/classes/load_data.php).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mathgrade.export.cells import Cell, Dialect
from mathgrade.export.layout import Columns, Format, Options, columns
from mathgrade.export.marks import ClassMarks

__all__ = ["MOODLE"]

# The user fields Moodle maps from, as its own export names them.
_PEOPLE = ("First name", "Last name", "ID number", "Username", "Email address")


def _rows(found: ClassMarks, options: Options) -> Iterator[Sequence[Cell]]:
    marks = columns(found, options)
    yield (*_PEOPLE, *(column.name for column in marks))
    for p in found.students:
        people = (p.first_name, p.last_name, p.lms_id, p.id, p.email)
        yield (*people, *(column.marks[p.id] for column in marks))


MOODLE = Format("moodle", "Moodle", ".csv", Dialect(no_mark="-"), Columns.BOTH, False, _rows)
