"""Notebook files that anybody may have written."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.autograde.hand_in import Bounds, Refused
from mathgrade.autograde.untrusted_notebook import read_cells

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n rest").decode()


def notebook(*cells: Any) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def code(source: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, **more}


def test_sources_and_names_are_taken_and_nothing_else() -> None:
    cell = code(
        ["x = 1\n", "x"],
        id="a",
        metadata={
            "nbgrader": {"grade_id": "g", "points": 99, "grade": True},
            "tags": ["in-kernel"],
        },
        outputs=[{"output_type": "execute_result", "data": {"text/plain": "99"}}],
    )
    (found,) = read_cells(notebook(cell))
    assert (found.kind, found.source, found.grade_id, found.id) == ("code", "x = 1\nx", "g", "a")


REFUSED: list[tuple[bytes, str]] = [
    (b"", "cannot be read as JSON"),
    (b"no json", "cannot be read as JSON"),
    (b"\xff\xfe{", "cannot be read as JSON"),
    (b"null", "it has no cells"),
    (b"[]", "it has no cells"),
    (b'{"cells": 3}', "it has no cells"),
    (b"[" * 100_000, "nested more than 64 levels deep"),
    (b'{"cells": [' + b'{"a":' * 100_000, "nested more than 64 levels deep"),
    (b'{"cells": [' + b"[]," * 1_100_000 + b"0]}", "has more than 2000000 values"),
    (b'{"cells": [' + b'"ab",' * 2_100_000 + b"0]}", "has more than 2000000 values"),
    (notebook(*[code("")] * 2001), "has more than 2000 cells"),
    (notebook(code("x" * 500_001)), "has a cell of more than 500000 characters"),
    (b" " * (33 << 20), "is larger than 32 MB"),
]


@pytest.mark.parametrize(("data", "reason"), REFUSED, ids=[r for _, r in REFUSED])
def test_what_is_no_notebook_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read_cells(data)


def test_a_quote_does_not_hide_depth() -> None:
    text = b'{"a": "\\"[[[", "cells": ' + b"[" * 80 + b"]" * 80 + b"}"
    with pytest.raises(Refused, match="nested"):
        read_cells(text)


def test_brackets_in_a_text_are_no_depth() -> None:
    (cell,) = read_cells(notebook(code("[" * 10_000 + '"\\')))
    assert cell.source == "[" * 10_000 + '"\\'


def test_a_number_of_a_million_digits_is_not_computed() -> None:
    (cell,) = read_cells(b'{"nbformat": ' + b"9" * 1_000_000 + b', "cells": [{"source": "x"}]}')
    assert cell.source == "x"


@pytest.mark.parametrize("source", ["a\ud800b", ["a\ud800", "b"]])
def test_lone_surrogates_are_replaced(source: Any) -> None:
    data = json.dumps({"cells": [code(source)]}).encode()
    (cell,) = read_cells(data)
    assert cell.source == "a?b"


@pytest.mark.parametrize("source", [None, 3, {"a": 1}, [1, None, {}], [["x"]]])
def test_a_source_that_is_no_text_is_an_empty_one(source: Any) -> None:
    (cell,) = read_cells(notebook(code(source)))
    assert cell.source == ""


@pytest.mark.parametrize(
    "cell",
    [
        code("x", metadata=3),
        code("x", metadata={"nbgrader": []}),
        code("x", metadata={"nbgrader": {"grade_id": 3}}),
        code("x", metadata={"nbgrader": {"grade_id": ["g"]}}),
    ],
)
def test_a_name_that_is_no_text_is_none(cell: dict[str, Any]) -> None:
    (found,) = read_cells(notebook(cell))
    assert found.grade_id == ""


def test_cells_that_are_none_are_passed_over() -> None:
    assert [c.source for c in read_cells(notebook(3, None, "x", code("y")))] == ["y"]


def test_raw_and_unknown_cells_are_text() -> None:
    cells = [{"cell_type": kind, "source": "<b>"} for kind in ("raw", "heading", 3)]
    assert [cell.kind for cell in read_cells(notebook(*cells))] == ["markdown"] * 3


def test_old_notebooks_keep_their_code_as_input() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["x = 1"]}]}
    data = json.dumps({"nbformat": 3, "worksheets": [sheet]}).encode()
    assert [c.source for c in read_cells(data)] == ["x = 1"]


def text_cell(**attachments: Any) -> bytes:
    return notebook({"cell_type": "markdown", "source": "", "attachments": attachments})


def test_pictures_of_handwritten_work_are_kept() -> None:
    cell = {
        "cell_type": "markdown",
        "source": "![a](attachment:page%201.png) ![b](attachment:b.png)",
        "attachments": {"page 1.png": {"image/png": PNG}, "b.png": {"image/png": PNG}},
    }
    (found,) = read_cells(notebook(cell))
    # nbconvert looks for a name as it stands in the address, and fails where it is not found
    assert found.source == "![a](attachment:page-1.png) ![b](attachment:b.png)"
    assert set(found.attachments) == {"page-1.png", "b.png"}


@pytest.mark.parametrize(
    ("name", "bundle"),
    [
        ("a.svg", {"image/svg+xml": "<svg onload='alert(1)'/>"}),
        ("a.html", {"text/html": PNG}),
        ("a.png", {"image/png": base64.b64encode(b"<script>").decode()}),
        ("a.png", {"image/png": '"><script>'}),
        ("a.png", {"image/png": 3}),
        ('a"onload="x', {"image/png": PNG}),
        ("a.png", PNG),
    ],
)
def test_attachments_that_are_no_pictures_are_left_out(name: str, bundle: Any) -> None:
    (cell,) = read_cells(text_cell(**{name: bundle}))
    assert cell.attachments == {}


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5) | st.floats(),
        lambda c: (
            st.lists(c, max_size=4)
            | st.dictionaries(
                st.sampled_from(["cells", "source", "metadata", "nbgrader", "worksheets"]),
                c,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_cells_or_a_refusal(value: Any) -> None:
    try:
        cells = read_cells(json.dumps(value).encode(), Bounds(cells=3))
    except Refused:
        return
    assert len(cells) <= 3
