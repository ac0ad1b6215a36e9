"""The formats for nbgrader's own command.

nbgrader export --exporter=mathgrade.export.CanvasExport --to=grades.csv
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Enum, Unicode

from mathgrade.export.formats import FORMATS, Columns
from mathgrade.export.writing import export_marks

__all__ = ["BlackboardExport", "CanvasExport", "CsvExport", "MoodleExport"]


class _Export(ExportPlugin):
    """Writes the gradebook's marks in one of the formats."""

    form = ""

    columns = Enum(
        [None, *(one.value for one in Columns)],
        default_value=None,
        allow_none=True,
        help="total, items or both; what suits the LMS by default",
    ).tag(config=True)
    missing_as_zero = Bool(False, help="0 for what was not handed in, not blank").tag(config=True)
    lms_ids = Dict(value_trait=Unicode(), help="the LMS's number of a column, by assignment").tag(
        config=True
    )

    def export(self, gradebook: Any) -> None:
        """Write the marks to ``to``; nbgrader calls it."""
        directory = getattr(self.parent, "coursedir", None)
        done = export_marks(
            gradebook,
            Path(directory.root) if directory is not None else Path.cwd(),
            FORMATS[self.form],
            Path(self.to) if self.to else None,
            assignments=[str(name) for name in self.assignment],
            students=[str(name) for name in self.student],
            wanted=Columns(self.columns) if self.columns else None,
            missing_as_zero=self.missing_as_zero,
            lms_ids=self.lms_ids,
        )
        for line in done.told():
            self.log.warning(line)
        self.log.info("Exported to %s", done.path)


class MoodleExport(_Export):
    """CSV for Moodle's grade import."""

    form = "moodle"


class CanvasExport(_Export):
    """CSV for Canvas's gradebook import."""

    form = "canvas"


class BlackboardExport(_Export):
    """Tab-delimited UTF-16 for Blackboard's upload of grades."""

    form = "blackboard"


class CsvExport(_Export):
    """Plain CSV with every mark and how far it is."""

    form = "csv"
