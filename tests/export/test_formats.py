"""Each format, read back as its LMS documents it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from mathgrade.errors import CourseError
from mathgrade.export import FORMATS, Columns, export_marks

from .classes import enter_assignment, enter_marks, enter_student, hand_in

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own


@pytest.fixture
def db_url(empty_sqlite: Path, tmp_path: Path) -> str:
    """A gradebook on SQLite: the formats do not see where marks come from."""
    (tmp_path / "gradebook.db").write_bytes(empty_sqlite.read_bytes())
    return f"sqlite:///{tmp_path / 'gradebook.db'}"


@pytest.fixture
def klass(gradebook: Any, root: Path) -> Any:
    """Full marks with a name to quote, a late third, one waiting, one unmarked, one missing."""
    enter_assignment(gradebook, root)
    enter_student(
        gradebook, "s1", first_name='Ann "Ada"', last_name="O'Neil, Jr", email="s1@x.invalid",
        lms_user_id="1001",
    )  # fmt: skip
    enter_marks(gradebook, "s1", first=2, second=3)
    enter_marks(gradebook, "s2", first=1 / 3, second=1, penalty=0.5)
    enter_marks(gradebook, "s3", first=1, second=None)
    enter_student(gradebook, "s4", first_name="Zoë", last_name="=1+1")
    hand_in(root, "s4")
    enter_student(gradebook, "s5")
    return gradebook


def exported(book: Any, root: Path, form: str, **options: Any) -> list[list[str]]:
    dialect = FORMATS[form].dialect
    done = export_marks(book, root, FORMATS[form], root / "out", **options)
    text = done.path.read_bytes().decode(dialect.encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.separator, strict=True))


def test_moodle_has_its_user_fields_and_a_dash_for_no_grade(klass: Any, root: Path) -> None:
    assert exported(klass, root, "moodle") == [
        ["First name", "Last name", "ID number", "Username", "Email address",
         "quiz", "quiz: first", "quiz: second"],
        ['Ann "Ada"', "O'Neil, Jr", "1001", "s1", "s1@x.invalid", "5", "2", "3"],
        ["", "", "", "s2", "", "0.8333", "0.3333", "1"],
        ["", "", "", "s3", "", "-", "1", "-"],
        ["Zoë", "'=1+1", "", "s4", "", "-", "-", "-"],
        ["", "", "", "s5", "", "-", "-", "-"],
    ]  # fmt: skip


def read_as_canvas(rows: list[list[str]]) -> dict[str, Any]:
    """What Canvas's importer takes from a file, by its rules for headings and rows."""
    head, *rest = rows
    assert "Student" in head[0]
    assert "ID" in head[1]
    assert head[2:4] == ["SIS User ID", "SIS Login ID"]
    assert "Section" in head[4]
    titles = head[5:]
    points = [row for row in rest if "Points Possible" in row[0]]
    people = [row for row in rest if "Points Possible" not in row[0]]
    return {
        "points": [dict(zip(titles, row[5:], strict=True)) for row in points],
        "scores": {row[3]: dict(zip(titles, row[5:], strict=True)) for row in people},
        "people": {row[3]: (row[0], row[1]) for row in people},
    }


def test_canvas_finds_students_points_and_totals(klass: Any, root: Path) -> None:
    read = read_as_canvas(exported(klass, root, "canvas"))
    assert read["points"] == [{"quiz": "5"}]
    assert {student: row["quiz"] for student, row in read["scores"].items()} == {
        "s1": "5", "s2": "0.8333", "s3": "", "s4": "", "s5": "",
    }  # fmt: skip
    assert read["people"]["s1"] == ('O\'Neil, Jr, Ann "Ada"', "1001")
    assert read["people"]["s2"] == ("s2", "")


def test_canvas_columns_are_led_to_its_assignments(klass: Any, root: Path) -> None:
    ids = {"quiz": "77", "quiz: second": "78"}
    read = read_as_canvas(exported(klass, root, "canvas", wanted=Columns.BOTH, lms_ids=ids))
    assert read["points"] == [{"quiz (77)": "5", "quiz: first": "2", "quiz: second (78)": "3"}]


@pytest.mark.parametrize("name", ["quiz (2)", "Final Grade", "Unposted Current Score", "Section"])
def test_a_name_that_canvas_would_misread_is_refused(gradebook: Any, root: Path, name: str) -> None:
    enter_assignment(gradebook, root, name)
    with pytest.raises(CourseError, match="Canvas"):
        exported(gradebook, root, "canvas")
    assert not (root / "out").exists()


def test_a_name_that_ends_like_a_number_of_canvas_is_taken_with_one(
    gradebook: Any, root: Path
) -> None:
    enter_assignment(gradebook, root, "quiz (2)")
    head, *_ = exported(gradebook, root, "canvas", lms_ids={"quiz (2)": "77"})
    assert head[5:] == ["quiz (2) (77)"]


def test_blackboard_has_its_headings_tabs_and_utf_16(klass: Any, root: Path) -> None:
    rows = exported(klass, root, "blackboard", lms_ids={"quiz": "664617"})
    assert rows == [
        ["Last Name", "First Name", "Username", "Student ID", "quiz [Total Pts: 5 Score] |664617"],
        ["O'Neil, Jr", 'Ann "Ada"', "s1", "1001", "5"],
        ["", "", "s2", "", "0.8333"],
        ["", "", "s3", "", ""],
        ["'=1+1", "Zoë", "s4", "", ""],
        ["", "", "s5", "", ""],
    ]
    assert (root / "out").read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")


def test_plain_csv_says_how_far_everything_is(klass: Any, root: Path) -> None:
    assert exported(klass, root, "csv") == [
        ["student_id", "last_name", "first_name", "email", "quiz (of 5)", "quiz: first (of 2)",
         "quiz: second (of 3)", "quiz: late penalty", "quiz: status"],
        ["s1", "O'Neil, Jr", 'Ann "Ada"', "s1@x.invalid", "5", "2", "3", "0", "marked"],
        ["s2", "", "", "", "0.8333", "0.3333", "1", "0.5", "marked"],
        ["s3", "", "", "", "", "1", "", "0", "waits for a person"],
        ["s4", "'=1+1", "Zoë", "", "", "", "", "", "handed in, not marked"],
        ["s5", "", "", "", "", "", "", "", "not handed in"],
    ]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_only_what_was_not_handed_in_can_be_zero(klass: Any, root: Path, form: str) -> None:
    rows = exported(klass, root, form, wanted=Columns.TOTAL, missing_as_zero=True)
    (place,) = {
        i for i, name in enumerate(rows[0]) if name.startswith("quiz") and "quiz:" not in name
    }
    blank = FORMATS[form].dialect.no_mark
    assert [row[place] for row in rows[-3:]] == [blank, blank, "0"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_hostile_name_reaches_no_format_as_a_formula(
    gradebook: Any, root: Path, form: str
) -> None:
    evil = "=cmd|' /C calc'!A0"
    enter_assignment(gradebook, root, "-1+1", {"-1": 1.0})
    enter_student(gradebook, "@s", first_name=evil, last_name="\t" + evil, email="+1@x.invalid")
    rows = exported(gradebook, root, form, wanted=Columns.BOTH)
    blank = FORMATS[form].dialect.no_mark
    assert "'@s" in rows[-1]
    bad = [c for row in rows for c in row if c.startswith(tuple("=+-@\t\r")) and c != blank]
    assert not bad


@pytest.mark.parametrize("form", ["moodle", "csv"])
def test_numbers_of_columns_are_refused_where_there_are_none(
    klass: Any, root: Path, form: str
) -> None:
    with pytest.raises(CourseError, match="takes no numbers"):
        exported(klass, root, form, lms_ids={"quiz": "1"})


def test_a_number_for_a_column_that_is_not_there_is_refused(klass: Any, root: Path) -> None:
    with pytest.raises(CourseError, match=r"'exam'.*There are: quiz"):
        exported(klass, root, "canvas", lms_ids={"exam": "1"})


def test_a_file_that_cannot_be_written_leaves_what_was_there(klass: Any, root: Path) -> None:
    with pytest.raises(CourseError, match="could not be written"):
        export_marks(klass, root, FORMATS["csv"], root / "nowhere" / "out.csv")
    (root / "out").mkdir()
    with pytest.raises(CourseError, match="could not be written"):
        export_marks(klass, root, FORMATS["csv"], root / "out")
    assert not list(root.glob(".writing-*"))


def test_an_export_replaces_the_one_before_and_leaves_nothing_beside_it(
    klass: Any, root: Path
) -> None:
    first = exported(klass, root, "csv")
    assert exported(klass, root, "csv") == first
    assert sorted(path.name for path in root.iterdir()) == ["out", "source", "submitted"]


def test_what_is_blank_is_told(klass: Any, root: Path) -> None:
    told = export_marks(klass, root, FORMATS["csv"], root / "out").told()
    assert [line.rpartition(": ")[2] for line in told] == ["s3", "s4", "'=1+1'"]
    assert "a person has yet to mark" in told[0]
    assert "handed in and not marked" in told[1]
