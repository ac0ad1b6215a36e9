"""Run attempts with known marks and compare what they get with what they should.

Each attempt is one notebook, marked exactly as a submission is; several are
marked at a time, each in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mathgrade.course.attempts import Attempt, expected_marks, fill_in
from mathgrade.course.notebooks import marked_name, notebook_text, parse_notebook
from mathgrade.course.parallel import each

if TYPE_CHECKING:
    from mathgrade.autograde.marking import CellMark

__all__ = ["CELL_SECONDS", "Replay", "differences", "prepare", "replay"]

# An attempt that never ends is one of those a course keeps: nobody wants to wait long for it.
CELL_SECONDS = 10.0
# Marks are sums of fractions written as decimals in TOML: 1.33 stands for 4/3.
_SAME_POINTS = 0.006


@dataclass(frozen=True, slots=True)
class Replay:
    """One attempt, ready to run: plain data, so that it can go to another process.

    Attributes:
        course: the course folder.
        assignment: name of the assignment.
        name: name of the attempt.
        notebook: the filled-in notebook, as text.
        expected: points by item.
        notes: note codes expected, by item.
    """

    course: Path
    assignment: str
    name: str
    notebook: str
    expected: dict[str, float]
    notes: dict[str, tuple[str, ...]]


def prepare(course: Path, assignment: str, attempt: Attempt, *, source: Any, blank: Any) -> Replay:
    """The attempt written into the source notebook, with what it must get."""
    nb = fill_in(attempt, source, source=source, blank=blank)
    return Replay(
        course,
        assignment,
        attempt.name,
        notebook_text(nb),
        expected_marks(attempt, source),
        dict(attempt.notes),
    )


def replay(
    replays: Sequence[Replay],
    *,
    workers: int = 2,
    on_done: Callable[[Replay], None] = lambda _: None,
) -> dict[tuple[str, str], list[str]]:
    """Mark every attempt; what differs from its stated marks, by (assignment, attempt).

    Args:
        replays: what to run.
        workers: how many run at a time; 1 runs them in this process.
        on_done: called after each, for a progress bar.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for one, result in each(_run, replays, workers=workers):
        faults = result
        if isinstance(faults, Exception):  # a fault of that attempt alone
            faults = [f"could not be run: {type(result).__name__}: {result}"]
        found[one.assignment, one.name] = faults
        on_done(one)
    return found


def _run(one: Replay) -> list[str]:
    from mathgrade.autograde.marking import Limits, Place, mark_notebook

    folder = one.course / "source" / one.assignment
    student = "attempt-" + one.name.replace(" ", "-")  # each attempt draws its own variants
    place = Place(one.course, one.assignment, one.assignment, student, folder)
    nb = parse_notebook(one.notebook)
    marks = mark_notebook(
        nb, place, Limits(cell_seconds=CELL_SECONDS, sandbox="preferred"), ahead=True
    )
    return differences(marks, one.expected, one.notes)


def differences(
    marks: Iterable[CellMark], expected: dict[str, float], notes: dict[str, tuple[str, ...]]
) -> list[str]:
    """What the marks of an attempt differ in from what it should get, a line each."""
    found = []
    seen = set()
    for mark in marks:
        name = marked_name(mark.grade_id)
        seen.add(name)
        want = expected.get(name)
        if mark.score is None or mark.review:
            found.append(f"{name}: needs a person: {mark.review or 'undecided'}")
        elif want is not None and abs(mark.score - want) > _SAME_POINTS:
            reason = f" ({_why(mark)})" if _why(mark) else ""
            found.append(f"{name}: {mark.score:g} points, expected {want:g}{reason}")
        for note in notes.get(name, ()):
            if note not in _notes(mark):
                there = ", ".join(sorted(_notes(mark))) or "none"
                found.append(f"{name}: expected the note {note!r}, the notes are {there}")
    found += [f"{name}: has no mark" for name in expected if name not in seen]
    return found


def _notes(mark: CellMark) -> set[str]:
    notes = {verdict.note for verdict in mark.verdicts}
    notes |= {finding.note for verdict in mark.verdicts for finding in verdict.findings}
    return notes - {""}


def _why(mark: CellMark) -> str:
    """The first reason a mark gives for points that are missing."""
    if mark.error:
        return mark.error
    for verdict in mark.verdicts:
        for finding in verdict.findings:
            if finding.met is not True and finding.message:
                return finding.message
    return ""
