"""Makes the report: a page and a CSV in a folder of the course."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mathgrade.errors import CourseError
from mathgrade.report.figures import ClassFigures
from mathgrade.report.page import render_report
from mathgrade.report.table_text import items_csv

__all__ = ["FOLDER", "Written", "write_report"]

FOLDER = "report"
"""Where it goes in the course, if nothing else is said."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        page: the HTML document.
        table: the CSV.
    """

    page: Path
    table: Path


def write_report(figures: ClassFigures, folder: Path) -> Written:
    """Write the page and the CSV of a class.

    Args:
        figures: of the class.
        folder: made if it is not there.

    Raises:
        CourseError: nothing has been marked, or the folder cannot be written.
    """
    if not figures.assignments:
        of = f" of {', '.join(figures.unmarked)}" if figures.unmarked else ""
        raise CourseError(
            f"Expected marked attempts{of}, found none. Run `mathgrade autograde` first."
        )
    written = Written(folder / "class.html", folder / "items.csv")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written.page.write_text(render_report(figures), encoding="utf-8")
        # Excel takes a CSV for UTF-8 only by its mark.
        written.table.write_text(items_csv(figures), encoding="utf-8-sig", newline="")
    except OSError as error:
        raise CourseError(
            f"{folder} could not be written: {error.strerror or error}. "
            "Name another place with --folder."
        ) from error
    return written
