"""The tutorial's commands and those for a backup do what the text says, in the order they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mathgrade.cli import main
from mathgrade.course.nbgrader_runs import generate, open_course
from tests.autograde import postgresql
from tests.autograde.conftest import (  # noqa: F401
    empty_postgresql,
    empty_sqlite,
    postgresql_server,
)
from tests.autograde.gradebooks import dump
from tests.course_tools.tiny import change_cell

from .blocks import ROOT, Block, blocks, words

SKIPPED = ("make", "export")
"""Programs of the tutorial that are tested elsewhere: the demo, the path."""

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own


def shell_blocks(page: str) -> list[Block]:
    return [block for block in blocks(ROOT / "docs" / page) if block.kind == "sh"]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This course with the tutorial's assignment alone."""
    folder = tmp_path_factory.mktemp("tutorial") / "course"
    for part in ("source/activations", "reference"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "nbgrader_config.py", folder)
    return folder


def run(line: str, course: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a line of the tutorial; what it printed."""
    typed = words(line)
    if not typed:
        if line.split(maxsplit=1)[0] not in SKIPPED:
            subprocess.run(line, shell=True, check=True, cwd=course)
        return ""
    if typed[0] != "mathgrade":
        return ""
    if typed[1] == "check":  # the longest; tests/course runs it for the whole course
        typed = (*typed, "--look")
    if typed[1] == "release":  # likewise, without the checks before it
        generate(open_course(course), typed[2])
        return ""
    with pytest.raises(SystemExit) as left:
        main(list(typed[1:]))
    assert left.value.code in (0, 1), line  # 1 is a `no`: formulas that differ, no sandbox
    return capsys.readouterr().out


@pytest.mark.sandbox
def test_the_tutorial_leads_to_feedback_and_marks(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course)
    said: dict[str, str] = {}
    for block in shell_blocks("tutorial.md"):
        for line in block.text.split("\n"):
            said[line] = run(line, course, capsys)
            if line.startswith("cp -r release/"):
                # "put the number 2 where the derivative of the linear function is asked for"
                handed_in = course / "submitted/s001/activations/activations.ipynb"
                change_cell(handed_in, "d-linear", lambda cell: cell.update(source="d_linear = 2"))
    (page,) = (course / "feedback/s001/activations").glob("*.html")
    text = re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))
    assert "d_linear = 2" in text
    marks = (course / "marks.csv").read_text(encoding="utf-8")
    assert '"s001"' in marks
    assert (course / "moodle.csv").is_file()
    outcomes = [text.split()[0] for line, text in said.items() if "compare" in line]
    assert outcomes == ["EQUAL", "DIFFERENT"]


@pytest.fixture
def backup() -> dict[str, list[str]]:
    """The commands of running.md for a backup, by the program they begin with."""
    found: dict[str, list[str]] = {}
    for block in shell_blocks("running.md"):
        found[block.text.split()[0]] = block.text.split("\n")
    return found


def entered(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """A gradebook with something in it, and what that is."""
    from nbgrader.api import Gradebook

    with Gradebook(url, "c") as book:
        book.add_assignment("quiz")
        book.add_notebook("quiz", "quiz")
        book.add_grade_cell("a-test", "quiz", "quiz", max_score=2, cell_type="code")
        book.add_student("s001")
        book.add_submission("quiz", "s001")
    return dump(url)


def test_a_sqlite_gradebook_comes_back_from_its_backup(
    empty_sqlite: Path,  # noqa: F811
    tmp_path: Path,
    backup: dict[str, list[str]],
) -> None:
    with_tables(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'gradebook.db')}")
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    before = entered(url)
    save, restore = backup["python"]
    on_path = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    shutil.copy(empty_sqlite, tmp_path / "gradebook-backup.db")  # yesterday's is in the way
    subprocess.run(save, shell=True, check=True, cwd=tmp_path, env=on_path)
    (tmp_path / "gradebook.db").write_bytes(b"lost")
    subprocess.run(restore, shell=True, check=True, cwd=tmp_path)
    assert before["grades"]
    assert dump(url) == before


def test_a_postgresql_gradebook_comes_back_from_its_backup(
    postgresql_server: postgresql.Server,  # noqa: F811
    empty_postgresql: str,  # noqa: F811
    tmp_path: Path,
    backup: dict[str, list[str]],
) -> None:
    url = postgresql_server.database(empty_postgresql)
    with_tables(url)
    before = entered(url)
    save, restore = backup["pg_dump"]
    programs = postgresql.programs()
    env = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "COURSE": url.replace("postgresql+psycopg", "postgresql"),
    }
    subprocess.run(save, shell=True, check=True, cwd=tmp_path, env=env)
    from nbgrader.api import Gradebook

    with Gradebook(url, "c") as book:
        book.remove_submission("quiz", "s001")
    assert dump(url) != before
    subprocess.run(restore, shell=True, check=True, cwd=tmp_path, env=env)
    assert before["grades"]
    assert dump(url) == before


def with_tables(url: str) -> None:
    """Add mathgrade's own tables, which `mathgrade autograde` makes."""
    from sqlalchemy import create_engine

    from mathgrade.autograde.record import TABLES

    engine = create_engine(url)
    TABLES.create_all(engine)
    engine.dispose()
