"""All submissions of an assignment, one after another; one that fails never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mathgrade.course.marks import submitted_students
from mathgrade.course.nbgrader_runs import NbgraderCourse, autograde, enter, feedback
from mathgrade.course.notebooks import require_assignments
from mathgrade.errors import CourseError

__all__ = ["Result", "autograde_all", "feedback_all"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one submission.

    Attributes:
        student: whose.
        kept: it had been marked before and was left alone.
        error: why it could not be marked; empty if it was.
    """

    student: str
    kept: bool = False
    error: str = ""


def autograde_all(
    course: NbgraderCourse,
    assignment: str,
    students: Sequence[str] = (),
    *,
    force: bool = False,
    on_start: Callable[[int], None] = lambda _: None,
    on_step: Callable[[str], None] = lambda _: None,
) -> list[Result]:
    """Mark submissions.

    Args:
        course: the course.
        assignment: which assignment.
        students: whose; everybody's if empty.
        force: mark again what is marked.
        on_start: told how many there are.
        on_step: told whose is next.

    Raises:
        CourseError: no such assignment, or nobody handed it in.
    """
    require_assignments(course.root, [assignment])
    there = submitted_students(course.root, assignment)
    if not there:
        raise CourseError(
            "Expected submissions as "
            f"submitted/STUDENT/{assignment}/{assignment}.ipynb, found none."
        )
    on_start(len(students or there))
    enter(course, assignment)
    results = []
    for student in students or there:
        on_step(f"{assignment}: {student}")
        if student not in there:
            missing = f"there is no submitted/{student}/{assignment}"
            results.append(Result(student, error=missing))
            continue
        try:
            marked = autograde(course, assignment, student, force=force)
            results.append(Result(student, kept=not marked))
        except CourseError as error:
            results.append(Result(student, error=str(error)))
    return results


def feedback_all(
    course: NbgraderCourse,
    assignment: str,
    students: Sequence[str] = (),
    *,
    on_start: Callable[[int], None] = lambda _: None,
    on_step: Callable[[str], None] = lambda _: None,
) -> tuple[list[Path], list[str]]:
    """Make feedback pages; the pages, and a line for each student without one.

    Raises:
        CourseError: no such assignment, or nothing of it is marked.
    """
    require_assignments(course.root, [assignment])
    marked = sorted(p.parent.name for p in (course.root / "autograded").glob(f"*/{assignment}"))
    if not marked:
        raise CourseError(
            f"Nothing of {assignment} is marked yet. Run `mathgrade autograde {assignment}` first."
        )
    on_start(len(students or marked))
    pages, failures = list[Path](), list[str]()
    for student in students or marked:
        on_step(f"{assignment}: {student}")
        try:
            pages += feedback(course, assignment, student)
        except CourseError as error:
            failures.append(str(error))
    return pages, failures
