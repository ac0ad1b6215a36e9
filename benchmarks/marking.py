"""Seconds a notebook: nbgrader alone, ours, and the floor below which nobody can go.

    python benchmarks/marking.py [--assignment softmax] [--rounds 5] [--json FILE]

The same attempts of the course, one after another in one process, each way in turn, so that
what else the machine does hits all of them. *nbgrader* runs its own ``Execute`` with the tests
in the student's kernel, *ours* is this course's configuration; both write the notebook and the
gradebook. *Run and judge* is ours without nbgrader's other steps. The floor executes all code
cells, tests included, in a fork of this process that has everything loaded, and throws away
what they show. Marks of both are compared with those the attempts state.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mathgrade.autograde.marking import Limits, Place, mark_notebook
from mathgrade.course.attempts import REFERENCE, Attempt, expected_marks, fill_in, read_attempts
from mathgrade.course.marks import class_marks
from mathgrade.course.nbgrader_runs import NbgraderCourse, autograde, generate, open_course
from mathgrade.course.notebooks import extra_files, notebook_path, notebook_text, read_notebook

ROOT = Path(__file__).resolve().parents[1]
# nbgrader alone drops a submission whose kernel ends: there is no time to compare.
LEFT_OUT = {"kernel-ends"}


def make_course(
    folder: Path, assignment: str, attempts: Sequence[Attempt], *, stock: bool
) -> NbgraderCourse:
    """A copy of the course with these attempts handed in."""
    for part in ("source", "reference"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "nbgrader_config.py", folder)
    course = open_course(folder)
    if stock:
        del course.config.Autograde["autograde_preprocessors"]
    generate(course, assignment)
    source = read_notebook(notebook_path(folder, "source", assignment))
    blank = read_notebook(notebook_path(folder, "release", assignment))
    for attempt in attempts:
        place = folder / "submitted" / name_of(attempt) / assignment
        place.mkdir(parents=True)
        filled = fill_in(attempt, blank, source=source, blank=blank)
        (place / f"{assignment}.ipynb").write_text(notebook_text(filled), encoding="utf-8")
        for extra in extra_files(folder / "release" / assignment):
            shutil.copy2(extra, place / extra.name)
    return course


def name_of(attempt: Attempt) -> str:
    return attempt.name.replace(" ", "-")


def floor(nb: Any, folder: Path) -> None:
    """Execute all code cells in a fork of this process."""
    process = os.fork()
    if process == 0:
        os.chdir(folder)
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        namespace: dict[str, Any] = {"__name__": "__main__", "display": lambda *_: None}
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            lines = ["" if line.startswith("%") else line for line in cell.source.split("\n")]
            try:
                exec(compile("\n".join(lines), "cell", "exec"), namespace)
            except BaseException:
                continue
        os._exit(0)
    os.waitpid(process, 0)


def marks_differ(course: NbgraderCourse, assignment: str, attempts: Sequence[Attempt]) -> list[str]:
    """Attempts whose marks are not those they state."""
    source = read_notebook(notebook_path(course.root, "source", assignment))
    found = {
        row.student: {name.removesuffix("-test"): mark.score for name, mark in row.items.items()}
        for row in class_marks(course, assignment)
    }
    return [
        attempt.name
        for attempt in attempts
        if any(
            abs((found[name_of(attempt)].get(item) or 0) - points) > 1e-9
            for item, points in expected_marks(attempt, source).items()
        )
    ]


def measure(
    assignment: str, rounds: int, folder: Path
) -> tuple[Mapping[str, list[float]], Mapping[str, list[str]]]:
    """Seconds of each way for each notebook, and attempts each way marks otherwise than stated."""
    attempts = [REFERENCE, *read_attempts(ROOT, assignment)]
    attempts = [one for one in attempts if one.name not in LEFT_OUT][:rounds]
    stock = make_course(folder / "stock", assignment, attempts, stock=True)
    ours = make_course(folder / "ours", assignment, attempts, stock=False)
    source = read_notebook(notebook_path(ours.root, "source", assignment))

    def run_and_judge(attempt: Attempt) -> None:
        nb = copy.deepcopy(fill_in(attempt, source, source=source, blank=source))
        handed_in = ours.root / "submitted" / name_of(attempt) / assignment
        mark_notebook(nb, Place(ours.root, assignment, assignment, "s001", handed_in), Limits())

    def run_floor(attempt: Attempt) -> None:
        nb = fill_in(attempt, source, source=source, blank=source)
        floor(nb, ours.root / "submitted" / name_of(attempt) / assignment)

    def with_nbgrader(course: NbgraderCourse) -> Callable[[Attempt], None]:
        return lambda a: void(autograde(course, assignment, name_of(a), force=True))

    ways: dict[str, Callable[[Attempt], None]] = {
        "nbgrader": with_nbgrader(stock),
        "ours": with_nbgrader(ours),
        "ours: run and judge": run_and_judge,
        "floor": run_floor,
    }
    for way in ways.values():
        way(attempts[0])  # what is loaded once is loaded now
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for attempt in attempts:
        for name, way in ways.items():
            begin = time.perf_counter()
            way(attempt)
            seconds[name].append(time.perf_counter() - begin)
    wrong = {
        name: marks_differ(course, assignment, attempts)
        for name, course in (("nbgrader", stock), ("ours", ours))
    }
    return seconds, wrong


def void(_: object) -> None:
    """Nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--assignment", default="softmax")
    parser.add_argument("--rounds", type=int, default=5, help="notebooks to mark")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    import matplotlib.pyplot  # noqa: F401 - the floor forks a process that has all of it
    import sympy  # noqa: F401

    import mathgrade.notebook  # noqa: F401

    sys.path.append(str(ROOT / "source" / options.assignment))
    with tempfile.TemporaryDirectory(prefix="mathgrade-benchmark-") as folder:
        seconds, wrong = measure(options.assignment, options.rounds, Path(folder))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    table = Table(title=f"{options.assignment}, {len(seconds['floor'])} notebooks")
    for heading in ("way", "median s", "least", "most", "faster than nbgrader", "to the floor"):
        table.add_column(heading, justify="right")
    for name, values in seconds.items():
        table.add_row(
            name, f"{medians[name]:.2f}", f"{min(values):.2f}", f"{max(values):.2f}",
            f"{medians['nbgrader'] / medians[name]:.2f}", f"{medians[name] / medians['floor']:.2f}",
        )  # fmt: skip
    console = Console()
    console.print(table)
    for name, attempts in wrong.items():
        console.print(f"{name}: marks otherwise than stated: {', '.join(attempts) or 'none'}")
    if options.json:
        options.json.write_text(json.dumps({"seconds": seconds, "wrong": wrong}, indent=1))


if __name__ == "__main__":
    main()
