"""The notebooks of a course: where they are and what their cells are for.

nbgrader keeps a cell's purpose in three flags of its metadata. Here they have
names: an *answer* is filled in by a student, a *test* marks it, a cell marked
*by hand* waits for a person. nbgrader has no Markdown answer that a test marks:
every Markdown answer is one to be graded by hand. So one of 0 points is an answer
whose points stand in its test cell, as with code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from mathgrade.errors import CourseError

__all__ = [
    "TEST_SUFFIX",
    "answers_of",
    "assignments_of",
    "extra_files",
    "grade_id",
    "is_answer",
    "is_by_hand",
    "is_test",
    "marked_name",
    "notebook_path",
    "notebook_text",
    "parse_notebook",
    "points_of",
    "read_notebook",
    "require_assignments",
]

TEST_SUFFIX = "-test"


def assignments_of(course: Path) -> list[str]:
    """Names of the folders in ``source/`` that hold a notebook, in order."""
    source = course / "source"
    if not source.is_dir():
        raise CourseError(
            f"Expected a folder source/ in {course}, found none. Run this inside a course."
        )
    return sorted(f.name for f in source.iterdir() if f.is_dir() and any(f.glob("*.ipynb")))


def require_assignments(course: Path, names: list[str] | tuple[str, ...] = ()) -> list[str]:
    """``names``, checked to exist; all assignments of the course if there are none.

    Raises:
        CourseError: an assignment that is not there, or a course without any.
    """
    there = assignments_of(course)
    if not there:
        raise CourseError(f"Expected notebooks as {course}/source/NAME/NAME.ipynb, found none.")
    for name in names:
        if name not in there:
            raise CourseError(
                f"There is no assignment {name!r} in {course / 'source'}; "
                f"there is {', '.join(there)}."
            )
    return list(names) or there


def notebook_path(course: Path, step: str, assignment: str) -> Path:
    """``source/softmax/softmax.ipynb`` for step ``source``.

    >>> notebook_path(Path("c"), "release", "svd").as_posix()
    'c/release/svd/svd.ipynb'
    """
    return course / step / assignment / f"{assignment}.ipynb"


def read_notebook(path: Path) -> Any:
    """The notebook in a file, as nbformat 4.

    Raises:
        CourseError: no such file, or not a notebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        beside = ", ".join(sorted(f.name for f in path.parent.glob("*.ipynb"))) or "no notebook"
        raise CourseError(f"Expected {path}, found {beside} in that folder.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}.") from error
    return parse_notebook(text, str(path))


def parse_notebook(text: str, where: str = "the notebook") -> Any:
    """The notebook in a text, exactly as it stands; ``where`` names it in an error.

    ``nbformat.reads`` gives cells that share an id new random ones, and only
    warns; what a check looks at must not be mended on the way.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CourseError(f"{where} is not a Jupyter notebook: {error}.") from error
    reason = _not_a_notebook(data)
    if reason:
        raise CourseError(f"{where} is not a Jupyter notebook of format 4: {reason}.")
    return nbformat.v4.reads(text)


def _not_a_notebook(data: Any) -> str:
    if not isinstance(data, dict) or data.get("nbformat") != 4:
        return "expected an object with nbformat 4"
    if not isinstance(data.get("cells"), list) or not isinstance(data.get("metadata"), dict):
        return "expected cells and metadata"
    for number, cell in enumerate(data["cells"], start=1):
        if not isinstance(cell, dict) or not isinstance(cell.get("metadata"), dict):
            return f"cell {number} has no metadata"
        if not isinstance(cell.get("source"), str | list):
            return f"cell {number} has no source"
        wanted = ("outputs", "execution_count") if cell.get("cell_type") == "code" else ()
        if cell.get("cell_type") not in ("code", "markdown", "raw"):
            return f"cell {number} has the type {cell.get('cell_type')!r}"
        missing = [key for key in wanted if key not in cell]
        if missing:
            return f"cell {number} has no {missing[0]}"
    return ""


def notebook_text(nb: Any) -> str:
    """A notebook as JupyterLab and nbformat write it, with one newline at the end."""
    return str(nbformat.v4.writes(nb)).rstrip("\n") + "\n"


def extra_files(folder: Path) -> Iterator[Path]:
    """Files beside the notebooks that nbgrader copies along: data and modules."""
    for path in sorted(folder.rglob("*")):
        hidden = any(
            part in {"__pycache__", ".ipynb_checkpoints"} or part.endswith(".pyc")
            for part in path.relative_to(folder).parts
        )
        if path.is_file() and path.suffix != ".ipynb" and not hidden:
            yield path


def grade_id(cell: Any) -> str:
    """nbgrader's name of a cell; empty for a cell nbgrader does not know."""
    return str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))


def _flag(cell: Any, name: str) -> bool:
    return bool(cell.get("metadata", {}).get("nbgrader", {}).get(name, False))


def is_answer(cell: Any) -> bool:
    """Whether a student fills this cell in."""
    return _flag(cell, "solution")


def is_test(cell: Any) -> bool:
    """Whether this cell is run to mark an answer."""
    return _flag(cell, "grade") and not (_flag(cell, "solution") or _flag(cell, "task"))


def is_by_hand(cell: Any) -> bool:
    """Whether a person marks this cell."""
    graded = _flag(cell, "grade") and _flag(cell, "solution")
    return _flag(cell, "task") or (graded and points_of(cell) > 0)


def points_of(cell: Any) -> float:
    """Points nbgrader gives for a cell."""
    return float(cell.get("metadata", {}).get("nbgrader", {}).get("points", 0))


def marked_name(test_id: str) -> str:
    """The answer that a test cell marks.

    >>> marked_name("jacobian-test")
    'jacobian'
    """
    return test_id.removesuffix(TEST_SUFFIX)


def answers_of(nb: Any) -> dict[str, str]:
    """Sources of the answer cells by grade_id."""
    return {grade_id(cell): str(cell.source) for cell in nb.cells if is_answer(cell)}
