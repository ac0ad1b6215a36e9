"""Every row of tests/cases/equality/*.toml is decided as it says."""

import tomllib
from pathlib import Path

import pytest

from mathgrade.equality import decide

FOLDER = Path(__file__).parents[1] / "cases" / "equality"
ROWS = [
    (path.stem, row)
    for path in sorted(FOLDER.glob("*.toml"))
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["row"]
]
SETTLED = [
    pytest.param(row, id=f"{stem}: {row['comment']}")
    for stem, row in ROWS
    if not row.get("known_failure")
]


def decided(row, seed):
    given = [tuple(pair) for pair in row.get("given", [])]
    return decide(row["left"], row["right"], row["names"], given, seed=seed)


@pytest.mark.parametrize("row", SETTLED)
@pytest.mark.parametrize("seed", [0, 1])
def test_rows_are_decided_as_the_table_says(row, seed):
    decision = decided(row, seed)
    assert decision.outcome.value == row["expected"], decision
    for key in ("proof", "note"):
        assert getattr(decision, key) == row.get(key, getattr(decision, key))
    if "place" in row:
        assert decision.witness is not None
        assert decision.witness.place == row["place"]
    if "at" in row:
        assert decision.witness is not None
        assert row["at"] == ", ".join(f"{k} = {v}" for k, v in decision.witness.at.items())


def test_a_known_failure_is_struck_off_once_it_is_settled():
    for stem, row in ROWS:
        if row.get("known_failure"):
            outcomes = [decided(row, seed).outcome.value for seed in (0, 1)]
            assert outcomes != [row["expected"]] * 2, f"settled: {stem}: {row['comment']}"


def test_wrong_answers_outnumber_right_ones():
    expected = [row["expected"] for _, row in ROWS]
    assert len(expected) >= 200
    assert expected.count("equal") < len(expected) / 2
