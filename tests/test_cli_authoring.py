"""The commands of an author: what they print, and with which code they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mathgrade.cli import main
from mathgrade.cli.bites import bite_table
from mathgrade.cli.json_views import checks_json
from mathgrade.cli.session import out
from mathgrade.course.check import Line, Status
from mathgrade.course.mutation import Bite, Survivor

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> object:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    return left.value.code


def test_a_new_assignment_passes_what_is_only_looked_at(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("new", "week-1") == 0
    assert "wrote source/week-1/week-1.ipynb" in capsys.readouterr().out
    assert run("check", "--look", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["items"] == []
    assert {line["status"] for line in found["checks"]} == {"ok", "warning"}
    assert run("solution", "week-1") == 0
    assert f"wrote {course}/solution/week-1/week-1.ipynb" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["new", "Week 1"], "no name for an assignment"),
        (["new", "taken"], "already"),
        (["solution", "nothing"], "no assignment 'nothing'"),
        (["solution", "taken", "--to", "source/x"], "is in source/"),
        (["variants", "taken:slope"], "the same for every student"),
        (["variants", "taken:nothing"], "no item 'nothing'"),
        (["variants", "nothing"], "assignment:item"),
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2_and_says_what_to_do(
    course: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    run("new", "taken")
    capsys.readouterr()
    assert run(*words) == 2
    assert says in capsys.readouterr().err


def test_variants_are_listed_as_a_table_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["variants", "svd:decomposition", "--students", "s001,s002", "--course", str(ROOT)]
    assert run(*words) == 0
    table = capsys.readouterr().out
    assert "s001" in table
    assert "[[-34, 12], [-7, -24], [-10, 30]]" in table
    assert run(*words, "--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["student"], second["student"]) == ("s001", "s002")
    assert first["drawn"] == [[-34, 12], [-7, -24], [-10, 30]]
    assert first["answer"][1] == pytest.approx([45, 30])


BITES = [
    Bite("week", "sound", 9, 8, (Survivor("1/1", "proved equal (exact)"),), seconds=0.0123),
    Bite(
        "week", "weak", 1000, 999, (), (Survivor("sign: -x", "marked right"),), trivial={"0": 0.5}
    ),
    Bite("week", "none"),
]


def test_the_table_never_rounds_a_kill_rate_up(capsys: pytest.CaptureFixture[str]) -> None:
    out().print(bite_table(BITES))
    rows = {
        line.split()[0]: line.split()
        for line in capsys.readouterr().out.splitlines()
        if ":" in line
    }
    assert rows["week:sound"][1:] == ["8", "0", "1", "100", "%", "0%", "0%", "12"]
    assert rows["week:weak"][1:] == ["999", "1", "0", "99", "%", "0%", "50%", "0"]
    assert rows["week:none"][4] == "—"


def test_the_json_names_every_survivor() -> None:
    line = Line("week", "mutants", Status.FAILED, ("weak",))
    assert checks_json([line]) == [
        {"assignment": "week", "check": "mutants", "status": "failed", "details": ["weak"]}
    ]
    items = json.loads(json.dumps([one.to_json() for one in BITES]))
    assert items[1]["survivors"] == [{"name": "sign: -x", "why": "marked right"}]
    assert [one["rate"] for one in items] == [1.0, 0.999, None]
