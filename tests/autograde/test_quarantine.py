"""Folders nbgrader is to copy, and nbgrader itself on a class of hostile hand-ins."""

from __future__ import annotations

import datetime
import json
import os
import shutil
from pathlib import Path

import pytest

from mathgrade.autograde.hand_in import Bounds, Refused
from mathgrade.autograde.quarantine import make_safe
from mathgrade.autograde.receipts import read_receipts, write_receipts
from mathgrade.errors import CourseError
from tests.course_tools.tiny import NAME, change_cell

from .courses import nbgrader
from .gradebooks import of_course
from .test_hand_in import NO_FILES

TIME = datetime.datetime(2026, 11, 1, 12, 0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "course/submitted/s001/quiz"
    folder.mkdir(parents=True)
    (folder / "quiz.ipynb").write_text("{}")
    (tmp_path / "course/secret.txt").write_text("the reference answer")
    return tmp_path / "course"


def safe(root: Path, received: datetime.datetime | None = None, **more: bool) -> list[str]:
    bounds = Bounds(files=5)
    made = make_safe(
        root, root / "submitted", "s001", "quiz", ["quiz"], received=received, bounds=bounds, **more
    )
    return [str(refusal) for refusal in made]


def files(root: Path) -> dict[str, str]:
    folder = root / "submitted/s001/quiz"
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_honest_folder_is_left_as_it_is(root: Path) -> None:
    (root / "submitted/s001/quiz/data.csv").write_text("1")
    before = (root / "submitted/s001/quiz").stat().st_ino
    assert safe(root) == []
    assert (root / "submitted/s001/quiz").stat().st_ino == before
    assert not (root / "refused").exists()


@pytest.mark.parametrize(("make", "reason"), NO_FILES)
def test_what_is_no_plain_file_is_set_aside_with_its_folder_and_the_rest_stays(
    root: Path, make: object, reason: str
) -> None:
    make(root / "submitted/s001/quiz/data.csv")  # type: ignore[operator]
    (root / "submitted/s001/quiz/more.csv").write_text("1")
    assert safe(root) == [f"data.csv: {reason}"]
    assert files(root) == {"quiz.ipynb": "{}", "more.csv": "1"}
    assert os.path.lexists(root / "refused/s001/quiz-1/data.csv")
    assert safe(root) == []


def test_a_notebook_that_is_a_link_to_the_solution_is_no_notebook_any_more(root: Path) -> None:
    path = root / "submitted/s001/quiz/quiz.ipynb"
    path.unlink()
    path.symlink_to(root / "secret.txt")
    assert safe(root) == ["quiz.ipynb: is a link; only plain files are taken"]
    assert files(root) == {
        "quiz.ipynb": "This file is a link; only plain files are taken. See refused/.\n"
    }


def test_a_folder_that_is_a_link_is_moved_away_and_not_followed(root: Path) -> None:
    folder = root / "submitted/s001/quiz"
    shutil.move(folder, root / "solution")
    folder.symlink_to(root / "solution")
    with pytest.raises(Refused, match="is a link"):
        safe(root)
    assert not os.path.lexists(folder)
    assert (root / "refused/s001/quiz-1").is_symlink()
    assert (root / "solution/quiz.ipynb").is_file()


def test_thousands_of_files_are_set_aside_in_one_move(root: Path) -> None:
    for number in range(2000):
        (root / f"submitted/s001/quiz/{number}").touch()
    assert safe(root) == ["the hand-in: holds more than 5 files; the others are left out"]
    assert len(files(root)) <= 6
    assert len(list((root / "refused/s001/quiz-1").iterdir())) == 2001


@pytest.mark.parametrize(
    ("received", "keep", "after"),
    [
        (None, False, None),
        (None, True, "2001-01-01 00:00:00 UTC"),
        (TIME, False, "2026-11-01 12:00:00 UTC\n"),
        (TIME, True, "2026-11-01 12:00:00 UTC\n"),
    ],
)
def test_a_timestamp_is_ours_unless_the_course_believes_the_students(
    root: Path, received: datetime.datetime | None, keep: bool, after: str | None
) -> None:
    (root / "submitted/s001/quiz/timestamp.txt").write_text("2001-01-01 00:00:00 UTC")
    assert safe(root, received, keep_timestamp=keep) == []
    assert files(root).get("timestamp.txt") == after
    before = files(root)
    assert safe(root, received, keep_timestamp=keep) == []
    assert files(root) == before


@pytest.mark.parametrize("forged", ["nonsense", "", "9" * 50, "0000-00-00", "x" * 5000])
def test_a_timestamp_nobody_can_read_is_not_believed(root: Path, forged: str) -> None:
    (root / "submitted/s001/quiz/timestamp.txt").write_text(forged)
    safe(root, keep_timestamp=True)
    assert "timestamp.txt" not in files(root)


@pytest.mark.parametrize("make", [make for make, _ in NO_FILES])
def test_a_timestamp_that_is_no_plain_file_is_not_read(root: Path, make: object) -> None:
    make(root / "submitted/s001/quiz/timestamp.txt")  # type: ignore[operator]
    safe(root, keep_timestamp=True)
    assert files(root) == {"quiz.ipynb": "{}"}


def test_a_run_ended_between_two_names_is_completed(root: Path) -> None:
    folder = root / "submitted/s001/quiz"
    folder.rename(folder.with_name(".quiz.clean"))
    assert safe(root) == []
    assert files(root) == {"quiz.ipynb": "{}"}


def test_receipts_come_back_in_utc(tmp_path: Path) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=1))
    write_receipts(tmp_path, "quiz", {"s001": TIME.replace(tzinfo=zone)})
    assert read_receipts(tmp_path, "quiz") == {"s001": datetime.datetime(2026, 11, 1, 11, 0)}
    assert read_receipts(tmp_path, "other") == {}
    with pytest.raises(ValueError, match="no zone"):
        write_receipts(tmp_path, "quiz", {"s001": TIME})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "found nothing"),
        ("name,time\n", "found name, time"),
        ("student,received\ns001,yesterday\n", "line 2: expected a time such as"),
        ("student,received\ns001,2026-11-01 12:00\n", "it has no zone"),
        ("student,received\ns001\n", "line 2"),
    ],
)
def test_receipts_that_cannot_be_read_are_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "receipts").mkdir()
    (tmp_path / "receipts/quiz.csv").write_text(text)
    with pytest.raises(CourseError, match=says):
        read_receipts(tmp_path, "quiz")


GOOD = "def square(x):\n    return x**2"


def hand_in(course: Path, student: str) -> Path:
    folder = course / "submitted" / student / NAME
    shutil.copytree(course / "release" / NAME, folder)
    change_cell(folder / f"{NAME}.ipynb", "square", lambda cell: cell.update(source=GOOD))
    return folder


def spoil(course: Path) -> dict[str, float | None]:
    """Hand in a class, nearly all of it hostile; returns the points its first item must get."""
    expected: dict[str, float | None] = {"honest": 2}
    hand_in(course, "honest")

    folder = hand_in(course, "linked")
    (folder / f"{NAME}.ipynb").unlink()
    (folder / f"{NAME}.ipynb").symlink_to(course / "source" / NAME / f"{NAME}.ipynb")
    expected["linked"] = None

    folder = hand_in(course, "piped")
    (folder / f"{NAME}.ipynb").unlink()
    os.mkfifo(folder / f"{NAME}.ipynb")
    expected["piped"] = None

    folder = hand_in(course, "deep")
    (folder / f"{NAME}.ipynb").write_text("[" * 1_000_000)
    expected["deep"] = None

    folder = hand_in(course, "stamped")
    (folder / "timestamp.txt").symlink_to("/dev/zero")
    expected["stamped"] = 2

    folder = hand_in(course, "peeking")
    (folder / "reference.py").symlink_to(course / "secret.py")
    expected["peeking"] = 2

    folder = hand_in(course, "many")
    for number in range(5_000):
        (folder / f"{number}.txt").touch()
    expected["many"] = 2

    folder = hand_in(course, "copied")
    nb = json.loads((folder / f"{NAME}.ipynb").read_text())
    nb["cells"].append({**nb["cells"][2], "id": "again"})
    nb["cells"][2]["metadata"]["nbgrader"] |= {"schema_version": 99, "points": 99}
    nb["cells"][0]["source"] = "\ud800 <script>alert(1)</script>"
    (folder / f"{NAME}.ipynb").write_text(json.dumps(nb))
    expected["copied"] = 2
    return expected


@pytest.mark.slow
def test_nbgrader_marks_a_hostile_class_to_its_end(released: Path, tmp_path: Path) -> None:
    course = Path(shutil.copytree(released, tmp_path / "course"))
    (course / "secret.py").write_text("SECRET = 66\n")
    expected = spoil(course)
    folder = course / "submitted/elsewhere"
    folder.mkdir()
    (folder / NAME).symlink_to(course / "source" / NAME)
    done = nbgrader("autograde", NAME, course=course)
    assert "elsewhere/lines is not taken in: the folder lines is a link" in done.stderr
    assert "is a link; only plain files are taken" in done.stderr
    found = {row[0]: (row[5], row[8]) for row in of_grades(course) if row[3] == "square-test"}
    assert found == {name: (points, points is None) for name, points in expected.items()}
    assert not list((course / "autograded").rglob("reference.py"))
    assert not list((course / "autograded").rglob("timestamp.txt"))
    page = (course / f"autograded/copied/{NAME}/{NAME}.ipynb").read_text()
    assert "<script>" not in page
    assert "? < script>alert(1)" in page


def of_grades(course: Path) -> list[tuple[object, ...]]:
    from sqlalchemy import create_engine, text

    from .gradebooks import GRADES

    engine = create_engine(f"sqlite:///{course / 'gradebook.db'}")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(GRADES))]
    engine.dispose()
    return rows


@pytest.mark.slow
def test_the_command_gives_the_same_class_the_same_marks(released: Path, tmp_path: Path) -> None:
    from mathgrade.course.nbgrader_runs import open_course
    from mathgrade.course.submissions import autograde_all

    course = Path(shutil.copytree(released, tmp_path / "course"))
    (course / "secret.py").write_text("SECRET = 66\n")
    expected = spoil(course)
    results = {r.student: r for r in autograde_all(open_course(course), NAME, workers=2)}
    assert {r.student for r in results.values() if r.error} == set()
    found = {row[0]: row[5] for row in of_course(course)["grades"] if row[3] == "square-test"}
    assert found == expected
    told = {name: [str(r) for r in result.refusals] for name, result in results.items()}
    assert told["honest"] == []
    assert told["stamped"] == []  # nobody reads it
    assert told["peeking"] == ["reference.py: is a link; only plain files are taken"]
    assert not list((course / "refused").rglob("*"))
