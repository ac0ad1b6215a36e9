"""A demo goes the whole way through nbgrader and never removes what is not a demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from mathgrade.course.demo import make_demo, seats
from mathgrade.errors import CourseError

from .tiny import NAME, replace_in


def test_students_take_the_attempts_in_turn() -> None:
    assert list(seats(["a", "b"], 5).values()) == ["a", "b", "a", "b", "a"]
    assert {"s0001", "s1000"} <= set(seats(["a"], 1000))


@pytest.mark.slow
def test_a_class_gets_the_marks_of_its_attempts(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    made = make_demo(tiny, folder, students=3)
    assert made.folder == folder
    assert made.failures == ()
    (group,) = made.classes
    assert group.surprises == ()
    assert group.attempts == {"s001": "the reference", "s002": "doubled", "s003": "ten-terms"}
    assert {row.student: row.score for row in group.rows} == {"s001": 3.5, "s002": 1.5, "s003": 0.5}
    assert len(made.pages) == 3
    assert all(page.is_file() and page.is_relative_to(folder) for page in made.pages)
    for step in ("source", "reference", "release", "submitted", "autograded", "feedback"):
        assert (folder / step).is_dir()
    handed_in = (folder / "submitted" / "s001" / NAME / f"{NAME}.ipynb").read_text()
    assert "BEGIN" not in handed_in
    assert "assert [square" not in handed_in
    assert [path.name for path in tmp_path.glob(".demo*")] == []

    # an earlier demo is replaced; marks that are not those stated are told
    replace_in(tiny / "reference/attempts/lines/doubled.toml", "square = 0", "square = 1")
    (group,) = make_demo(tiny, folder, students=2).classes
    assert group.surprises == ("s002: square has 0 points, expected 1",)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_around_the_course_is_never_replaced(tiny: Path, force: bool) -> None:
    with pytest.raises(CourseError, match="holds your course"):
        make_demo(tiny, tiny, force=force)
    with pytest.raises(CourseError, match="holds your course"):
        make_demo(tiny, tiny.parent, force=force)
    assert (tiny / "source").is_dir()


def test_a_folder_with_other_things_is_left_alone(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "thesis.tex").write_text("x")
    with pytest.raises(CourseError, match="is no demo"):
        make_demo(tiny, folder)
    with pytest.raises(CourseError, match="is a file"):
        make_demo(tiny, folder / "thesis.tex")
    assert (folder / "thesis.tex").read_text() == "x"


def test_a_demo_that_fails_leaves_nothing_behind(tiny: Path, tmp_path: Path) -> None:
    replace_in(tiny / "reference/attempts/lines/doubled.toml", "square = 0", "sqare = 0")
    with pytest.raises(CourseError, match="attempt lines/doubled: marks: there is no marked item"):
        make_demo(tiny, tmp_path / "demo", students=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course"]


@pytest.mark.parametrize(("students", "names"), [(0, ()), (3, ("nothing",))])
def test_a_class_nobody_can_make_is_refused(
    tiny: Path, tmp_path: Path, students: int, names: tuple[str, ...]
) -> None:
    with pytest.raises(CourseError):
        make_demo(tiny, tmp_path / "demo", students=students, assignments=names)
    assert not (tmp_path / "demo").exists()
