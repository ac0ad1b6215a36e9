"""What every command shares: where output goes, the course it runs in, and progress."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from mathgrade.errors import CourseError

__all__ = [
    "Session",
    "called_with",
    "failed",
    "here",
    "marking_progress",
    "out",
    "print_json",
    "progress",
    "session",
]

# Tables have to be read in a log as well, where nobody says how wide a line may be.
_WIDTH_OF_A_LOG = 160


@dataclass(frozen=True, slots=True)
class Session:
    """Options of every command.

    Attributes:
        debug: show tracebacks and nbgrader's log.
        quiet: say only what went wrong.
        plain: no colours and no bars.
    """

    debug: bool = False
    quiet: bool = False
    plain: bool = False


_CURRENT: ContextVar[Session] = ContextVar("mathgrade_session", default=Session())  # noqa: B039


def session() -> Session:
    """The options this run was called with."""
    return _CURRENT.get()


@contextlib.contextmanager
def called_with(options: Session) -> Iterator[None]:
    """Let :func:`session` return these options for the time of a run."""
    token = _CURRENT.set(options)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def out() -> Console:
    """Standard output, made anew so that a test or a pipe gets its own; mute if quiet."""
    return _console(mute=session().quiet)


def _console(*, stderr: bool = False, mute: bool = False) -> Console:
    known: dict[str, Any] = {"highlight": False, "stderr": stderr, "quiet": mute}
    if session().plain:
        known["force_terminal"] = False
    console = Console(**known)
    return console if console.is_terminal else Console(**known, width=_WIDTH_OF_A_LOG)


def failed(lines: Iterable[str]) -> None:
    """Say what went wrong: among the results, or where these are not shown, as errors."""
    console = _console(stderr=True) if session().quiet else out()
    for line in lines:
        console.print(Text(f"✗ {line}", "bold red"), soft_wrap=True)


def print_json(data: object) -> None:
    """What a command with ``--json`` prints: one line, whatever else is quiet."""
    typer.echo(json.dumps(data, ensure_ascii=False))


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


class _Rate(TextColumn):
    """How many are done in a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        return Text(rate(task.completed, task.finished_time or task.elapsed or 0.0))


def rate(done: float, seconds: float) -> str:
    """How many are done in a second, or in a minute where it is less than one.

    >>> rate(30, 10), rate(3, 60), rate(0, 5)
    ('3.0/s', '3.0/min', '')
    """
    if not (done and seconds):
        return ""
    per = done / seconds
    return f"{per:.1f}/s" if per >= 1 else f"{per * 60:.1f}/min"


def left(done: int, total: int, seconds: float) -> str:
    """How long the rest will take if it goes on like this.

    >>> left(10, 40, 60), left(1, 2, 5), left(0, 9, 1)
    ('3 min 00 s left', '5 s left', '')
    """
    if not done or done >= total:
        return ""
    rest = round(seconds / done * (total - done))
    return f"{rest // 60} min {rest % 60:02} s left" if rest >= 60 else f"{rest} s left"


Steps = tuple[Callable[[int], None], Callable[[str], None]]


@contextlib.contextmanager
def progress(*, lines: bool = True) -> Iterator[Steps]:
    """Progress on standard error: a bar on a terminal, plain lines elsewhere.

    Args:
        lines: whether each step gets a line where there is no bar.

    Yields:
        A function that sets the number of steps and one that says which step is next.
    """
    console = _console(stderr=True)
    if session().quiet or not console.is_terminal:
        spoken = lines and not session().quiet
        yield lambda _total: None, lambda text: typer.echo(text, err=True) if spoken else None
        return
    with _bar(console) as (bar, task):
        begun = [False]

        def step(text: str) -> None:
            bar.update(task, description=text, advance=int(begun[0]))
            begun[0] = True

        yield lambda total: bar.update(task, total=total), step


@contextlib.contextmanager
def marking_progress() -> Iterator[Steps]:
    """Progress of a class on standard error, with the rate and the time that is left.

    Yields:
        A function that sets how many there are and one that says which is done.
    """
    console = _console(stderr=True)
    begin = time.monotonic()
    if session().quiet:
        yield lambda _total: None, lambda _text: None
    elif not console.is_terminal:
        count = {"done": 0, "total": 0}

        def begun(total: int) -> None:
            count["total"] = total

        def done(text: str) -> None:
            count["done"] += 1
            so_far, total, seconds = count["done"], count["total"], time.monotonic() - begin
            parts = (f"{so_far}/{total}", rate(so_far, seconds), left(so_far, total, seconds))
            typer.echo("  ".join([text, *filter(None, parts)]), err=True)

        yield begun, done
    else:
        with _bar(console) as (bar, task):
            yield (
                lambda total: bar.update(task, total=total),
                lambda text: bar.update(task, description=text, advance=1),
            )


@contextlib.contextmanager
def _bar(console: Console) -> Iterator[tuple[Progress, TaskID]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield bar, bar.add_task("starting", total=None)
