"""What goes to the judge for an attempt, and what comes back for each test cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mathgrade.verdict import Verdict

__all__ = ["Attempt", "CellError", "CellResult"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the judge knows of an attempt before the first test cell.

    Attributes:
        course: the course folder, as text.
        assignment: name of the assignment.
        student: id of the student, from the submission's folder.
        answers: source text of every answer cell, by grade_id.
        trusted: sources of the instructor's cells that students cannot change.
        imports: sources of all of the instructor's cells; only imports are taken.
        asked: names the instructor's own solution binds: always the student's.
        claimed: whose the notebook says it is, by its call of ``student``.
    """

    course: str
    assignment: str
    student: str
    answers: Mapping[str, str]
    trusted: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    claimed: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` reads them back."""
        return {
            "course": self.course,
            "assignment": self.assignment,
            "student": self.student,
            "answers": dict(self.answers),
            "trusted": list(self.trusted),
            "imports": list(self.imports),
            "asked": sorted(self.asked),
            "claimed": self.claimed,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Attempt:
        """The attempt :meth:`to_json` wrote."""
        return cls(
            course=data["course"],
            assignment=data["assignment"],
            student=data["student"],
            answers=data["answers"],
            trusted=tuple(data["trusted"]),
            imports=tuple(data["imports"]),
            asked=frozenset(data["asked"]),
            claimed=data["claimed"],
        )


@dataclass(frozen=True, slots=True)
class CellError:
    """The exception that ended a test cell, as nbgrader's error output wants it."""

    ename: str
    evalue: str
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CellResult:
    """What one test cell came to.

    Attributes:
        score: points, a finite float between 0 and the maximum; None where a
            person has to decide.
        partial: whether the score was the value of the cell's last expression.
        verdicts: what ``grade`` calls in the cell found.
        error: the exception that ended the cell, if one did.
        review: why a person must look; empty if nobody has to.
        printed: what the cell printed, cut to a reasonable length.
    """

    score: float | None
    partial: bool = False
    verdicts: tuple[Verdict, ...] = ()
    error: CellError | None = None
    review: str = ""
    printed: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` reads them back."""
        error = self.error
        return {
            "score": self.score,
            "partial": self.partial,
            "verdicts": [v.to_json() for v in self.verdicts],
            "error": error and [error.ename, error.evalue, list(error.traceback)],
            "review": self.review,
            "printed": self.printed,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CellResult:
        """The result :meth:`to_json` wrote."""
        error = data["error"]
        return cls(
            score=data["score"],
            partial=bool(data["partial"]),
            verdicts=tuple(Verdict.from_json(v) for v in data["verdicts"]),
            error=None if error is None else CellError(error[0], error[1], tuple(error[2])),
            review=data["review"],
            printed=data["printed"],
        )
