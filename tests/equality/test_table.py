"""Every row of tests/cases/equality/*.toml is decided as it says."""

import tomllib
from pathlib import Path

import pytest

from mathgrade.equality import decide

FOLDER = Path(__file__).parents[1] / "cases" / "equality"
KNOWN = pytest.mark.xfail(strict=False, reason="known failure")
ROWS = [
    pytest.param(
        row,
        id=f"{path.stem}: {row['comment']}",
        marks=[KNOWN] if row.get("known_failure") else [],
    )
    for path in sorted(FOLDER.glob("*.toml"))
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["row"]
]


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("seed", [0, 1])
def test_rows_are_decided_as_the_table_says(row, seed):
    given = [tuple(pair) for pair in row.get("given", [])]
    decision = decide(row["left"], row["right"], row["names"], given, seed=seed)
    assert decision.outcome.value == row["expected"], decision
    for key in ("proof", "note"):
        assert getattr(decision, key) == row.get(key, getattr(decision, key))
    if "place" in row:
        assert decision.witness is not None
        assert decision.witness.place == row["place"]
    if "at" in row:
        assert decision.witness is not None
        assert row["at"] == ", ".join(f"{k} = {v}" for k, v in decision.witness.at.items())


def test_wrong_answers_outnumber_right_ones():
    expected = [param.values[0]["expected"] for param in ROWS]
    assert len(expected) >= 200
    assert expected.count("equal") < len(expected) / 2
