"""The calls formgrader's buttons make give what the commands give."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from . import buttons
from .commands import ASSIGNMENTS, copy_course, gradebook, python

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]

PRESSED = {
    "derivatives": ("reference",),
    "activations": ("corners",),
    "softmax": ("sign", "kernel-ends"),
    "chain-rule": ("sum-forgotten",),
    "svd": ("v-for-vt",),
}


def presses() -> list[list[str]]:
    steps = [["generate_assignment", name] for name in ASSIGNMENTS]
    for name in ASSIGNMENTS:
        steps += [["autograde", name, student] for student in PRESSED[name]]
    steps += [["autograde", "softmax", "sign"]]  # pressed once more
    steps += [["generate_feedback", "softmax"]]  # for all
    steps += [
        ["generate_feedback", name, PRESSED[name][0]] for name in ASSIGNMENTS if name != "softmax"
    ]
    return steps


@pytest.fixture(scope="module")
def pressed(
    marked: Path, home: Path, course: Path, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """A course without a gradebook in which everything was done by buttons, and the answers."""
    copy = copy_course(course, tmp_path_factory.mktemp("pressed"))
    for name, students in PRESSED.items():
        for student in students:
            folder = Path("submitted") / student / name
            shutil.copytree(marked / folder, copy / folder)
    ended = python(Path(buttons.__file__), cwd=copy, home=home, stdin=json.dumps(presses()))
    return copy, json.loads(ended.stdout.splitlines()[-1])


def test_every_button_says_success(pressed: Any) -> None:
    _, results = pressed
    failures = [
        (press, result.get("error", ""), result.get("log", ""))
        for press, result in zip(presses(), results, strict=True)
        if not result["success"] or "Traceback" in result.get("log", "")
    ]
    assert failures == []


def test_buttons_make_the_release_the_command_makes(pressed: Any, marked: Path) -> None:
    folder, _ = pressed
    for path in sorted((marked / "release").rglob("*.*")):
        assert (folder / path.relative_to(marked)).read_bytes() == path.read_bytes(), path


def test_buttons_give_the_marks_the_command_gives(pressed: Any, marked: Path) -> None:
    folder, _ = pressed
    by_command = gradebook(marked)
    wanted = {(name, s): by_command[name, s] for name in PRESSED for s in PRESSED[name]}
    assert gradebook(folder) == wanted


def test_buttons_make_the_pages_the_command_makes(pressed: Any, marked: Path) -> None:
    folder, _ = pressed
    made = sorted(path.relative_to(folder) for path in (folder / "feedback").rglob("*.html"))
    assert made == sorted(
        Path("feedback") / student / name / f"{name}.html"
        for name, students in PRESSED.items()
        for student in students
    )
    for page in made:
        assert (folder / page).read_text() == (marked / page).read_text(), page
