"""Honest attempts marked while the machine has other work: is one of them harmed?

    python benchmarks/honest.py [--count 1000] [--assignment softmax]

Without an assignment the class is made of the honest attempts of tests/security, whose limits are
tight; with one, of the attempts of the course that state their marks, wrong ones as well as right
ones. As many processes as there are cores do nothing but keep them busy. Ends with 1 if an attempt
has other marks than it should, or was left to a person.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rich.console import Console

import autograde
from mathgrade.course.attempts import expected_marks
from mathgrade.course.marks import class_marks
from mathgrade.course.nbgrader_runs import open_course
from mathgrade.course.notebooks import notebook_path, read_notebook

sys.path.insert(0, str(autograde.ROOT))

from tests.security.attacks import HONEST, read_attacks
from tests.security.quiz import NAME, fill_class, make_quiz

Expected = Mapping[str, Mapping[str, float | None]]


@contextlib.contextmanager
def busy_cores() -> Iterator[int]:
    """Each core has something else to do."""
    loops = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield len(loops)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def tight_class(folder: Path, count: int) -> Expected:
    """The honest attempts of tests/security, over and over."""
    course = make_quiz(folder)
    honest = [attack for attack in read_attacks().values() if attack.kind == HONEST]
    students = [replace(honest[n % len(honest)], name=f"s{n:04}") for n in range(count)]
    fill_class(course, students, {})
    return {student.name: student.marks for student in students}


def course_class(folder: Path, assignment: str, count: int) -> Expected:
    """The attempts of the course, over and over."""
    course = autograde.make_course(folder, assignment, stock=False)
    attempts = autograde.attempts_of(assignment, count)
    autograde.hand_in(course, assignment, attempts)
    source = read_notebook(notebook_path(course.root, "source", assignment))
    return {student: expected_marks(attempt, source) for student, attempt in attempts}


def harmed(course: Path, assignment: str, expected: Expected) -> Counter[str]:
    """What is not as it should be, and how often."""
    found: Counter[str] = Counter()
    seen = set()
    for row in class_marks(open_course(course), assignment):
        seen.add(row.student)
        for item, due in expected[row.student].items():
            mark = row.items.get(item) or row.items.get(f"{item}-test")
            score = None if mark is None else mark.score
            if due is not None and (score is None or abs(score - due) > 1e-9):
                why = mark.review if mark is not None and mark.review else score
                found[f"{item}: {why} instead of {due}"] += 1
    found["not marked at all"] += len(expected.keys() - seen)
    return +found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--assignment", default="")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="mathgrade-honest-") as name:
        folder, assignment = Path(name) / "course", options.assignment or NAME
        if options.assignment:
            expected = course_class(folder, assignment, options.count)
        else:
            expected = tight_class(folder, options.count)
        command = [sys.executable, "-m", "mathgrade.cli", "autograde", assignment]
        begin = time.perf_counter()
        with busy_cores() as cores:
            subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
        found = harmed(folder, assignment, expected)
    seconds = time.perf_counter() - begin
    console.print(
        f"{len(expected)} honest attempts beside {cores} busy processes in {seconds:.0f} s: "
        f"{sum(found.values())} harmed"
    )
    for what, often in found.most_common():
        console.print(f"  {often} times {what}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
