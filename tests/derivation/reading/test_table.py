"""Every text of tests/cases/documents/*.toml is read as it says."""

import tomllib
from pathlib import Path

import pytest

from mathgrade.derivation.reading import read_document
from tests.derivation.reading.told import claim, told

FOLDER = Path(__file__).parents[2] / "cases" / "documents"
TABLES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.toml")}
ROWS = [
    pytest.param(row, table, id=f"{name}: {row['comment']}")
    for name, table in sorted(TABLES.items())
    for row in table["row"]
]


@pytest.mark.parametrize(("row", "table"), ROWS)
def test_documents_are_read_as_the_table_says(row, table):
    context, definitions = claim({**table, **row})
    document = read_document(row["text"], context, definitions)
    assert told(document) == row["read"]
    remarks = [remark.message for s in document.statements for remark in s.remarks]
    assert remarks == row.get("remarks", [])


@pytest.mark.parametrize(("row", "table"), ROWS)
def test_every_side_stands_where_it_says(row, table):
    text = row["text"]
    for statement in read_document(text, *claim({**table, **row})).statements:
        for side in statement.sides:
            assert 0 <= side.start < side.end <= len(text)
            assert side.line == text.count("\n", 0, side.start) + 1
            assert statement.line <= side.line
            if r"\underset" not in text:  # set down anew, in the same place
                left = iter(text[side.start : side.end])
                assert all(sign in left for sign in "".join(side.text.split()))


def test_every_row_is_there_once():
    texts = [row.values[0]["text"] for row in ROWS]
    assert len(ROWS) >= 100
    assert len(set(texts)) == len(texts)
