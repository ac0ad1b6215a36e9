"""``mathgrade autograde`` and ``mathgrade feedback``: marks and pages for what was handed in."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from mathgrade.cli.arguments import AsJson, Assignment, CourseOption, Students
from mathgrade.cli.session import (
    failed,
    here,
    marking_progress,
    out,
    print_json,
    progress,
    session,
)

__all__ = ["autograde", "feedback"]


def autograde(
    assignment: Assignment,
    *,
    student: Students = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Marked at a time; 0 is as many as there are cores.")
    ] = 0,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A Dask scheduler, tcp://HOST:PORT.")
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Mark again what has not changed.")
    ] = False,
    as_json: AsJson = False,
    course: CourseOption = None,
) -> int:
    """Mark the submissions of an assignment.

    What has not changed since it was marked is left alone; a run that was interrupted is
    completed by the next. One bad submission never stops the rest.

    Exit code: 0 if every submission was marked, 1 if one could not be, 2 if there is none.
    """
    from mathgrade.cli.json_views import results_json
    from mathgrade.cli.tables import class_table, reviews_of
    from mathgrade.course.marks import class_marks
    from mathgrade.course.nbgrader_runs import open_course
    from mathgrade.course.submissions import autograde_all

    opened = open_course(here(course), debug=session().debug)
    with marking_progress() as (start, step):
        results = autograde_all(
            opened,
            assignment,
            student or (),
            force=force,
            workers=workers,
            scheduler=scheduler,
            on_start=start,
            on_step=step,
        )
    rows = class_marks(opened, assignment, {result.student for result in results})
    bad = [result for result in results if result.error]
    if as_json:
        print_json(results_json(assignment, rows, results))
        return int(bool(bad))
    console = out()
    console.print(class_table(assignment, rows, width=console.width))
    for line in reviews_of(rows, by_hand=True):
        console.print(Text(f"  {line}"), soft_wrap=True)
    for result in results:
        for refusal in result.refusals:
            console.print(Text(f"  {result.student}  {refusal}"), soft_wrap=True)
    failed(f"{result.student}  {result.error}" for result in bad)
    kept = sum(result.kept for result in results)
    marked = len(results) - kept - len(bad)
    line = f"{marked} marked, {len(bad)} could not be marked"
    console.print(line + (f", {kept} have not changed (--force marks again)" if kept else ""))
    return int(bool(bad))


def feedback(
    assignment: Assignment,
    *,
    student: Students = None,
    as_json: AsJson = False,
    course: CourseOption = None,
) -> int:
    """Make a page for each marked submission.

    Exit code: 0 if every page was made, 1 if one could not be, 2 if nothing is marked yet.
    """
    from mathgrade.cli.json_views import pages_json
    from mathgrade.cli.tables import show_pages
    from mathgrade.course.nbgrader_runs import open_course
    from mathgrade.course.submissions import feedback_all

    opened = open_course(here(course), debug=session().debug)
    with progress(lines=False) as (start, step):
        pages, failures = feedback_all(
            opened, assignment, student or (), on_start=start, on_step=step
        )
    if as_json:
        print_json(pages_json(pages, failures))
        return int(bool(failures))
    console = out()
    console.print(f"{len(pages)} pages:")
    show_pages(console, pages)
    failed(failures)
    return int(bool(failures))
