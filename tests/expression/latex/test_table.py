"""Every row of tests/cases/latex/*.toml is read, or refused, as it says."""

import tomllib
from pathlib import Path

import pytest

from mathgrade.expression import read_names, to_text
from mathgrade.expression.latex_text import LatexError, parse

FOLDER = Path(__file__).parents[2] / "cases" / "latex"
TABLES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.toml")}
ROWS = [
    pytest.param(row, row.get("names", table["names"]), id=f"{name}: {row['comment']}")
    for name, table in sorted(TABLES.items())
    for row in table["row"]
]
READ = [row for row in ROWS if "expected" in row.values[0]]
REFUSED = [row for row in ROWS if "complaint" in row.values[0]]


@pytest.mark.parametrize(("row", "names"), READ)
def test_formulas_are_read_as_the_table_says(row, names):
    reading = parse(row["latex"], read_names(names))
    assert to_text(reading.node) == row["expected"]
    assert [r.message for r in reading.remarks][:1] == ([row["remark"]] if "remark" in row else [])


@pytest.mark.parametrize(("row", "names"), REFUSED)
def test_what_cannot_be_read_is_refused_with_its_place_and_reason(row, names):
    with pytest.raises(LatexError) as caught:
        parse(row["latex"], read_names(names))
    error = caught.value
    assert error.reason == row["complaint"]
    assert row["latex"][error.start : error.end] == row["at"]
    assert f"character {error.start + 1}," in error.message


def test_every_row_is_there_once():
    keys = [(row.values[0]["latex"], str(row.values[1])) for row in ROWS]
    assert len(ROWS) >= 400
    assert len(set(keys)) == len(keys)
    assert len(REFUSED) >= 150
