"""Figures as text: the CSV of the items, and JSON for machines."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from typing import Any

from mathgrade.export.cells import safe_text
from mathgrade.report.advice import advise
from mathgrade.report.figures import AssignmentFigures, ClassFigures, ItemFigures

__all__ = ["figures_json", "items_csv"]

COLUMNS = (
    "assignment",
    "notebook",
    "item",
    "title",
    "points",
    "attempts",
    "waiting",
    "by_person",
    "full_marks",
    "no_marks",
    "facility",
    "discrimination",
    "alpha_of_assignment",
    "commonest_note",
    "attempts_with_it",
)


def items_csv(figures: ClassFigures) -> str:
    """A row for each item; what has no meaning is left empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow(COLUMNS)
    for one in figures.assignments:
        for found in one.items:
            first = found.reasons[0] if found.reasons else None
            writer.writerow(
                [
                    safe_text(one.name),
                    safe_text(found.item.notebook),
                    safe_text(found.item.name),
                    safe_text(found.item.title),
                    f"{found.item.points:g}",
                    found.known + found.waiting,
                    found.waiting,
                    found.by_person,
                    found.full,
                    found.none,
                    _rounded(found.facility),
                    _rounded(found.discrimination),
                    _rounded(one.alpha),
                    safe_text(first.note) if first else "",
                    first.count if first else "",
                ]
            )
    return text.getvalue()


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def figures_json(figures: ClassFigures) -> str:
    """The figures as JSON: ``{"course", "students", "unmarked", "assignments", "look_first"}``."""
    data = {
        "course": figures.course,
        "students": figures.students,
        "unmarked": list(figures.unmarked),
        "assignments": [_assignment(one) for one in figures.assignments],
        "look_first": [
            {"assignment": a.assignment, "item": a.item, "text": a.text} for a in advise(figures)
        ],
    }
    return json.dumps(data, ensure_ascii=False)


def _assignment(one: AssignmentFigures) -> dict[str, Any]:
    times = None
    if one.times is not None:
        times = {
            "first": one.times.first.isoformat(),
            "half": one.times.half.isoformat(),
            "last": one.times.last.isoformat(),
            "known": one.times.known,
            "late": one.times.late,
        }
    return {
        "assignment": one.name,
        "points": one.points,
        "attempts": one.attempts,
        "missing": one.missing,
        "waiting": one.waiting,
        "part_of_points": dataclasses.asdict(one.spread) if one.spread else None,
        "distribution": list(one.distribution),
        "alpha": one.alpha,
        "alpha_from": one.counted,
        "received": times,
        "items": [_item(found) for found in one.items],
    }


def _item(found: ItemFigures) -> dict[str, Any]:
    return {
        "item": found.item.name,
        "notebook": found.item.notebook,
        "title": found.item.title,
        "points": found.item.points,
        "known": found.known,
        "waiting": found.waiting,
        "by_person": found.by_person,
        "full_marks": found.full,
        "no_marks": found.none,
        "facility": found.facility,
        "discrimination": found.discrimination,
        "notes": [
            {
                "note": reason.note,
                "attempts": reason.count,
                "example": dataclasses.asdict(reason.example),
            }
            for reason in found.reasons
        ],
    }
