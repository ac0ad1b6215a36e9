"""nbgrader's commands take the course from source to feedback, with the marks that are stated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mathgrade.answers import SVD
from mathgrade.course.leaks import secret_lines
from mathgrade.course.notebooks import notebook_path, points_of, read_notebook
from mathgrade.items import load_assignment

from .commands import ASSIGNMENTS, answers, differences, gradebook, stated
from .conftest import HANDED_IN
from .pages import lines_on, page_text

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]

EVERYBODY = [(name, student) for name in ASSIGNMENTS for student in HANDED_IN[name]]


def page(course: Path, assignment: str, student: str) -> Path:
    return course / "feedback" / student / assignment / f"{assignment}.html"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_release_is_the_one_that_is_committed(
    released: Path, course: Path, assignment: str
) -> None:
    made = {p.name: p.read_bytes() for p in (released / "release" / assignment).iterdir()}
    kept = {p.name: p.read_bytes() for p in (course / "release" / assignment).iterdir()}
    assert made == kept


@pytest.mark.parametrize(("assignment", "student"), EVERYBODY)
def test_the_marks_in_the_gradebook_are_those_stated(
    marked: Path, assignment: str, student: str
) -> None:
    grades = gradebook(marked)[assignment, student]
    assert differences(grades, stated(marked, assignment, student)) == {}


def test_nobody_waits_for_a_person_but_with_the_text_in_words(marked: Path) -> None:
    waiting = {
        (assignment, student, cell)
        for (assignment, student), grades in gradebook(marked).items()
        for cell, grade in grades.items()
        if grade.waiting
    }
    # nbgrader itself gives 0 to a text that was left as it was handed out.
    filled_in = [student for student in HANDED_IN["svd"] if student != "blank"]
    assert waiting == {("svd", student, "in-words") for student in filled_in}


@pytest.mark.parametrize(("assignment", "student"), EVERYBODY)
def test_every_page_names_the_score(marked: Path, assignment: str, student: str) -> None:
    score = sum(grade.automatic or 0 for grade in gradebook(marked)[assignment, student].values())
    source = read_notebook(notebook_path(marked, "source", assignment))
    possible = sum(points_of(cell) for cell in source.cells)
    text = " ".join(page_text(page(marked, assignment, student)).split())
    assert f"{round(score, 2):g} of {possible:g} points" in text


@pytest.mark.parametrize(("assignment", "student"), EVERYBODY)
def test_no_page_has_a_line_of_a_hidden_test_or_of_a_solution_the_student_did_not_write(
    marked: Path, assignment: str, student: str
) -> None:
    secrets = secret_lines(read_notebook(notebook_path(marked, "source", assignment)))
    own = answers(notebook_path(marked / "submitted" / student, "", assignment))
    foreign = [line for line in secrets if not lines_on(own, [line])]
    hidden = [line for line in foreign if line.startswith("grade(")]
    assert len(hidden) == len(stated(marked, assignment, student))
    assert lines_on(page_text(page(marked, assignment, student)), foreign) == []


def test_a_line_of_a_solution_is_found_on_the_page_of_whoever_wrote_it(marked: Path) -> None:
    text = page_text(page(marked, "softmax", "reference"))
    assert lines_on(text, ["J_entry = y[i] * (delta(i, j) - y[j])"])
    assert lines_on(text, ["powers = np.exp(shifted)"])


# Attempts that have nothing right in common with these items' answers.
WRONG_THROUGHOUT = [
    ("derivatives", "blank", ""),
    ("activations", "blank", ""),
    ("softmax", "blank", ""),
    ("chain-rule", "blank", ""),
    ("svd", "blank", ""),
    ("svd", "wrong-shapes", "product"),
    ("svd", "wrong-shapes", "u-images"),
]


@pytest.mark.parametrize(("assignment", "student", "item"), WRONG_THROUGHOUT)
def test_no_page_has_a_value_of_the_reference(
    marked: Path, course: Path, assignment: str, student: str, item: str
) -> None:
    given = notebook_path(marked, "release", assignment).read_text()
    wanted = [n for n in numerals(course, assignment, student, item) if n not in given]
    text = page_text(page(marked, assignment, student), between=" ")
    assert [numeral for numeral in wanted if stands_in(numeral, text)] == []


def test_a_value_of_the_reference_is_found_where_the_student_gave_it(
    marked: Path, course: Path
) -> None:
    wanted = list(numerals(course, "softmax", "reference", "jacobian-at-point"))
    text = page_text(page(marked, "softmax", "reference"), between=" ")
    assert len(wanted) >= 8
    assert all(stands_in(cut, text) for cut in wanted[::2])


def stands_in(numeral: str, text: str) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(numeral)}", text) is not None


def numerals(course: Path, assignment: str, student: str, item: str = "") -> Iterator[str]:
    """Numbers in the reference answers that nobody writes by chance, to three decimals.

    Each is given cut and then rounded.
    """
    for name, found in load_assignment(course, assignment).items.items():
        if item in ("", name):
            for value in _values(found.test(student)):
                if abs(value * 60 - round(value * 60)) > 1e-6 and abs(value) > 0.01:
                    yield f"{int(abs(value) * 1000) / 1000:.3f}"
                    yield f"{abs(value):.3f}"


def _values(test: object) -> list[float]:
    reference = getattr(test, "reference", None)
    if isinstance(test, SVD):
        parts = np.linalg.svd(np.array(reference, dtype=float))
        return [float(x) for part in parts for x in np.ravel(part)]
    try:
        return [float(x) for x in np.ravel(np.array(reference, dtype=float))]
    except (TypeError, ValueError):  # a formula, a function or a word: its lines are looked for
        return []
