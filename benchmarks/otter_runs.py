"""A class marked by Otter (https://otter-grader.readthedocs.io), for benchmarks/autograde.py.

    python benchmarks/otter_runs.py ASSIGNMENT     # in a course folder; writes otter.json

Each test cell of the source notebook becomes a test file of Otter's: it is executed with the names
of the student's notebook, and passes if it comes to all of its points, as Otter knows no other
share. Every submission is marked by an ``otter run`` of its own; that command takes one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from mathgrade.course.notebooks import extra_files, notebook_path, read_notebook

__all__ = ["RESULTS", "full_marks", "installed"]

RESULTS = "otter.json"
_BIN = Path(sys.executable).parent
_TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = {points!r}


@test_case(points={points!r})
def test_all_points(env):
    import ast, glob, json, os
    from mathgrade.notebook import Sitting, seated

    answers, verdicts = {{}}, []
    for path in glob.glob("*.ipynb"):
        for cell in json.load(open(path))["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {{}}).get("grade_id")
            if grade_id:
                answers[grade_id] = "".join(cell["source"])
    sitting = Sitting(
        sink=verdicts.append,
        answers=answers,
        course={course!r},
        assignment={assignment!r},
        student=os.environ["MATHGRADE_STUDENT"],
    )
    names = dict(env)
    tree = ast.parse({source!r})
    last = tree.body.pop()
    with seated(sitting):
        exec(compile(tree, "test", "exec"), names)
        earned = eval(compile(ast.Expression(last.value), "test", "eval"), names)
    assert earned == points, verdicts
"""


def installed() -> bool:
    """Whether there is an Otter here."""
    return (_BIN / "otter").exists()


def full_marks(course: Path) -> Mapping[str, set[str]]:
    """For each student the test cells that came to all of their points."""
    found: dict[str, list[str]] = json.loads((course / RESULTS).read_text(encoding="utf-8"))
    return {student: set(names) for student, names in found.items()}


def _tests(course: Path, assignment: str) -> Iterator[tuple[str, str]]:
    """Name and text of a test file for each test cell."""
    for cell in read_notebook(notebook_path(course, "source", assignment)).cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and nbgrader.get("grade") and not nbgrader.get("solution"):
            yield (
                nbgrader["grade_id"],
                _TEST.format(
                    name=nbgrader["grade_id"],
                    points=nbgrader["points"],
                    source=cell.source,
                    course=str(course),
                    assignment=assignment,
                ),
            )


def _run(*command: str, folder: Path | None = None, student: str = "") -> None:
    environment = {**os.environ, "NBGRADER_EXECUTION": "autograde", "MATHGRADE_STUDENT": student}
    done = subprocess.run(
        [_BIN / "otter", *command], cwd=folder, env=environment, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"otter {command[0]} ended with {done.returncode}:\n{done.stdout[-3000:]}")


def main() -> None:
    course, assignment = Path.cwd(), sys.argv[1]
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tests").mkdir()
        for grade_id, text in _tests(course, assignment):
            (folder / "tests" / f"{grade_id}.py").write_text(text, encoding="utf-8")
        archive = str(folder / "autograder.zip")
        tests = str(folder / "tests")
        options = ["-t", tests, "-o", archive, "--no-requirements", "--no-environment"]
        release = course / "release" / assignment
        # By their names: Otter keeps the folders of a path.
        _run("generate", *options, *(path.name for path in extra_files(release)), folder=release)
        for submission in sorted((course / "submitted").glob(f"*/{assignment}")):
            student = submission.parent.name
            notebook = str(submission / f"{assignment}.ipynb")
            _run("run", notebook, "-a", archive, "-o", name, "--no-logo", student=student)
            results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
            found[student] = [
                test["name"]
                for test in results["tests"]
                if test.get("max_score") and test["score"] == test["max_score"]
            ]
    (course / RESULTS).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
