"""Many attempts, several at a time; none of them stops the others.

Only as many hand-ins as the workers can hold are read at a time, and results are handed on as
they come, so that a large class needs no more memory than a small one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any

from mathgrade.autograde.attempt_marking import Marked, unmarked
from mathgrade.autograde.bundle import Bundle
from mathgrade.autograde.hand_in import HandIn
from mathgrade.autograde.marking import is_test
from mathgrade.autograde.workers import Workers
from mathgrade.errors import CourseError

__all__ = ["Job", "longest", "mark_all"]

_AHEAD = 2  # hand-ins given out for each worker: one in work, one waiting
_LOADING_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt to mark.

    Attributes:
        found: the hand-in.
        key: what its result will be kept under.
        base: what all of its marks depend on.
        kept: what of an earlier result is kept, by notebook.
    """

    found: HandIn
    key: str
    base: str = ""
    kept: Mapping[str, Mapping[str, Any]] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data and bytes, for a worker."""
        return {"hand_in": self.found.to_json(), "kept": self.kept}


def mark_all(jobs: Iterable[Job], bundle: Bundle, workers: Workers) -> Iterator[tuple[Job, Marked]]:
    """Mark attempts, in the order in which they finish.

    An attempt over which a worker dies is tried once more at the end, alone; if that fails
    too it is left to a person, with the reason.

    Args:
        jobs: what to mark; taken one by one, as workers become free.
        bundle: the assignment.
        workers: where to mark.

    Yields:
        Each job with what it came to; :attr:`Marked.fault` says why it could not be marked.

    Raises:
        CourseError: nothing can be marked there at all: the software is another, or nothing
            confines students' code. No attempt is blamed for it.
    """
    seconds = longest(bundle)
    again: list[Job] = []
    pending: dict[Future[dict[str, Any]], Job] = {}

    def finished() -> Iterator[tuple[Job, Marked]]:
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            job = pending.pop(future)
            marked, _ = _result(future)
            if marked is None:
                again.append(job)
            else:
                yield job, marked

    for job in jobs:
        pending[workers.submit(job.to_json(), seconds)] = job
        while len(pending) >= _AHEAD * workers.width:
            yield from finished()
    while pending:
        yield from finished()
    for job in again:
        marked, reason = _result(workers.submit(job.to_json(), seconds))
        yield job, marked or _left(job.found, bundle, f"{reason}, twice")


def longest(bundle: Bundle) -> float:
    """Seconds after which a worker that has not answered is hung, whatever it was given."""
    limits = bundle.settings.limits
    seconds = 0.0
    for frame in bundle.frames.values():
        tests = sum(is_test(cell) for cell in frame.master.cells)
        others = len(frame.master.cells) + bundle.settings.bounds.cells // 100
        seconds += others * limits.cell_seconds
        seconds += tests * (limits.test_seconds + 2 * limits.call_seconds)
    # By the clock on the wall, and an attempt may be run twice.
    return _LOADING_SECONDS + 2 * limits.patience * seconds


def _result(future: Future[dict[str, Any]]) -> tuple[Marked | None, str]:
    try:
        answer = future.result()
    except CourseError:
        raise
    except Exception as error:  # whatever a worker's end is called by who noticed it
        return None, str(error) or type(error).__name__
    if "fault" in answer:
        return None, str(answer["fault"])
    return Marked.from_json(answer["marked"]), ""


def _left(found: HandIn, bundle: Bundle, reason: str) -> Marked:
    try:
        return unmarked(found, bundle, reason)
    except Exception:  # it may be the reading of it that nobody survives
        refused = dict.fromkeys(found.notebooks, f"could not be read ({reason})")
        return unmarked(HandIn(found.student, refused=refused), bundle, reason)
