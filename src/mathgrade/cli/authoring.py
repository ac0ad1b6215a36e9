"""The commands of an author: a new assignment, its solution, what each student gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from mathgrade.cli.session import here, out

__all__ = ["register"]

CourseOption = Annotated[
    Path | None,
    typer.Option("--course", help="The course folder; the one around you if left out."),
]
Name = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Such as softmax.")]


def new(name: Name, course: CourseOption = None) -> int:
    """Exit 0 if it was written, 2 if the name is none or is taken."""
    from mathgrade.course.beginning import begin_assignment

    root = here(course)
    for path in begin_assignment(root, name):
        out().print(Text(f"wrote {path.relative_to(root)}"), soft_wrap=True)
    out().print(f"Next: open the notebook in JupyterLab, then `mathgrade release {name}`.")
    return 0


def solution(
    assignment: Name,
    to: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where to; solution/ASSIGNMENT if left out."),
    ] = None,
    course: CourseOption = None,
) -> int:
    """Exit 0 if it was written, 2 if it cannot be."""
    from mathgrade.course.solution import write_solution

    path = write_solution(here(course), assignment, to)
    out().print(Text(f"wrote {path}"), soft_wrap=True)
    out().print("It holds the answers: publish it when nobody can hand in any more.")
    return 0


def variants(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Such as svd:decomposition.")],
    *,
    students: Annotated[
        list[str] | None,
        typer.Option(
            help="Ids with commas between them, or a file with one a line; may be given again. "
            "Left out: whoever has handed in, else made-up ids."
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many made-up ids.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object a line.")] = False,
    course: CourseOption = None,
) -> int:
    """Exit 0 if they were listed, 2 if there is no such item or it draws nothing."""
    from mathgrade.course.draws import draws, students_of

    root = here(course)
    ids = students_of(root, item.partition(":")[0], students or [], count)
    found = draws(root, item, ids)
    if as_json:
        for one in found:
            typer.echo(json.dumps(one.to_json(), ensure_ascii=False))
        return 0
    table = Table(title=item, title_style="bold", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("student", no_wrap=True)
    for heading in ("drawn", "reference answer"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(one.student, *(Text(text) for text in one.texts()))
    out().print(table)
    return 0


# What stands in the list of commands has to fit into its line.
_MANUALS = (
    (
        new,
        "Begin an assignment: a notebook, its items.",
        "Both pass every check as they are.",
        "0 if it was written, 2 if the name is none or is taken.",
    ),
    (
        solution,
        "Make an assignment's solution notebook.",
        "Publish it after the deadline.",
        "0 if it was written, 2 if it cannot be.",
    ),
    (
        variants,
        "List what each student gets of an item.",
        "What is drawn for each, and the reference's answer to it.",
        "0 if they were listed, 2 if there is no such item or it draws nothing.",
    ),
)


def register(app: typer.Typer) -> None:
    """Give the program these commands."""
    for command, short, more, code in _MANUALS:
        app.command(help=f"{short}\n\n{more}\n\nExit code: {code}")(command)
