"""`mathgrade check` finds each kind of defect, and nothing in a course without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_output

from mathgrade.course.check import Line, Status, check_course, fix_course
from mathgrade.course.nbgrader_runs import open_course
from mathgrade.errors import CourseError

from .tiny import NAME, change_cell, replace_in, source_path


def failed(lines: list[Line]) -> dict[str, str]:
    return {line.check: "\n".join(line.details) for line in lines if line.status is Status.FAILED}


def look(course: Path) -> list[Line]:
    return check_course(open_course(course), run=False)


def release_of(course: Path) -> Path:
    return course / "release" / NAME / f"{NAME}.ipynb"


def attempt(course: Path, name: str) -> Path:
    return course / "reference" / "attempts" / NAME / f"{name}.toml"


def change_source(course: Path, name: str, old: str, new: str) -> None:
    def change(cell: Any) -> None:
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    change_cell(source_path(course), name, change)


def misspell(course: Path) -> None:
    change_source(course, "total", "### BEGIN SOLUTION", "### BEGIN SOLUTON")


def unbalance(course: Path) -> None:
    change_source(course, "square", "    ### END SOLUTION\n", "")


def misplace(course: Path) -> None:
    empty = "### BEGIN SOLUTION\n### END SOLUTION\nassert"
    change_source(course, "square-test", "assert callable", f"{empty} callable")


def leave_output(course: Path) -> None:
    shown = [new_output("stream", text="9")]
    change_cell(source_path(course), "square", lambda cell: cell.update(outputs=shown))


def rename_cell(course: Path) -> None:
    def change(cell: Any) -> None:
        cell.metadata.nbgrader["grade_id"] = "cell-0123456789abcdef"

    change_cell(source_path(course), "total", change)


def edit_source(course: Path) -> None:
    replace_in(source_path(course), "Squares and sums.", "Squares, then sums.")


def edit_release(course: Path) -> None:
    replace_in(release_of(course), "Squares and sums.", "Squares, then sums.")


def add_to_release(course: Path) -> None:
    (release_of(course).parent / "notes.txt").write_text("for the tutors")


def add_to_source(course: Path) -> None:
    (source_path(course).parent / "data.csv").write_text("1,2\n")


def leak(course: Path) -> None:
    replace_in(release_of(course), "assert callable(square)", "product = x * x")


def leak_from_source(course: Path) -> None:
    (source_path(course).parent / "hints.py").write_text("total = sum(range(1, 12))\n")


def drop_release(course: Path) -> None:
    release_of(course).unlink()
    release_of(course).parent.rmdir()


def take_points(course: Path) -> None:
    def change(cell: Any) -> None:
        cell.metadata.nbgrader["points"] = 0

    change_cell(source_path(course), "square-test", change)


def ask_unknown_item(course: Path) -> None:
    replace_in(source_path(course), "assert callable(square)", 'grade("lines:square", square)')


def misname_cell_in_attempt(course: Path) -> None:
    replace_in(attempt(course, "doubled"), "square = '''", "sqare = '''")


def misname_item_in_attempt(course: Path) -> None:
    replace_in(attempt(course, "doubled"), "square = 0", "sqare = 0")


def break_attempt(course: Path) -> None:
    replace_in(attempt(course, "doubled"), "[marks]", "[marks")


DEFECTS: list[tuple[Callable[[Path], None], str, str]] = [
    (misspell, "region markers", "did you mean '### BEGIN SOLUTION'"),
    (unbalance, "region markers", "BEGIN SOLUTION without an END SOLUTION"),
    (misplace, "region markers", "region SOLUTION but is not a cell for it"),
    (leave_output, "canonical form", "has outputs"),
    (rename_cell, "ids", "is not readable"),
    (rename_cell, "ids", "no answer cell 'total'"),
    (edit_source, "release is fresh", "lines.ipynb is not what nbgrader makes"),
    (edit_release, "release is fresh", "lines.ipynb is not what nbgrader makes"),
    (add_to_release, "release is fresh", "notes.txt does not come from source/"),
    (add_to_source, "release is fresh", "data.csv is missing"),
    (leak, "nothing leaks", "holds a line of cell 'square'"),
    (take_points, "points and items", "has no points"),
    (ask_unknown_item, "points and items", "lines"),
    (misname_cell_in_attempt, "attempts can be read", "no answer cell 'sqare'; there is square"),
    (misname_item_in_attempt, "attempts can be read", "no marked item 'sqare'; there is square"),
    (break_attempt, "attempts can be read", "is not TOML"),
]


def test_a_course_without_defects_passes(tiny: Path) -> None:
    lines = look(tiny)
    assert {line.status for line in lines} == {Status.OK}
    assert [line.check for line in lines] == [
        "region markers",
        "ids",
        "canonical form",
        "points and items",
        "release is fresh",
        "nothing leaks",
        "attempts can be read",
    ]


@pytest.mark.parametrize(
    ("defect", "check", "says"), DEFECTS, ids=[f"{d.__name__}-{c}" for d, c, _ in DEFECTS]
)
def test_a_defect_is_found(
    tiny: Path, defect: Callable[[Path], None], check: str, says: str
) -> None:
    defect(tiny)
    found = failed(look(tiny))
    assert check in found
    assert says in found[check]


def test_before_a_release_the_new_one_is_what_must_not_leak(tiny: Path) -> None:
    leak_from_source(tiny)
    drop_release(tiny)
    found = failed(check_course(open_course(tiny), released=False, run=False))
    assert list(found) == ["nothing leaks"]
    assert "hints.py" in found["nothing leaks"]


def test_an_assignment_that_is_not_released_yet_is_a_warning_only(tiny: Path) -> None:
    drop_release(tiny)
    lines = look(tiny)
    (warning,) = [line for line in lines if line.status is not Status.OK]
    assert (warning.check, warning.status) == ("release", Status.WARNING)
    assert "run `mathgrade release`" in warning.details[0]


def test_a_test_in_the_kernel_is_a_warning_only(tiny: Path) -> None:
    tag = {"tags": ["in-kernel"]}
    change_cell(source_path(tiny), "square-test", lambda cell: cell.metadata.update(tag))
    lines = check_course(open_course(tiny), released=False, run=False)
    (warning,) = [line for line in lines if line.status is not Status.OK]
    assert warning.status is Status.WARNING
    assert "'square-test'" in warning.details[0]


def test_checking_leaves_no_gradebook_and_changes_nothing(tiny: Path) -> None:
    (tiny / "gradebook.db").unlink()
    before = {path: path.read_bytes() for path in tiny.rglob("*") if path.is_file()}
    look(tiny)
    assert {path: path.read_bytes() for path in tiny.rglob("*") if path.is_file()} == before


def test_fix_restores_canonical_form_and_nothing_else(tiny: Path) -> None:
    clean = source_path(tiny).read_bytes()
    leave_output(tiny)
    assert fix_course(tiny) == [source_path(tiny)]
    assert source_path(tiny).read_bytes() == clean
    assert fix_course(tiny) == []


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"nbformat": 3}', "not json"])
def test_a_notebook_that_cannot_be_read_ends_the_check(tiny: Path, content: str) -> None:
    source_path(tiny).write_text(content)
    with pytest.raises(CourseError, match="is not a Jupyter notebook"):
        look(tiny)


def test_an_unknown_assignment_is_named_with_those_there_are(tiny: Path) -> None:
    with pytest.raises(CourseError, match=r"no assignment 'line' .* there is lines"):
        check_course(open_course(tiny), ["line"], run=False)


@pytest.mark.slow
def test_attempts_with_known_marks_get_exactly_those(tiny: Path) -> None:
    lines = check_course(open_course(tiny), workers=2)
    assert failed(lines) == {}
    assert [line.check for line in lines][-7:] == [
        "the reference: full marks",
        "blank: no marks",
        "attempt doubled",
        "attempt ten-terms",
        "mutants",
        "mutants to look at",
        "answers without a thought",
    ]
    # A sum from 0 is the sum from 1; where asserts mark nobody can say so, so it only warns.
    (warning,) = [line for line in lines if line.status is Status.WARNING]
    assert [text for text in warning.details if "range(0, 12)" in text] == list(warning.details)


@pytest.mark.slow
def test_other_marks_than_stated_are_found(tiny: Path) -> None:
    replace_in(attempt(tiny, "doubled"), "square = 0", "square = 1\n[notes]\ntotal = 'sum.range'")
    replace_in(attempt(tiny, "ten-terms"), "range(11)", "range(12)")
    replace_in(source_path(tiny), "sum(range(1, 12))", "sum(range(1, 11))")
    found = failed(check_course(open_course(tiny), released=False, workers=1))
    assert found.pop("mutants").endswith("total: the reference is not marked right: incorrect")
    assert set(found) == {"the reference: full marks", "attempt doubled", "attempt ten-terms"}
    assert found["the reference: full marks"] == "total: 0.5 points, expected 1.5"
    assert "square: 0 points, expected 1 (AssertionError" in found["attempt doubled"]
    assert "expected the note 'sum.range', the notes are none" in found["attempt doubled"]
    assert found["attempt ten-terms"] == "total: 1.5 points, expected 0.5"


@pytest.mark.slow
def test_a_test_that_a_blank_notebook_passes_is_found(tiny: Path) -> None:
    change_cell(source_path(tiny), "square-test", lambda cell: cell.update(source="1 + 1 == 2"))
    found = failed(check_course(open_course(tiny), released=False, workers=1))
    assert "square: 2 points, expected 0" in found["blank: no marks"]
