"""A batch goes through nbgrader to its end, whatever one submission holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from mathgrade.course.marks import class_marks, submitted_students
from mathgrade.course.nbgrader_runs import feedback, generate, open_course
from mathgrade.course.submissions import autograde_all, feedback_all
from mathgrade.errors import CourseError
from tests.autograde.gradebooks import of_course, tree

from .tiny import NAME, change_cell, source_path

GOOD = "def square(x):\n    return x**2"


def hand_in(course: Path, student: str, answers: dict[str, str]) -> Path:
    folder = course / "submitted" / student / NAME
    shutil.copytree(course / "release" / NAME, folder)
    path = folder / f"{NAME}.ipynb"
    for name, text in answers.items():
        change_cell(path, name, lambda cell, text=text: cell.update(source=text))
    return path


@pytest.mark.slow
def test_one_bad_submission_never_stops_the_others(tiny: Path) -> None:
    (tiny / "gradebook.db").unlink()  # as in a fresh clone
    hand_in(tiny, "s001", {"square": GOOD, "total": "total = 66", "words": "It grows."})
    bad = hand_in(tiny, "s002", {"square": GOOD})
    nb = json.loads(bad.read_text())
    nb["cells"].append({**nb["cells"][2], "id": "again"})  # the same test cell twice
    nb["cells"][2]["metadata"]["nbgrader"]["schema_version"] = 99
    bad.write_text(json.dumps(nb))
    hand_in(tiny, "s003", {"total": "total = 1 / 0"})
    (tiny / "submitted" / "s004" / NAME).mkdir(parents=True)
    course = open_course(tiny)
    said: list[str] = []
    results = autograde_all(course, NAME, on_step=said.append)
    assert sorted(said) == [f"{NAME}: s00{n}" for n in (1, 2, 3, 4)]
    assert {r.student: r.error for r in results if r.error} == {
        "s004": f"could not be marked: {NAME}.ipynb: was not handed in"
    }

    rows = {row.student: row for row in class_marks(course, NAME)}
    assert rows["s001"].score == 3.5
    assert rows["s001"].points == 6.5
    assert rows["s001"].items["words"].review == "to be marked by hand"
    assert rows["s001"].reason == ""
    assert rows["s002"].score == 2  # the copied test cell and its schema version change nothing
    assert {n: m.score for n, m in rows["s003"].items.items()} == {
        "square": 0,
        "total": 0,
        "words": 0,
    }
    assert "ZeroDivisionError: division by zero" in rows["s003"].reason

    again = autograde_all(course, NAME, ["s001", "s009"])
    assert [(r.kept, r.error) for r in again] == [
        (True, ""),
        (False, f"there is no submitted/s009/{NAME}"),
    ]
    assert not autograde_all(course, NAME, ["s001"], force=True)[0].kept

    pages, failures = feedback_all(course, NAME)
    assert [page.relative_to(tiny).parts[1] for page in pages] == ["s001", "s002", "s003"]
    assert failures == []


def test_students_are_those_who_handed_this_assignment_in(tiny: Path) -> None:
    hand_in(tiny, "s002", {})
    hand_in(tiny, "s001", {})
    (tiny / "submitted" / "s003" / "other").mkdir(parents=True)
    assert submitted_students(tiny, NAME) == ["s001", "s002"]


def test_marking_nobody_and_feedback_on_nothing_say_what_to_do(tiny: Path) -> None:
    course = open_course(tiny)
    with pytest.raises(CourseError, match="Expected submissions as submitted/STUDENT/lines"):
        autograde_all(course, NAME)
    with pytest.raises(CourseError, match="Run `mathgrade autograde lines` first"):
        feedback_all(course, NAME)
    with pytest.raises(CourseError, match="no feedback for s001"):
        feedback(course, NAME, "s001")


def test_a_release_nbgrader_refuses_is_told_in_one_line(tiny: Path) -> None:
    text = "### BEGIN SOLUTION\ny = 1"
    change_cell(source_path(tiny), "square", lambda cell: cell.update(source=text))
    with pytest.raises(CourseError) as refused:
        generate(open_course(tiny), NAME)
    assert str(refused.value) == (
        "lines could not be released: RuntimeError: no end solution statement found"
    )


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_a_release_that_is_refused_leaves_the_one_before(tiny: Path) -> None:
    # A cell that is added once work has been handed in: nbgrader refuses, after it has
    # removed the old release.
    from nbgrader.api import Gradebook

    course = open_course(tiny)
    before = {p.name: p.read_bytes() for p in (tiny / "release" / NAME).iterdir()}
    with Gradebook(f"sqlite:///{tiny / 'gradebook.db'}") as gradebook:
        gradebook.add_student("s001")
        gradebook.add_submission(NAME, "s001")
    path = source_path(tiny)
    nb = nbformat.read(path, as_version=4)
    more = nbformat.from_dict(nb.cells[-1])
    more.id = more.metadata.nbgrader["grade_id"] = "one-more-test"
    nb.cells.append(more)
    nbformat.write(nb, path)
    with pytest.raises(CourseError, match="What students have now stays released"):
        generate(course, NAME)
    assert {p.name: p.read_bytes() for p in (tiny / "release" / NAME).iterdir()} == before
    assert sorted(p.name for p in (tiny / "release").iterdir()) == [NAME]


@pytest.mark.parametrize(
    ("config", "says"),
    [("raise ValueError('no')", "ValueError: no"), ("c.x = (", "SyntaxError")],
)
def test_a_configuration_that_cannot_be_run_is_named(tiny: Path, config: str, says: str) -> None:
    (tiny / "nbgrader_config.py").write_text(config)
    with pytest.raises(CourseError, match=r"nbgrader_config.py cannot be run") as refused:
        open_course(tiny)
    assert says in str(refused.value)


def test_a_folder_without_source_is_no_course(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="Expected a course"):
        open_course(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("config", "receipt", "time"),
    [
        ("", "", None),
        ("c.Intake.believe_timestamps = True", "", "2001-01-01 00:00:00.000000"),
        ("", "2026-11-01T12:00:00+01:00", "2026-11-01 11:00:00.000000"),
        (
            "c.Intake.believe_timestamps = True",
            "2026-11-01T12:00:00Z",
            "2026-11-01 12:00:00.000000",
        ),
    ],
)
def test_a_time_that_was_handed_in_is_believed_only_where_the_course_says_so(
    tiny: Path, config: str, receipt: str, time: str | None
) -> None:
    folder = hand_in(tiny, "s001", {}).parent
    (folder / "timestamp.txt").write_text("2001-01-01 00:00:00 UTC")
    with (tiny / "nbgrader_config.py").open("a") as stream:
        stream.write(f"\n{config}\n")
    if receipt:
        (tiny / "receipts").mkdir()
        (tiny / f"receipts/{NAME}.csv").write_text(f"student,received\ns001,{receipt}\n")
    autograde_all(open_course(tiny), NAME, workers=1)
    (row,) = of_course(tiny)["submissions"]
    assert row[3] == time


def test_a_step_of_nbgraders_that_only_nbgrader_runs_is_not_passed_over(tiny: Path) -> None:
    hand_in(tiny, "s001", {})
    with (tiny / "nbgrader_config.py").open("a") as stream:
        stream.write(
            'c.Autograde.autograde_preprocessors.append("nbgrader.preprocessors.LockCells")'
        )
    with pytest.raises(CourseError, match=r"LockCells in c\.Autograde.autograde_preprocessors"):
        autograde_all(open_course(tiny), NAME)


@pytest.mark.slow
def test_only_what_changed_is_marked_again(tiny: Path) -> None:
    for student in ("s001", "s002"):
        hand_in(tiny, student, {"square": GOOD, "total": "total = 66"})
    hand_in(tiny, "s003", {}).write_text("no notebook")
    course = open_course(tiny)

    def run(**more: bool) -> dict[str, bool]:
        return {r.student: r.kept for r in autograde_all(course, NAME, workers=1, **more)}

    assert run() == {"s001": False, "s002": False, "s003": False}
    first = of_course(tiny), tree(tiny)
    assert run() == {"s001": True, "s002": True, "s003": True}
    assert (of_course(tiny), tree(tiny)) == first

    # one hands in again
    change_cell(
        tiny / f"submitted/s002/{NAME}/{NAME}.ipynb",
        "total",
        lambda c: c.update(source="total = 55"),
    )
    assert run() == {"s001": True, "s002": False, "s003": True}
    # somebody loses a file
    (tiny / f"autograded/s001/{NAME}/{NAME}.ipynb").unlink()
    assert run() == {"s001": False, "s002": True, "s003": True}
    # one test changes: its marks do, and nobody else's
    changed = "assert [square(k) for k in (-3, 5)] == [9, 26]"
    change_cell(source_path(tiny), "square-test", lambda c: c.update(source=changed))
    assert run() == {"s001": False, "s002": False, "s003": False}
    rows = {row.student: row for row in class_marks(course, NAME)}
    assert {n: m.score for n, m in rows["s001"].items.items()} == {
        "square": 0,
        "total": 1.5,
        "words": 0,
    }
    assert rows["s002"].items["total"].score == 0.5
    partly = of_course(tiny), tree(tiny)
    assert run(force=True) == {"s001": False, "s002": False, "s003": False}
    assert (of_course(tiny), tree(tiny)) == partly
