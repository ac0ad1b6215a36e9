"""What each student gets of an item: the parameters drawn, and the reference answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mathgrade import expression
from mathgrade.answers import SVD, Function
from mathgrade.answers.answer import AnswerTest
from mathgrade.errors import CourseError
from mathgrade.items import Item, find_item

__all__ = ["Draw", "draws", "students_of"]


@dataclass(frozen=True, slots=True)
class Draw:
    """One student's variant.

    Attributes:
        student: id of the student.
        drawn: the parameters, as ``variants.py`` returns them.
        answer: the reference answer; the function of a code item has none.
    """

    student: str
    drawn: Any
    answer: Any

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "student": self.student,
            "drawn": _plain(self.drawn),
            "answer": _plain(self.answer),
        }

    def texts(self) -> tuple[str, str]:
        """Parameters and answer as lines for people."""
        return shown(self.drawn), shown(self.answer)


def draws(course: Path, item: str, students: Sequence[str]) -> list[Draw]:
    """What students get.

    Args:
        course: the course folder.
        item: ``assignment:item``.
        students: their ids.

    Raises:
        CourseError: the item draws nothing.
        ItemError: no such item, or its draw fails.
    """
    found = find_item(item, course)
    if not found.variant:
        raise CourseError(f"{item} is the same for every student: it draws nothing.")
    return [_draw(found, student) for student in students]


def _draw(item: Item, student: str) -> Draw:
    assert item.draw is not None
    return Draw(student, item.draw(student), answer_of(item.test(student)))


def answer_of(test: AnswerTest) -> Any:
    """The reference answer as an instructor wants to see it; None for a function."""
    if isinstance(test, SVD):
        matrix = np.array(test.reference, dtype=float)
        return tuple(np.linalg.svd(matrix, full_matrices=False))
    if isinstance(test, Function):
        return None
    return test.reference


def students_of(course: Path, assignment: str, names: Sequence[str], count: int) -> list[str]:
    """Whose variants are listed.

    Args:
        course: the course folder.
        assignment: for the class: whoever handed it in.
        names: ids, or a file of them, one a line; the class if empty.
        count: how many made-up ids, if there is neither.

    Raises:
        CourseError: a file that cannot be read.
    """
    found: list[str] = []
    for name in names:
        path = Path(name)
        if path.suffix in (".txt", ".csv") or path.is_file():
            try:
                lines = path.read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise CourseError(f"{path} cannot be read: {error}.") from error
            found += [line.split(",")[0].strip() for line in lines if line.strip()]
        else:
            found += [part.strip() for part in name.split(",") if part.strip()]
    if names:
        return list(dict.fromkeys(found))
    handed_in = sorted(p.parent.name for p in (course / "submitted").glob(f"*/{assignment}"))
    return handed_in or [f"s{number:03}" for number in range(1, count + 1)]


def shown(value: Any) -> str:
    """A value on a line, arrays row by row.

    >>> shown(np.array([[1.0, 2.5], [0.0, -1.0]]))
    '[[1, 2.5], [0, -1]]'
    """
    if value is None:
        return "—"
    if isinstance(value, np.ndarray):
        return f"[{', '.join(map(shown, value))}]" if value.ndim else shown(value.item())
    if isinstance(value, float):
        return f"{float(value):.10g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} = {shown(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value))
    if isinstance(value, expression.Node):
        return expression.to_text(value)
    return str(value)


def _plain(value: Any) -> Any:
    """JSON anybody can read; what has no such form as its text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return shown(value)
