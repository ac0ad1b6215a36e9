"""How ``nbgrader autograde`` reads what was handed in; set in ``nbgrader_config.py``.

nbgrader's converter opens a notebook, and copies the files beside it, before the first of
its steps runs. This exporter is made before either: then it makes the hand-ins safe. A
notebook that was handed in it reads as bytes, within bounds, and leaves to
:class:`~mathgrade.autograde.preprocessors.Intake` unparsed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from mathgrade.autograde.hand_in import Refused, read_hand_in
from mathgrade.autograde.preprocessors import HAND_IN, Intake
from mathgrade.autograde.quarantine import make_safe
from mathgrade.autograde.receipts import read_receipts
from mathgrade.errors import CourseError

__all__ = ["IntakeExporter"]


class IntakeExporter(NotebookExporter):
    """Writes notebooks as nbgrader's own does; reads hand-ins without trusting them."""

    def __init__(self, config: Any = None, **kwargs: Any) -> None:
        super().__init__(config=config, **kwargs)
        converter = self.parent
        if hasattr(converter, "assignments") and hasattr(converter, "coursedir"):
            for folder in list(converter.assignments):
                self._make_safe(converter, folder)

    def _make_safe(self, converter: Any, folder: str) -> None:
        directory = converter.coursedir
        student, assignment = Path(folder).parts[-2:]
        if Path(folder) != self._hand_in(student, assignment):
            raise CourseError(
                "Expected nbgrader's own directory_structure, submitted/STUDENT/ASSIGNMENT; found "
                f"a hand-in in {folder}."
            )
        intake = Intake(parent=self)
        root = Path(directory.root)
        try:
            refusals = make_safe(
                root,
                Path(folder).parents[1],
                student,
                assignment,
                intake.notebooks_of(root, assignment),
                received=read_receipts(root, assignment).get(student),
                keep_timestamp=intake.believe_timestamps,
                bounds=intake.bounds(),
                ignore=directory.ignore,
            )
        except Refused as reason:
            self.log.error("%s is not taken in: %s", folder, reason)
            del converter.assignments[folder]
            return
        for refusal in refusals:
            self.log.warning("%s: %s; the original is in refused/", folder, refusal)
        there = [path for path in converter.assignments[folder] if os.path.lexists(path)]
        converter.assignments[folder] = there

    def _hand_in(self, student: str, assignment: str) -> Path:
        directory = self.parent.coursedir
        return Path(directory.format_path(directory.submitted_directory, student, assignment))

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Read a notebook; one that was handed in becomes a resource, and stays bytes."""
        ids = (resources or {}).get("nbgrader")
        path = Path(filename)
        if ids is None or path.parent != self._hand_in(ids["student"], ids["assignment"]):
            read: tuple[NotebookNode, dict[str, Any]]
            read = super().from_filename(filename, resources=resources, **kwargs)
            return read
        assert resources is not None
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        resources[HAND_IN] = read_hand_in(
            path.parents[2],
            ids["student"],
            ids["assignment"],
            [path.stem],
            bounds=Intake(parent=self).bounds(),
            ignore=["*"],  # the files beside it are nbgrader's to copy
        )
        made: tuple[NotebookNode, dict[str, Any]]
        made = self.from_notebook_node(new_notebook(), resources, **kwargs)
        return made
