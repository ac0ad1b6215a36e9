"""The two steps nbgrader's Autograde gains, set in ``nbgrader_config.py``.

:class:`Judge` stands where nbgrader's ``Execute`` stood; :class:`FlagForReview`
comes after ``SaveAutoGrades`` and sends to manual grading what only a person
can decide.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, is_task
from traitlets import Bool, Enum, Float, Int

from mathgrade.autograde.marking import Limits, Place, is_test, mark_notebook

__all__ = ["FlagForReview", "Judge"]


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
        for mark in mark_notebook(nb, place, self.limits(), ahead=self.ahead):
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
                if is_test(cell) and left.get("review"):
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
