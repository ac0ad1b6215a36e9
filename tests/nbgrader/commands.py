"""A copy of the course in a folder of its own, and nbgrader's commands run in it."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mathgrade.course.attempts import (
    REFERENCE,
    Attempt,
    expected_marks,
    fill_in,
    read_attempts,
)
from mathgrade.course.notebooks import (
    answers_of,
    extra_files,
    notebook_path,
    notebook_text,
    read_notebook,
)

ASSIGNMENTS = ("derivatives", "activations", "softmax", "chain-rule", "svd")
SCRIPTS = Path(sysconfig.get_path("scripts"))
SAME = 0.006  # 1.33 in an attempt's TOML stands for 4/3

# A cell that never ends is interrupted after this; nothing honest takes as long.
CELL_SECONDS = 10


@dataclass(frozen=True)
class Grade:
    """What nbgrader's gradebook says of one cell."""

    automatic: float | None
    waiting: bool


# (assignment, student) -> grade_id -> Grade
Gradebook = dict[tuple[str, str], dict[str, Grade]]


@dataclass(frozen=True)
class Ended:
    """A command that has ended with code 0."""

    stdout: str
    stderr: str


def environment(home: Path) -> dict[str, str]:
    """An environment in which nothing of this user's Jupyter is found, nor our scripts by name."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "NBGRADER", "JPY"))}
    path = [p for p in kept.get("PATH", "").split(os.pathsep) if Path(p) != SCRIPTS]
    own = {
        "PATH": os.pathsep.join(path),
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / ".jupyter"),
        "JUPYTER_DATA_DIR": str(home / ".local/share/jupyter"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / ".ipython"),
    }
    # matplotlib takes ten seconds to list the fonts where nobody has done it before.
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return {**kept, "XDG_CACHE_HOME": cache, "PYTHONUNBUFFERED": "1", **own}


def run(
    *command: str | Path, cwd: Path, home: Path, seconds: float = 240, stdin: str = ""
) -> Ended:
    """Run a command to its end; it and all it started are killed when the time is over.

    Its output goes to files: a grandchild that lives on cannot keep a pipe open.

    Raises:
        AssertionError: it failed or took too long, with the end of what it said.
    """
    with tempfile.TemporaryDirectory(prefix="command-") as name:
        folder = Path(name)
        (folder / "in").write_text(stdin)
        with (
            (folder / "in").open() as given,
            (folder / "out").open("w") as out,
            (folder / "err").open("w") as err,
        ):
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=environment(home),
                stdin=given,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            try:
                code: int | str = process.wait(seconds)
            except subprocess.TimeoutExpired:
                code = f"not ended after {seconds:g} seconds"
            finally:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(30)
        ended = Ended((folder / "out").read_text(), (folder / "err").read_text())
    if code:
        told = f"{ended.stdout[-3000:]}\n{ended.stderr[-6000:]}"
        raise AssertionError(f"{' '.join(map(str, command))}: {code}\n{told}")
    return ended


def nbgrader(*arguments: str, cwd: Path, home: Path, seconds: float = 240) -> Ended:
    """One of nbgrader's commands."""
    return run(SCRIPTS / "nbgrader", *arguments, cwd=cwd, home=home, seconds=seconds)


def python(script: Path, *, cwd: Path, home: Path, stdin: str, seconds: float = 240) -> Ended:
    """A Python program with the interpreter of the tests."""
    return run(sys.executable, script, cwd=cwd, home=home, stdin=stdin, seconds=seconds)


def copy_course(origin: Path, folder: Path, *, stock: bool = False) -> Path:
    """What a fresh clone holds of the course; with ``stock`` marked by nbgrader alone."""
    ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for part in ("source", "reference"):
        shutil.copytree(origin / part, folder / part, ignore=ignore)
    config = (origin / "nbgrader_config.py").read_text()
    config += f"\nc.Judge.cell_seconds = {CELL_SECONDS}\nc.Execute.timeout = {CELL_SECONDS}\n"
    if stock:
        config += "\ndel c.Autograde.autograde_preprocessors\n"
    (folder / "nbgrader_config.py").write_text(config)
    return folder


def attempt(course: Path, assignment: str, name: str) -> Attempt:
    """An attempt of the course by name; ``"reference"`` is the reference itself."""
    found = {one.name: one for one in read_attempts(course, assignment)}
    return REFERENCE if name == "reference" else found[name]


def hand_in(course: Path, assignment: str, names: Sequence[str]) -> None:
    """Hand in attempts as students named after them, made from the released notebook."""
    release = course / "release" / assignment
    source = read_notebook(notebook_path(course, "source", assignment))
    blank = read_notebook(notebook_path(course, "release", assignment))
    for name in names:
        folder = course / "submitted" / name / assignment
        folder.mkdir(parents=True)
        filled = fill_in(attempt(course, assignment, name), blank, source=source, blank=blank)
        (folder / f"{assignment}.ipynb").write_text(notebook_text(filled))
        for extra in extra_files(release):
            shutil.copy2(extra, folder / extra.name)


def stated(course: Path, assignment: str, name: str) -> dict[str, float]:
    """Points the attempt must get, by grade_id of the test cell."""
    source = read_notebook(notebook_path(course, "source", assignment))
    marks = expected_marks(attempt(course, assignment, name), source)
    return {f"{item}-test": points for item, points in marks.items()}


def gradebook(course: Path) -> Gradebook:
    """Everything nbgrader's gradebook holds, read past nbgrader."""
    query = """
        select assignment.name, student.id, base_cell.name, grade.auto_score,
               grade.needs_manual_grade
        from grade
        join base_cell on grade.cell_id = base_cell.id
        join submitted_notebook on grade.notebook_id = submitted_notebook.id
        join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
        join assignment on submitted_assignment.assignment_id = assignment.id
        join student on submitted_assignment.student_id = student.id
    """
    found: Gradebook = {}
    with sqlite3.connect(course / "gradebook.db") as database:
        for assignment, student, cell, score, waiting in database.execute(query):
            found.setdefault((assignment, student), {})[cell] = Grade(score, bool(waiting))
    return found


def differences(
    grades: Mapping[str, Grade], expected: Mapping[str, float]
) -> dict[str, tuple[Grade | None, float]]:
    """Test cells whose automatic mark is not the one expected, or that wait for a person."""
    found = {}
    for cell, points in expected.items():
        grade = grades.get(cell)
        if (
            grade is None
            or grade.waiting
            or grade.automatic is None
            or abs(grade.automatic - points) > SAME
        ):
            found[cell] = (grade, points)
    return found


def answers(path: Path) -> str:
    """All that a student wrote into a notebook."""
    return "\n".join(answers_of(read_notebook(path)).values())
