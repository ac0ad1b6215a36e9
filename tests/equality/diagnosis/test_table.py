"""Every row of tests/cases/diagnosis/*.toml is explained as it says, or not at all."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from mathgrade.equality import decide
from mathgrade.equality.diagnosis import EDITS, Slack, diagnose

FOLDER = Path(__file__).parents[2] / "cases" / "diagnosis"
ROWS = [
    pytest.param(row, id=f"{path.stem}: {row['comment']}")
    for path in sorted(FOLDER.glob("*.toml"))
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["row"]
]


def explained(row, **changes):
    given = [tuple(pair) for pair in row.get("given", [])]
    slack = Slack(Fraction(str(row["slack"]))) if "slack" in row else None
    arguments = {"slack": slack, "decimals": row.get("decimals"), "time_limit": 5.0, **changes}
    return diagnose(row["left"], row["right"], row["names"], given, **arguments)


@pytest.mark.parametrize("row", ROWS)
def test_rows_are_explained_as_the_table_says(row):
    found = explained(row)
    assert (found.note if found else "") == row["edit"], found
    if found is not None:
        assert found.place == row.get("place", found.place)
        assert "{" not in found.message
        assert found.message.endswith(".")


@pytest.mark.parametrize("row", ROWS)
def test_every_response_of_the_table_is_wrong(row):
    given = [tuple(pair) for pair in row.get("given", [])]
    assert not decide(row["left"], row["right"], row["names"], given).equal


def test_every_note_of_the_library_stands_in_the_table():
    assert {e.note for e in EDITS} == {param.values[0]["edit"] for param in ROWS} - {""}


def test_rows_that_nothing_explains_are_well_represented():
    edits = [param.values[0]["edit"] for param in ROWS]
    assert edits.count("") >= len(edits) / 4
