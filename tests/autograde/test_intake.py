"""The notebook that is marked: the instructor's, with the student's text in it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from mathgrade.autograde.intake import Frame, refused_reason, take_in

from .courses import graded, notebook

HIDDEN = "### BEGIN HIDDEN TESTS\nassert f(2) == 4\n### END HIDDEN TESTS"
STUB = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError"


def master() -> NotebookNode:
    return notebook(
        [
            new_markdown_cell("# Quiz", id="title"),
            graded("import math", "setup"),
            new_code_cell('student("")', id="who"),
            graded(STUB, "f", solution=True),
            graded(f"assert callable(f)\n{HIDDEN}", "f-test", points=2),
            new_markdown_cell("Now the value at 3.", id="text"),
            graded("# YOUR CODE HERE", "value", solution=True),
            graded("assert value == 9", "value-test", points=1, tags=["in-kernel"]),
            graded("YOUR ANSWER HERE", "words", points=3, solution=True, markdown=True),
        ]
    )


def released() -> NotebookNode:
    nb = master()
    for cell in nb.cells:
        cell.source = cell.source.replace(f"\n{HIDDEN}", "")
    return nb


FRAME = Frame(master(), released())
ANSWERS = {"f": "def f(x):\n    return x**2", "value": "value = f(3)", "words": "It grows."}


def handed_in(answers: dict[str, str] = ANSWERS) -> dict[str, Any]:
    nb = released()
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    return json.loads(nbformat.writes(nb))


def by_id(nb: Any, name: str) -> dict[str, Any]:
    return next(cell for cell in nb["cells"] if cell["id"] == name)


def take(nb: dict[str, Any], frame: Frame = FRAME) -> tuple[NotebookNode, list[str]]:
    made, refusals = take_in(frame, json.dumps(nb).encode())
    nbformat.validate(made)
    return made, [str(refusal) for refusal in refusals]


def sources(nb: NotebookNode) -> dict[str, str]:
    return {c.metadata.nbgrader.grade_id: c.source for c in nb.cells if "nbgrader" in c.metadata}


def test_answers_are_taken_and_everything_else_is_the_instructors() -> None:
    made, told = take(handed_in())
    expected = master()
    for cell in expected.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = ANSWERS.get(name, cell.source)
    assert made.cells == expected.cells
    assert told == []


def everything(nb: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> None:
    for cell in nb["cells"]:
        change(cell)


FORGERIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "points": lambda nb: by_id(nb, "f-test")["metadata"]["nbgrader"].update(points=99),
    "test-source": lambda nb: by_id(nb, "f-test").update(source="pass"),
    "test-tags": lambda nb: by_id(nb, "f-test")["metadata"].update(tags=["skip-execution"]),
    "in-kernel": lambda nb: by_id(nb, "f-test")["metadata"].update(tags=["in-kernel"]),
    "test-as-answer": lambda nb: by_id(nb, "f-test")["metadata"]["nbgrader"].update(solution=True),
    "test-as-text": lambda nb: by_id(nb, "f-test").update(cell_type="markdown"),
    "test-deleted": lambda nb: nb["cells"].remove(by_id(nb, "f-test")),
    "test-copied": lambda nb: nb["cells"].append(copy.deepcopy(by_id(nb, "f-test"))),
    "schema": lambda nb: by_id(nb, "f-test")["metadata"]["nbgrader"].update(schema_version=99),
    "old-schema": lambda nb: by_id(nb, "f")["metadata"]["nbgrader"].pop("schema_version"),
    "checksum": lambda nb: by_id(nb, "f")["metadata"]["nbgrader"].update(checksum=3),
    "setup": lambda nb: by_id(nb, "setup").update(source="import numpy as math"),
    "kernel": lambda nb: nb["metadata"].update(kernelspec={"name": "bash", "argv": ["x"]}),
    "outputs": lambda nb: by_id(nb, "f-test").update(
        outputs=[{"output_type": "execute_result", "data": {"text/plain": "2"}}]
    ),
    "our-metadata": lambda nb: nb["metadata"].update(mathgrade={"refused": "x"}),
    "review": lambda nb: by_id(nb, "f-test")["metadata"].update(mathgrade={"review": "x"}),
    "title": lambda nb: by_id(nb, "title").update(attachments={"x": {"text/html": "<b>"}}),
    "no-metadata": lambda nb: everything(nb, lambda c: c.update(metadata={})),
    "no-ids": lambda nb: everything(nb, lambda c: c.pop("id")),
    "same-ids": lambda nb: everything(nb, lambda c: c.update(id="f")),
    "no-names": lambda nb: everything(nb, lambda c: (c.pop("id"), c.update(metadata={}))),
    "renamed": lambda nb: everything(
        nb, lambda c: c.update(id="x", metadata={"nbgrader": {"grade_id": "cell-" + c["id"]}})
    ),
    "swapped-names": lambda nb: by_id(nb, "f-test")["metadata"]["nbgrader"].update(grade_id="zzz"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_forged_changes_nothing_and_the_answers_are_still_marked(name: str) -> None:
    nb = handed_in()
    FORGERIES[name](nb)
    made, _ = take(nb)
    honest, _ = take(handed_in())
    own = [cell for cell in made.cells if not cell.id.startswith("student-")]
    assert own == honest.cells
    assert made.metadata.get("kernelspec") == honest.metadata.kernelspec
    assert refused_reason(made) == ""


def test_names_that_were_lost_are_said_so() -> None:
    nb = handed_in()
    FORGERIES["no-names"](nb)
    _, told = take(nb)
    assert told == [
        f"cell {name}: has lost its name; it was found by its place" for name in ANSWERS
    ]


def test_of_copies_the_last_that_differs_from_the_release_counts() -> None:
    for texts, counts in [
        (("a = 1", "a = 2"), "a = 2"),
        (("a = 1", "# YOUR CODE HERE"), "a = 1"),
        (("# YOUR CODE HERE", "a = 2"), "a = 2"),
    ]:
        nb = handed_in({**ANSWERS, "value": texts[0]})
        place = nb["cells"].index(by_id(nb, "value"))
        again = copy.deepcopy(nb["cells"][place])
        nb["cells"].insert(place + 1, {**again, "source": texts[1]})
        made, told = take(nb)
        assert sources(made)["value"] == counts
        assert told == ["cell value: occurs more than once; one of its copies counts"]
        # The other copy is a cell of the student's, and runs where it stands.
        extra = [cell.source for cell in made.cells if cell.id.startswith("student-")]
        assert extra == [t for t in texts if t != counts]


def test_an_answer_that_is_missing_is_not_answered_and_said_so() -> None:
    nb = handed_in()
    nb["cells"].remove(by_id(nb, "f"))
    made, told = take(nb)
    assert sources(made)["f"] == STUB
    assert told == ["cell f: is missing, and counts as not answered"]


def test_an_answer_split_into_two_cells_without_names_is_found_by_what_it_resembles() -> None:
    nb = handed_in()
    place = nb["cells"].index(by_id(nb, "f"))
    nb["cells"][place].update(metadata={}, id="a")
    nb["cells"].insert(place, {"cell_type": "code", "source": "y = 3", "metadata": {}, "id": "b"})
    made, _ = take(nb)
    assert sources(made)["f"] == ANSWERS["f"]
    order = [cell.source for cell in made.cells]
    assert order.index("y = 3") < order.index(ANSWERS["f"])


def test_cells_of_the_students_own_stay_where_they_stood_without_their_metadata() -> None:
    nb = handed_in()
    place = nb["cells"].index(by_id(nb, "value"))
    for cell in (
        {"cell_type": "code", "source": "helper = 1", "metadata": {"tags": ["x"]}, "id": "h"},
        {"cell_type": "raw", "source": "<script>1</script>", "metadata": {}, "id": "r"},
    ):
        nb["cells"].insert(place, cell)
    made, told = take(nb)
    ids = [cell.id for cell in made.cells]
    assert ids[6:9] == ["student-1", "student-2", "value"]
    assert [c.metadata for c in made.cells[6:8]] == [{}, {}]
    assert [c.cell_type for c in made.cells[6:8]] == ["markdown", "code"]
    assert made.cells[6].source == "< script>1< /script>"
    assert told == []


def test_a_cell_that_is_not_locked_is_the_students() -> None:
    nb = handed_in()
    by_id(nb, "who")["source"] = 'student("s001")'
    made, _ = take(nb)
    assert next(c for c in made.cells if c.id == "who").source == 'student("s001")'


def test_text_in_an_answer_is_inert_and_that_of_the_instructor_is_not_touched() -> None:
    frame = Frame(master(), released())
    for nb in (frame.master, frame.released):
        assert nb is not None
        next(c for c in nb.cells if c.id == "title").source = "<b>Quiz</b>"
    nb = handed_in({**ANSWERS, "words": "<img src=x onerror=alert(1)> $a<b$"})
    by_id(nb, "title")["source"] = "<b>Quiz</b>"
    made, _ = take(nb, frame)
    assert sources(made)["words"] == "< img src=x onerror=alert(1)> $a< b$"
    assert made.cells[0].source == "<b>Quiz</b>"


def test_code_is_never_changed() -> None:
    code = "value = 1 if 0<f(3) else '<script>'"
    made, _ = take(handed_in({**ANSWERS, "value": code}))
    assert sources(made)["value"] == code


@pytest.mark.parametrize("data", [b"", b"null", b"[" * 10_000, b'{"cells": 1}'])
def test_a_file_that_is_no_notebook_leaves_the_notebook_as_released_with_the_reason(
    data: bytes,
) -> None:
    made, told = take_in(FRAME, data)
    assert made.cells == master().cells
    assert refused_reason(made)
    assert [str(t) for t in told] == [f"the notebook: {refused_reason(made)}"]


def test_a_file_that_was_refused_unread_keeps_its_reason() -> None:
    made, told = take_in(FRAME, None, refused="is a link")
    assert refused_reason(made) == "is a link"
    assert made.metadata.mathgrade.intake == [["the notebook", "is a link"]]
    assert len(told) == 1


def test_without_a_release_the_hidden_lines_are_no_part_of_what_is_compared() -> None:
    nb = handed_in()
    FORGERIES["no-names"](nb)
    made, _ = take(nb, Frame(master()))
    assert {name: sources(made)[name] for name in ANSWERS} == ANSWERS


def test_the_frame_is_not_changed() -> None:
    take(handed_in())
    assert FRAME.master == master()


CELLS = st.lists(
    st.fixed_dictionaries(
        {
            "cell_type": st.sampled_from(["code", "markdown", "raw"]),
            "source": st.sampled_from(
                ["", "x = 1", STUB, "import math", "# Quiz", "<b>", "assert"]
            ),
            "id": st.sampled_from(["f", "value", "title", "x", "f-test"]),
            "metadata": st.sampled_from(
                [
                    {},
                    *(
                        {"nbgrader": {"grade_id": n}}
                        for n in ("f", "value", "f-test", "words", "q")
                    ),
                ]
            ),
        }
    ),
    max_size=12,
)


@given(CELLS)
def test_whatever_is_handed_in_the_instructors_cells_are_all_there_once_in_their_order(
    cells: list[dict[str, Any]],
) -> None:
    made, _ = take({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    own = [cell for cell in made.cells if not cell.id.startswith("student-")]
    assert [cell.id for cell in own] == [cell.id for cell in master().cells]
    for cell, ours in zip(own, master().cells, strict=True):
        assert (cell.cell_type, cell.metadata) == (ours.cell_type, ours.metadata)
        if ours.metadata.get("nbgrader", {}).get("locked"):
            assert cell.source == ours.source


@pytest.mark.parametrize(
    ("name", "ours", "theirs"), [("title", "markdown", "code"), ("who", "code", "markdown")]
)
def test_a_cell_made_one_of_another_kind_is_one_of_the_students_own(name, ours, theirs) -> None:
    nb = handed_in()
    by_id(nb, name).update(cell_type=theirs, metadata={}, source="a = '<b>'")
    made, _ = take(nb)
    stays = next(c for c in made.cells if c.id == name)
    assert (stays.cell_type, stays) == (ours, next(c for c in master().cells if c.id == name))
    own = [c for c in made.cells if c.id.startswith("student-")]
    assert [(c.cell_type, "a = '" in c.source) for c in own] == [(theirs, True)]


@given(CELLS)
@example([{"cell_type": "code", "source": "<b>", "id": "title", "metadata": {}}])
def test_no_code_of_the_students_is_lost(cells: list[dict[str, Any]]) -> None:
    elsewhere = {"f-test", "setup", "value-test", "words"}  # locked, or an answer in words
    made, _ = take({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    kept = [cell.source for cell in made.cells]
    for cell in cells:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"])
        if cell["cell_type"] == "code" and cell["source"] and not {name, cell["id"]} & elsewhere:
            assert cell["source"] in kept or cell["source"] == "import math"
