"""Which marks are read from the gradebook, and which are none yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Student
from sqlalchemy import event

from mathgrade.errors import CourseError
from mathgrade.export.marks import Status, Work, read_marks

from .classes import enter_assignment, enter_marks, enter_student, hand_in

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own


def works(book: Any, root: Path, assignment: str = "quiz") -> dict[str, Work]:
    (found,) = read_marks(book, root, [assignment]).assignments
    return dict(found.works)


def test_items_stand_in_the_notebooks_order_with_their_points(gradebook: Any, root: Path) -> None:
    enter_assignment(gradebook, root, items={"b": 1.0, "a": 2.5, "c": 4.0})
    (found,) = read_marks(gradebook, root).assignments
    assert [(item.name, item.points) for item in found.items] == [("b", 1), ("a", 2.5), ("c", 4)]
    assert found.points == 7.5


def test_marks_by_hand_go_before_automatic_ones_and_extra_credit_counts(
    gradebook: Any, root: Path
) -> None:
    enter_assignment(gradebook, root)
    enter_marks(gradebook, "s1", first=1, second=3, by_hand={"first": 2}, extra={"second": 0.5})
    assert works(gradebook, root)["s1"] == Work(Status.MARKED, 5.5, {"first": 2, "second": 3.5})
    assert gradebook.find_submission("quiz", "s1").score == 5.5  # nbgrader's own sum


@pytest.mark.parametrize(("penalty", "total"), [(None, 4), (1.5, 2.5), (9, 0)])
def test_lateness_is_taken_off_and_never_goes_below_zero(
    gradebook: Any, root: Path, penalty: float | None, total: float
) -> None:
    enter_assignment(gradebook, root)
    enter_marks(gradebook, "s1", first=1, second=3, penalty=penalty)
    found = works(gradebook, root)["s1"]
    assert (found.total, found.penalty) == (total, penalty or 0)
    assert found.items == {"first": 1, "second": 3}


def test_what_waits_for_a_person_is_no_mark_and_there_is_no_total(
    gradebook: Any, root: Path
) -> None:
    enter_assignment(gradebook, root)
    enter_marks(gradebook, "s1", first=1, second=None)
    assert works(gradebook, root)["s1"] == Work(Status.WAITING, None, {"first": 1, "second": None})


def test_a_mark_that_a_person_has_to_look_at_again_is_no_mark(gradebook: Any, root: Path) -> None:
    enter_assignment(gradebook, root)
    enter_marks(gradebook, "s1", first=1, second=3)
    grade = gradebook.find_grade("second-test", "quiz", "quiz", "s1")
    grade.needs_manual_grade = True
    gradebook.db.commit()
    assert works(gradebook, root)["s1"].status is Status.WAITING


def test_nobody_waits_for_a_cell_without_points(gradebook: Any, root: Path) -> None:
    enter_assignment(gradebook, root, items={"first": 2.0, "words": 0.0})
    enter_marks(gradebook, "s1", first=1, words=None)
    assert works(gradebook, root)["s1"] == Work(Status.MARKED, 1, {"first": 1})


def test_work_that_is_not_there_and_work_that_is_not_marked_are_told_apart(
    gradebook: Any, root: Path
) -> None:
    enter_assignment(gradebook, root)
    enter_student(gradebook, "s1")
    enter_student(gradebook, "s2")
    hand_in(root, "s2")
    hand_in(root, "s3")  # whom the gradebook has never seen
    found = works(gradebook, root)
    assert {student: work.status for student, work in found.items()} == {
        "s1": Status.MISSING,
        "s2": Status.UNMARKED,
        "s3": Status.UNMARKED,
    }
    assert {work.total for work in found.values()} == {None}


def test_extra_credit_in_a_cell_without_points_counts(gradebook: Any, root: Path) -> None:
    enter_assignment(gradebook, root, items={"first": 2.0, "words": 0.0})
    enter_marks(gradebook, "s1", first=1, words=0, extra={"words": 0.25})
    assert works(gradebook, root)["s1"] == Work(Status.MARKED, 1.25, {"first": 1})


def test_a_nan_in_the_gradebook_is_no_mark(gradebook: Any, root: Path) -> None:
    enter_assignment(gradebook, root)
    enter_marks(gradebook, "s1", first=1, second=float("inf"))
    assert works(gradebook, root)["s1"].status is Status.WAITING


def test_items_of_several_notebooks_have_their_notebooks_name(gradebook: Any, root: Path) -> None:
    enter_assignment(gradebook, root)
    gradebook.add_notebook("more", "quiz")
    gradebook.add_grade_cell("first-test", "more", "quiz", max_score=1, cell_type="code")
    (found,) = read_marks(gradebook, root).assignments
    assert [item.name for item in found.items] == ["quiz/first", "quiz/second", "more/first"]


def test_an_assignment_without_its_notebook_is_still_read(gradebook: Any, root: Path) -> None:
    enter_assignment(gradebook, root)
    (root / "source/quiz/quiz.ipynb").unlink()
    (found,) = read_marks(gradebook, root).assignments
    assert [item.name for item in found.items] == ["first", "second"]


@pytest.mark.parametrize(
    ("assignments", "students", "said"),
    [
        (["quiz", "exam"], [], "'exam'"),
        (["quiz"], ["s1", "s9"], "'s9'"),
        (["Quiz"], [], "knows: quiz"),
    ],
)
def test_what_is_not_there_is_named(
    gradebook: Any, root: Path, assignments: list[str], students: list[str], said: str
) -> None:
    enter_assignment(gradebook, root)
    enter_student(gradebook, "s1")
    with pytest.raises(CourseError, match=said):
        read_marks(gradebook, root, assignments, students)


def test_an_empty_gradebook_says_what_to_do(gradebook: Any, root: Path) -> None:
    with pytest.raises(CourseError, match="mathgrade autograde"):
        read_marks(gradebook, root)


def test_names_that_are_not_known_are_empty(gradebook: Any, root: Path) -> None:
    enter_assignment(gradebook, root)
    gradebook.db.add(Student(id="s1", last_name="Noether"))
    gradebook.db.commit()
    (person,) = read_marks(gradebook, root).students
    assert (person.last_name, person.first_name, person.email, person.lms_id) == (
        "Noether",
        *[""] * 3,
    )


def test_a_larger_class_asks_no_more_questions(gradebook: Any, root: Path) -> None:
    for name in ("quiz", "exam"):
        enter_assignment(gradebook, root, name)
    asked: list[str] = []
    event.listen(gradebook.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def questions() -> int:
        gradebook.db.rollback()
        asked.clear()
        read_marks(gradebook, root)
        return len(asked)

    before = questions()
    for student in ("s1", "s2", "s3"):
        for name in ("quiz", "exam"):
            enter_marks(gradebook, student, name, first=1, second=2)
    assert questions() == before == 5
