"""From the gradebook to a file: whole, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from mathgrade.autograde.safe_files import write_whole
from mathgrade.errors import CourseError
from mathgrade.export.cells import render
from mathgrade.export.layout import Columns, Format, Options, columns
from mathgrade.export.marks import ClassMarks, Status, read_marks

__all__ = ["Exported", "export_marks"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        path: the file.
        marks: what stands in it.
        defused: texts that a spreadsheet would have taken for formulas.
    """

    path: Path
    marks: ClassMarks
    defused: tuple[str, ...]

    def students(self, status: Status) -> dict[str, list[str]]:
        """Who is at ``status``, by assignment; only where there is somebody."""
        found = {
            group.name: [name for name, work in group.works.items() if work.status is status]
            for group in self.marks.assignments
        }
        return {name: students for name, students in found.items() if students}

    def told(self) -> list[str]:
        """A line for whatever is blank, and for texts that are written otherwise."""
        lines = []
        for status, why in _BLANK.items():
            for name, students in self.students(status).items():
                lines.append(f"{name}: {len(students)} {why}: {_some(students)}")
        if self.defused:
            lines.append(
                "These would have been formulas in a spreadsheet, and have an apostrophe before "
                f"them now: {_some([repr(text) for text in self.defused])}"
            )
        return lines


_BLANK = {
    Status.WAITING: "left blank, a person has yet to mark them in formgrader",
    Status.UNMARKED: "left blank, handed in and not marked; run `mathgrade autograde`",
}
_AT_MOST = 10


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_AT_MOST])
    return shown + (f" and {len(names) - _AT_MOST} more" if len(names) > _AT_MOST else "")


def export_marks(
    gradebook: Any,
    root: Path,
    form: Format,
    path: Path | None = None,
    *,
    assignments: Sequence[str] = (),
    students: Collection[str] = (),
    wanted: Columns | None = None,
    missing_as_zero: bool = False,
    lms_ids: Mapping[str, str] | None = None,
) -> Exported:
    """Write a class's marks.

    Args:
        gradebook: nbgrader's ``Gradebook``.
        root: the course folder.
        form: one of ``FORMATS``.
        path: where to; ``grades-FORMAT`` in the working directory by default.
        assignments: which; all that the gradebook knows if empty.
        students: whose; everybody's if empty.
        wanted: totals, items or both; what suits the LMS by default.
        missing_as_zero: 0 for what was not handed in.
        lms_ids: the LMS's numbers of columns, by ``assignment`` or ``assignment: item``.

    Raises:
        CourseError: somebody or something that is not there, a name the LMS would misread, or a
            file that cannot be written.
    """
    path = path or Path(f"grades-{form.name}{form.suffix}")
    options = Options(wanted or form.columns, missing_as_zero, lms_ids or {})
    if options.lms_ids and not form.takes_ids:
        raise CourseError(f"{form.title} takes no numbers of columns: leave --lms-id out.")
    try:
        marks = read_marks(gradebook, root, assignments, students)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise CourseError(f"The gradebook could not be read: {reason}.") from error
    _require_known(options, marks)
    sheet = render(form.rows(marks, options), form.dialect)
    try:
        write_whole(path, sheet.data)
    except OSError as error:
        raise CourseError(
            f"{path} could not be written: {error.strerror or error}. Name another with --to."
        ) from error
    return Exported(path, marks, sheet.defused)


def _require_known(options: Options, marks: ClassMarks) -> None:
    names = [column.name for column in columns(marks, options)]
    unknown = [name for name in options.lms_ids if name not in names]
    if unknown:
        raise CourseError(
            f"Expected a column of this export in --lms-id, got {unknown[0]!r}. "
            f"There are: {', '.join(names)}."
        )
