"""The solution notebook of an assignment, to be published after the deadline.

What students got, with the answers a teacher would hand out: solutions without their
markers, the visible part of each test, nothing hidden, and nothing that nbgrader would take
for a cell to fill in.
"""

from __future__ import annotations

import ast
import copy
import shutil
import tempfile
from pathlib import Path
from typing import Any

from mathgrade.course.notebooks import (
    extra_files,
    grade_id,
    is_test,
    notebook_path,
    notebook_text,
    read_notebook,
    require_assignments,
)
from mathgrade.course.regions import read_regions, visible_lines
from mathgrade.errors import CourseError

__all__ = ["solution_notebook", "write_solution"]


HIDDEN = ("HIDDEN TESTS", "MARK SCHEME")


def solution_notebook(source: Any) -> Any:
    """The notebook to publish, made of the one in ``source/``.

    Hidden tests, mark schemes and calls of ``check`` are left out, solutions stay. Of
    nbgrader's metadata nothing is kept: nobody can hand this notebook in by mistake.

    Raises:
        CourseError: a marker is wrong, so that nobody can say what is hidden.
    """
    nb = copy.deepcopy(source)
    nb.cells = []
    for cell in copy.deepcopy(source.cells):
        _, faults = read_regions(cell.source, cell.cell_type)
        if faults:
            raise CourseError(
                f"cell {grade_id(cell) or cell.get('id', '')!r}, line {faults[0].line}: "
                f"{faults[0].message}. Mend it first; nothing was written."
            )
        cell["source"] = "\n".join(visible_lines(cell.source, cell.cell_type, HIDDEN)).rstrip()
        if not cell.source.strip() or (is_test(cell) and _only_checks(cell.source)):
            continue
        for name in ("nbgrader", "tags"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell["outputs"], cell["execution_count"] = [], None
        nb.cells.append(cell)
    return nb


def _only_checks(source: str) -> bool:
    """Whether a test cell only looks at the form of an answer, which says nothing here."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return all(
        isinstance(statement, ast.Expr)
        and (
            isinstance(statement.value, ast.Constant)
            or (
                isinstance(statement.value, ast.Call)
                and isinstance(statement.value.func, ast.Name)
                and statement.value.func.id == "check"
            )
        )
        for statement in body
    )


def write_solution(course: Path, assignment: str, to: Path | None = None) -> Path:
    """Write the solution of an assignment, whole or not at all.

    Args:
        course: the course folder.
        assignment: which.
        to: the folder to write into; ``solution/<assignment>/`` of the course if None. It gets
            the files that lie beside the notebook as well. Another solution there is replaced.

    Returns:
        The notebook.

    Raises:
        CourseError: no such assignment, a notebook that cannot be read, or a folder that holds
            something else.
    """
    (name,) = require_assignments(course, [assignment])
    folder = to or course / "solution" / name
    inside = folder.resolve()
    for step in ("source", "release", "reference", "submitted", "autograded", "feedback"):
        if inside.is_relative_to((course / step).resolve()):
            raise CourseError(
                f"{folder} is in {step}/, from where nbgrader works. Choose another folder."
            )
    if folder.exists() and not _is_solution(folder, name):
        raise CourseError(
            f"{folder} is there already and does not look like a solution of {name}. Choose "
            "another folder with --to, or remove it."
        )
    nb = solution_notebook(read_notebook(notebook_path(course, "source", name)))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".solution-") as made:
        new = Path(made) / "new"
        new.mkdir()
        (new / f"{name}.ipynb").write_text(notebook_text(nb), encoding="utf-8")
        source = course / "source" / name
        for path in extra_files(source):
            target = new / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        if folder.exists():
            folder.rename(Path(made) / "before")
        new.rename(folder)
    return folder / f"{name}.ipynb"


def _is_solution(folder: Path, name: str) -> bool:
    """Whether a folder is empty, or holds what was written by this command."""
    if not folder.is_dir():
        return False
    path = folder / f"{name}.ipynb"
    if not path.is_file():
        return not any(folder.iterdir())
    return not any(grade_id(cell) for cell in read_notebook(path).cells)
