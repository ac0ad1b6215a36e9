"""How results look to a program: what ``--json`` prints, one object a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # each command loads only what it needs itself
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mathgrade.autograde.hand_in import Refusal
    from mathgrade.course.check import Line
    from mathgrade.course.collecting import Collected
    from mathgrade.course.demo import Demo
    from mathgrade.course.marks import StudentMarks
    from mathgrade.course.submissions import Result
    from mathgrade.verdict import Verdict

__all__ = [
    "checks_json",
    "class_json",
    "collected_json",
    "demo_json",
    "pages_json",
    "results_json",
    "verdict_json",
]


def checks_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """One object a check."""
    return [
        {
            "assignment": line.assignment,
            "check": line.check,
            "status": line.status.value,
            "details": list(line.details),
        }
        for line in lines
    ]


def class_json(
    rows: Sequence[StudentMarks], attempts: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """One object a student, with the marks of each item."""
    return [
        {
            "student": row.student,
            **({"attempt": attempts.get(row.student, "")} if attempts is not None else {}),
            "score": row.score,
            "points": row.points,
            "error": row.reason,
            "items": {
                name: {"score": mark.score, "points": mark.points, "review": mark.review}
                for name, mark in row.items.items()
            },
        }
        for row in rows
    ]


def results_json(
    assignment: str, rows: Sequence[StudentMarks], results: Sequence[Result]
) -> dict[str, Any]:
    """What became of each submission, and the marks of those that have some."""
    marks = {row["student"]: row for row in class_json(rows)}
    return {
        "assignment": assignment,
        "students": [
            {
                "student": result.student,
                "outcome": "failed" if result.error else "unchanged" if result.kept else "marked",
                "failure": result.error,
                "refusals": [str(refusal) for refusal in result.refusals],
                "marks": marks.get(result.student),
            }
            for result in results
        ],
    }


def collected_json(
    assignment: str, found: Sequence[Collected], nobodys: Sequence[Refusal]
) -> dict[str, Any]:
    """What became of each hand-in of an archive, and what in it is nobody's."""
    return {
        "assignment": assignment,
        "students": [
            {
                "student": one.student,
                "outcome": "failed" if one.error else one.outcome,
                "failure": one.error,
                "received": None if one.received is None else one.received.isoformat(),
                "refusals": [str(refusal) for refusal in one.refusals],
            }
            for one in found
        ],
        "refusals": [str(refusal) for refusal in nobodys],
    }


def pages_json(pages: Sequence[Path], failures: Sequence[str]) -> dict[str, Any]:
    """Where the pages are, and what could not be made."""
    return {"pages": [str(page) for page in pages], "failures": list(failures)}


def demo_json(made: Demo) -> dict[str, Any]:
    """A finished demo."""
    return {
        "folder": str(made.folder),
        "classes": [
            {
                "assignment": group.assignment,
                "students": class_json(group.rows, group.attempts),
                "surprises": list(group.surprises),
            }
            for group in made.classes
        ],
        **pages_json(made.pages, made.failures),
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict; the lines of a derivation in their public form."""
    from mathgrade.course.trial import derivation_of

    data = verdict.to_json()
    if data.pop("lines"):
        data["derivation"] = derivation_of(verdict).to_json()
    return data
