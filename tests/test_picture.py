"""Pictures travel in a verdict's JSON; what is none is refused, whoever wrote it."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.picture import (
    MAX_POINTS,
    Arrows,
    Curve,
    Entries,
    Picture,
    picture_from_json,
    picture_to_json,
)
from mathgrade.verdict import Finding, Verdict

CURVE = Curve("z", -3.0, 3.0, (1.0, None, 2.5), {"alpha": "1/20"})
ENTRIES = Entries(((1.0, None), (0.5, -2.0)), wrong=((0, 1),), undecided=((1, 0),))
ARROWS = Arrows(((0.6, 0.8), (1.0, 0.0)), ("u₁", "u₂"), circle=True)

numbers = st.floats(-1e6, 1e6)
curves = st.builds(
    Curve,
    st.sampled_from(["x", "alpha"]),
    st.floats(-9, -1),
    st.floats(1, 9),
    st.lists(st.none() | numbers, min_size=2, max_size=9).map(tuple),
    st.dictionaries(st.sampled_from(["a", "b"]), st.just("1/2")),
)
entries = st.integers(1, 4).flatmap(
    lambda width: st.builds(
        Entries,
        st.lists(st.tuples(*[st.none() | numbers] * width), min_size=1, max_size=4).map(tuple),
        st.just(((0, 0),)),
        st.just(()),
    )
)
arrows = st.builds(
    Arrows,
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3).map(tuple),
    st.just(("u",)),
    st.sampled_from([(), (0,), (0, 1)]),
    st.booleans(),
)


@given(curves | entries | arrows)
def test_what_is_written_is_read_back(picture: Picture) -> None:
    assert picture_from_json(json.loads(json.dumps(picture_to_json(picture)))) == picture


@pytest.mark.parametrize("picture", [CURVE, ENTRIES, ARROWS], ids=lambda p: type(p).__name__)
def test_a_verdict_carries_its_picture(picture: Picture) -> None:
    verdict = Verdict.incorrect("Off.", "x", picture=picture)
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_the_json_of_a_verdict_without_a_picture_is_what_it_was() -> None:
    finding = Finding("right", False, Fraction(1))
    assert "picture" not in Verdict.of([finding]).to_json()["findings"][0]


def changed(picture: Picture, **changes: Any) -> dict[str, Any]:
    return picture_to_json(picture) | changes


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "photo"},
        {"kind": ["curve"]},
        changed(CURVE, name=7),
        changed(CURVE, name="x" * 99),
        changed(CURVE, low=3.0),
        changed(CURVE, low="-3"),
        changed(CURVE, high=float("nan")),
        changed(CURVE, high=float("inf")),
        changed(CURVE, values=[1.0]),
        changed(CURVE, values=[1.0] * (MAX_POINTS + 1)),
        changed(CURVE, values=["<svg>", 2.0]),
        changed(CURVE, values=[True, 2.0]),
        changed(CURVE, values=[1e300, 2.0]),
        changed(CURVE, values={"0": 1}),
        changed(CURVE, fixed=[1]),
        changed(CURVE, fixed={"a": 1}),
        changed(ENTRIES, rows=[]),
        changed(ENTRIES, rows=[[]]),
        changed(ENTRIES, rows=[[1.0], [1.0, 2.0]]),
        changed(ENTRIES, rows=[[1.0] * 30] * 30),
        changed(ENTRIES, rows=[["<b>"]]),
        changed(ENTRIES, wrong=[[2, 0]]),
        changed(ENTRIES, wrong=[[0, -1]]),
        changed(ENTRIES, wrong=[[0, 0, 0]]),
        changed(ENTRIES, wrong=[0]),
        changed(ENTRIES, undecided=None),
        changed(ARROWS, arrows=[]),
        changed(ARROWS, arrows=[[1.0, 2.0, 3.0]]),
        changed(ARROWS, arrows=[["a", "b"]]),
        changed(ARROWS, arrows=[[1.0, 2.0]] * 99),
        changed(ARROWS, wrong=[2]),
        changed(ARROWS, names="ab"),
        changed(ARROWS, names=[1]),
    ],
)
def test_what_is_no_picture_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        picture_from_json(data)
