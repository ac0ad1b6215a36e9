"""A class of attacks is marked by one command: nothing is gained, read, changed or left behind."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.security.attacks import HONEST, read_attacks
from tests.security.harms import Batch, changes, fingerprint, harms, listening, survivors
from tests.security.quiz import NAME, fill_class, make_quiz, run

ATTACKS = read_attacks()
HOSTILE = [name for name, attack in ATTACKS.items() if attack.kind != HONEST]
HONEST_ONES = [name for name in ATTACKS if name not in HOSTILE]
SECONDS = 1500  # a guard against a batch that hangs

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Everything handed in to one course, and marked."""
    folder = tmp_path_factory.mktemp("attacks")
    for path in (folder, *folder.parents):
        if path.stat().st_uid == folder.stat().st_uid and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o711)  # only the sandbox stands before it
    drop = folder / "drop"
    drop.mkdir()
    drop.chmod(0o777)
    course = make_quiz(folder / "course")
    marker = f"mathgrade-batch-{uuid.uuid4().hex}"
    with listening(drop) as (port, heard):
        places = {
            "COURSE": str(course), "DROP": str(drop), "PORT": str(port), "MARKER": marker,
        }  # fmt: skip
        fill_class(course, ATTACKS.values(), places)
        open_to_all(course)
        before = fingerprint(course)
        command = ["-m", "mathgrade.cli", "autograde", NAME, "--workers", "2"]
        done = run(course, command, marker, SECONDS)
        assert done.returncode == 0, done.stdout[-5000:]
    return Batch(course, drop, before, heard, survivors(marker))


def open_to_all(course: Path) -> None:
    """No mode of a file is to stand in the way of an attack."""
    for path in [course, *course.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o777)
        elif path.is_file() and not path.is_symlink() and not path.name.endswith(".txt"):
            path.chmod(0o666)


@pytest.mark.parametrize("name", HOSTILE)
def test_an_attack_comes_to_nothing(batch: Batch, name: str) -> None:
    assert harms(batch, ATTACKS[name]) == []


@pytest.mark.parametrize("name", HONEST_ONES)
def test_an_honest_attempt_beside_them_gets_its_marks(batch: Batch, name: str) -> None:
    assert batch.row(name) == ATTACKS[name].marks
    assert harms(batch, ATTACKS[name]) == []


def test_nothing_of_the_course_has_changed(batch: Batch) -> None:
    assert changes(batch) == []


def test_no_process_is_left_and_nobody_was_called(batch: Batch) -> None:
    assert batch.surviving == []
    assert batch.heard == []
    assert [path.name for path in batch.drop.iterdir()] == [".socket"]


def test_the_dump_of_the_process_did_run(batch: Batch) -> None:
    cells = {cell["id"]: cell for cell in batch.notebook("dump-of-the-process")}
    for name in ("double", "slope", "last"):
        shown = "".join("".join(o.get("text", "")) for o in cells[name]["outputs"])
        assert "nothing\n" in shown, cells[name]["outputs"]
