"""Figures of test theory: a worked example from the literature, laws, and what has no meaning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mathgrade.report.statistics import alpha, discrimination, distribution, facility, spread

# Seven ratings of thirty departments: S. Chatterjee and B. Price, Regression Analysis by Example
# (1977), section 3.7; R's data set "attitude". W. Revelle works reliability out on it in the manual
# of his package psych, alpha(attitude): raw_alpha 0.84, and r.drop, which is the correlation of an
# item with the sum of the others, as below; both to two digits.
ATTITUDE = np.array(
    """
    43 51 30 39 61 92 45  63 64 51 54 63 73 47  71 70 68 69 76 86 48  61 63 45 47 54 84 35
    81 78 56 66 71 83 47  43 55 49 44 54 49 34  58 67 42 56 66 68 35  71 75 50 55 70 66 41
    72 82 72 67 71 83 31  67 61 45 47 62 80 41  64 53 53 58 58 67 34  67 60 47 39 59 74 41
    69 62 57 42 55 63 25  68 83 83 45 59 77 35  77 77 54 72 79 77 46  81 90 50 72 60 54 36
    74 85 64 69 79 79 63  65 60 65 75 55 80 60  65 70 46 57 75 85 46  50 58 68 54 64 78 52
    50 40 33 34 43 64 33  64 61 52 62 66 80 41  53 66 52 50 63 80 37  40 37 42 58 50 57 49
    63 54 42 48 66 75 33  66 77 66 63 88 76 72  78 75 58 74 80 78 49  48 57 44 45 51 83 38
    85 85 71 71 77 74 55  82 82 39 59 64 78 39
    """.split(),  # noqa: SIM905
    dtype=float,
).reshape(30, 7)
R_DROP = (0.67, 0.74, 0.56, 0.71, 0.79, 0.27, 0.46)
MEANS = (65, 67, 53, 56, 65, 75, 43)


def test_alpha_is_the_one_published() -> None:
    assert round(alpha(ATTITUDE) or 0, 2) == 0.84


@pytest.mark.parametrize(("item", "published"), enumerate(R_DROP))
def test_the_correlation_with_the_other_items_is_the_one_published(
    item: int, published: float
) -> None:
    assert round(discrimination(ATTITUDE, item) or 0, 2) == published


@pytest.mark.parametrize(("item", "published"), enumerate(MEANS))
def test_facility_is_the_mean_as_a_part_of_the_points(item: int, published: int) -> None:
    assert round(100 * (facility(ATTITUDE[:, item], 100) or 0)) == published


def test_the_item_itself_is_not_in_the_total_it_is_held_against() -> None:
    lonely = np.array([[1.0, 5], [2, 5], [3, 5], [4, 5]])
    assert discrimination(lonely, 0) is None  # the others do not vary


def test_an_attempt_with_a_mark_that_waits_counts_for_the_others_only_where_known() -> None:
    table = np.vstack([ATTITUDE, [1, 99, 1, 99, 1, 99, np.nan]])
    assert alpha(table) == alpha(ATTITUDE)
    assert discrimination(table, 0) == discrimination(ATTITUDE, 0)
    assert facility(table[:, 6], 100) == facility(ATTITUDE[:, 6], 100)


@pytest.mark.parametrize(
    "table",
    [
        np.zeros((0, 3)),  # nobody
        np.ones((1, 3)),  # one student
        np.ones((5, 3)),  # all alike
        np.full((5, 3), 0.1 + 0.2),  # alike but for rounding
        np.arange(5.0).reshape(5, 1),  # one item
        np.zeros((5, 0)),  # no item
        np.full((5, 3), np.nan),  # nothing marked
        np.array([[1.0, np.nan], [np.nan, 2.0], [3.0, 1.0]]),  # one whole attempt
        np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]),  # the sum does not vary
    ],
    ids=["nobody", "one", "alike", "rounding", "item", "none", "unmarked", "whole", "constant-sum"],
)
def test_what_has_no_meaning_is_none_and_never_zero(table: np.ndarray) -> None:
    assert alpha(table) is None


@pytest.mark.parametrize(
    "table",
    [np.zeros((0, 3)), np.ones((1, 3)), np.ones((5, 3)), np.full((5, 3), np.nan)],
    ids=["nobody", "one", "alike", "unmarked"],
)
def test_there_is_no_discrimination_without_variance(table: np.ndarray) -> None:
    assert discrimination(table, 1) is None


def test_facility_of_nothing_is_none() -> None:
    assert facility(np.array([]), 3) is None
    assert facility(np.array([np.nan]), 3) is None
    assert facility(np.array([0.0]), 0) is None
    assert facility(np.array([0.0]), 3) == 0


tables = arrays(
    float,
    st.tuples(st.integers(2, 12), st.integers(2, 5)),
    elements=st.integers(0, 8).map(lambda n: n / 2),
)


@given(tables)
def test_alpha_and_discrimination_do_not_depend_on_the_order_of_the_students(
    table: np.ndarray,
) -> None:
    assert alpha(table) == pytest.approx(alpha(table[::-1]))
    assert discrimination(table, 0) == pytest.approx(discrimination(table[::-1], 0))


@given(tables, st.sampled_from([0.5, 2.0, 10.0]))
def test_other_points_for_all_items_change_neither(table: np.ndarray, factor: float) -> None:
    assert alpha(factor * table) == pytest.approx(alpha(table))
    assert discrimination(factor * table, 1) == pytest.approx(discrimination(table, 1))


@given(tables)
def test_the_figures_keep_to_their_bounds(table: np.ndarray) -> None:
    reliability, correlation = alpha(table), discrimination(table, 0)
    assert reliability is None or reliability <= 1 + 1e-9
    assert correlation is None or -1 <= correlation <= 1


@given(arrays(float, st.integers(0, 30), elements=st.floats(0, 1)))
def test_every_attempt_is_in_one_tenth(parts: np.ndarray) -> None:
    assert sum(distribution(parts)) == len(parts)


@pytest.mark.parametrize(
    ("part", "tenth"), [(0.0, 0), (0.0999, 0), (0.1, 1), (0.3, 3), (0.7, 7), (0.95, 9), (1.0, 9)]
)
def test_a_tenth_begins_with_its_lower_end(part: float, tenth: int) -> None:
    assert distribution(np.array([part])).index(1) == tenth


def test_extra_credit_and_unknown_marks_find_their_place() -> None:
    assert distribution(np.array([1.3, np.nan]))[-1] == 1


def test_a_spread_has_quartiles() -> None:
    found = spread(np.array([0.0, 1, 2, 3, 4, np.nan]))
    assert found is not None
    assert (found.count, found.least, found.low, found.median, found.high, found.most) == (
        *(5, 0, 1, 2, 3, 4),
    )
    assert found.deviation == pytest.approx(1.5811, abs=1e-4)


def test_one_number_has_no_deviation() -> None:
    found = spread(np.array([0.5]))
    assert found is not None
    assert found.deviation is None
    assert spread(np.array([np.nan])) is None
