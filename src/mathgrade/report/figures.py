"""The figures of a class: what the marks and the notes come to, item by item."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from mathgrade.course.nbgrader_runs import NbgraderCourse
from mathgrade.report.marks import AssignmentMarks, MarkedItem, read_marks
from mathgrade.report.reasons import Reason, count_reasons
from mathgrade.report.statistics import (
    Spread,
    alpha,
    discrimination,
    distribution,
    facility,
    spread,
)

__all__ = ["AssignmentFigures", "ClassFigures", "ItemFigures", "Times", "class_figures"]


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item.

    Attributes:
        item: which.
        known: attempts whose mark is known.
        waiting: attempts whose mark waits for a person.
        by_person: marks that a person gave.
        full: attempts with full marks.
        none: attempts with none.
        facility: mean mark as a part of the points; None if no mark is known.
        discrimination: correlation with the sum of the other items; None where it has no meaning.
        reasons: why marks were lost, the commonest first.
    """

    item: MarkedItem
    known: int
    waiting: int
    by_person: int
    full: int
    none: int
    facility: float | None
    discrimination: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """When attempts were received, in UTC.

    Attributes:
        first, half, last: when the first was, when half of them were, when the last was.
        known: of how many the time is known.
        late: how many came after they were due; None if nothing was due.
    """

    first: datetime.datetime
    half: datetime.datetime
    last: datetime.datetime
    known: int
    late: int | None


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentFigures:
    """One assignment.

    Attributes:
        marks: the marks themselves.
        missing: how many students handed nothing in.
        spread: of the marks, each as a part of the points that are known.
        distribution: attempts in each tenth of the marks.
        alpha: Cronbach's; None where it has no meaning.
        counted: attempts that reliability and discrimination are made of.
        items: figures of each item.
        waiting: attempts with a mark that waits for a person.
        times: when they were received; None if nobody knows.
    """

    marks: AssignmentMarks
    missing: int
    spread: Spread | None
    distribution: tuple[int, ...]
    alpha: float | None
    counted: int
    items: tuple[ItemFigures, ...]
    waiting: int
    times: Times | None

    @property
    def name(self) -> str:
        return self.marks.name

    @property
    def attempts(self) -> int:
        return len(self.marks.students)

    @property
    def points(self) -> float:
        """What the assignment is worth."""
        return float(self.marks.points.sum())


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """A class.

    Attributes:
        course: its name; may be empty.
        students: how many the gradebook knows.
        assignments: those of which anything was handed in.
        unmarked: assignments that were asked for and of which nothing was marked.
    """

    course: str
    students: int
    assignments: tuple[AssignmentFigures, ...]
    unmarked: tuple[str, ...] = ()


def class_figures(
    course: NbgraderCourse,
    assignments: Collection[str],
    *,
    on_step: Callable[[str], None] = lambda _: None,
) -> ClassFigures:
    """The figures of a class.

    Args:
        course: the course.
        assignments: which.
        on_step: told about each assignment before it is looked at.

    Raises:
        CourseError: the gradebook cannot be read.
    """
    found = read_marks(course, assignments)
    figures = []
    for marks in found.assignments:
        on_step(marks.name)
        figures.append(_assignment(course, marks, len(found.students)))
    there = {marks.name for marks in found.assignments}
    return ClassFigures(
        str(course.directory("").course_id or ""),
        len(found.students),
        tuple(figures),
        tuple(sorted(set(assignments) - there)),
    )


def _assignment(course: NbgraderCourse, marks: AssignmentMarks, students: int) -> AssignmentFigures:
    reasons = count_reasons(course.root, marks.name, marks.students)
    known = ~np.isnan(marks.marks)
    # An item that mostly waits would take nearly every attempt out of what follows.
    used = np.flatnonzero(known.sum(axis=0) * 2 >= len(marks.students))
    table = marks.marks[:, used]
    place = {int(column): number for number, column in enumerate(used)}
    return AssignmentFigures(
        marks,
        missing=students - len(marks.students),
        spread=spread(marks.parts),
        distribution=distribution(marks.parts),
        alpha=alpha(table),
        counted=int((~np.isnan(table).any(axis=1)).sum()) if used.size else 0,
        items=tuple(
            ItemFigures(
                item,
                known=int(known[:, k].sum()),
                waiting=int((~known[:, k]).sum()),
                by_person=int((marks.by_person[:, k] & known[:, k]).sum()),
                full=int((marks.marks[known[:, k], k] >= item.points).sum()),
                none=int((marks.marks[known[:, k], k] <= 0).sum()),
                facility=facility(marks.marks[:, k], item.points),
                discrimination=discrimination(table, place[k]) if k in place else None,
                reasons=reasons.get((item.notebook, item.name), ()),
            )
            for k, item in enumerate(marks.items)
        ),
        waiting=int((~known).any(axis=1).sum()),
        times=_times(marks),
    )


def _times(marks: AssignmentMarks) -> Times | None:
    there: list[Any] = sorted(time for time in marks.received if time is not None)
    if not there:
        return None
    both = [
        (time, due)
        for time, due in zip(marks.received, marks.due, strict=True)
        if time is not None and due is not None
    ]
    late = sum(time > due for time, due in both) if both else None
    return Times(there[0], there[(len(there) - 1) // 2], there[-1], len(there), late)
