"""``mathgrade indexes``: the gradebook's secondary indexes, added and dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mathgrade.cli.session import here, out

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        name="indexes",
        help="Show the gradebook's indexes, add or drop them.\n\nFor a large class.",
    )(indexes)


def indexes(
    context: typer.Context,
    *,
    add: Annotated[bool, typer.Option("--add", help="Add those that are missing.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Take mathgrade's away again.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what is there and what was done as JSON.")
    ] = False,
    course: Annotated[
        Path | None,
        typer.Option("--course", help="The course folder; the one around you if left out."),
    ] = None,
) -> int:
    """Exit 0 if the database did what was asked, 2 if it refused."""
    from mathgrade.course.gradebook import open_gradebook
    from mathgrade.course.indexes import INDEXES, add_indexes, drop_indexes, present_indexes
    from mathgrade.course.nbgrader_runs import open_course

    if add and drop:
        raise typer.BadParameter("expected --add or --drop, got both")
    with open_gradebook(open_course(here(course), debug=context.obj.debug)) as gradebook:
        added = add_indexes(gradebook.engine) if add else []
        dropped = drop_indexes(gradebook.engine) if drop else []
        present = present_indexes(gradebook.engine)
    if as_json:
        data = {"present": present, "added": added, "dropped": dropped}
        typer.echo(json.dumps({key: [one.name for one in found] for key, found in data.items()}))
        return 0
    for index in INDEXES:
        state = "there" if index in present else "not there"
        if index in added or index in dropped:
            state = "added" if index in added else "dropped"
        where = f"{index.table}.{index.column}"
        out().print(Text(f"{where:36} {state:10} for {index.use}"), soft_wrap=True)
    return 0
