"""Plain CSV, for people and programs: marks, late penalties, and how far each work is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mathgrade.export.cells import Cell, Dialect, number
from mathgrade.export.layout import Columns, Format, Options, columns
from mathgrade.export.marks import ClassMarks, Status

__all__ = ["PLAIN"]

_PEOPLE = ("student_id", "last_name", "first_name", "email")


def _rows(found: ClassMarks, options: Options) -> Iterator[Sequence[Cell]]:
    marks = columns(found, options)
    headings = [f"{column.name} (of {number(column.points)})" for column in marks]
    for group in found.assignments:
        headings += [f"{group.name}: late penalty", f"{group.name}: status"]
    yield (*_PEOPLE, *headings)
    for person in found.students:
        cells: list[Cell] = [person.id, person.last_name, person.first_name, person.email]
        cells += [column.marks[person.id] for column in marks]
        for group in found.assignments:
            work = group.works[person.id]
            there = work.status in (Status.MARKED, Status.WAITING)
            cells += [work.penalty if there else None, work.status.value]
        yield cells


PLAIN = Format("csv", "CSV", ".csv", Dialect(), Columns.BOTH, False, _rows)
