"""Marks for a learning management system: Moodle, Canvas, Blackboard, or plain CSV."""

from mathgrade.export.formats import FORMATS, Columns, Format, Options
from mathgrade.export.marks import ClassMarks, Status, read_marks
from mathgrade.export.plugins import (
    BlackboardExport,
    CanvasExport,
    CsvExport,
    MoodleExport,
)
from mathgrade.export.writing import Exported, export_marks

__all__ = [
    "FORMATS",
    "BlackboardExport",
    "CanvasExport",
    "ClassMarks",
    "Columns",
    "CsvExport",
    "Exported",
    "Format",
    "MoodleExport",
    "Options",
    "Status",
    "export_marks",
    "read_marks",
]
