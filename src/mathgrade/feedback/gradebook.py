"""Which marks still wait for a person, as nbgrader's gradebook has it.

GetGrades puts scores and comments into the notebook, but not whether a mark is final
and whether a person gave it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["MarkState", "mark_states"]


@dataclass(frozen=True, slots=True)
class MarkState:
    """How a mark came about.

    Attributes:
        waiting: a person has yet to look.
        by_person: a person set the score.
    """

    waiting: bool = False
    by_person: bool = False


def mark_states(place: Mapping[str, Any]) -> dict[str, MarkState]:
    """The state of every mark of one submitted notebook, by grade id.

    Args:
        place: ``resources["nbgrader"]`` as nbgrader fills it.

    Returns:
        Empty where there is no gradebook (a notebook converted by hand).
    """
    if not all(place.get(key) for key in ("db_url", "notebook", "assignment", "student")):
        return {}
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(place["db_url"]) as gradebook:
        try:
            submitted = gradebook.find_submission_notebook(
                place["notebook"], place["assignment"], place["student"]
            )
        except MissingEntry:
            return {}
        return {
            grade.name: MarkState(bool(grade.needs_manual_grade), grade.manual_score is not None)
            for grade in submitted.grades
        }
