"""Without the judge, nbgrader alone gives honest attempts the same marks."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from mathgrade.course.attempts import read_attempts
from mathgrade.course.notebooks import is_test, read_notebook

from . import buttons
from .commands import (
    ASSIGNMENTS,
    copy_course,
    differences,
    gradebook,
    hand_in,
    python,
    stated,
)

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]

# Attempts whose marks nbgrader alone gives otherwise, each with the reason.
UNASSIGNED = "the start of a follow-through was never assigned, which is a NameError there"
OTHERWISE = {
    ("softmax", "kernel-ends"): "a submission whose kernel dies is dropped, with all its marks",
    ("softmax", "one-everywhere"): UNASSIGNED,
    ("softmax", "turned-round"): UNASSIGNED,
    ("softmax", "unit-matrix"): UNASSIGNED,
    ("chain-rule", "every-probability"): UNASSIGNED,
    ("chain-rule", "never-ends"): UNASSIGNED,
    ("svd", "never-assigned"): UNASSIGNED,
    ("svd", "orders"): UNASSIGNED,
    ("svd", "squares-and-signs"): UNASSIGNED,
    ("svd", "transposes"): UNASSIGNED,
}
# Those marked here: wrong in shape, type and value, loops and overflows, all that is followed
# through. With MATHGRADE_EVERY_ATTEMPT=1 it is every attempt of the course, in ten minutes or more.
SAMPLE = {
    "derivatives": ("half-at-the-kink",),
    "activations": ("reference", "code-corners", "unreadable"),
    "softmax": ("reference", "noisy", "unstable-and-loop", "wrong-types"),
    "chain-rule": ("follow-through", "sum-forgotten"),
    "svd": ("v-for-vt", "one-sign-flipped", "wrong-shapes"),
}


def chosen(course: Path, assignment: str) -> list[str]:
    if os.environ.get("MATHGRADE_EVERY_ATTEMPT"):
        return ["reference", *(attempt.name for attempt in read_attempts(course, assignment))]
    return list(SAMPLE[assignment])


def test_every_exception_is_an_attempt_of_the_course(course: Path) -> None:
    known = {(name, one.name) for name in ASSIGNMENTS for one in read_attempts(course, name)}
    assert set(OTHERWISE) <= known
    assert not [pair for pair in OTHERWISE if pair[1] in SAMPLE[pair[0]]]


def test_honest_attempts_get_the_same_marks_without_the_judge(
    released: Path, home: Path, course: Path, tmp_path: Path
) -> None:
    copy = copy_course(course, tmp_path, stock=True)
    shutil.copytree(released / "release", copy / "release")
    presses = [["generate_assignment", name] for name in ASSIGNMENTS]
    for name in ASSIGNMENTS:
        hand_in(copy, name, chosen(copy, name))
        presses += [["autograde", name, student] for student in chosen(copy, name)]
    seconds = 5000 if os.environ.get("MATHGRADE_EVERY_ATTEMPT") else 580
    ended = python(
        Path(buttons.__file__), cwd=copy, home=home, stdin=json.dumps(presses), seconds=seconds
    )
    refused = {
        tuple(press[1:])
        for press, result in zip(presses, json.loads(ended.stdout.splitlines()[-1]), strict=True)
        if not result["success"]
    }
    grades = gradebook(copy)
    unlike = refused | {
        (name, student)
        for name in ASSIGNMENTS
        for student in chosen(copy, name)
        if differences(grades.get((name, student), {}), stated(copy, name, student))
    }
    assert unlike == {pair for pair in OTHERWISE if pair[1] in chosen(copy, pair[0])}
    # The card was made in the student's kernel: a cell that ran there has a number.
    ran = read_notebook(copy / "autograded/reference/softmax/softmax.ipynb")
    tests = [cell for cell in ran.cells if is_test(cell)]
    assert all(cell.execution_count and cell.outputs for cell in tests)
