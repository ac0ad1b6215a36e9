"""Mark one attempt: a pure function of what was handed in and of the assignment's bundle.

It takes and returns plain data, touches no gradebook and no folder of the course, and so may
run anywhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import IgnorePattern, LimitOutput
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from traitlets.config import Config

from mathgrade.autograde.bundle import Bundle
from mathgrade.autograde.hand_in import HandIn, Refusal
from mathgrade.autograde.intake import refused_reason, take_in
from mathgrade.autograde.keeping import Keeping
from mathgrade.autograde.marking import (
    Kernels,
    Place,
    is_test,
    leave_to_person,
    mark_notebook,
)
from mathgrade.autograde.warm import borrowed_kernel

__all__ = ["CellRow", "Marked", "MarkedNotebook", "mark_attempt", "unmarked"]


@dataclass(frozen=True, slots=True)
class CellRow:
    """What the gradebook learns of one cell.

    Attributes:
        grade_id: the cell's name.
        score: points; None where a person has to decide, or where nobody marks it.
        review: why a person must look; empty if nobody has to.
        unanswered: whether it is as it was released.
        digest: changes with what a person who marks the cell sees of it.
    """

    grade_id: str
    score: float | None
    review: str
    unanswered: bool
    digest: str


@dataclass(frozen=True, slots=True)
class MarkedNotebook:
    """One notebook after marking.

    Attributes:
        text: the notebook with its outputs, as a file holds it.
        rows: its graded and its answer cells, in order.
    """

    text: str
    rows: tuple[CellRow, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """One attempt after marking.

    Attributes:
        student: whose.
        notebooks: by name; those that were not handed in are missing.
        refusals: what of the hand-in was not taken as it stood.
        fault: why it could not be marked at all; then it is left to a person.
    """

    student: str
    notebooks: Mapping[str, MarkedNotebook] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    fault: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data; :meth:`from_json` reads it back."""
        return {
            "student": self.student,
            "notebooks": {
                name: [nb.text, [[getattr(r, n) for n in CellRow.__slots__] for r in nb.rows]]
                for name, nb in self.notebooks.items()
            },
            "refusals": [[r.what, r.reason] for r in self.refusals],
            "fault": self.fault,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Marked:
        """What :meth:`to_json` wrote."""
        return cls(
            student=data["student"],
            notebooks={
                name: MarkedNotebook(text, tuple(CellRow(*row) for row in rows))
                for name, (text, rows) in data["notebooks"].items()
            },
            refusals=tuple(Refusal(*pair) for pair in data["refusals"]),
            fault=data["fault"],
        )


def mark_attempt(
    found: HandIn,
    bundle: Bundle,
    course: Path,
    *,
    kept: Mapping[str, Mapping[str, Any]] | None = None,
    kernels: Kernels = borrowed_kernel,
) -> Marked:
    """Mark what one student handed in.

    Args:
        found: the hand-in.
        bundle: the assignment.
        course: a folder into which the bundle was unpacked.
        kept: what :func:`~mathgrade.autograde.keeping.what_to_keep` says of each notebook.
        kernels: where the student's kernels come from.

    Raises:
        CourseError: nothing confines students' code on this machine.
    """
    notebooks: dict[str, MarkedNotebook] = {}
    refusals = list(found.refusals)
    with _folder(found, bundle) as folder:
        for name in bundle.frames:
            nb, told = _taken(found, bundle, name)
            if nb is None:
                continue
            refusals += told
            if found.refusals or told:
                lines = [[r.what, r.reason] for r in (*found.refusals, *told)]
                nb.metadata.setdefault("mathgrade", NotebookNode())["intake"] = lines
            place = Place(course, bundle.assignment, name, found.student, folder)
            refused = refused_reason(nb)
            if refused:
                leave_to_person(nb, f"not marked: the notebook that was handed in {refused}")
            else:
                mark_notebook(
                    nb,
                    place,
                    bundle.settings.limits,
                    ahead=True,
                    kernels=kernels,
                    kept=Keeping(**kept[name]) if kept and name in kept else None,
                )
            notebooks[name] = _finished(nb, bundle)
    return Marked(found.student, notebooks, tuple(refusals))


def unmarked(found: HandIn, bundle: Bundle, reason: str) -> Marked:
    """The attempt with nothing marked: each test cell is left to a person.

    Args:
        reason: what went wrong, which was no fault of the student's.
    """
    notebooks = {}
    for name in bundle.frames:
        nb, _ = _taken(found, bundle, name)
        if nb is not None:
            leave_to_person(nb, f"not marked: {reason}")
            notebooks[name] = _finished(nb, bundle)
    return Marked(found.student, notebooks, found.refusals, reason)


def _taken(
    found: HandIn, bundle: Bundle, name: str
) -> tuple[NotebookNode | None, tuple[Refusal, ...]]:
    refused = found.refused.get(name, "")
    data = found.notebooks.get(name)
    if data is None and not refused:
        return None, ()
    bounds = bundle.settings.bounds
    return take_in(bundle.frames[name], data, bounds=bounds, refused=refused)


@contextlib.contextmanager
def _folder(found: HandIn, bundle: Bundle) -> Iterator[Path]:
    """The files the notebook finds beside it: the student's, and over them the instructor's."""
    with tempfile.TemporaryDirectory(prefix="mathgrade-files-") as name:
        folder = Path(name)
        for path, data in {**found.files, **bundle.source_files()}.items():
            target = folder / path
            with contextlib.suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        yield folder


def _finished(nb: NotebookNode, bundle: Bundle) -> MarkedNotebook:
    config = Config({name: dict(own) for name, own in bundle.settings.steps.items()})
    for step in (IgnorePattern, LimitOutput):
        nb, _ = step(config=config)(nb, {})
    rows = tuple(_row(cell) for cell in nb.cells if _is_recorded(cell))
    return MarkedNotebook(nbformat.writes(nb).rstrip("\n") + "\n", rows)


def _is_recorded(cell: NotebookNode) -> bool:
    return bool(is_grade(cell) or is_solution(cell) or is_task(cell))


def _row(cell: NotebookNode) -> CellRow:
    left = cell.metadata.get("mathgrade", {})
    score = None
    if is_grade(cell) and not left.get("undecided"):
        try:
            score, _ = determine_grade(cell)
        except ValueError:  # a cell that ran in the kernel claims more than the maximum
            score = cell.metadata.nbgrader["points"]
    seen = (cell.source if not is_test(cell) else "", score, left.get("review", ""))
    return CellRow(
        grade_id=cell.metadata.nbgrader["grade_id"],
        score=None if score is None else float(score),
        review=left.get("review", ""),
        unanswered=cell.metadata.nbgrader.get("checksum") == compute_checksum(cell),
        digest=hashlib.sha256(repr(seen).encode("utf-8", "replace")).hexdigest()[:16],
    )
