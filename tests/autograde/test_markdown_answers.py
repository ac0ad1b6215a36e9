"""A Markdown answer is marked by its test cell: the points stand there, and nobody has to look.

nbgrader refuses a Markdown answer that is not to be graded; with 0 points it is one, and its
text reaches the test cell through ``cell``.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from .courses import assign, graded, hand_in, make_course, marks, nbgrader

STUB = "YOUR ANSWER HERE"
SOLUTION = "$$(a + b)^2 = a^2 + 2ab + b^2$$"
CELLS = [
    graded("from mathgrade import cell", "setup"),
    graded(
        f"### BEGIN SOLUTION\n{SOLUTION}\n### END SOLUTION",
        "proof",
        points=0,
        solution=True,
        markdown=True,
    ),
    graded(
        "text = cell('proof')\nprint(len(text))\n"
        "### BEGIN HIDDEN TESTS\nmarks = 3.0 if '2ab' in text else 0.0\n### END HIDDEN TESTS\nmarks",
        "proof-test",
        points=3,
    ),
]
ANSWERS = {"right": SOLUTION, "wrong": "$$(a + b)^2 = a^2 + b^2$$", "untouched": STUB}


@pytest.fixture(scope="module", params=[True, False], ids=["judge", "nbgrader alone"])
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_course(tmp_path_factory.mktemp("course"), judge=request.param)
    assign(made, "algebra", CELLS)
    for student, text in ANSWERS.items():
        hand_in(made, "algebra", student, {"proof": text})
    nbgrader("autograde", "algebra", course=made)
    return made


def test_a_release_holds_the_stub_and_not_the_solution(course: Path) -> None:
    released = nbformat.read(course / "release" / "algebra" / "algebra.ipynb", as_version=4)
    assert [c.source for c in released.cells if c.cell_type == "markdown"] == [STUB]


def test_the_test_cell_reads_what_was_handed_in(course: Path) -> None:
    found = marks(course)
    scores = {student: found[student, "proof-test"] for student in ANSWERS}
    assert scores == {"right": (3.0, False), "wrong": (0.0, False), "untouched": (0.0, False)}


def test_no_answer_waits_for_a_person_to_give_it_nothing(course: Path) -> None:
    waiting = {student for (student, cell), (_, waits) in marks(course).items() if waits}
    if "Judge" in (course / "nbgrader_config.py").read_text():
        assert waiting == set()
    else:  # nbgrader asks for 0 of 0 points unless FlagForReview comes after SaveAutoGrades
        assert waiting == {"right", "wrong"}
