"""`mathgrade solution` publishes the answers and nothing else, whole or not at all."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from mathgrade.course.notebooks import read_notebook
from mathgrade.course.solution import solution_notebook, write_solution
from mathgrade.errors import CourseError
from tests.autograde.courses import graded, notebook

from .tiny import NAME, cells, replace_in, source_path, tiny_course

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted(path.parent.name for path in (ROOT / "source").glob("*/*.ipynb"))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return tiny_course(tmp_path / "course")


def sources(nb: Any) -> dict[str, str]:
    return {cell.id: cell.source for cell in nb.cells}


def test_answers_stay_and_hidden_tests_go() -> None:
    made = sources(solution_notebook(notebook(cells())))
    assert made["total"] == "total = sum(range(1, 12))"
    assert made["square"] == "def square(x):\n    product = x * x\n    return product"
    assert made["square-test"] == "assert callable(square)"
    assert made["words"] == "A square is a product."
    assert "total-test" not in made


def test_the_notebook_it_is_made_of_stays_as_it_was() -> None:
    source = notebook(cells())
    before = sources(source)
    solution_notebook(source)
    assert sources(source) == before
    assert all("nbgrader" in cell.metadata for cell in source.cells[1:])


@pytest.mark.parametrize("markers", [("### {} {}"), ("=== {} {} ===")])
def test_a_mark_scheme_goes(markers: str) -> None:
    begin, end = (markers.format(side, "MARK SCHEME") for side in ("BEGIN", "END"))
    text = f"In words.\n{begin}\nOne point a word.\n{end}"
    cell = graded(text, "words", points=3, solution=True, markdown=True)
    assert sources(solution_notebook(notebook([cell]))) == {"words": "In words."}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_courses_own_solutions_hold_every_answer_and_no_secret(assignment: str) -> None:
    source = read_notebook(ROOT / "source" / assignment / f"{assignment}.ipynb")
    made = solution_notebook(source)
    text = "\n".join(cell.source for cell in made.cells)
    for word in ("BEGIN ", "END SOLUTION", "HIDDEN", "MARK SCHEME", "grade(", "YOUR CODE HERE"):
        assert word not in text
    assert not any("nbgrader" in cell.metadata for cell in made.cells)
    for cell in made.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)
    answers = {c.id for c in source.cells if c.metadata.get("nbgrader", {}).get("solution")}
    assert answers <= set(sources(made))


def test_it_is_written_with_what_lies_beside_the_notebook(course: Path) -> None:
    (source_path(course).parent / "data.csv").write_text("1,2\n")
    path = write_solution(course, NAME)
    assert path == course / "solution" / NAME / f"{NAME}.ipynb"
    assert (path.parent / "data.csv").read_text() == "1,2\n"
    replace_in(source_path(course), "Squares and sums.", "Sums and squares.")
    assert write_solution(course, NAME) == path  # a solution is replaced
    assert "Sums and squares." in path.read_text()
    assert sorted(p.name for p in path.parent.parent.iterdir()) == [NAME]


def test_a_marker_without_an_end_writes_nothing(course: Path) -> None:
    replace_in(source_path(course), "### END HIDDEN TESTS", "# the end")
    with pytest.raises(CourseError, match="BEGIN HIDDEN TESTS without an END HIDDEN TESTS"):
        write_solution(course, NAME)
    assert not (course / "solution").exists()


@pytest.mark.parametrize("step", ["source", "release", "reference", "submitted"])
def test_where_nbgrader_works_no_solution_is_put(course: Path, step: str) -> None:
    with pytest.raises(CourseError, match=f"is in {step}/"):
        write_solution(course, NAME, course / step / "x")


def test_other_peoples_files_are_not_replaced(course: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years")
    with pytest.raises(CourseError, match="does not look like a solution"):
        write_solution(course, NAME, mine)
    assert [path.name for path in mine.iterdir()] == ["thesis.tex"]


def test_a_hand_in_is_not_replaced(course: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / f"{NAME}.ipynb").write_bytes(source_path(course).read_bytes())
    with pytest.raises(CourseError, match="does not look like a solution"):
        write_solution(course, NAME, mine)


def test_an_unknown_assignment_is_named_with_those_there_are(course: Path) -> None:
    with pytest.raises(CourseError, match="no assignment 'line'"):
        write_solution(course, "line")
