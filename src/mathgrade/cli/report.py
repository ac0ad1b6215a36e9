"""`mathgrade report`: the class report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mathgrade.cli.arguments import AsJson, Assignments, CourseOption
from mathgrade.cli.session import here, out, progress, session

__all__ = ["report", "write_report_of"]


def report(
    assignment: Assignments = None,
    *,
    folder: Annotated[
        Path | None, typer.Option(help="Where to write it; report/ in the course if left out.")
    ] = None,
    as_json: AsJson = False,
    course: CourseOption = None,
) -> int:
    """Make the class report: one page, and a CSV of the items.

    How the marks are distributed, which items are hard and which tell students apart, why marks
    were lost, and what to look at first. With --json the figures are printed, nothing is written.

    Exit code: 0 if the report was made, 2 if nothing has been marked yet.
    """
    from mathgrade.course.nbgrader_runs import open_course
    from mathgrade.course.notebooks import require_assignments
    from mathgrade.report.advice import advise
    from mathgrade.report.figures import class_figures
    from mathgrade.report.making import FOLDER, write_report
    from mathgrade.report.table_text import figures_json

    root = here(course)
    names = require_assignments(root, assignment or [])
    with progress(lines=False) as (start, step):
        start(len(names))
        figures = class_figures(open_course(root, debug=session().debug), names, on_step=step)
    if as_json:
        typer.echo(figures_json(figures))
        return 0
    written = write_report(figures, folder or root / FOLDER)
    console = out()
    for advice in advise(figures):
        console.print(Text(f"- {advice.assignment}: {advice.text}"), soft_wrap=True)
    if figures.unmarked:
        console.print(f"Nothing has been marked of {', '.join(figures.unmarked)}.", soft_wrap=True)
    console.print("Open this page:")
    console.print(Text(f"  {written.page}"), soft_wrap=True)
    console.print(Text(f"  {written.table} has a row for each item"), soft_wrap=True)
    return 0


def write_report_of(course: Path, assignments: list[str]) -> None:
    """Make the report of a class that has just been marked, if anything was, and name its page."""
    from mathgrade.course.nbgrader_runs import open_course
    from mathgrade.report.figures import class_figures
    from mathgrade.report.making import FOLDER, write_report

    figures = class_figures(open_course(course), assignments)
    if figures.assignments:
        written = write_report(figures, course / FOLDER)
        out().print(Text(f"  {written.page}  (the class)"), soft_wrap=True)
