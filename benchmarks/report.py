"""How long the class report takes, of a made-up gradebook and made-up marked notebooks.

    .venv/bin/python benchmarks/report.py --students 300 --assignments 5

Prints seconds for each part, and the size of the page.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes
from sqlalchemy import insert

from mathgrade.course.nbgrader_runs import open_course
from mathgrade.feedback.verdicts import VERDICT_TYPE
from mathgrade.report.figures import class_figures
from mathgrade.report.marks import read_marks
from mathgrade.report.page import render_report
from mathgrade.report.table_text import items_csv
from mathgrade.verdict import Verdict
from nbgrader import api

ITEMS = 8
POINTS = 3.0
NOTES = ["edit.sign", "edit.factor", "expression.different", "matrix.entries", "response.missing"]
PICTURE = "A" * 100_000  # a plot in base64, which has to be read over


def main() -> int:
    """Make the class, time the report; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--assignments", type=int, default=5)
    chosen = parser.parse_args()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        begin = time.perf_counter()
        names = make_class(root, chosen.students, chosen.assignments)
        print(f"made      {time.perf_counter() - begin:6.2f} s")
        course = open_course(root)
        begin = time.perf_counter()
        read_marks(course, names)
        print(f"marks     {time.perf_counter() - begin:6.2f} s  (one query)")
        whole = time.perf_counter()
        figures = class_figures(course, names)
        print(f"figures   {time.perf_counter() - whole:6.2f} s  (marks, notes and statistics)")
        begin = time.perf_counter()
        page, table = render_report(figures), items_csv(figures)
        print(f"page      {time.perf_counter() - begin:6.2f} s")
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(f"report    {time.perf_counter() - whole:6.2f} s for {chosen.students} students")
        print(f"size      {len(page) / 1e6:6.2f} MB, {len(table.splitlines()) - 1} items")
        print(f"memory    {used.ru_maxrss / 1024:6.0f} MiB")
    return 0


def make_class(root: Path, students: int, assignments: int) -> list[str]:
    """A course with a gradebook and autograded notebooks; the names of its assignments."""
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "m"\n'
    )
    rng = random.Random(1)
    ids = [f"s{k:04}" for k in range(students)]
    able = {student: rng.random() for student in ids}
    names = [f"assignment-{k}" for k in range(1, assignments + 1)]
    with api.Gradebook(f"sqlite:///{root}/gradebook.db", "m") as gradebook:
        session = gradebook.db
        session.execute(insert(api.Student), [{"id": student} for student in ids])
        for name in names:
            cells = [new_markdown_cell(f"# {name}")]
            for k in range(ITEMS):
                own = {"grade": True, "solution": False, "points": POINTS, "grade_id": f"i{k}-test"}
                cells.append(new_code_cell("", metadata={"nbgrader": own}))
            source = root / "source" / name
            source.mkdir(parents=True)
            (source / f"{name}.ipynb").write_text(writes(new_notebook(cells=cells)))
            assignment = api.Assignment(name=name, course_id="m")
            session.add(assignment)
            session.flush()
            notebook = api.Notebook(name=name, assignment_id=assignment.id)
            session.add(notebook)
            session.flush()
            entered = [
                api.GradeCell(
                    name=f"i{k}-test", notebook_id=notebook.id, max_score=POINTS, cell_type="code"
                )
                for k in range(ITEMS)
            ]
            session.add_all(entered)
            handed = [
                api.SubmittedAssignment(assignment_id=assignment.id, student_id=s) for s in ids
            ]
            session.add_all(handed)
            session.flush()
            books = [
                api.SubmittedNotebook(assignment_id=h.id, notebook_id=notebook.id) for h in handed
            ]
            session.add_all(books)
            session.flush()
            grades = []
            for student, book in zip(ids, books, strict=True):
                right = [rng.random() < able[student] for _ in range(ITEMS)]
                grades += [
                    {
                        "cell_id": cell.id,
                        "notebook_id": book.id,
                        "auto_score": POINTS if ok else rng.choice([0.0, 1.0, 1.5]),
                        "needs_manual_grade": rng.random() < 0.01,
                    }
                    for cell, ok in zip(entered, right, strict=True)
                ]
                write_attempt(root / "autograded" / student / name, name, right, rng)
            session.execute(insert(api.Grade), grades)
        session.commit()
    return names


def write_attempt(folder: Path, name: str, right: list[bool], rng: random.Random) -> None:
    """A marked notebook with a verdict a test cell and a plot."""
    cells = [new_code_cell("", outputs=[new_output("display_data", {"image/png": PICTURE})])]
    for k, ok in enumerate(right):
        note = rng.choice(NOTES)
        verdict = Verdict.correct() if ok else Verdict.incorrect(f"What {note} says.", note)
        verdict = replace(verdict, read_as=rf"\frac{{{rng.randrange(9)} x}}{{1 + e^{{-x}}}}")
        own = {"grade": True, "solution": False, "points": POINTS, "grade_id": f"i{k}-test"}
        shown = new_output("display_data", {VERDICT_TYPE: verdict.to_json()})
        cells.append(new_code_cell("", metadata={"nbgrader": own}, outputs=[shown]))
    folder.mkdir(parents=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(new_notebook(cells=cells)))


if __name__ == "__main__":
    sys.exit(main())
