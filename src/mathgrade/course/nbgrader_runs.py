"""nbgrader's own steps, called in this process.

``nbgrader autograde`` and its siblings each load their applications anew, about
two seconds a call. Here the converters behind them are used directly, with the
course's ``nbgrader_config.py`` and with a log that is kept instead of printed,
so that a failure can be told in one line.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitlets.config.loader import Config, PyFileConfigLoader

from mathgrade.autograde.alembic_path import find_alembic
from mathgrade.errors import CourseError

__all__ = [
    "NbgraderCourse",
    "feedback",
    "generate",
    "generate_into",
    "open_course",
    "told",
]

_PRINTED = "%(levelname)s: %(message)s"


@dataclass(frozen=True, slots=True)
class NbgraderCourse:
    """A course as nbgrader sees it.

    Attributes:
        root: the folder with ``nbgrader_config.py`` and ``source/``.
        config: what the configuration file says.
        debug: whether nbgrader's log goes to standard error as well.
    """

    root: Path
    config: Config
    debug: bool = False

    def directory(self, assignment: str, student: str = "*") -> Any:
        """nbgrader's ``CourseDirectory`` for one assignment and student."""
        from nbgrader.coursedir import CourseDirectory

        directory = CourseDirectory(config=self.config)
        directory.root = str(self.root)
        directory.assignment_id = assignment
        directory.student_id = student
        return directory

    def gradebook(self) -> Any:
        """nbgrader's ``Gradebook`` of this course; use it in a ``with``."""
        from nbgrader.api import Gradebook

        directory = self.directory("")
        return Gradebook(directory.db_url, directory.course_id)


def open_course(
    root: Path, *, debug: bool = False, overrides: Config | None = None
) -> NbgraderCourse:
    """Read a course's configuration.

    Args:
        root: the course folder.
        debug: let nbgrader's log go to standard error.
        overrides: settings that win over the course's own.

    Raises:
        CourseError: no such folder, or a configuration that cannot be run.
    """
    root = root.resolve()
    if not (root / "source").is_dir():
        raise CourseError(f"Expected a course in {root}: a folder with source/. Found none.")
    find_alembic()
    config = Config()
    if (root / "nbgrader_config.py").is_file():
        try:
            config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
        except Exception as error:  # the file is Python: it may raise anything
            raise CourseError(
                f"{root / 'nbgrader_config.py'} cannot be run: {type(error).__name__}: {error}."
            ) from error
    if str(root) not in sys.path:  # as nbgrader does: the configuration may name the course's code
        sys.path.insert(0, str(root))
    if overrides is not None:
        config.merge(overrides)
    return NbgraderCourse(root, config, debug)


def generate(course: NbgraderCourse, assignment: str) -> None:
    """Make ``release/<assignment>/`` and enter the assignment into the gradebook.

    What was released before stays until the new release is whole.

    Raises:
        CourseError: nbgrader refused, with its reason; for one, it adds or removes no cell
            once something has been handed in.
    """
    released = course.root / "release" / assignment
    released.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=released.parent, prefix=".release-") as folder:
        try:
            made = generate_into(course, assignment, Path(folder), database=True)
        except CourseError as error:
            if "there are submissions" in str(error):
                raise CourseError(
                    f"{error}. What students have now stays released. Put the new question into "
                    "an assignment of its own, or, if nothing that was handed in counts yet, "
                    f"remove it with `nbgrader db assignment remove {assignment} --force` and "
                    "release again."
                ) from error
            raise
        if released.exists():
            released.rename(Path(folder) / "before")
        made.rename(released)


def generate_into(
    course: NbgraderCourse, assignment: str, folder: Path, *, database: bool = False
) -> Path:
    """What ``generate`` would put into ``release/``, put into ``folder`` instead.

    Args:
        course: the course; nothing in it is changed.
        assignment: which assignment.
        folder: an empty folder.
        database: whether to enter the assignment into the gradebook.

    Returns:
        The folder of the assignment in ``folder``.
    """
    _generate(course, assignment, folder, database=database)
    return folder / assignment


def _generate(
    course: NbgraderCourse, assignment: str, folder: Path | None, *, database: bool
) -> None:
    from nbgrader.converters import GenerateAssignment

    config = Config(course.config)
    if not database:
        config.SaveCells.enabled = False
        config.GenerateAssignment.no_database = True
    directory = course.directory(assignment)
    if folder is not None:
        directory.release_directory = str(folder.resolve())
    with told(course, f"{assignment} could not be released") as log:
        converter = GenerateAssignment(coursedir=directory, config=config, log=log)
        converter.force = True
        converter.start()


def feedback(course: NbgraderCourse, assignment: str, student: str) -> list[Path]:
    """Make the feedback pages of one student.

    Raises:
        CourseError: nbgrader refused, with its reason.
    """
    from nbgrader.converters import GenerateFeedback

    with told(course, f"no feedback for {student}") as log:
        directory = course.directory(assignment, student)
        converter = GenerateFeedback(coursedir=directory, config=course.config, log=log)
        converter.force = True
        converter.start()
    return sorted((course.root / "feedback" / student / assignment).glob("*.html"))


class _Kept(logging.Handler):
    """Keeps what nbgrader logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def reason(self, error: BaseException) -> str:
        """The last line of the first traceback, else the first error, else what was raised."""
        for text in self.lines:
            if text.startswith("Traceback"):
                return text.strip().split("\n")[-1]
        own = str(error).strip() or type(error).__name__
        return (self.lines[0] if self.lines else own).strip().split("\n")[0]


@contextlib.contextmanager
def told(course: NbgraderCourse, what: str) -> Iterator[logging.Logger]:
    """A logger for a converter; its failures become a :class:`CourseError`."""
    log = logging.Logger("mathgrade.nbgrader", logging.DEBUG if course.debug else logging.WARNING)
    kept = _Kept()
    log.addHandler(kept)
    if course.debug:
        printed = logging.StreamHandler()
        printed.setFormatter(logging.Formatter(_PRINTED))
        log.addHandler(printed)
    folder = Path.cwd()
    try:
        with warnings.catch_warnings():
            if not course.debug:  # nbgrader's own use of SQLAlchemy warns on every submission
                warnings.simplefilter("ignore")
            yield log
    except (Exception, SystemExit) as error:  # nbgrader's own way to refuse is either
        raise CourseError(f"{what}: {kept.reason(error)}") from error
    finally:
        os.chdir(folder)
