"""``mathgrade demo``: a class of sample students, taken the whole way."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mathgrade.cli.arguments import AsJson, CourseOption
from mathgrade.cli.report import write_report_of
from mathgrade.cli.session import failed, here, out, print_json, progress, session

__all__ = ["demo"]


def demo(
    *,
    students: Annotated[int, typer.Option(help="How many students.")] = 12,
    folder: Annotated[Path, typer.Option(help="Where to make it.")] = Path("demo"),
    assignment: Annotated[
        list[str] | None, typer.Option(help="Only this assignment; may be given again.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a folder that is no demo.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Notebooks marked at a time.")] = 2,
    as_json: AsJson = False,
    course: CourseOption = None,
) -> int:
    """See it at work: a class of sample students, in a fresh folder.

    The attempts of the course are handed in by students s001, s002, …, released, marked and
    given feedback by nbgrader; the marks are compared with those the attempts should get.

    Exit code: 0 if every attempt was marked and got the marks it should, else 1.
    """
    from mathgrade.cli.json_views import demo_json
    from mathgrade.cli.tables import class_table, reviews_of, show_pages
    from mathgrade.course.demo import make_demo

    begin = time.perf_counter()
    with progress() as (start, step):
        made = make_demo(
            here(course),
            folder,
            students=students,
            assignments=assignment or (),
            force=force,
            workers=workers,
            debug=session().debug,
            on_start=start,
            on_step=step,
        )
    surprises = [
        f"{group.assignment}: {line}" for group in made.classes for line in group.surprises
    ]
    bad = [*made.failures, *surprises]
    if as_json:
        print_json(demo_json(made))
        return int(bool(bad))
    console = out()
    for group in made.classes:
        console.print(
            class_table(group.assignment, group.rows, group.attempts, width=console.width)
        )
        waiting = sum(bool(m.review) for row in group.rows for m in row.items.values())
        if waiting:
            console.print(f"* {waiting} marks wait for a person in formgrader")
        for line in reviews_of(group.rows):
            console.print(Text(f"  {line}"), soft_wrap=True)
        console.print()
    failed(bad)
    console.print("Open these pages:")
    show_pages(console, made.pages)
    write_report_of(made.folder, [group.assignment for group in made.classes])
    seconds = time.perf_counter() - begin
    count = sum(len(group.rows) for group in made.classes)
    console.print(f"{count} notebooks in {seconds:.0f} s, in {made.folder}", soft_wrap=True)
    if not bad:
        console.print(Text("Every attempt got the marks it should.", "green"))
    return int(bool(bad))
