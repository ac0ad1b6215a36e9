"""The exporter nbgrader calls to make feedback.

Set ``c.GenerateFeedback.exporter_class = "mathgrade.feedback.exporter.FeedbackExporter"``.
It is no HTMLExporter: nbgrader and formgrader set that class's ``template_name``, and its
templates load scripts from other hosts.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import Exporter, FilenameExtension
from nbformat import NotebookNode

from mathgrade.feedback.gradebook import enter_marks, read_marks
from mathgrade.feedback.page import read_page
from mathgrade.feedback.render import render

__all__ = ["FeedbackExporter"]

_STAMP_BYTES = 100


class FeedbackExporter(Exporter):
    """A marked notebook as a page for its student."""

    output_mimetype = "text/html"
    file_extension = FilenameExtension(".html")
    export_from_notebook = None  # not offered in JupyterLab's menu: it needs marks

    def from_notebook_node(
        self, nb: NotebookNode, resources: Mapping[str, Any] | None = None, **kw: Any
    ) -> tuple[str, Any]:
        """The page of one notebook.

        Args:
            nb: the autograded notebook.
            resources: nbconvert's; ``resources["nbgrader"]`` says whose notebook it is.

        Returns:
            The HTML document and the resources.

        Raises:
            MissingEntry: the gradebook does not know the notebook, or a cell of it.
        """
        nb, given = super().from_notebook_node(nb, resources, **kw)
        place = given.get("nbgrader", {})
        # nbgrader releases no feedback without a timestamp beside it, whatever it says; where
        # nobody knows when an attempt was received there is none.
        given.setdefault("outputs", {}).setdefault("timestamp.txt", _stamp(given))
        marks = read_marks(place)
        if marks is not None:
            enter_marks(nb, place, marks)
        return render(read_page(nb, place, marks.states if marks else {})), given


def _stamp(given: Mapping[str, Any]) -> bytes:
    """The timestamp beside the marked notebook, which is the course's own; empty without one."""
    folder = given.get("metadata", {}).get("path", "")
    try:
        with Path(folder, "timestamp.txt").open("rb") as file:
            return file.read(_STAMP_BYTES)
    except OSError:
        return b""
