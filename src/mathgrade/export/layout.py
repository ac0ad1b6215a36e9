"""What the formats share: which columns there are, and what stands in the marks' cells."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mathgrade.export.cells import Cell, Dialect
from mathgrade.export.marks import ClassMarks, Status

__all__ = ["Column", "Columns", "Format", "Options", "columns"]


class Columns(enum.Enum):
    """Which marks of an assignment get a column."""

    TOTAL = "total"
    ITEMS = "items"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Options:
    """What an export is asked for.

    Attributes:
        columns: which marks.
        missing_as_zero: whether work that was not handed in is 0; otherwise it is no mark.
        lms_ids: what the LMS calls a column, by ``assignment`` or ``assignment: item``.
    """

    columns: Columns
    missing_as_zero: bool = False
    lms_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Format:
    """How an LMS wants to have marks.

    Attributes:
        name: on the command line.
        title: the LMS's own.
        suffix: of the file's name.
        dialect: how the table is written.
        columns: which marks it gets if nobody says.
        takes_ids: whether a column can be led to one that the LMS has, by its number.
        rows: the table, headings first.
    """

    name: str
    title: str
    suffix: str
    dialect: Dialect
    columns: Columns
    takes_ids: bool
    rows: Callable[[ClassMarks, Options], Iterator[Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of marks.

    Attributes:
        name: ``assignment`` or ``assignment: item``.
        points: what can be earned.
        marks: by the student's id; None where there is no final mark.
    """

    name: str
    points: float
    marks: Mapping[str, float | None]


def columns(found: ClassMarks, options: Options) -> list[Column]:
    """The columns of marks, assignment by assignment, the total first."""
    made = []
    for group in found.assignments:
        zero = {
            student: 0.0 if options.missing_as_zero and work.status is Status.MISSING else None
            for student, work in group.works.items()
        }
        if options.columns is not Columns.ITEMS:
            totals = {
                student: zero[student] if work.total is None else work.total
                for student, work in group.works.items()
            }
            made.append(Column(group.name, group.points, totals))
        if options.columns is not Columns.TOTAL:
            for item in group.items:
                scores = {
                    student: work.items.get(item.name, zero[student])
                    for student, work in group.works.items()
                }
                made.append(Column(f"{group.name}: {item.name}", item.points, scores))
    return made
