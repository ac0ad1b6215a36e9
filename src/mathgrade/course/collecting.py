"""Submissions out of a learning platform's archive, with the times of their receipt."""

from __future__ import annotations

import csv
import datetime
import io
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mathgrade.autograde.hand_in import Refusal, student_fault
from mathgrade.autograde.receipts import read_receipts, write_receipts
from mathgrade.course.archive import Received, read_archive
from mathgrade.course.notebooks import require_assignments
from mathgrade.errors import CourseError

__all__ = ["Collected", "collect", "read_roster"]

_WRITING = ".collecting-"
_WRITTEN = ("new", "replaced")


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of one student's hand-in.

    Attributes:
        student: whose, by the course's id.
        outcome: ``new``, ``replaced``, ``unchanged``; empty if it was refused.
        received: the time of receipt that was kept; None if nobody knows.
        error: why nothing of it was taken.
        refusals: what of it was left out.
    """

    student: str
    outcome: str = ""
    received: datetime.datetime | None = None
    error: str = ""
    refusals: tuple[Refusal, ...] = ()


def read_roster(path: Path) -> dict[str, str]:
    """The course's ids of students by their numbers on the platform.

    Args:
        path: a CSV file with the columns ``number`` and ``student``.

    Raises:
        CourseError: it cannot be read, or a number is there twice.
    """
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        names, found = rows.fieldnames or (), list(rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path} cannot be read: {error}.") from error
    if not {"number", "student"} <= set(names):
        told = ", ".join(names) or "none"
        raise CourseError(f"Expected the columns number and student in {path}, found {told}.")
    roster: dict[str, str] = {}
    for line, row in enumerate(found, start=2):
        number, student = (row["number"] or "").strip(), (row["student"] or "").strip()
        fault = student_fault(student)
        if fault or number in roster or student in roster.values():
            raise CourseError(f"{path}, line {line}: {fault or f'{number}, {student} again'}.")
        roster[number] = student
    return roster


def collect(
    root: Path,
    archive: Path,
    assignment: str,
    *,
    roster: Mapping[str, str] | None = None,
    received: datetime.datetime | None = None,
    replace: bool = False,
) -> tuple[list[Collected], list[Refusal]]:
    """Put every student's files into ``submitted/`` and the times into ``receipts/``.

    Each hand-in appears whole or not at all; a run that was ended is completed by the next.

    Args:
        root: the course folder.
        archive: the zip file Moodle or Canvas made.
        assignment: which assignment.
        roster: the course's ids by the platform's numbers; the numbers themselves without.
        received: one time of receipt for all, with its zone, instead of the archive's.
        replace: whether a hand-in that is there and is another may be replaced; it is moved to
            ``replaced/``.

    Returns:
        What became of each student's, and the members that are nobody's.

    Raises:
        CourseError: the archive cannot be read, or the disk refuses.
    """
    require_assignments(root, [assignment])
    wanted = sorted(path.stem for path in (root / "source" / assignment).glob("*.ipynb"))
    found, nobodys = read_archive(archive, wanted)
    store = _Store(root, assignment, dict(read_receipts(root, assignment)), replace)
    try:
        store.prepare()
        # Looked through twice, so that no more than one hand-in has to be held.
        plan = {one.number: store.look(one, roster, received) for one in found}
        store.write_times()
        for one in read_archive(archive, wanted)[0]:
            if plan[one.number].outcome in _WRITTEN:
                store.write(plan[one.number].student, one.files)
    except OSError as error:
        raise CourseError(
            f"{error.filename or root / 'submitted'} could not be written: "
            f"{error.strerror or error}. No hand-in is there in part: make room, or give the "
            "right to write there, and run the command again to go on."
        ) from error
    return sorted(plan.values(), key=lambda one: one.student), nobodys


class _Store:
    """The folders of one assignment, and its times of receipt in UTC without a zone."""

    def __init__(
        self, root: Path, assignment: str, times: dict[str, datetime.datetime], replace: bool
    ) -> None:
        self._root = root
        self._assignment = assignment
        self._times = times
        self._replace = replace
        self._known = dict(times)
        self._submitted = root / "submitted"

    def prepare(self) -> None:
        """Have the folder of all hand-ins, without what a run that was ended has left."""
        self._submitted.mkdir(exist_ok=True)
        for left in self._submitted.glob(f"{_WRITING}*"):
            shutil.rmtree(left)

    def look(
        self, one: Received, roster: Mapping[str, str] | None, received: datetime.datetime | None
    ) -> Collected:
        """What is to become of a student's hand-in, and when it was received."""
        student = one.number if roster is None else roster.get(one.number, "")
        refusals = tuple(one.refusals)
        error = one.fault
        if not student:
            error = f"the roster has no number {one.number} ({one.name})"
        if error:
            return Collected(student or one.number, error=error, refusals=refusals)
        folder = self._folder(student)
        there = folder.is_symlink() or folder.exists()
        same = there and _content(folder) == one.files
        if there and not same and not self._replace:
            error = f"submitted/{student}/{self._assignment} is there and is another"
            return Collected(student, error=f"{error}; --replace replaces it", refusals=refusals)
        if not same or student not in self._times:
            time = received or one.time
            self._times.pop(student, None)
            if time is not None:
                self._times[student] = time.astimezone(datetime.UTC).replace(tzinfo=None)
        known = self._times.get(student)
        outcome = "unchanged" if same else "replaced" if there else "new"
        return Collected(
            student, outcome, known and known.replace(tzinfo=datetime.UTC), refusals=refusals
        )

    def write_times(self) -> None:
        """Before any file: a run that ends between the two is completed by the next."""
        if self._times != self._known:
            zoned = {name: time.replace(tzinfo=datetime.UTC) for name, time in self._times.items()}
            write_receipts(self._root, self._assignment, zoned)

    def write(self, student: str, files: Mapping[str, bytes]) -> None:
        """Have a student's folder hold these files: all of them at once, or what was there."""
        folder = self._folder(student)
        writing = Path(tempfile.mkdtemp(prefix=_WRITING, dir=self._submitted))
        try:
            made = writing / self._assignment
            made.mkdir()
            for path, data in files.items():
                target = made / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            folder.parent.mkdir(exist_ok=True)
            if folder.is_symlink() or folder.exists():
                aside = self._root / "replaced" / self._assignment / student
                aside.mkdir(parents=True, exist_ok=True)
                folder.rename(aside / f"{len(list(aside.iterdir())):03}")
            made.rename(folder)
        finally:
            shutil.rmtree(writing, ignore_errors=True)

    def _folder(self, student: str) -> Path:
        return self._submitted / student / self._assignment


def _content(folder: Path) -> dict[str, bytes] | None:
    """The files that are there; None where it is not a folder of plain files."""
    if folder.is_symlink() or not folder.is_dir():
        return None
    found = {}
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            return None
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found
