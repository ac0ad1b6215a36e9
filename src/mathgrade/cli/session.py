"""What every command shares: where output goes, the course it runs in, and progress."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mathgrade.errors import CourseError

__all__ = ["Session", "here", "out", "progress"]

# Tables have to be read in a log as well, where nobody says how wide a line may be.
_WIDTH_OF_A_LOG = 160


@dataclass(frozen=True, slots=True)
class Session:
    """Options that stand before the command.

    Attributes:
        debug: show tracebacks and nbgrader's log.
    """

    debug: bool = False


def out() -> Console:
    """Standard output, made anew so that a test or a pipe gets its own."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH_OF_A_LOG)
    return console


def here(course: Path | None) -> Path:
    """The course that was named, else the one around the working directory.

    Raises:
        CourseError: there is none.
    """
    if course is not None:
        course = course.resolve()
        if not (course / "source").is_dir():
            raise CourseError(f"Expected a course in {course}: a folder with source/. Found none.")
        return course
    from mathgrade.items import find_course

    return find_course()


@contextlib.contextmanager
def progress(
    *, lines: bool = True
) -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
    """Progress on standard error: a bar on a terminal, plain lines elsewhere.

    Args:
        lines: whether each step gets a line where there is no terminal.

    Yields:
        A function that sets the number of steps and one that says which step is next.
    """
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda _total: None, lambda text: typer.echo(text, err=True) if lines else None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        begun = [False]

        def start(total: int) -> None:
            bar.update(task, total=total)

        def step(text: str) -> None:
            bar.update(task, description=text, advance=int(begun[0]))
            begun[0] = True

        yield start, step
