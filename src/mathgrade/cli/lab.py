"""``mathgrade lab``: JupyterLab on the course, or as a student has it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Annotated

import typer

from mathgrade.cli.arguments import CourseOption
from mathgrade.cli.session import here, out, session
from mathgrade.errors import CourseError

__all__ = ["lab"]


def lab(
    *,
    student: Annotated[
        str, typer.Option(metavar="ID", help="A student's side instead, such as s001.")
    ] = "",
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="0 is any free one; 8888 or one near it if left out."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open it in a browser.")] = True,
    course: CourseOption = None,
) -> int:
    """Open JupyterLab on the course, formgrader ready.

    Ctrl-C ends it. With --student, JupyterLab as that student has it, on the same machine: what
    is released in formgrader can be fetched, answered, validated and submitted there, and is
    collected here. Both may run at once. Their exchange and the students' folders are in .lab/,
    which may be deleted.

    Nothing is asked of any other host: it works without a network.

    Exit code: 0 when it is ended, 2 if it cannot be started.
    """
    from mathgrade.course.lab import instructor_side, running, student_side
    from mathgrade.course.nbgrader_runs import open_course

    opened = open_course(here(course), debug=session().debug)
    side = student_side(opened, student) if student else instructor_side(opened)
    name = opened.directory("").course_id or opened.root.name
    with contextlib.suppress(KeyboardInterrupt), running(side, port=port) as server:
        console = out()
        console.print(f"JupyterLab on {name} for {student or 'its instructor'}:", soft_wrap=True)
        console.print(f"  {server.url}", soft_wrap=True)
        console.print(f"Its log is {side.log}. End it with Ctrl-C.", soft_wrap=True)
        console.file.flush()
        if browser and _has_screen():
            import webbrowser

            webbrowser.open(server.url)
        if server.process.wait():
            raise CourseError(f"JupyterLab ended by itself; its log is {side.log}.")
    return 0


def _has_screen() -> bool:
    """Whether a browser would be a window, not a program that takes this terminal."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
