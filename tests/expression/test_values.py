"""Reading numbers, arrays and lists."""

from fractions import Fraction

import numpy as np
import pytest

from mathgrade.errors import ResponseError
from mathgrade.expression import read, to_text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3"),
        (-0.1, "-1/10"),
        (1e-3, "1/1000"),
        (Fraction(2, 6), "1/3"),
        (np.float64(0.5), "1/2"),
        (np.int64(7), "7"),
        (2 + 0j, "2"),
        (np.array(0.25), "1/4"),
        (np.array([1.0, 0.5]), "[[1], [1/2]]"),
        (np.array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
        (np.array(["x", 2], dtype=object), "[[x], [2]]"),
        ([1, 2], "[[1], [2]]"),
        ([[1, "x"], [0.5, 2]], "[[1, x], [1/2, 2]]"),
        (((1, 2),), "[[1, 2]]"),
    ],
)
def test_numbers_are_read_exactly(value, shown):
    assert to_text(read(value)) == shown


CIRCULAR: list = []
CIRCULAR.append(CIRCULAR)


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        float("nan"),
        float("inf"),
        1j,
        np.array(np.nan),
        np.array([]),
        np.zeros((2, 2, 2)),
        np.array([True]),
        np.array([1j]),
        [],
        [[]],
        [[1, 2], [3]],
        [[1], 2],
        [[[1]]],
        {"x": 1},
        {1, 2},
        object(),
        b"x",
        10**5000,
        CIRCULAR,
        np.zeros((200, 200)),
    ],
    ids=lambda v: type(v).__name__,
)
def test_what_is_no_formula_is_refused(value):
    with pytest.raises(ResponseError):
        read(value)
