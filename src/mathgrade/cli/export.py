"""``mathgrade export``: marks for Moodle, Canvas, Blackboard, or as plain CSV."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mathgrade.cli.session import here, out
from mathgrade.errors import CourseError

__all__ = ["register"]


class _Form(enum.StrEnum):
    MOODLE = "moodle"
    CANVAS = "canvas"
    BLACKBOARD = "blackboard"
    CSV = "csv"


class _Columns(enum.StrEnum):
    TOTAL = "total"
    ITEMS = "items"
    BOTH = "both"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(name="export", help="Write the class's marks for a learning management system.")(
        export
    )


def export(
    context: typer.Context,
    assignment: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT]...", help="All if left out.")
    ] = None,
    *,
    form: Annotated[_Form, typer.Option("--format", help="Whose format.")] = _Form.CSV,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="grades-FORMAT here if left out.")
    ] = None,
    student: Annotated[
        list[str] | None, typer.Option("--student", help="Only this student; may be given again.")
    ] = None,
    columns: Annotated[
        _Columns | None,
        typer.Option(
            "--columns",
            help="A column for each total, each item, or both. Left out: both for moodle and csv, "
            "total for canvas and blackboard, where every column counts.",
        ),
    ] = None,
    missing_as_zero: Annotated[
        bool, typer.Option("--missing-as-zero", help="0 for what was not handed in, not blank.")
    ] = False,
    lms_id: Annotated[
        list[str] | None,
        typer.Option(
            "--lms-id",
            metavar="COLUMN=NUMBER",
            help="The number of a column in Canvas or Blackboard; may be given again.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written as JSON.")
    ] = False,
    course: Annotated[
        Path | None,
        typer.Option("--course", help="The course folder; the one around you if left out."),
    ] = None,
) -> int:
    """Exit 0 if the file was written, 2 if something named is not there."""
    from mathgrade.course.gradebook import open_gradebook
    from mathgrade.course.nbgrader_runs import open_course
    from mathgrade.export import FORMATS, Columns, Status, export_marks

    opened = open_course(here(course), debug=context.obj.debug)
    with open_gradebook(opened) as gradebook:
        done = export_marks(
            gradebook,
            opened.root,
            FORMATS[form],
            to,
            assignments=assignment or (),
            students=student or (),
            wanted=Columns(columns) if columns is not None else None,
            missing_as_zero=missing_as_zero,
            lms_ids=_lms_ids(lms_id or []),
        )
    if as_json:
        data = {
            "file": str(done.path),
            "format": str(form),
            "students": len(done.marks.students),
            "assignments": [group.name for group in done.marks.assignments],
            **{status.name.lower(): done.students(status) for status in Status},
            "defused": list(done.defused),
        }
        typer.echo(json.dumps(data, ensure_ascii=False))
        return 0
    console = out()
    for line in done.told():
        console.print(Text(f"! {line}", "yellow"), soft_wrap=True)
    names = ", ".join(group.name for group in done.marks.assignments)
    count = len(done.marks.students)
    who = f"{count} student" if count == 1 else f"{count} students"
    console.print(Text(f"{names}: marks of {who} in {done.path}"), soft_wrap=True)
    return 0


def _lms_ids(given: list[str]) -> dict[str, str]:
    found = {}
    for text in given:
        column, equals, number = text.rpartition("=")
        if not (equals and column and number.strip("_").replace("_", "").isdigit()):
            raise CourseError(f"Expected --lms-id COLUMN=NUMBER, such as svd=664617; got {text!r}.")
        found[column] = number
    return found
