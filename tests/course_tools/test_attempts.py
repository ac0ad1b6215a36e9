"""Attempts are read strictly, and filled in as a student would have."""

from __future__ import annotations

from pathlib import Path

import pytest

from mathgrade.course.attempts import (
    BLANK,
    REFERENCE,
    Attempt,
    attempt_faults,
    expected_marks,
    fill_in,
    read_attempt,
    read_attempts,
)
from mathgrade.course.notebooks import answers_of, read_notebook
from mathgrade.errors import CourseError
from tests.autograde.courses import notebook

from .tiny import NAME, cells, source_path

SOURCE = notebook(cells())


def test_attempts_are_read_in_order_of_name(tiny: Path) -> None:
    attempts = read_attempts(tiny, NAME)
    assert [a.name for a in attempts] == ["doubled", "ten-terms"]
    assert attempts[0].cells == {"square": "def square(x):\n    return 2 * x"}
    assert (attempts[0].base, attempts[1].base) == ("reference", "blank")
    assert all(attempt_faults(a, SOURCE) == [] for a in attempts)


def test_an_item_has_one_note_or_several(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('title = "a"\n[notes]\nsquare = "n.sign"\nsum = ["n.sign", "n.factor"]')
    assert read_attempt(path).notes == {"square": ("n.sign",), "sum": ("n.sign", "n.factor")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = ", "is not TOML"),
        ("", "expected a title"),
        ('title = " "', "expected a title"),
        ("title = 3", "'title' must be a text"),
        ('title = "a"\nbase = "perfect"', "expected 'reference' or 'blank'"),
        ('title = "a"\nmark = 3', "unknown key 'mark'; the keys are title, base, cells"),
        ('title = "a"\ncells = "x = 1"', "'cells' must be a table"),
        ('title = "a"\n[cells]\nsquare = 3', "cells.square is 3, expected a text"),
        ('title = "a"\n[marks]\nsquare = "full"', "expected a number of points"),
        ('title = "a"\n[marks]\nsquare = true', "expected a number of points"),
        ('title = "a"\n[notes]\nsquare = 1', "expected a note code"),
        ('title = "a"\n[notes]\nsquare = []', "expected a note code"),
        ('title = "a"\n[notes]\nsquare = ["n.sign", 1]', "or a list of them"),
    ],
)
def test_a_file_that_is_no_attempt_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(CourseError, match=r"a\.toml") as refused:
        read_attempt(path)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (Attempt("a", cells={"sqare": ""}), "no answer cell 'sqare'; there is square, total"),
        (Attempt("a", cells={"square-test": ""}), "no answer cell 'square-test'"),
        (Attempt("a", marks={"words": 1}), "no marked item 'words'; there is square, total"),
        (Attempt("a", notes={"sqare": ("x",)}), "notes: there is no marked item 'sqare'"),
        (Attempt("a", marks={"square": 2.5}), "square = 2.5, expected 0 to 2"),
        (Attempt("a", marks={"square": -1}), "expected 0 to 2"),
    ],
)
def test_a_name_the_notebook_does_not_know_is_a_fault(attempt: Attempt, says: str) -> None:
    assert any(says in fault for fault in attempt_faults(attempt, SOURCE))


@pytest.mark.parametrize(
    ("attempt", "marks"),
    [
        (REFERENCE, {"square": 2, "total": 1.5}),
        (BLANK, {"square": 0, "total": 0}),
        (Attempt("a", marks={"square": 1}), {"square": 1, "total": 1.5}),
        (Attempt("a", base="blank", marks={"total": 0.5}), {"square": 0, "total": 0.5}),
    ],
)
def test_marks_not_stated_follow_from_the_base(attempt: Attempt, marks: dict[str, float]) -> None:
    assert expected_marks(attempt, SOURCE) == marks


def test_cells_not_named_come_from_the_base(tiny: Path) -> None:
    source = read_notebook(source_path(tiny))
    blank = read_notebook(tiny / "release" / NAME / f"{NAME}.ipynb")
    mine = {"total": "total = 1"}
    full = fill_in(Attempt("a", cells=mine), blank, source=source, blank=blank)
    none = fill_in(Attempt("a", "", "blank", mine), source, source=source, blank=blank)
    assert answers_of(full)["square"] == (
        "def square(x):\n    product = x * x\n    return product\n"
    )
    assert answers_of(none)["square"] == answers_of(blank)["square"]
    assert answers_of(full)["total"] == answers_of(none)["total"] == "total = 1"
    tests = [cell.source for cell in none.cells if cell.get("id") == "square-test"]
    assert "BEGIN HIDDEN TESTS" in tests[0]  # marked with the source's own tests
    assert read_notebook(source_path(tiny)) == source  # what it was built from is unchanged
