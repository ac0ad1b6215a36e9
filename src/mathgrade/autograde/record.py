"""The one writer: a marked attempt becomes files in ``autograded/`` and rows in the gradebook.

Files come first, each written under a temporary name; then one transaction of nbgrader's
gradebook says everything else, this attempt's key included. Whenever a run is ended, what
the gradebook says of an attempt is whole, and an attempt whose key it does not know is
marked by the next run.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, String, Table, Text, create_engine, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mathgrade.autograde.alembic_path import find_alembic
from mathgrade.autograde.attempt_marking import CellRow, Marked
from mathgrade.autograde.gradebook_frames import TABLES, enter_frames, fill_submission
from mathgrade.autograde.intake import Frame
from mathgrade.autograde.late import LatePolicy
from mathgrade.autograde.safe_files import write_whole
from mathgrade.errors import CourseError
from nbgrader import api

__all__ = ["Gradebook", "Recorded"]

_RESULTS = Table(
    "mathgrade_result",
    TABLES,
    Column("assignment", String(128), primary_key=True),
    Column("student", String(128), primary_key=True),
    Column("result_key", String(64), nullable=False),
    Column("base", String(64), nullable=False),
    Column("tests", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("seen", Text, nullable=False),
)
_SQLITE_SECONDS = 60  # formgrader may be writing
_WRITING = ".writing"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the gradebook knows of an attempt that was marked.

    Attributes:
        key: of its result; empty where it is to be marked again by the next run.
        base: of what all of its marks depend on, the hand-in included.
        tests: digest of what the mark of each test depends on beside that.
        files: SHA-256 of each file in ``autograded/``, by path.
        seen: digest of what a person sees of each cell, by notebook and grade_id.
    """

    key: str
    base: str
    tests: Mapping[str, Mapping[str, str]]
    files: Mapping[str, str]
    seen: Mapping[str, Mapping[str, str]]


class Gradebook:
    """nbgrader's gradebook and the folder ``autograded/``, for one assignment.

    Args:
        root: the course folder.
        assignment: which assignment.
        db_url: nbgrader's ``CourseDirectory.db_url``, SQLite or PostgreSQL.
        course: the course's id.
        late: what lateness costs.
        mode: permissions of the files.
    """

    def __init__(
        self,
        root: Path,
        assignment: str,
        *,
        db_url: str,
        course: str,
        late: LatePolicy,
        mode: int = 0o444,
    ) -> None:
        self._autograded = root / "autograded"
        self._assignment = assignment
        self._course = course
        self._late = late
        self._mode = mode
        self._writing = self._autograded / _WRITING
        with _disk(self._autograded):
            self._autograded.mkdir(exist_ok=True)
            self._lock = (self._autograded / _LOCK).open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise CourseError(
                "Another `mathgrade autograde` is marking in this course. Wait for it to end."
            ) from None
        try:
            self._engine = self._open(db_url)
            with _disk(self._autograded):
                shutil.rmtree(self._writing, ignore_errors=True)  # of a run that was ended
                self._writing.mkdir()
        except BaseException:
            self._lock.close()
            raise

    def _open(self, db_url: str) -> Any:
        find_alembic()
        with _told("opened"):
            # Makes the tables where there are none, and notes nbgrader's version of them.
            api.Gradebook(db_url, self._course).close()
            arguments = {"timeout": _SQLITE_SECONDS} if db_url.startswith("sqlite") else {}
            engine = create_engine(db_url, connect_args=arguments)
            TABLES.create_all(engine)
        return engine

    def close(self) -> None:
        """Leave the database; let another run begin."""
        shutil.rmtree(self._writing, ignore_errors=True)
        self._engine.dispose()
        self._lock.close()

    def enter(self, frames: Mapping[str, Frame]) -> None:
        """Have the gradebook know the assignment as it now is."""
        with self._transaction() as session:
            enter_frames(session, self._course, self._assignment, frames)

    def recorded(self) -> dict[str, Recorded]:
        """What is known of each student's attempt."""
        with self._transaction() as session:
            rows = session.execute(
                select(_RESULTS).where(_RESULTS.c.assignment == self._assignment)
            ).all()
        return {
            row.student: Recorded(
                row.result_key,
                row.base,
                json.loads(row.tests),
                json.loads(row.files),
                json.loads(row.seen),
            )
            for row in rows
        }

    def notebook(self, student: str, name: str) -> bytes:
        """The autograded notebook of a student, as it was recorded."""
        return (self._folder(student) / f"{name}.ipynb").read_bytes()

    def is_there(self, student: str, known: Recorded) -> bool:
        """Whether the files of an attempt are still as they were recorded."""
        folder = self._folder(student)
        try:
            return all(
                hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest
                for path, digest in known.files.items()
            )
        except OSError:
            return False

    def record(
        self,
        marked: Marked,
        *,
        key: str,
        base: str = "",
        tests: Mapping[str, Mapping[str, str]] | None = None,
        files: Mapping[str, bytes],
        received: datetime.datetime | None,
        before: Recorded | None,
    ) -> None:
        """Write what an attempt came to.

        Args:
            marked: the attempt.
            key: of its result; empty if the next run is to mark it again.
            base: of what all of its marks depend on.
            tests: digest of what the mark of each test depends on beside that.
            files: other files for its folder in ``autograded/``, by path.
            received: when it was received, in UTC; None if nobody knows.
            before: what was recorded of this attempt until now.

        Raises:
            CourseError: the disk or the database refuses; nothing is half written.
        """
        whole = {path: data for path, data in files.items() if not path.endswith(".ipynb")}
        whole |= {f"{n}.ipynb": nb.text.encode() for n, nb in marked.notebooks.items()}
        self._write_files(marked.student, whole)
        seen = {n: {r.grade_id: r.digest for r in nb.rows} for n, nb in marked.notebooks.items()}
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(whole.items())}
        with self._transaction() as session:
            submission = self._submission(session, marked.student)
            submission.timestamp = received
            for entry in submission.notebooks:
                found = marked.notebooks.get(entry.name)
                earlier = (before.seen if before else {}).get(entry.name, {})
                if found is None:
                    _record_missing(entry)
                else:
                    _record_notebook(entry, found.rows, earlier)
                session.flush()
                self._late.apply(session, submission, entry)
            where = {"assignment": self._assignment, "student": marked.student}
            matching = [_RESULTS.c[name] == value for name, value in where.items()]
            session.execute(delete(_RESULTS).where(*matching))
            session.execute(
                _RESULTS.insert().values(
                    **where,
                    result_key=key,
                    base=base,
                    tests=json.dumps(tests or {}, sort_keys=True),
                    files=json.dumps(digests),
                    seen=json.dumps(seen),
                )
            )

    # -- files ----------------------------------------------------------------------------

    def _folder(self, student: str) -> Path:
        return self._autograded / student / self._assignment

    def _write_files(self, student: str, whole: Mapping[str, bytes]) -> None:
        folder = self._folder(student)
        with _disk(folder):
            for path, data in whole.items():
                target = folder / path
                if target.is_dir() and not target.is_symlink():
                    shutil.rmtree(target)
                target.parent.mkdir(parents=True, exist_ok=True)
                write_whole(target, data, mode=self._mode, beside=self._writing)
            for old in sorted(folder.rglob("*"), reverse=True):
                if old.is_dir() and not old.is_symlink():
                    if not any(old.iterdir()):
                        old.rmdir()
                elif old.relative_to(folder).as_posix() not in whole:
                    old.unlink()

    # -- rows -----------------------------------------------------------------------------

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Session]:
        with _told("written"), Session(self._engine) as session, session.begin():
            yield session

    def _submission(self, session: Session, student: str) -> Any:
        """The student's submission, made with all its rows if there is none."""
        assignment = session.scalars(
            select(api.Assignment).where(api.Assignment.name == self._assignment)
        ).one()
        if session.get(api.Student, student) is None:
            session.add(api.Student(id=student))
            session.flush()
        submission = session.scalar(
            select(api.SubmittedAssignment).where(
                api.SubmittedAssignment.assignment_id == assignment.id,
                api.SubmittedAssignment.student_id == student,
            )
        )
        if submission is None:
            submission = api.SubmittedAssignment(assignment_id=assignment.id, student_id=student)
            session.add(submission)
            session.flush()
            fill_submission(session, submission)
            session.expire(submission)
        return submission


def _record_missing(entry: Any) -> None:
    """A notebook that was not handed in: no points, as nbgrader has it."""
    for grade in entry.grades:
        grade.auto_score = 0.0
        grade.needs_manual_grade = False


def _record_notebook(entry: Any, rows: Sequence[CellRow], earlier: Mapping[str, str]) -> None:
    found = {row.grade_id: row for row in rows}
    for grade in entry.grades:
        row = found.get(grade.cell.name)
        if row is None:
            continue
        if grade.cell.type == "TaskCell":
            # A task without points holds a mark scheme; the points stand in the answer cell.
            if not grade.cell.max_score:
                grade.needs_manual_grade = False
            continue
        grade.auto_score = row.score
        if grade.manual_score is None:
            grade.needs_manual_grade = row.score is None or bool(row.review)
        elif earlier.get(row.grade_id) != row.digest:
            # Somebody marked it by hand, and it is another answer now.
            grade.needs_manual_grade = True
    for comment in entry.comments:
        row = found.get(comment.cell.name)
        if row is not None:
            no_response = row.unanswered and comment.cell.type == "SolutionCell"
            comment.auto_comment = "No response." if no_response else None


@contextlib.contextmanager
def _told(done: str) -> Iterator[None]:
    """What the database refuses becomes one line that says what to do."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise CourseError(
            f"The gradebook could not be {done}: {reason}. Is it locked, read-only or not "
            "reachable? Nothing was half written: run the command again to go on."
        ) from error


@contextlib.contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CourseError(
            f"{path} could not be written: {error.strerror or error}. Nothing was half written: "
            "make room, or give the right to write there, and run the command again to go on."
        ) from error
