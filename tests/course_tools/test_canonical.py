"""What departs from canonical form is named, and `--fix` mends exactly that."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from mathgrade.course.canonical import departures, restored, unmendable
from mathgrade.course.notebooks import notebook_text, parse_notebook
from tests.autograde.courses import graded, notebook

from .tiny import cells

CLEAN = notebook_text(notebook(cells()))


def changed(change: Callable[[Any], None]) -> str:
    nb = parse_notebook(CLEAN)
    change(nb)
    return notebook_text(nb)


def output(nb: Any) -> None:
    nb.cells[1].outputs = [new_output("stream", text="9")]


def count(nb: Any) -> None:
    nb.cells[1].execution_count = 3


def other_id(nb: Any) -> None:
    nb.cells[1].id = "cell-0a1b2c3d4e5f6071"


def uuid_of_plain(nb: Any) -> None:
    nb.cells[0].id = "0a1b2c3d"


def doubled_id(nb: Any) -> None:
    nb.cells.append(new_markdown_cell("More.", id="square"))


def collapsed(nb: Any) -> None:
    nb.cells[1].metadata["collapsed"] = True


MENDABLE = [
    (output, "has outputs"),
    (count, "has an execution count"),
    (other_id, "expected its grade_id"),
    (uuid_of_plain, "says nothing to a reader"),
    (doubled_id, "has the id of another cell"),
    (collapsed, "metadata of a front end"),
]


def test_a_canonical_notebook_has_no_departures_and_stays_as_it_is() -> None:
    assert departures(CLEAN) == []
    assert unmendable(CLEAN) == []
    assert restored(CLEAN) == CLEAN


@pytest.mark.parametrize(("change", "says"), MENDABLE, ids=lambda v: getattr(v, "__name__", ""))
def test_a_departure_is_named_and_mended(change: Callable[[Any], None], says: str) -> None:
    text = changed(change)
    assert any(says in line for line in departures(text))
    mended = restored(text)
    assert departures(mended) == []
    assert restored(mended) == mended


@pytest.mark.parametrize("change", [output, count, other_id, collapsed])
def test_mending_changes_nothing_else(change: Callable[[Any], None]) -> None:
    assert restored(changed(change)) == CLEAN


def test_other_bytes_of_the_same_notebook_are_a_departure() -> None:
    text = json.dumps(json.loads(CLEAN), indent=2)
    assert departures(text) == ["the file is not formatted as nbformat writes it"]
    assert restored(text) == CLEAN


def test_a_made_up_id_becomes_the_first_words_of_the_cell() -> None:
    nb = notebook([new_markdown_cell("## The Jacobian, entry by entry\n", id="deadbeef01")])
    nb.cells.append(new_code_cell("∂", id="0123456789abcdef"))
    mended = parse_notebook(restored(notebook_text(nb)))
    assert [cell.id for cell in mended.cells] == ["the-jacobian-entry-by", "code"]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([graded("", "a", solution=True)] * 2, "grade_id 'a' is used 2 times"),
        ([graded("", "cell-0123456789abcdef", solution=True)], "is not readable"),
        ([graded("", "Square_Root", solution=True)], "is not readable"),
        ([graded("", "a", solution=True), graded("", "test-a", points=1)], "ends in '-test'"),
        ([graded("", "a", solution=True), graded("", "b-test", points=1)], "no answer cell 'b'"),
    ],
)
def test_ids_only_an_author_can_mend_are_named(cells: list[Any], says: str) -> None:
    nb = notebook([])
    nb.cells.extend(cells)  # unlike nbformat's constructor, this accepts an id twice
    assert any(says in line for line in unmendable(notebook_text(nb)))
