"""Whatever of a solution or a hidden test reaches the release is found by its content."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_output

from mathgrade.course.leaks import leaks, secret_lines
from mathgrade.course.notebooks import read_notebook

from .tiny import NAME, change_cell, replace_in, source_path


def found(course: Path) -> list[str]:
    return leaks(course / "release" / NAME, course, NAME)


def release(course: Path) -> Path:
    return course / "release" / NAME / f"{NAME}.ipynb"


def test_a_release_nbgrader_made_leaks_nothing(tiny: Path) -> None:
    assert found(tiny) == []


def test_every_hidden_line_is_a_secret_and_no_visible_one(tiny: Path) -> None:
    secrets = secret_lines(read_notebook(source_path(tiny)))
    assert "product = x * x" in secrets
    assert "total = sum(range(1, 12))" in secrets
    assert "A square is a product." in secrets  # a whole answer cell without a region
    assert secrets["assert [square(k) for k in (-3, 5)] == [9, 25]"] == "square-test"
    assert "assert callable(square)" not in secrets
    assert "def square(x):" not in secrets


@pytest.mark.parametrize("step", ["a solution", "a hidden test", "a manual answer"])
def test_a_line_in_the_released_notebook_is_found(tiny: Path, step: str) -> None:
    line = {
        "a solution": "product  =  x * x",  # other spaces are the same line
        "a hidden test": "assert [square(k) for k in (-3, 5)] == [9, 25]",
        "a manual answer": "Note: A square is a product.",
    }[step]
    change_cell(release(tiny), "square", lambda cell: cell.update(source=f"# {step}\n{line}"))
    assert [text for text in found(tiny) if "holds a line of cell" in text]


def test_a_marker_in_the_release_is_found(tiny: Path) -> None:
    change_cell(release(tiny), "square", lambda cell: cell.update(source="# begin solution"))
    assert found(tiny) == ["lines.ipynb holds the marker 'begin solution'"]


def test_an_output_in_the_release_is_found(tiny: Path) -> None:
    shown = [new_output("stream", text="total = sum(range(1, 12))")]
    change_cell(release(tiny), "square", lambda cell: cell.update(outputs=shown))
    assert len(found(tiny)) == 2  # that there is one, and what it says


def test_a_line_in_the_metadata_is_found(tiny: Path) -> None:
    secret = {"old": "total = sum(range(1, 12))"}
    change_cell(release(tiny), "total", lambda cell: cell.metadata.update(secret))
    assert any("holds a line of cell 'total'" in text for text in found(tiny))


def test_a_solution_in_a_file_beside_the_notebook_is_found(tiny: Path) -> None:
    (release(tiny).parent / "data.py").write_text("def hint():\n    product = x * x\n")
    assert found(tiny) == ["data.py holds a line of cell 'square': 'product = x * x'"]


def test_a_file_of_the_reference_is_found(tiny: Path) -> None:
    (tiny / "reference" / f"{NAME}.py").write_text("ITEMS = []\nKEY = 1\n")
    (release(tiny).parent / "variants.py").write_text("ITEMS = []\nKEY = 1\n")
    assert found(tiny) == ["variants.py is the file reference/lines.py"]


def test_a_line_of_the_reference_is_found(tiny: Path) -> None:
    line = "EXACT = [sqrt(6) - 1 / sqrt(2), -sqrt(6) - 1 / sqrt(2)]"
    (tiny / "reference" / f"{NAME}.py").write_text(f"import x\n{line}\n")
    (release(tiny).parent / "variants.py").write_text(f"# numbers\n{line}\n")
    assert any("holds a line of reference/lines.py" in text for text in found(tiny))


def test_a_line_that_is_visible_in_the_source_is_no_leak(tiny: Path) -> None:
    replace_in(source_path(tiny), "assert callable(square)", "product = x * x")
    change_cell(release(tiny), "square-test", lambda cell: cell.update(source="product = x * x"))
    assert found(tiny) == []


def test_the_shortest_answer_is_found_where_it_stands_alone(tiny: Path) -> None:
    replace_in(source_path(tiny), "product = x * x", "y = 0")
    change_cell(release(tiny), "total", lambda cell: cell.update(source="dy = 0"))
    assert found(tiny) == []
    change_cell(release(tiny), "total", lambda cell: cell.update(source="y = 0"))
    assert found(tiny) == ["lines.ipynb holds a line of cell 'square': 'y = 0'"]


@pytest.mark.parametrize("line", ["", ")", "else:", "pass", "return"])
def test_a_line_that_says_nothing_is_no_leak(tiny: Path, line: str) -> None:
    replace_in(source_path(tiny), "product = x * x", line)
    change_cell(release(tiny), "total", lambda cell: cell.update(source=line))
    assert found(tiny) == []
