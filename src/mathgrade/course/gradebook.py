"""The course's gradebook, opened to be read: one that is not there is not made."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from mathgrade.course.nbgrader_runs import NbgraderCourse
from mathgrade.errors import CourseError

__all__ = ["open_gradebook"]


@contextlib.contextmanager
def open_gradebook(course: NbgraderCourse) -> Iterator[Any]:
    """nbgrader's ``Gradebook`` of a course.

    Raises:
        CourseError: there is none yet, or the database does not answer.
    """
    url = course.directory("").db_url
    try:
        parts = make_url(url)
    except ArgumentError as error:
        raise CourseError(
            f"c.CourseDirectory.db_url is no address of a database: {url!r}. "
            "Expected such as sqlite:////srv/course/gradebook.db."
        ) from error
    if parts.get_backend_name() == "sqlite" and not Path(parts.database or "").is_file():
        raise CourseError(
            f"There is no gradebook at {parts.database}. "
            "Run `mathgrade autograde ASSIGNMENT` first."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's own use of SQLAlchemy
            gradebook = course.gradebook()
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise CourseError(f"The gradebook could not be opened: {reason}.") from error
    with gradebook:
        yield gradebook
