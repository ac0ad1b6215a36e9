"""A course of one small assignment with plain asserts, to break in known ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat.v4 import new_markdown_cell

from mathgrade.course.notebooks import notebook_text, parse_notebook
from tests.autograde.courses import JUDGE, graded, notebook

NAME = "lines"
SQUARE = """\
def square(x):
    ### BEGIN SOLUTION
    product = x * x
    return product
    ### END SOLUTION
"""
SQUARE_TEST = """\
assert callable(square)
### BEGIN HIDDEN TESTS
assert [square(k) for k in (-3, 5)] == [9, 25]
### END HIDDEN TESTS
"""
TOTAL = """\
### BEGIN SOLUTION
total = sum(range(1, 12))
### END SOLUTION
"""
TOTAL_TEST = """\
### BEGIN HIDDEN TESTS
credit = 1.5 if total == 66 else 0.5 if total == 55 else 0.0
credit
### END HIDDEN TESTS
"""
ATTEMPTS = {
    "doubled": """
title = "Twice instead of squared"
[cells]
square = '''
def square(x):
    return 2 * x
'''
[marks]
square = 0
""",
    "ten-terms": """
title = "One term too few, nothing else done"
base = "blank"
[cells]
total = "total = sum(range(11))"
[marks]
total = 0.5
""",
}


def cells() -> list[Any]:
    """The cells of the assignment, in order."""
    return [
        new_markdown_cell("# Lines\n\nSquares and sums.", id="title"),
        graded(SQUARE, "square", solution=True),
        graded(SQUARE_TEST, "square-test", points=2),
        graded(TOTAL, "total", solution=True),
        graded(TOTAL_TEST, "total-test", points=1.5),
        graded("A square is a product.", "words", points=3, solution=True, markdown=True),
    ]


def tiny_course(folder: Path) -> Path:
    """Write the course; its release is not made yet."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "tiny"\n{JUDGE}'
    )
    source_path(folder).parent.mkdir(parents=True)
    source_path(folder).write_text(notebook_text(notebook(cells())))
    attempts = folder / "reference" / "attempts" / NAME
    attempts.mkdir(parents=True)
    for name, text in ATTEMPTS.items():
        (attempts / f"{name}.toml").write_text(text.lstrip())
    return folder


def source_path(course: Path) -> Path:
    """The instructor's notebook."""
    return course / "source" / NAME / f"{NAME}.ipynb"


def change_cell(path: Path, grade_id: str, change: Callable[[Any], None]) -> None:
    """Change one cell of a notebook in place, and nothing else."""
    nb = parse_notebook(path.read_text())
    (cell,) = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id]
    change(cell)
    path.write_text(notebook_text(nb))


def replace_in(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there; in a notebook, inside its JSON strings."""
    text = path.read_text()
    if path.suffix == ".ipynb":
        old, new = json.dumps(old)[1:-1], json.dumps(new)[1:-1]
    assert old in text
    path.write_text(text.replace(old, new))
