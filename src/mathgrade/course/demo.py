"""A class of sample students, taken through the whole way by nbgrader.

The attempts of a course become submissions in a folder of their own; the
assignments are released, marked and given feedback there, and the marks that
arrive in the gradebook are compared with those the attempts should get.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from traitlets.config.loader import Config

from mathgrade.course.attempts import (
    REFERENCE,
    Attempt,
    attempt_faults,
    expected_marks,
    fill_in,
    read_attempts,
)
from mathgrade.course.marks import StudentMarks, class_marks
from mathgrade.course.nbgrader_runs import (
    NbgraderCourse,
    feedback,
    generate,
    open_course,
)
from mathgrade.course.notebooks import (
    extra_files,
    notebook_path,
    notebook_text,
    read_notebook,
    require_assignments,
)
from mathgrade.course.parallel import each
from mathgrade.course.replay import CELL_SECONDS
from mathgrade.course.submissions import autograde_all
from mathgrade.errors import CourseError

__all__ = ["Demo", "DemoClass", "make_demo", "seats"]

_SIGN = ".mathgrade-demo"
_COPIED = ("source", "reference", "nbgrader_config.py")
_SAME_POINTS = 0.006


@dataclass(frozen=True, slots=True)
class DemoClass:
    """One assignment of the class.

    Attributes:
        assignment: its name.
        rows: the students' marks.
        attempts: which attempt each student handed in.
        surprises: marks that differ from those the attempt should get.
    """

    assignment: str
    rows: tuple[StudentMarks, ...]
    attempts: Mapping[str, str]
    surprises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Demo:
    """A finished demo.

    Attributes:
        folder: where it is.
        classes: one for each assignment.
        pages: feedback pages.
        failures: submissions that could not be marked, with the reason.
    """

    folder: Path
    classes: tuple[DemoClass, ...]
    pages: tuple[Path, ...]
    failures: tuple[str, ...] = ()


def make_demo(
    course: Path,
    folder: Path,
    *,
    students: int = 12,
    assignments: Sequence[str] = (),
    force: bool = False,
    workers: int = 2,
    debug: bool = False,
    on_start: Callable[[int], None] = lambda _: None,
    on_step: Callable[[str], None] = lambda _: None,
) -> Demo:
    """Make a class and take it through the whole way.

    The folder is made under a temporary name beside its final one, so that a
    run that is broken off leaves nothing that looks finished.

    Args:
        course: the course whose attempts make the class.
        folder: where to put it; an earlier demo there is replaced.
        students: how many.
        assignments: which; all if empty.
        force: replace a folder that is no demo.
        workers: how many notebooks are marked at a time.
        debug: show nbgrader's log.
        on_start: told the number of steps.
        on_step: told about each release and each submission.

    Raises:
        CourseError: a folder in the way, or a course that does not work.
    """
    names = require_assignments(course, list(assignments))
    if students < 1:
        raise CourseError(f"A class needs at least 1 student, got {students}.")
    folder = folder.resolve()
    _refuse(folder, course, force=force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        making.chmod(0o755)  # mkdtemp makes a folder for one person only
        demo = _run(
            course,
            making,
            names,
            students=students,
            workers=workers,
            debug=debug,
            on_start=on_start,
            on_step=on_step,
        )
        if folder.exists():
            shutil.rmtree(folder)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    pages = tuple(folder / page.relative_to(making) for page in demo.pages)
    return Demo(folder, demo.classes, pages, demo.failures)


def _refuse(folder: Path, course: Path, *, force: bool) -> None:
    """Stop before anything that is not a demo would be lost."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not folder.is_dir():
        raise CourseError(f"{folder} is a file. Name another with --folder.")
    if (folder / _SIGN).is_file():
        return
    if course.resolve().is_relative_to(folder) or Path.home().resolve().is_relative_to(folder):
        raise CourseError(f"{folder} holds your course or your home. Name another with --folder.")
    if not force:
        raise CourseError(
            f"{folder} is not empty and is no demo. Name another folder with --folder, "
            "or replace it with --force."
        )


def seats(attempts: Sequence[str], students: int) -> dict[str, str]:
    """Who hands in what: students s001, s002, … take the attempts in turn.

    >>> seats(["the reference", "blank"], 3)
    {'s001': 'the reference', 's002': 'blank', 's003': 'the reference'}
    """
    width = max(3, len(str(students)))
    return {
        f"s{number:0{width}}": attempts[(number - 1) % len(attempts)]
        for number in range(1, students + 1)
    }


@dataclass(frozen=True, slots=True)
class _Seat:
    """One marked submission: plain data, so that it can go to another process."""

    folder: Path
    assignment: str
    student: str
    debug: bool


def _run(
    origin: Path,
    folder: Path,
    names: Sequence[str],
    *,
    students: int,
    workers: int,
    debug: bool,
    on_start: Callable[[int], None],
    on_step: Callable[[str], None],
) -> Demo:
    _copy(origin, folder, names)
    course = _open(folder, debug)
    on_start(len(names) * (students + 1))
    seated: dict[str, dict[str, Attempt]] = {}
    sources = {name: read_notebook(notebook_path(folder, "source", name)) for name in names}
    for name in names:
        on_step(f"{name}: release")
        generate(course, name)
        attempts = {attempt.name: attempt for attempt in _usable(folder, name, sources[name])}
        taken = seats(list(attempts), students)
        seated[name] = {student: attempts[attempt] for student, attempt in taken.items()}
        for student, attempt in seated[name].items():
            _hand_in(folder, name, student, attempt, sources[name])
    marked: dict[str, list[str]] = {name: [] for name in names}
    pages, failures = list[Path](), list[str]()
    for name in names:
        for result in autograde_all(course, name, workers=workers, on_step=on_step):
            if result.error:
                failures.append(f"{name}: {result.student} {result.error}")
            else:
                marked[name].append(result.student)
    jobs = [_Seat(folder, name, student, debug) for name in names for student in marked[name]]
    for job, made in each(_page, jobs, workers=workers):
        if isinstance(made, Exception):
            failures.append(f"{job.assignment}: {made}")
        else:
            pages += made
    classes = []
    for name in names:
        rows = tuple(class_marks(course, name))
        expected = {s: expected_marks(seated[name][s], sources[name]) for s in marked[name]}
        taken = {student: attempt.name for student, attempt in seated[name].items()}
        classes.append(DemoClass(name, rows, taken, tuple(_surprises(rows, expected))))
    return Demo(folder, tuple(classes), tuple(sorted(pages)), tuple(sorted(failures)))


@lru_cache(maxsize=1)
def _open(folder: Path, debug: bool) -> NbgraderCourse:
    overrides = Config()
    overrides.Judge.cell_seconds = CELL_SECONDS
    overrides.Judge.sandbox = "preferred"  # the attempts are the course's own
    return open_course(folder, debug=debug, overrides=overrides)


def _page(seat: _Seat) -> list[Path]:
    """Make the pages of one submission."""
    return feedback(_open(seat.folder, seat.debug), seat.assignment, seat.student)


def _usable(folder: Path, name: str, source: Any) -> list[Attempt]:
    attempts = [REFERENCE]
    for attempt in read_attempts(folder, name):
        faults = attempt_faults(attempt, source)
        if faults:
            raise CourseError(f"attempt {name}/{attempt.name}: {faults[0]}. Run `mathgrade check`.")
        attempts.append(attempt)
    return attempts


def _copy(origin: Path, folder: Path, names: Sequence[str]) -> None:
    """The course itself: what nbgrader and the judge read, and nothing of its students."""
    ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for part in _COPIED:
        path = origin / part
        if path.is_dir():
            shutil.copytree(path, folder / part, ignore=ignore)
        elif path.is_file():
            shutil.copy2(path, folder / part)
    for path in (folder / "source").iterdir():
        if path.is_dir() and path.name not in names:
            shutil.rmtree(path)
    (folder / _SIGN).write_text("Made by `mathgrade demo`, which may replace this folder.\n")


def _hand_in(folder: Path, name: str, student: str, attempt: Attempt, source: Any) -> None:
    """Write a submission, as a student would have made it from the release."""
    blank = read_notebook(notebook_path(folder, "release", name))
    nb = fill_in(attempt, blank, source=source, blank=blank)
    path = folder / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook_text(nb), encoding="utf-8")
    for extra in extra_files(folder / "release" / name):
        target = path.parent / extra.relative_to(folder / "release" / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(extra, target)


def _surprises(
    rows: Sequence[StudentMarks], expected: Mapping[str, Mapping[str, float]]
) -> list[str]:
    found = []
    for row in rows:
        for item, want in expected.get(row.student, {}).items():
            mark = row.items.get(item)
            if mark is None:
                found.append(f"{row.student}: {item} has no mark")
            elif abs(mark.score - want) > _SAME_POINTS:
                found.append(f"{row.student}: {item} has {mark.score:g} points, expected {want:g}")
    return found
