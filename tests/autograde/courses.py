"""Small nbgrader courses made in a temporary folder, marked by the judge or the stock way."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

JUDGE = """
c.Autograde.exporter_class = "mathgrade.autograde.exporter.IntakeExporter"
c.Autograde.sanitize_preprocessors = [
    "mathgrade.autograde.preprocessors.Intake",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.OverwriteCells.add_missing_cells = True
c.Autograde.autograde_preprocessors = [
    "mathgrade.autograde.preprocessors.Judge",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "mathgrade.autograde.preprocessors.FlagForReview",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""

Marks = dict[tuple[str, str], tuple[float | None, bool]]


def nbgrader(*arguments: str, course: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's commands in a course, as an instructor would."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"nbgrader {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
    return done


def make_course(folder: Path, *, judge: bool, config: str = "") -> Path:
    """An empty course whose test cells are marked by the judge, or by nbgrader alone."""
    folder.mkdir(parents=True, exist_ok=True)
    text = 'c = get_config()\nc.CourseDirectory.course_id = "example"\n'
    (folder / "nbgrader_config.py").write_text(text + (JUDGE if judge else "") + config)
    return folder


def graded(
    source: str, grade_id: str, *, points: float | None = None, solution: bool = False,
    locked: bool | None = None, markdown: bool = False, tags: Sequence[str] = (),
) -> NotebookNode:  # fmt: skip
    """A cell with nbgrader's metadata."""
    cell = (new_markdown_cell if markdown else new_code_cell)(source, id=grade_id)
    grade = points is not None
    cell.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked if locked is not None else not solution,
        "task": False,
        **({"points": points} if grade else {}),
    }
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


def notebook(cells: Sequence[NotebookNode]) -> NotebookNode:
    """A notebook for the ordinary Python kernel."""
    nb = new_notebook(cells=list(cells))
    nb.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    return nb


def assign(course: Path, name: str, cells: Sequence[NotebookNode]) -> None:
    """Write an instructor notebook and have nbgrader make its release."""
    folder = course / "source" / name
    folder.mkdir(parents=True)
    nbformat.write(notebook(cells), folder / f"{name}.ipynb")
    nbgrader("generate_assignment", name, course=course)


def hand_in(course: Path, name: str, student: str, answers: Mapping[str, str]) -> Path:
    """Hand in the released notebook with some cells filled in."""
    folder = course / "submitted" / student / name
    shutil.copytree(course / "release" / name, folder)
    path = folder / f"{name}.ipynb"
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers[grade_id]
    nbformat.write(nb, path)
    return path


def marks(course: Path) -> Marks:
    """Automatic score, and whether a person must look, by student and grade_id."""
    query = """
        select s.id, b.name, g.auto_score, g.needs_manual_grade
        from grade g
        join base_cell b on g.cell_id = b.id
        join submitted_notebook n on g.notebook_id = n.id
        join submitted_assignment a on n.assignment_id = a.id
        join student s on a.student_id = s.id
    """
    with sqlite3.connect(course / "gradebook.db") as database:
        rows = database.execute(query).fetchall()
    return {(student, cell): (score, bool(manual)) for student, cell, score, manual in rows}
