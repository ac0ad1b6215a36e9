"""What the gradebook and ``autograded/`` say after an attempt was recorded, and what they keep."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook as Nbgraders
from sqlalchemy import event
from sqlalchemy.engine import Engine
from traitlets.config import Config

from mathgrade.autograde.attempt_marking import CellRow, Marked, MarkedNotebook
from mathgrade.autograde.hand_in import Refusal
from mathgrade.autograde.intake import Frame
from mathgrade.autograde.late import LatePolicy
from mathgrade.autograde.record import Gradebook
from mathgrade.errors import CourseError

from .courses import graded, notebook
from .gradebooks import dump, tree

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own


def cells(*, test: float = 2, more: bool = False, words: bool = True) -> list[NotebookNode]:
    made = [
        graded("import math", "setup"),
        graded("# YOUR CODE HERE", "f", solution=True),
        graded("assert f", "f-test", points=test),
    ]
    if more:
        made.append(graded("assert f(1)", "g-test", points=1))
    if words:
        made.append(graded("YOUR ANSWER", "words", points=3, solution=True, markdown=True))
    return made


def frames(**changes: Any) -> dict[str, Frame]:
    return {"quiz": Frame(notebook(cells(**changes)))}


def marked(student: str = "s001", *, score: float | None = 2.0, words: str = "It grows.",
           review: str = "", more: float | None = None) -> Marked:  # fmt: skip
    rows = [
        CellRow("f", None, "", False, "d"),
        CellRow("f-test", score, review, False, f"{score}{review}"),
        CellRow("words", 0.0 if not words else None, "", not words, words),
    ]
    if more is not None:
        rows.append(CellRow("g-test", more, "", False, str(more)))
    return Marked(student, {"quiz": MarkedNotebook(f"the notebook of {student}\n", tuple(rows))})


class Course:
    """A gradebook in a folder, opened anew for each step, as each run does."""

    def __init__(self, root: Path, db_url: str) -> None:
        self.root, self.db_url = root, db_url
        self.config = Config()

    @contextmanager
    def open(self) -> Iterator[Gradebook]:
        late = LatePolicy(self.config)
        book = Gradebook(self.root, "quiz", db_url=self.db_url, course="c", late=late)
        try:
            yield book
        finally:
            book.close()

    def enter(self, **changes: Any) -> None:
        with self.open() as book:
            book.enter(frames(**changes))

    def record(self, found: Marked, *, key: str = "k", **more: Any) -> None:
        given = {"files": {}, "received": None} | more
        with self.open() as book:
            book.record(found, key=key, before=book.recorded().get(found.student), **given)

    def grade(self, cell: str = "f-test", student: str = "s001") -> tuple[Any, ...]:
        """Automatic and manual score, extra credit, whether it waits."""
        (row,) = [r for r in self.dump()["grades"] if (r[0], r[3]) == (student, cell)]
        return row[5:]

    def comment(self, cell: str, student: str = "s001") -> tuple[Any, ...]:
        (row,) = [r for r in self.dump()["comments"] if (r[0], r[3]) == (student, cell)]
        return row[5:]

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        return dump(self.db_url)

    def by_hand(self, change: Callable[[Any], None]) -> None:
        """What a person does in formgrader."""
        with Nbgraders(self.db_url, "c") as book:
            change(book)
            book.db.commit()

    def mark_by_hand(self, cell: str, score: float, *, student: str = "s001") -> None:
        def change(book: Any) -> None:
            grade = book.find_graded_cell(cell, "quiz", "quiz")
            grade = book.find_grade(cell, "quiz", "quiz", student)
            grade.manual_score, grade.extra_credit = score, 0.5
            grade.needs_manual_grade = False

        self.by_hand(change)


@pytest.fixture
def course(tmp_path: Path, db_url: str) -> Course:
    made = Course(tmp_path, db_url)
    made.enter()
    return made


def test_marks_arrive_as_nbgrader_keeps_them(course: Course) -> None:
    course.record(marked(score=1.5))
    assert course.grade("f-test") == (1.5, None, None, False)
    assert course.grade("words") == (None, None, None, True)
    with Nbgraders(course.db_url, "c") as book:
        submission = book.find_submission("quiz", "s001")
        assert (submission.score, submission.max_score) == (1.5, 5)
        assert submission.needs_manual_grade


def test_an_answer_left_as_released_has_no_points_and_says_so(course: Course) -> None:
    course.record(marked(words=""))
    assert course.grade("words") == (0, None, None, False)
    assert course.comment("words") == ("No response.", None)
    assert course.comment("f") == (None, None)


def test_what_is_left_to_a_person_waits_without_a_score(course: Course) -> None:
    course.record(marked(score=None, review="not marked: x"))
    assert course.grade("f-test") == (None, None, None, True)


def test_a_notebook_that_was_not_handed_in_has_no_points(course: Course) -> None:
    course.record(Marked("s001", {}, (Refusal("quiz.ipynb", "was not handed in"),)))
    assert course.grade("f-test") == (0, None, None, False)


def test_files_are_written_and_what_is_no_longer_there_goes(course: Course) -> None:
    files = {"data.csv": b"1", "more/deep.txt": b"2"}
    course.record(marked(), files=files)
    folder = course.root / "autograded/s001/quiz"
    assert (folder / "quiz.ipynb").read_text() == "the notebook of s001\n"
    assert (folder / "more/deep.txt").read_bytes() == b"2"
    assert (folder / "quiz.ipynb").stat().st_mode & 0o777 == 0o444
    course.record(marked(), files={"more": b"3"})
    assert set(tree(course.root)) == {"s001/quiz/quiz.ipynb", "s001/quiz/more"}


def test_a_notebook_among_the_files_does_not_take_the_marked_ones_place(course: Course) -> None:
    course.record(marked(), files={"quiz.ipynb": b"x", "other.ipynb": b"y"})
    assert set(tree(course.root)) == {"s001/quiz/quiz.ipynb"}


def test_recording_the_same_again_changes_nothing(course: Course) -> None:
    course.record(marked())
    before = course.dump()
    course.enter()
    course.record(marked())
    assert course.dump() == before


def test_a_key_is_known_as_long_as_the_files_are_there(course: Course) -> None:
    course.record(marked(), key="k1")
    with course.open() as book:
        known = book.recorded()["s001"]
        assert known.key == "k1"
        assert book.is_there("s001", known)
    path = course.root / "autograded/s001/quiz/quiz.ipynb"
    path.chmod(0o644)
    path.write_text("changed")
    with course.open() as book:
        assert not book.is_there("s001", known)


def test_marks_and_comments_given_by_hand_stay(course: Course) -> None:
    course.record(marked())
    course.mark_by_hand("words", 2.5)
    course.by_hand(
        lambda book: setattr(
            book.find_comment("words", "quiz", "quiz", "s001"), "manual_comment", "!"
        )
    )
    course.record(marked(score=1.0))  # marked again: another item has changed
    assert course.grade("words") == (None, 2.5, 0.5, False)
    assert course.comment("words") == (None, "!")
    assert course.grade("f-test") == (1.0, None, None, False)


def test_another_answer_under_a_mark_given_by_hand_waits_for_a_person(course: Course) -> None:
    course.record(marked())
    course.mark_by_hand("words", 2.5)
    course.mark_by_hand("f-test", 2)
    course.record(marked(words="It shrinks.", score=0.0))
    assert course.grade("words") == (None, 2.5, 0.5, True)
    assert course.grade("f-test") == (0.0, 2, 0.5, True)


def test_a_test_cell_that_is_added_gets_a_place_in_every_submission(course: Course) -> None:
    for student in ("s001", "s002"):
        course.record(marked(student))
    course.mark_by_hand("words", 1)
    course.enter(more=True)
    assert course.grade("g-test", "s002") == (None, None, None, True)
    course.record(marked(more=1.0))
    assert course.grade("g-test") == (1, None, None, False)
    assert course.grade("words") == (None, 1, 0.5, False)


@pytest.mark.parametrize("kind", ["Grade", "Comment", "SubmittedNotebook"])
def test_a_submission_that_lacks_a_row_gets_it(course: Course, kind: str) -> None:
    """As nbgrader, or a run of before, may have left it."""
    course.record(marked("s001"))
    course.record(marked("s002"))
    whole = course.dump()
    entries = {"Grade": "grades", "Comment": "comments", "SubmittedNotebook": "notebooks"}

    def remove(book: Any) -> None:
        submission = book.find_submission("quiz", "s002")
        entry = submission.notebooks[0]
        book.db.delete(entry if kind == "SubmittedNotebook" else getattr(entry, entries[kind])[0])

    course.by_hand(remove)
    lacking = course.dump()
    course.enter()
    filled = course.dump()
    for name in ("grades", "comments", "submissions"):
        assert [row[:5] for row in filled[name]] == [row[:5] for row in whole[name]]
    assert lacking != filled


def test_a_large_class_costs_no_more_queries_than_a_small_one(course: Course) -> None:
    """Each run once looked through the rows of every submission there was."""

    def queries() -> int:
        count = 0

        def see(*_: Any) -> None:
            nonlocal count
            count += 1

        event.listen(Engine, "before_cursor_execute", see)
        try:
            course.enter()
        finally:
            event.remove(Engine, "before_cursor_execute", see)
        return count

    course.record(marked("s001"))
    small = queries()
    for number in range(2, 9):
        course.record(marked(f"s{number:03}"))
    assert queries() == small


def test_a_cell_that_is_removed_and_comes_back_has_the_marks_given_by_hand(course: Course) -> None:
    for student in ("s001", "s002"):
        course.record(marked(student))
    course.mark_by_hand("words", 2.5)
    course.by_hand(
        lambda book: setattr(
            book.find_comment("words", "quiz", "quiz", "s001"), "manual_comment", "!"
        )
    )
    course.enter(words=False)
    assert not [r for r in course.dump()["grades"] if r[3] == "words"]
    with Nbgraders(course.db_url, "c") as book:
        assert book.find_assignment("quiz").max_score == 2
        assert book.find_submission("quiz", "s001").score == 2
    course.enter()
    assert course.grade("words")[1:3] == (2.5, 0.5)
    assert course.comment("words") == (None, "!")
    assert course.grade("words", "s002")[1:3] == (None, None)


def test_points_that_change_leave_what_was_given_by_hand(course: Course) -> None:
    course.record(marked())
    course.mark_by_hand("words", 2.5)
    course.enter(test=5)
    course.record(marked(score=5.0))
    assert course.grade("f-test") == (5, None, None, False)
    assert course.grade("words") == (None, 2.5, 0.5, False)
    with Nbgraders(course.db_url, "c") as book:
        assert book.find_submission("quiz", "s001").max_score == 8


def test_a_notebook_that_leaves_and_returns_brings_its_marks(course: Course) -> None:
    course.record(marked())
    course.mark_by_hand("words", 2.5)
    with course.open() as book:
        book.enter({"other": Frame(notebook(cells()))})
    assert {row[2] for row in course.dump()["grades"]} == {"other"}
    course.enter()
    assert course.grade("words")[1:3] == (2.5, 0.5)


def test_an_assignment_nbgrader_entered_is_taken_over_as_it_is(course: Course) -> None:
    with Nbgraders(course.db_url, "c") as book:
        book.add_student("s009")
        book.add_submission("quiz", "s009")
    before = course.dump()
    course.enter()
    assert course.dump() == before


DUE = datetime.datetime(2026, 11, 1, 12, 0)


@pytest.mark.parametrize(
    ("received", "penalty"),
    [(None, None), (DUE, None), (DUE + datetime.timedelta(seconds=1), 2.0)],
)
def test_lateness_is_counted_from_our_own_receipt(
    course: Course, received: datetime.datetime | None, penalty: float | None
) -> None:
    course.config.LateSubmissionPlugin.penalty_method = "zero"
    course.by_hand(lambda book: setattr(book.find_assignment("quiz"), "duedate", DUE))
    course.record(marked(), received=received)
    (row,) = course.dump()["submissions"]
    assert row[3] == (None if received is None else row[3])
    assert row[5] == penalty


def test_a_second_run_at_the_same_time_is_refused(course: Course) -> None:
    with course.open(), pytest.raises(CourseError, match="is marking in this course"):
        Gradebook(course.root, "quiz", db_url=course.db_url, course="c", late=LatePolicy())
    course.enter()  # and once it has ended, the next may begin


def test_a_folder_that_cannot_be_written_is_said_so_and_nothing_is_recorded(
    course: Course,
) -> None:
    (course.root / "autograded/s001").write_text("in the way")
    with pytest.raises(CourseError, match=r"autograded/s001/quiz could not be written"):
        course.record(marked())
    assert course.dump()["grades"] == []


def test_a_full_disk_leaves_what_was_there(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from mathgrade.autograde import record, safe_files

    course.record(marked())
    before, files = course.dump(), tree(course.root)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safe_files.os, "fsync", full)
    with pytest.raises(CourseError, match=r"No space left on device.*make room"):
        course.record(marked(score=0.0))
    monkeypatch.undo()
    assert (course.dump(), tree(course.root)) == (before, files)
    assert record


def test_a_database_that_is_lost_in_the_middle_leaves_what_was_there(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    course.record(marked())
    before = course.dump()

    def lost(*_: object) -> None:
        raise OperationalError("commit", {}, Exception("server closed the connection"))

    monkeypatch.setattr(LatePolicy, "apply", lost)
    with pytest.raises(CourseError, match="gradebook could not be written: server closed"):
        course.record(marked(score=0.0))
    assert course.dump() == before


def test_a_database_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    for url in ("sqlite:////nowhere/gradebook.db", f"sqlite:///{tmp_path}"):
        with pytest.raises(CourseError, match="gradebook could not be opened: unable to open"):
            Gradebook(tmp_path, "quiz", db_url=url, course="c", late=LatePolicy())


def test_a_locked_gradebook_is_waited_for_and_then_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    from mathgrade.autograde import record

    monkeypatch.setattr(record, "_SQLITE_SECONDS", 0.1)
    course = Course(tmp_path, f"sqlite:///{tmp_path / 'gradebook.db'}")
    course.enter()
    with course.open() as book, sqlite3.connect(tmp_path / "gradebook.db") as other:
        other.execute("begin exclusive")
        with pytest.raises(CourseError, match="database is locked"):
            book.record(marked(), key="k", files={}, received=None, before=None)
        other.rollback()
        book.record(marked(), key="k", files={}, received=None, before=None)
    assert course.grade("f-test") == (2, None, None, False)
