"""All submissions of an assignment; one that fails never stops the rest."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde
from traitlets.config import Config

from mathgrade.autograde.attempt_marking import Marked
from mathgrade.autograde.bundle import Settings, make_bundle
from mathgrade.autograde.dependence import dependence
from mathgrade.autograde.hand_in import HandIn, Refusal, Refused, read_hand_in
from mathgrade.autograde.keeping import what_to_keep
from mathgrade.autograde.late import LatePolicy
from mathgrade.autograde.preprocessors import Intake, Judge
from mathgrade.autograde.receipts import believed, read_receipts
from mathgrade.autograde.record import Gradebook, Recorded
from mathgrade.autograde.schedule import Job, mark_all
from mathgrade.autograde.workers import open_workers
from mathgrade.course.marks import submitted_students
from mathgrade.course.nbgrader_runs import NbgraderCourse, feedback, told
from mathgrade.course.notebooks import require_assignments
from mathgrade.errors import CourseError

__all__ = ["Result", "autograde_all", "feedback_all"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one submission.

    Attributes:
        student: whose.
        kept: it had been marked before, has not changed, and was left alone.
        error: why it could not be marked; empty if it was.
        refusals: what of it was not taken as it stood.
    """

    student: str
    kept: bool = False
    error: str = ""
    refusals: tuple[Refusal, ...] = ()


def autograde_all(
    course: NbgraderCourse,
    assignment: str,
    students: Sequence[str] = (),
    *,
    force: bool = False,
    workers: int = 0,
    scheduler: str = "",
    on_start: Callable[[int], None] = lambda _: None,
    on_step: Callable[[str], None] = lambda _: None,
) -> list[Result]:
    """Mark submissions; those that are marked and have not changed are left alone.

    Args:
        course: the course.
        assignment: which assignment.
        students: whose; everybody's if empty.
        force: mark again what has not changed.
        workers: how many are marked at a time; as many as there are cores if 0.
        scheduler: address of a Dask scheduler whose workers are to mark.
        on_start: told how many there are.
        on_step: told whose is done.

    Raises:
        CourseError: no such assignment, nobody handed it in, or the gradebook, the disk or the
            cluster refuses; what is marked until then is kept.
    """
    require_assignments(course.root, [assignment])
    there = submitted_students(course.root, assignment)
    if not there:
        raise CourseError(
            "Expected submissions as "
            f"submitted/STUDENT/{assignment}/{assignment}.ipynb, found none."
        )
    on_start(len(students or there))
    run = _Run(course, assignment, force=force)
    try:
        jobs = run.jobs(students or there, set(there), on_step)
        with open_workers(run.bundle.to_bytes(), width=workers, scheduler=scheduler) as marking:
            for job, marked in mark_all(jobs, run.bundle, marking):
                run.record(job, marked)
                on_step(f"{assignment}: {job.found.student}")
    finally:
        run.close()
    return sorted(run.results, key=lambda result: result.student)


class _Run:
    """One run over an assignment: what is to be marked, and what came of it."""

    def __init__(self, course: NbgraderCourse, assignment: str, *, force: bool) -> None:
        self.results: list[Result] = []
        self._root = course.root
        self._assignment = assignment
        self._force = force
        self._believe = Intake(config=course.config).believe_timestamps
        _require_known_steps(course.config)
        directory = course.directory(assignment)
        with told(course, f"{assignment} could not be marked"):
            self.bundle = make_bundle(course.root, assignment, course.config, _settings(course))
            self._dependence = dependence(self.bundle)
            self._received = read_receipts(course.root, assignment)
            self._gradebook = Gradebook(
                course.root,
                assignment,
                db_url=directory.db_url,
                course=directory.course_id,
                late=LatePolicy(course.config),
                mode=int(str(Autograde(coursedir=directory).permissions), 8),
            )
            try:
                self._gradebook.enter(self.bundle.frames)
                self._known = self._gradebook.recorded()
            except BaseException:
                self._gradebook.close()
                raise

    def close(self) -> None:
        self._gradebook.close()

    def jobs(
        self, students: Sequence[str], there: set[str], on_step: Callable[[str], None]
    ) -> Iterator[Job]:
        """The attempts to mark, read one by one; what becomes of the others is a result."""
        for student in students:
            result, job = self._look(student, there)
            if job is not None:
                yield job
            elif result is not None:
                self.results.append(result)
                on_step(f"{self._assignment}: {student}")

    def _look(self, student: str, there: set[str]) -> tuple[Result | None, Job | None]:
        if student not in there:
            missing = f"there is no submitted/{student}/{self._assignment}"
            return Result(student, error=missing), None
        settings = self.bundle.settings
        try:
            found = read_hand_in(
                self._root / "submitted",
                student,
                self._assignment,
                list(self.bundle.frames),
                bounds=settings.bounds,
                ignore=settings.ignore,
            )
            if not (found.notebooks or found.refused):
                raise Refused("; ".join(map(str, found.refusals)))
        except Refused as reason:
            return Result(student, error=f"could not be marked: {reason}"), None
        base = _digest(found.digest(), self._dependence.base, self._received_at(found))
        key = _digest(base, self._dependence.digest())
        known = self._known.get(student)
        if known is None or self._force or not self._gradebook.is_there(student, known):
            return None, Job(found, key, base)
        if known.key == key:
            return Result(student, kept=True), None
        kept = self._kept(student, known) if known.key and known.base == base else None
        return None, Job(found, key, base, kept)

    def _received_at(self, found: HandIn) -> datetime.datetime | None:
        receipt = self._received.get(found.student)
        return believed(found.claimed) if receipt is None and self._believe else receipt

    def _kept(self, student: str, known: Recorded) -> dict[str, Any]:
        """What of an earlier result stays, where tests have changed and nothing else."""
        kept = {}
        for name, frame in self.bundle.frames.items():
            if f"{name}.ipynb" in known.files:
                text = self._gradebook.notebook(student, name)
                before, now = known.tests.get(name, {}), self._dependence.tests[name]
                stays = what_to_keep(text, frame.master, before, now)
                if stays is not None:
                    kept[name] = stays
        return kept

    def record(self, job: Job, marked: Marked) -> None:
        """Write what an attempt came to."""
        student = job.found.student
        self._gradebook.record(
            marked,
            key="" if marked.fault else job.key,  # what failed is tried again by the next run
            base=job.base,
            tests=self._dependence.tests,
            files={**job.found.files, **self.bundle.source_files()},
            received=self._received_at(job.found),
            before=self._known.get(student),
        )
        error = f"is left to a person: {marked.fault}" if marked.fault else ""
        self.results.append(Result(student, error=error, refusals=marked.refusals))


def _digest(*parts: object) -> str:
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()


# What the run does of nbgrader's steps, by itself or with nbgrader's own.
_STEPS = {
    *("Judge", "Execute", "IgnorePattern", "LimitOutput", "SaveAutoGrades", "FlagForReview"),
    *("AssignLatePenalties", "CheckCellMetadata", "ClearMetadataPreprocessor"),
}


def _require_known_steps(config: Config) -> None:
    wanted = Autograde(config=config).autograde_preprocessors
    names = [str(getattr(step, "__name__", step)).rpartition(".")[2] for step in wanted]
    others = [name for name in names if name not in _STEPS]
    if others:
        raise CourseError(
            f"nbgrader_config.py has {', '.join(others)} in c.Autograde.autograde_preprocessors, "
            "which only `nbgrader autograde` runs. Use that command, or take the step out."
        )


def _settings(course: NbgraderCourse) -> Settings:
    config = course.config
    return Settings(
        limits=Judge(config=config).limits(),
        bounds=Intake(config=config).bounds(),
        steps={name: dict(config.get(name, {})) for name in ("IgnorePattern", "LimitOutput")},
        ignore=tuple(course.directory("").ignore),
    )


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
