"""The whole way of an assignment by command, on PostgreSQL; exports at its end.

The tutorial's test goes the same way on SQLite.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from mathgrade.cli import main
from mathgrade.course.indexes import INDEXES
from mathgrade.course.nbgrader_runs import generate, open_course
from tests.autograde import postgresql
from tests.course_tools.tiny import NAME, change_cell, tiny_course

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own

RIGHT = {
    "square": "def square(x):\n    return x * x",
    "total": "total = 66",
}


class Ran:
    """One run of the command line."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        self.code = left.value.code
        self.out, self.err = capsys.readouterr()


@pytest.fixture(scope="module")
def marked(postgresql_server: postgresql.Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course after release, autograde and feedback, with three who handed in or did not."""
    course = tiny_course(tmp_path_factory.mktemp("way") / "course")
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.CourseDirectory.db_url = {postgresql_server.database()!r}\n")
    generate(open_course(course), NAME)  # `mathgrade release` without its checks
    for student, cells in {"s001": RIGHT, "s002": {**RIGHT, "words": "Because."}}.items():
        hand_in(course, student, cells)
    run(course, "autograde", NAME, "--workers", "1")
    run(course, "feedback", NAME)
    return course


def run(course: Path, *words: str) -> None:
    with pytest.raises(SystemExit) as left:
        main([*words, "--course", str(course)])
    assert left.value.code == 0


def hand_in(course: Path, student: str, cells: dict[str, str]) -> None:
    folder = course / "submitted" / student / NAME
    shutil.copytree(course / "release" / NAME, folder)
    for name, source in cells.items():
        change_cell(
            folder / f"{NAME}.ipynb", name, lambda cell, text=source: cell.update(source=text)
        )


def database(course: Path) -> str:
    return str(open_course(course).directory("").db_url)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_way_ends_in_pages_and_in_marks(
    marked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(list((marked / "feedback").rglob("*.html"))) == 2
    ran = Ran(capsys, "export", NAME, "--to", str(tmp_path / "m.csv"), "--course", str(marked))
    assert ran.code == 0
    first, second = table(tmp_path / "m.csv")
    assert (first["student_id"], first[f"{NAME} (of 6.5)"]) == ("s001", "3.5")
    assert second[f"{NAME}: status"] == "waits for a person"
    assert (second[f"{NAME} (of 6.5)"], second[f"{NAME}: square (of 2)"]) == ("", "2")
    assert "1 left blank, a person has yet to mark them in formgrader: s002" in ran.out


@pytest.mark.parametrize("form", ["moodle", "canvas", "blackboard", "csv"])
def test_every_format_is_written_by_its_name(
    marked: Path,
    form: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = Ran(capsys, "export", "--format", form, "--json", "--course", str(marked))
    told = json.loads(ran.out)
    assert (ran.code, told["format"], told["students"]) == (0, form, 2)
    assert told["waiting"] == {NAME: ["s002"]}
    (written,) = tmp_path.iterdir()
    assert told["file"] == written.name
    assert b"s001" in written.read_bytes().replace(b"\0", b"")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "nothing"], "'nothing'"),
        (["export", NAME, "--student", "s009"], "'s009'"),
        (["export", NAME, "--format", "excel"], "'excel'"),
        (["export", NAME, "--columns", "some"], "'some'"),
        (["export", NAME, "--format", "canvas", "--lms-id", "7"], "COLUMN=NUMBER"),
        (["export", NAME, "--format", "canvas", "--lms-id", f"{NAME}=x"], "COLUMN=NUMBER"),
        (["export", NAME, "--to", "nowhere/m.csv"], "could not be written"),
        (["indexes", "--add", "--drop"], "got both"),
    ],
)
def test_wrong_use_is_told_and_writes_nothing(
    marked: Path,
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = Ran(capsys, *words, "--course", str(marked))
    assert ran.code == 2
    assert said in ran.err
    assert not list(tmp_path.iterdir())


def test_a_course_without_a_gradebook_is_told_and_gets_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = tiny_course(tmp_path / "course")
    for command in ("export", "indexes"):
        ran = Ran(capsys, command, "--course", str(course))
        assert ran.code == 2
        assert "mathgrade autograde" in ran.err
    assert not (course / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg:///course?host=/nowhere", "could not be opened"),
        ("no address", "no address of a database"),
        ("nothing://x/y", "could not be opened"),
    ],
)
def test_a_database_that_does_not_answer_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, said: str
) -> None:
    course = tiny_course(tmp_path / "course")
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    ran = Ran(capsys, "export", "--course", str(course))
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_indexes_are_added_once_told_and_dropped(
    marked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [index.name for index in INDEXES]

    def told(*words: str) -> dict[str, list[str]]:
        ran = Ran(capsys, "indexes", *words, "--json", "--course", str(marked))
        assert ran.code == 0
        found: dict[str, list[str]] = json.loads(ran.out)
        return found

    assert told() == {"present": [], "added": [], "dropped": []}
    assert told("--add") == {"present": names, "added": names, "dropped": []}
    assert told("--add") == {"present": names, "added": [], "dropped": []}
    ran = Ran(capsys, "indexes", "--course", str(marked))
    assert ran.out.count(" there ") == len(names)
    run(marked, "autograde", NAME, "--workers", "1", "--force")  # they are in nobody's way
    capsys.readouterr()
    assert told("--drop") == {"present": [], "added": [], "dropped": names}
    assert told("--drop") == {"present": [], "added": [], "dropped": []}


def test_nbgraders_own_export_takes_the_formats(
    marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.apps import ExportApp

    monkeypatch.chdir(marked)
    app = ExportApp()
    wanted = f"--ExportPlugin.to={tmp_path / 'n.csv'}"
    app.initialize(["--exporter=mathgrade.export.MoodleExport", wanted,
                    "--ExportPlugin.student=['s001']", "--MoodleExport.columns=total"])  # fmt: skip
    app.start()
    assert [row[NAME] for row in table(tmp_path / "n.csv")] == ["3.5"]


def test_the_gradebook_is_nbgraders(marked: Path) -> None:
    with Gradebook(database(marked), "tiny") as book:
        assert book.find_submission(NAME, "s001").score == 3.5
