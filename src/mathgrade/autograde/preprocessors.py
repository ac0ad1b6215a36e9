"""The steps nbgrader's Autograde gains, set in ``nbgrader_config.py``.

:class:`Intake` comes before nbgrader's own sanitizing steps; :class:`Judge` stands where
nbgrader's ``Execute`` stood; :class:`FlagForReview` comes after ``SaveAutoGrades`` and
sends to manual grading what only a person can decide.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, is_task
from traitlets import Bool, Enum, Float, Int

from mathgrade.autograde.frames import load_frames
from mathgrade.autograde.hand_in import Bounds
from mathgrade.autograde.intake import refused_reason, take_in
from mathgrade.autograde.marking import (
    Limits,
    Place,
    leave_to_person,
    mark_notebook,
)
from mathgrade.errors import CourseError

__all__ = ["HAND_IN", "FlagForReview", "Intake", "Judge"]

HAND_IN = "mathgrade_hand_in"
"""Name of the resource in which the exporter hands over what it has read."""


class Intake(NbGraderPreprocessor):
    """Make the notebook anew from the instructor's, with the student's text in it."""

    notebook_bytes = Int(32 << 20, help="A larger notebook is refused.").tag(config=True)
    file_bytes = Int(10 << 20, help="A larger file beside it is left out.").tag(config=True)
    total_bytes = Int(64 << 20, help="Of all files beside the notebooks.").tag(config=True)
    files = Int(200, help="More files than these are left out.").tag(config=True)
    cells = Int(2000, help="A notebook with more cells is refused.").tag(config=True)
    believe_timestamps = Bool(
        False,
        help="Where receipts/ says nothing, believe the timestamp.txt that was handed in, which "
        "the student can write.",
    ).tag(config=True)

    def bounds(self) -> Bounds:
        """The bounds as configured."""
        return Bounds(
            notebook_bytes=self.notebook_bytes,
            file_bytes=self.file_bytes,
            total_bytes=self.total_bytes,
            files=self.files,
            cells=self.cells,
        )

    @staticmethod
    def notebooks_of(root: Path, assignment: str) -> list[str]:
        """Names of the notebooks of an assignment."""
        return sorted(path.stem for path in (root / "source" / assignment).glob("*.ipynb"))

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Replace the notebook; what was not taken as it stood is in its metadata and the log."""
        ids = resources["nbgrader"]
        found = resources.pop(HAND_IN, None)
        if found is None:
            raise CourseError(
                "Intake needs the file that was handed in: set c.Autograde.exporter_class = "
                '"mathgrade.autograde.exporter.IntakeExporter" in nbgrader_config.py.'
            )
        name = ids["notebook"]
        frames = load_frames(Path.cwd(), ids["assignment"], self.config)
        nb, refusals = take_in(
            frames[name],
            found.notebooks.get(name),
            bounds=self.bounds(),
            refused=found.refused.get(name, ""),
        )
        for refusal in refusals:
            self.log.warning("%s: %s", ids["student"], refusal)
        with Gradebook(ids["db_url"]) as gradebook:
            entered = gradebook.find_notebook(name, ids["assignment"])
            known = {cell.name for cell in entered.source_cells}
        # What was added to source/ since is nobody's yet: nbgrader's steps would fail over it.
        nb.cells = [
            c
            for c in nb.cells
            if c.metadata.get("nbgrader", {}).get("grade_id") in known
            or "nbgrader" not in c.metadata
        ]
        return nb, resources


class Judge(NbGraderPreprocessor):
    """Run the student's cells in a kernel and each test cell in a trusted process."""

    cell_seconds = Float(30, help="Processor time for each of the student's cells.").tag(
        config=True
    )
    call_seconds = Float(
        20, help="Processor time for the calls of a student's function in one answer test."
    ).tag(config=True)
    memory = Int(2 << 30, help="Memory limit for the student's code, in bytes.").tag(config=True)
    sandbox = Enum(
        ["auto", "landlock", "bubblewrap", "preferred", "off"],
        "auto",
        help="What confines the student's code. `off` runs it with all rights of whoever marks; "
        "`preferred` does so only where nothing confines.",
    ).tag(config=True)
    test_seconds = Float(60, help="Processor time for each test cell.").tag(config=True)
    test_memory = Int(4 << 30, help="Memory limit for each test cell, in bytes.").tag(config=True)
    output_bytes = Int(2 << 20, help="Output kept of one cell, in bytes.").tag(config=True)
    ahead = Bool(True, help="Start the next attempt's kernel while this one runs.").tag(config=True)

    def limits(self) -> Limits:
        """The limits as configured."""
        return Limits(
            cell_seconds=self.cell_seconds,
            call_seconds=self.call_seconds,
            memory=self.memory,
            sandbox=self.sandbox,
            test_seconds=self.test_seconds,
            test_memory=self.test_memory,
            output_bytes=self.output_bytes,
        )

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Mark the notebook; outputs carry the marks to ``SaveAutoGrades``."""
        ids = resources["nbgrader"]
        course = Path.cwd()  # nbgrader works from the course folder
        place = Place(
            course=course,
            assignment=ids["assignment"],
            notebook=ids["notebook"],
            student=ids["student"],
            folder=course / resources.get("metadata", {}).get("path", ""),
        )
        refused = refused_reason(nb)
        marks = (
            leave_to_person(nb, f"not marked: the notebook that was handed in {refused}")
            if refused
            else mark_notebook(nb, place, self.limits(), ahead=self.ahead)
        )
        for mark in marks:
            score = "to be reviewed" if mark.score is None else f"{mark.score:g}/{mark.points:g}"
            self.log.debug("%s: %s %s", mark.grade_id, score, mark.error)
        return nb, resources


class FlagForReview(NbGraderPreprocessor):
    """Send what nobody but a person can decide to manual grading, and nothing else.

    nbgrader would wait for a person to give 0 of 0 points: to a task that only holds a mark
    scheme, to a Markdown answer that a test cell marks.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Set ``needs_manual_grade`` where the judge left a reason; clear it for 0 points."""
        ids = resources["nbgrader"]
        names = (ids["notebook"], ids["assignment"], ids["student"])
        with Gradebook(ids["db_url"]) as gradebook:
            for cell in nb.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                left = cell.metadata.get("mathgrade", {})
                if is_grade(cell) and left.get("review"):
                    grade = gradebook.find_grade(grade_id, *names)
                    grade.needs_manual_grade = True
                    if left.get("undecided"):
                        grade.auto_score = None
                    self.log.warning("%s needs a person: %s", grade_id, left["review"])
                elif _marked_elsewhere(cell):
                    gradebook.find_grade(grade_id, *names).needs_manual_grade = False
            gradebook.db.commit()
        return nb, resources


def _marked_elsewhere(cell: NotebookNode) -> bool:
    """Whether nbgrader would have a cell marked by hand whose points stand in another."""
    by_hand = is_task(cell) or (is_grade(cell) and is_solution(cell))
    return by_hand and not float(cell.metadata.nbgrader.get("points", 0))
