"""Arguments that several commands take, and what a shell may complete them to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mathgrade.errors import MathgradeError

__all__ = ["AsJson", "Assignment", "Assignments", "CourseOption", "Students", "Workers"]


def _named(folder: str, depth: int, course: object) -> list[str]:
    """Names of the folders at a depth of the course's ``folder``; none outside of a course."""
    from mathgrade.cli.session import here

    try:
        root = here(course if isinstance(course, Path) else None)
    except MathgradeError:
        return []
    found = (root / folder).glob("/".join("*" * depth))
    return sorted({path.name for path in found if path.is_dir() and path.name[0] not in "._"})


def _complete(names: Sequence[str], begun: str) -> list[str]:
    return [name for name in names if name.startswith(begun)]


def _assignments(context: typer.Context, incomplete: str) -> list[str]:
    return _complete(_named("source", 1, context.params.get("course")), incomplete)


def _students(context: typer.Context, incomplete: str) -> list[str]:
    return _complete(_named("submitted", 1, context.params.get("course")), incomplete)


CourseOption = Annotated[
    Path | None,
    typer.Option("--course", help="The course folder; the one around you if left out."),
]
Assignment = Annotated[
    str,
    typer.Argument(metavar="ASSIGNMENT", help="Such as softmax.", autocompletion=_assignments),
]
Assignments = Annotated[
    list[str] | None,
    typer.Argument(metavar="ASSIGNMENT", help="All if left out.", autocompletion=_assignments),
]
Students = Annotated[
    list[str] | None,
    typer.Option(
        "--student", help="Only this student; may be given again.", autocompletion=_students
    ),
]
Workers = Annotated[int, typer.Option(min=1, help="Attempts run at a time.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")]
