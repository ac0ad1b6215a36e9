"""`mathgrade report`: what it writes and prints, and with which code it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mathgrade.cli import main
from tests.report.classes import WAITS, course_of, sheet

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's own use of SQLAlchemy


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    marks = {"s001": (1, 1), "s002": (0, WAITS), "s003": (1, 0)}
    sheets = {"lines": sheet({"sum": 1, "words": 1}, marks), "later": sheet({"a": 1}, {})}
    return course_of(tmp_path_factory.mktemp("class") / "course", sheets)


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    return int(left.value.code or 0)


def test_a_page_and_a_table_are_written_and_named(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("report", "--course", str(course)) == 0
    out = capsys.readouterr().out
    assert "- lines: 1 mark in 1 attempt waits for a person, in “Words”." in out
    assert "Nothing has been marked of later." in out
    assert f"{course / 'report' / 'class.html'}\n" in out
    table = (course / "report" / "items.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbfassignment,notebook,item,")
    assert table.count(b"\r\n") == 3


def test_another_folder_can_be_named(course: Path, tmp_path: Path) -> None:
    place = tmp_path / "some" / "where"
    assert run("report", "lines", "--course", str(course), "--folder", str(place)) == 0
    assert {path.name for path in place.iterdir()} == {"class.html", "items.csv"}


def test_json_is_all_there_is_on_standard_output(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "none"
    assert run("report", "--json", "--course", str(course), "--folder", str(place)) == 0
    data = json.loads(capsys.readouterr().out)
    assert [one["assignment"] for one in data["assignments"]] == ["lines"]
    assert data["unmarked"] == ["later"]
    assert not place.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["later"], "Expected marked attempts of later, found none. Run `mathgrade autograde`"),
        (["nowhere"], "There is no assignment 'nowhere'"),
    ],
)
def test_wrong_use_says_what_to_do(
    words: list[str], said: str, course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("report", *words, "--course", str(course)) == 2
    assert said in " ".join(capsys.readouterr().err.split())
