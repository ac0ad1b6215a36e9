"""Each harm is seen where it was done, so that a suite without harms says something."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.security.attacks import POINTS, Attack, read_attacks, titles
from tests.security.harms import Batch, changes, fingerprint, harms, listening, survivors
from tests.security.shapes import SHAPES

TABLES = """
    create table student (id); create table base_cell (id, name); create table assignment (id);
    create table submitted_assignment (id, student_id, timestamp);
    create table submitted_notebook (id, assignment_id);
    create table grade (cell_id, notebook_id, auto_score, manual_score, needs_manual_grade);
    create table source_cell (name, source);
    insert into student values ('evil');
    insert into submitted_assignment values (1, 'evil', null);
    insert into submitted_notebook values (1, 1);
    insert into source_cell values ('double-test', 'assert double');
"""
ATTACK = Attack("evil", "points", "to be seen", {}, "", dict.fromkeys(POINTS, 0.0))


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """A batch to which nothing was done."""
    course, drop = tmp_path / "course", tmp_path / "drop"
    (course / "source").mkdir(parents=True)
    (course / "source/quiz.py").write_text("")
    drop.mkdir()
    with sqlite3.connect(course / "gradebook.db") as book:
        book.executescript(TABLES)
        for number, item in enumerate(POINTS):
            book.execute("insert into base_cell values (?, ?)", (number, f"{item}-test"))
            book.execute("insert into grade values (?, 1, 0, null, 0)", (number,))
    made = Batch(course, drop, fingerprint(course))
    write(made, [])
    return made


def write(batch: Batch, outputs: list[Any], words: str = "Because.") -> None:
    cells = [
        {"cell_type": "code", "id": "double", "source": "", "outputs": outputs},
        {"cell_type": "code", "id": "double-test", "source": "", "outputs": [stream("424392")]},
        {"cell_type": "markdown", "id": "words", "source": words},
    ]
    path = batch.course / "autograded/evil/quiz/quiz.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells}))


def execute(batch: Batch, query: str) -> None:
    with sqlite3.connect(batch.course / "gradebook.db") as book:
        book.execute(query)


def test_where_nothing_was_done_no_harm_is_seen(batch: Batch) -> None:
    assert harms(batch, ATTACK) == []
    assert changes(batch) == []


DONE: list[tuple[Callable[[Batch], object], str]] = [
    (lambda b: execute(b, "update grade set auto_score = 2 where cell_id = 0"), "2 points for"),
    (lambda b: execute(b, "delete from grade"), "no marks at all"),
    (lambda b: write(b, [stream("canary-8675309")]), "read canary"),
    (lambda b: write(b, [stream("the answer is 424392")]), "read 424392"),
    (lambda b: (b.course / "autograded/evil/notes.txt").write_text("424392"), "read 424392"),
    (lambda b: write(b, [stream("HARM")]), "it works"),
    (lambda b: (b.drop / "evil").write_text(""), "wrote a file"),
    (lambda b: b.heard.append(b"GET /evil"), "reached the network"),
    (lambda b: b.surviving.append("12 sleep 600 evil"), "a process is left"),
    (lambda b: write(b, [{"data": {"text/html": "x"}}]), "shows text/html"),
    (lambda b: write(b, [{"data": {"image/svg+xml": "x"}}]), "shows image/svg+xml"),
    (lambda b: write(b, [{"data": {"text/latex": r"$\href{javascript:1}{x}$"}}]), "in a text"),
    (lambda b: write(b, [], "So. <IMG src=x onerror=alert(1)>"), "in a text"),
    (lambda b: write(b, [], "[x](javascript:alert(1))"), "in a text"),
    (lambda b: (b.course / "autograded/evil/x.html").write_text(""), "a page that runs"),
]


@pytest.mark.parametrize(("do", "seen"), DONE)
def test_a_harm_is_seen(batch: Batch, do: Callable[[Batch], object], seen: str) -> None:
    do(batch)
    (found,) = harms(batch, ATTACK)
    assert seen in found


def test_an_honest_answer_without_points_is_a_harm(batch: Batch) -> None:
    honest = Attack("evil", "honest", "", {}, "", {**ATTACK.marks, "last": 1.0})
    assert harms(batch, honest) == ["no points for last"]


def start_up_file(home: Path) -> None:
    path = home / ".ipython/profile_default/startup/00.py"
    path.parent.mkdir(parents=True)
    path.write_text("")


CHANGED: list[tuple[Callable[[Batch], object], str]] = [
    (lambda b: (b.course / "source/quiz.py").write_text("x"), "source/quiz.py"),
    (lambda b: (b.course / "source/quiz.py").unlink(), "source/quiz.py"),
    (lambda b: (b.course / "numpy.py").write_text(""), "numpy.py"),
    (lambda b: start_up_file(b.course.parent / "home"), "at their start"),
    (lambda b: execute(b, "update grade set manual_score = 2 where cell_id = 1"), "by hand"),
    (lambda b: execute(b, "update source_cell set source = '1.0'"), "without its lines"),
    (lambda b: execute(b, "update submitted_assignment set timestamp = '2001'"), "time of receipt"),
]


@pytest.mark.parametrize(("do", "seen"), CHANGED)
def test_a_change_is_seen(batch: Batch, do: Callable[[Batch], object], seen: str) -> None:
    do(batch)
    (found,) = changes(batch)
    assert seen in found


def test_a_process_that_is_left_is_seen_by_its_environment() -> None:
    marker = f"mathgrade-left-{os.getpid()}"
    command = [sys.executable, "-c", "print(flush=True); input()"]
    left = subprocess.Popen(
        command, env={"PATH": f"/bin:/{marker}"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with left:
        assert left.stdout is not None
        left.stdout.readline()  # it is another program now
        assert [line.split()[0] for line in survivors(marker)] == [str(left.pid)]
        left.kill()
    assert survivors(marker) == []


def test_what_is_said_to_the_port_is_heard(tmp_path: Path) -> None:
    with (
        listening(tmp_path) as (port, heard),
        socket.create_connection(("127.0.0.1", port)) as out,
    ):
        out.sendall(b"evil")
        out.shutdown(socket.SHUT_WR)
        out.recv(1)  # until it has been read
    assert heard == [b"connected evil"]


def test_every_kind_has_attacks_and_every_shape_is_used() -> None:
    attacks = read_attacks().values()
    assert {attack.kind for attack in attacks} == set(titles())
    assert {attack.shape for attack in attacks} - {""} == set(SHAPES)
    assert all(attack.tries for attack in attacks)
