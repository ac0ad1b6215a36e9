"""`mathgrade new` writes an assignment that passes the checks, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from mathgrade.course.beginning import begin_assignment
from mathgrade.course.check import Status, check_course
from mathgrade.course.nbgrader_runs import open_course
from mathgrade.errors import CourseError

BAD_NAMES = [
    "",
    "Week-1",
    "week_1",
    "week 1",
    "1-week",
    "-week",
    "week-",
    "week--1",
    "../week",
    "week/1",
    ".week",
    "wéek",
    "class",
    "w" * 41,
]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    return tmp_path


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.slow
def test_what_is_begun_passes_every_check(course: Path) -> None:
    written = begin_assignment(course, "week-1")
    assert [path.relative_to(course).as_posix() for path in written] == [
        "source/week-1/week-1.ipynb",
        "reference/week-1.py",
    ]
    found = check_course(open_course(course), workers=1)
    bad = {line.check: line.details for line in found if line.status is not Status.OK}
    assert list(bad) == ["release"]
    (mutants,) = [line for line in found if line.check == "mutants"]
    assert mutants.details == ("19 of 19 lose marks",)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused_and_nothing_written(course: Path, name: str) -> None:
    before = everything(course)
    with pytest.raises(CourseError, match=r"is no name for an assignment\. Use small letters"):
        begin_assignment(course, name)
    assert everything(course) == before


@pytest.mark.parametrize("taken", ["source/week-1", "release/week-1", "reference/week-1.py"])
def test_a_name_that_is_taken_is_refused_and_nothing_written(course: Path, taken: str) -> None:
    if taken.endswith(".py"):
        (course / "reference").mkdir()
        (course / taken).write_text("ITEMS = []\n")
    else:
        (course / taken).mkdir(parents=True)
    before = everything(course)
    with pytest.raises(CourseError, match=f"There is {taken} already"):
        begin_assignment(course, "week-1")
    assert everything(course) == before


def test_a_link_that_leads_nowhere_is_taken_too(course: Path) -> None:
    (course / "source" / "week-1").symlink_to(course / "nowhere")
    with pytest.raises(CourseError, match="already"):
        begin_assignment(course, "week-1")
