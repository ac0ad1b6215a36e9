"""The class report as one HTML document: no script, nothing from another host."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from mathgrade.feedback.render import TEMPLATES as FEEDBACK_TEMPLATES
from mathgrade.feedback.render import number, page_environment
from mathgrade.report.advice import FEW, Advice, advise
from mathgrade.report.charts import heat_map, histogram, level
from mathgrade.report.figures import AssignmentFigures, ClassFigures
from mathgrade.report.statistics import BINS

__all__ = ["render_report"]

TEMPLATES = Path(__file__).parent / "templates"
MOST_REASONS = 6
"""Notes of one item that are shown; the rest are counted."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A student's marks, as the table beside the heat map has them."""

    student: str
    total: str
    cells: tuple[tuple[str, str], ...]  # shade and text


def render_report(figures: ClassFigures) -> str:
    """The HTML document."""
    places = {one.name: f"a{number}" for number, one in enumerate(figures.assignments, start=1)}
    items = {
        (one.name, found.item.notebook, found.item.name): f"{places[one.name]}-{number}"
        for one in figures.assignments
        for number, found in enumerate(one.items, start=1)
    }

    def target(advice: Advice) -> str:
        key = (advice.assignment, advice.notebook, advice.item)
        return items.get(key, places[advice.assignment])

    return _template().render(
        figures=figures,
        advice=advise(figures),
        target=target,
        places=places,
        style=_style(),
    )


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = page_environment(TEMPLATES)
    environment.filters |= {
        "percent": _percent,
        "correlation": _correlation,
        "time": lambda time: f"{time:%d %B %Y, %H:%M}".lstrip("0"),
    }
    environment.globals |= {
        "histogram": histogram,
        "tenths": _tenths,
        "heat": _heat,
        "rows": _rows,
        "FEW": FEW,
        "MOST_REASONS": MOST_REASONS,
    }
    return environment.get_template("report.html.j2")


@lru_cache(maxsize=1)
def _style() -> Markup:
    sheets = (
        *(FEEDBACK_TEMPLATES / name for name in ("page.css", "math.css")),
        TEMPLATES / "report.css",
    )
    return Markup("".join(sheet.read_text(encoding="utf-8") for sheet in sheets))  # noqa: S704


def _percent(part: float | None) -> str:
    """A part as people write it.

    >>> _percent(0.678), _percent(None)
    ('68\xa0%', '–')
    """
    return "–" if part is None else f"{100 * part:.0f}\N{NO-BREAK SPACE}%"


def _correlation(value: float | None) -> str:
    """A correlation with two digits.

    >>> _correlation(-0.254), _correlation(None)
    ('−0.25', '–')
    """
    if value is None:
        return "–"
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def _tenths(counts: tuple[int, ...]) -> list[tuple[str, int]]:
    return [(f"{k * 100 // BINS} to {(k + 1) * 100 // BINS} %", n) for k, n in enumerate(counts)]


def _order(one: AssignmentFigures) -> Any:
    """The rows, the best first and what is not known last."""
    parts = one.marks.parts
    return np.argsort(-np.where(np.isnan(parts), -1, parts), kind="stable")


def _heat(one: AssignmentFigures, anchor: str) -> Markup:
    with np.errstate(invalid="ignore"):
        parts = (one.marks.marks / one.marks.points)[_order(one)]
    columns = [str(k) for k in range(1, len(one.items) + 1)]
    return heat_map(parts, columns, f"Marks in {one.name}, students by items", anchor)


def _rows(one: AssignmentFigures) -> list[_Row]:
    marks = one.marks
    rows = []
    for i in _order(one):
        cells = []
        for k, item in enumerate(marks.items):
            value = float(marks.marks[i, k])
            shade = level(value / item.points)
            text = "waits" if shade < 0 else number(value)
            cells.append((f"level-{'w' if shade < 0 else shade}", text))
        known = marks.marks[i][~np.isnan(marks.marks[i])]
        total = number(max(float(known.sum()) - float(marks.penalties[i]), 0.0))
        rows.append(_Row(marks.students[int(i)], total, tuple(cells)))
    return rows
