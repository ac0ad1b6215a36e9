"""The course of this repository, taken the whole way by nbgrader's commands, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from .commands import ASSIGNMENTS, copy_course, hand_in, nbgrader

# What the students of the class hand in, who are named after it. Marks stand in reference/attempts.
HANDED_IN = {
    "derivatives": ("reference", "blank"),
    "activations": ("reference", "blank", "corners"),
    "softmax": ("reference", "blank", "sign", "kernel-ends"),
    "chain-rule": ("reference", "blank", "sum-forgotten"),
    "svd": ("reference", "blank", "v-for-vt", "wrong-shapes"),
}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with nothing in it."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def released(course: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course after ``nbgrader generate_assignment``; not to be changed."""
    copy = copy_course(course, tmp_path_factory.mktemp("course"))
    for assignment in ASSIGNMENTS:
        nbgrader("generate_assignment", assignment, cwd=copy, home=home)
    return copy


@pytest.fixture(scope="session")
def marked(released: Path, home: Path) -> Path:
    """The same course after everybody's submissions are marked and have their pages."""
    for assignment in ASSIGNMENTS:
        hand_in(released, assignment, HANDED_IN[assignment])
        nbgrader("autograde", assignment, cwd=released, home=home)
        nbgrader("generate_feedback", assignment, cwd=released, home=home)
    return released
