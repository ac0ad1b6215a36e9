"""Runs over a class that are killed at every point at which they write, and then gone on with.

A program of its own: ``python crash_driver.py COURSE SCENARIO STEP`` runs over copies of a course
in forks of itself, and writes what differs from an undisturbed run as JSON. Attempts
are not run but given marks made from their text; everything else is as in
``mathgrade autograde``. STEP kills at every STEP-th point only.
"""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat.v4 import new_output
from sqlalchemy import event
from sqlalchemy.engine import Engine

from mathgrade.autograde import attempt_marking, workers
from mathgrade.autograde.bundle import Bundle
from mathgrade.autograde.hand_in import HandIn
from mathgrade.autograde.marking import is_test
from mathgrade.course.nbgrader_runs import open_course
from mathgrade.course.submissions import autograde_all
from tests.autograde.gradebooks import of_course, tree
from tests.course_tools.tiny import NAME, change_cell, source_path

# Calls that change the disk; each is a point at which a run may end, before it and after it.
WRITES = [(os, "fsync"), (os, "fchmod"), (os, "rename"), (os, "replace"), (os, "unlink"),
          (os, "mkdir"), (os, "rmdir"), (pathlib.os, "replace"), (shutil, "rmtree")]  # fmt: skip


class FakeProgram:
    """Gives marks without running anything, the same for the same text."""

    process_id = 0

    def __init__(self, bundle: bytes) -> None:
        self._bundle = Bundle.from_bytes(bundle)

    def mark(self, asked: dict[str, Any], seconds: float) -> dict[str, Any]:
        found = HandIn.from_json(asked["hand_in"])
        marked = attempt_marking.mark_attempt(found, self._bundle, Path("/"))
        return {"marked": marked.to_json()}

    def close(self) -> None: ...


def fake_marks(nb: Any, *_: Any, **__: Any) -> None:
    text = "\n".join(cell.source for cell in nb.cells)
    for cell in filter(is_test, nb.cells):
        share = hashlib.sha256((text + cell.source).encode()).digest()[0] / 255
        points = cell.metadata.nbgrader.points * share
        cell.outputs = [
            new_output("execute_result", data={"text/plain": repr(points)}, execution_count=None)
        ]


class Points:
    """Counts the points of a run, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self.last = last

    def __call__(self, *_: Any, **__: Any) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            self()
            result = function(*arguments, **named)
            self()
            return result

        return watched


def run(course: Path, last: int = 0) -> int:
    """One run in a fork, killed at point ``last``; returns how many there were."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        status = 1
        try:
            points = Points(last)
            for module, name in WRITES:
                setattr(module, name, points.around(getattr(module, name)))
            event.listen(Engine, "before_cursor_execute", points)
            event.listen(Engine, "commit", points)
            autograde_all(open_course(course), NAME, workers=2)
            os.write(writer, str(points.count).encode())
            status = 0
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        finally:
            os._exit(status)
    os.close(writer)
    _, status = os.waitpid(process, 0)
    with os.fdopen(reader) as stream:
        count = stream.read()
    if os.WIFSIGNALED(status):
        return 0
    assert status == 0, f"a run ended with {status}"
    return int(count)


def state(course: Path) -> tuple[Any, Any]:
    return of_course(course), tree(course)


def hand_in(course: Path, student: str, answer: str, words: str) -> None:
    path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    shutil.copytree(course / "release" / NAME, path.parent, dirs_exist_ok=True)
    change_cell(path, "square", lambda cell: cell.update(source=answer))
    change_cell(path, "words", lambda cell: cell.update(source=words))
    (path.parent / "data.csv").write_text(answer)


def mark_by_hand(course: Path) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "tiny") as book:
        for student in ("s000", "s001", "s002"):
            grade = book.find_grade("words", NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = 2.5, False
            book.find_comment("words", NAME, NAME, student).manual_comment = f"To {student}"
        book.find_grade("square-test", NAME, NAME, "s002").extra_credit = 0.5
        book.db.commit()


def first(course: Path) -> None:
    """A class is marked for the first time."""
    for number in range(4):
        hand_in(course, f"s{number:03}", f"square = {number}", f"Words {number}.")
    (course / "submitted/s003" / NAME / f"{NAME}.ipynb").write_text("no notebook")


def changed(course: Path) -> None:
    """Some was marked by hand; then one hands in again, and a test is added, one removed."""
    first(course)
    run(course)
    mark_by_hand(course)
    hand_in(course, "s001", "square = 10", "Other words.")
    (course / "submitted/s002" / NAME / "data.csv").unlink()
    path = source_path(course)
    nb = json.loads(path.read_text())
    test = next(cell for cell in nb["cells"] if cell["id"] == "square-test")
    again = json.loads(json.dumps(test))
    again["id"] = again["metadata"]["nbgrader"]["grade_id"] = "square-again"
    nb["cells"].insert(nb["cells"].index(test) + 1, again)
    nb["cells"] = [cell for cell in nb["cells"] if cell["id"] != "total-test"]
    path.write_text(json.dumps(nb))


SCENARIOS = {"first": first, "changed": changed}


def main(origin: Path, scenario: str, step: int) -> dict[str, Any]:
    workers.MarkingProgram = FakeProgram  # type: ignore[assignment,misc]
    attempt_marking.mark_notebook = fake_marks  # type: ignore[assignment]
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as name:
        start, whole = Path(name) / "start" / "course", Path(name) / "run" / "course"
        shutil.copytree(origin, start)
        SCENARIOS[scenario](start)

        def fresh() -> None:
            shutil.rmtree(whole.parent, ignore_errors=True)
            shutil.copytree(start, whole)

        fresh()
        count = run(whole)
        expected = state(whole)
        wrong = []
        for last in range(1, count + 1, step):
            fresh()
            run(whole, last)
            run(whole, max(1, last // 2))  # and the run that goes on is killed as well
            run(whole)
            if state(whole) != expected:
                wrong.append(last)
        return {"points": count, "wrong": wrong, "grades": len(expected[0]["grades"])}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
