"""Notebooks are read exactly as they stand, and what is none is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mathgrade.course.notebooks import (
    assignments_of,
    extra_files,
    is_answer,
    is_by_hand,
    is_test,
    notebook_text,
    parse_notebook,
    read_notebook,
    require_assignments,
)
from mathgrade.errors import CourseError
from tests.autograde.courses import graded, notebook

from .tiny import cells

CODE = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}


def book(**cell: object) -> dict[str, object]:
    changed = {key: value for key, value in {**CODE, **cell}.items() if value != "absent"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [changed]}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "expected an object with nbformat 4"),
        ({"nbformat": 3}, "expected an object with nbformat 4"),
        ({"nbformat": 4}, "expected cells and metadata"),
        ({"nbformat": 4, "cells": {}, "metadata": {}}, "expected cells and metadata"),
        ({"nbformat": 4, "cells": [1], "metadata": {}}, "cell 1 has no metadata"),
        (book(metadata=[]), "cell 1 has no metadata"),
        (book(source=3), "cell 1 has no source"),
        (book(cell_type="heading"), "cell 1 has the type 'heading'"),
        (book(outputs="absent"), "cell 1 has no outputs"),
        (book(execution_count="absent"), "cell 1 has no execution_count"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(data: object, says: str) -> None:
    with pytest.raises(CourseError, match=says):
        parse_notebook(json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(CourseError, match=r"^a\.ipynb is not a Jupyter notebook"):
        parse_notebook(text, "a.ipynb")


def test_reading_and_writing_changes_nothing_not_even_an_id_used_twice() -> None:
    nb = notebook(cells())
    nb.cells.append(nb.cells[1])
    text = notebook_text(nb)
    assert notebook_text(parse_notebook(text)) == text
    assert [cell.id for cell in parse_notebook(text).cells].count("square") == 2


def test_a_missing_notebook_is_told_with_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "b.ipynb").write_text("{}")
    with pytest.raises(CourseError, match=r"Expected .*a\.ipynb, found b\.ipynb in that folder"):
        read_notebook(tmp_path / "a.ipynb")
    (tmp_path / "c.ipynb").write_bytes(b"\xff\xfe")
    with pytest.raises(CourseError, match="cannot be read"):
        read_notebook(tmp_path / "c.ipynb")


def test_an_assignment_is_a_folder_with_a_notebook(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="Expected a folder source/"):
        assignments_of(tmp_path)
    (tmp_path / "source" / "empty").mkdir(parents=True)
    with pytest.raises(CourseError, match="found none"):
        require_assignments(tmp_path)
    (tmp_path / "source" / "svd").mkdir()
    (tmp_path / "source" / "svd" / "svd.ipynb").write_text("{}")
    assert assignments_of(tmp_path) == ["svd"]


def test_files_beside_a_notebook_are_those_nbgrader_copies(tmp_path: Path) -> None:
    for name in ("a.ipynb", "variants.py", "x.pyc", "data/d.csv", "__pycache__/v.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = [path.relative_to(tmp_path).as_posix() for path in extra_files(tmp_path)]
    assert found == ["data/d.csv", "variants.py"]


@pytest.mark.parametrize(
    ("flags", "purposes"),
    [
        ({}, (False, False, False)),
        ({"solution": True}, (True, False, False)),
        ({"points": 1}, (False, True, False)),
        ({"points": 1, "solution": True}, (True, False, True)),
        ({"points": 0, "solution": True}, (True, False, False)),  # a Markdown answer with a test
        ({"points": 0}, (False, True, False)),
    ],
)
def test_a_cell_is_for_what_its_flags_say(flags: dict[str, object], purposes: tuple) -> None:
    cell = graded("", "a", **flags)
    assert (is_answer(cell), is_test(cell), is_by_hand(cell)) == purposes


def test_a_task_is_marked_by_hand() -> None:
    cell = graded("", "a", points=1)
    cell.metadata.nbgrader["task"] = True
    assert (is_test(cell), is_by_hand(cell)) == (False, True)
