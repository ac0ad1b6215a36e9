"""A new assignment to begin with: a notebook and its items that pass every check.

It holds one question of each common kind, small enough to be read at once and to be
replaced: a formula, and a function. ``docs/authoring.md`` goes on from here.
"""

from __future__ import annotations

import keyword
import re
import tempfile
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mathgrade.course.notebooks import notebook_text
from mathgrade.errors import CourseError

__all__ = ["begin_assignment", "new_cell"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40

_TITLE = """\
# {title}

Say in a few sentences what this notebook is about and what it is good for.

| question | you assign | points |
|---|---|---|
| 1 a derivative | `slope` | 1 |
| 2 the same as a function | `square` | 2 |"""
_PREAMBLE = """\
import numpy as np
import sympy as sp

from mathgrade import cell, check, grade, student, variant

x = sp.Symbol("x", real=True)"""
_SLOPE_TEXT = """\
## 1 A derivative (1 point)

Differentiate $f(x) = x^2$."""
_SLOPE = """\
# slope: a SymPy expression in x.
### BEGIN SOLUTION
slope = 2 * x
### END SOLUTION"""
_SLOPE_TEST = """\
\"\"\"Question 1, 1 point. What you see here is about the form of your answer only.\"\"\"
check(slope, names={{"x": "real"}})
### BEGIN HIDDEN TESTS
grade("{name}:slope", slope)
### END HIDDEN TESTS"""
_SQUARE_TEXT = """\
## 2 The same as a function (2 points)

Program `square(x)` for an array `x` of any shape."""
_SQUARE = """\
def square(x):
    \"\"\"The square of every entry.\"\"\"
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION"""
_SQUARE_TEST = """\
\"\"\"Question 2, 2 points. What you see here is about the form of your answer only.\"\"\"
check(square, kind="function")
### BEGIN HIDDEN TESTS
grade("{name}:square", square)
### END HIDDEN TESTS"""

_REFERENCE = '''\
"""The items of the assignment {name}."""

from __future__ import annotations

import numpy as np

from mathgrade.answers import Expression, Function
from mathgrade.answers.checks import agrees
from mathgrade.items import Item, Mistake


def square(x):
    """The reference for question 2."""
    return np.asarray(x) ** 2


def doubled(x):
    """What a student may take for a square."""
    return 2 * np.asarray(x)


ARRAYS = [np.array([-1.5, 0.0, 3.0]), np.array([[1.0, -2.0], [0.5, 4.0]])]

ITEMS = [
    Item(
        "slope",
        1,
        Expression("2*x", {{"x": "real"}}),
        title="A derivative",
        mistakes=(
            Mistake(
                "x",
                "The exponent comes down as a factor.",
                "{name}.factor",
            ),
        ),
    ),
    Item(
        "square",
        2,
        Function(square, (agrees("Right for arrays of every shape", ARRAYS, 1),)),
        title="The same as a function",
        mistakes=(
            Mistake(
                doubled,
                "This is twice x, not x times x.",
                "{name}.doubled",
            ),
        ),
    ),
]
'''


def begin_assignment(course: Path, name: str) -> list[Path]:
    """Write ``source/<name>/<name>.ipynb`` and ``reference/<name>.py``.

    Args:
        course: the course folder.
        name: words of small letters and digits, joined by hyphens.

    Returns:
        What was written.

    Raises:
        CourseError: a name that is none, or that is taken; then nothing is written.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or keyword.iskeyword(name):
        raise CourseError(
            f"{name!r} is no name for an assignment. Use small letters, digits and hyphens, "
            f"beginning with a letter, at most {_LONGEST} of them: chain-rule, week-3."
        )
    folder, reference = course / "source" / name, course / "reference" / f"{name}.py"
    taken = [
        path
        for path in (folder, reference, course / "release" / name)
        if path.exists() or path.is_symlink()
    ]
    if taken:
        there = ", ".join(str(path.relative_to(course)) for path in taken)
        raise CourseError(f"There is {there} already. Choose another name; nothing was written.")
    reference.parent.mkdir(exist_ok=True)
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as made:
        new = Path(made) / name
        new.mkdir()
        (new / f"{name}.ipynb").write_text(notebook_text(_notebook(name)), encoding="utf-8")
        with reference.open("x", encoding="utf-8") as file:
            file.write(_REFERENCE.format(name=name))
        new.rename(folder)
    return [folder / f"{name}.ipynb", reference]


def _notebook(name: str) -> Any:
    title = name.replace("-", " ").capitalize()
    cells = [
        new_markdown_cell(_TITLE.format(title=title), id="title"),
        new_cell(_PREAMBLE, "preamble", locked=True),
        new_markdown_cell("Fill in your student id.", id="student-id-text"),
        new_code_cell('student("")  # your student id between the quotes', id="student-id"),
        new_markdown_cell(_SLOPE_TEXT, id="slope-text"),
        new_cell(_SLOPE, "slope", solution=True),
        new_cell(_SLOPE_TEST.format(name=name), "slope-test", points=1),
        new_markdown_cell(_SQUARE_TEXT, id="square-text"),
        new_cell(_SQUARE, "square", solution=True),
        new_cell(_SQUARE_TEST.format(name=name), "square-test", points=2),
    ]
    nb = new_notebook(cells=cells)
    nb.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    nb.metadata["language_info"] = {"name": "python"}
    return nb


def new_cell(
    text: str,
    name: str,
    *,
    solution: bool = False,
    points: float | None = None,
    locked: bool = False,
    markdown: bool = False,
) -> Any:
    """A cell with nbgrader's metadata, as its toolbar writes it.

    Args:
        text: its source.
        name: its grade_id.
        solution: whether a student fills it in.
        points: of a test cell, or of an answer marked by hand; None for any other.
        locked: whether it is neither, and not to be changed.
        markdown: whether it holds text.
    """
    cell = (new_markdown_cell if markdown else new_code_cell)(text, id=name)
    cell.metadata["nbgrader"] = {
        "grade": points is not None,
        "grade_id": name,
        "locked": locked or not solution,
        **({"points": points} if points is not None else {}),
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return cell
