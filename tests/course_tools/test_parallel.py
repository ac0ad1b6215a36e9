"""Every thing gets its result or its exception, whatever the others do."""

from __future__ import annotations

import math

import pytest

from mathgrade.course.parallel import each


@pytest.mark.parametrize("workers", [1, 2])
def test_one_failure_stops_nothing(workers: int) -> None:
    found = dict(each(math.sqrt, [4.0, -1.0, 9.0], workers=workers))
    assert isinstance(found.pop(-1.0), ValueError)
    assert found == {4.0: 2.0, 9.0: 3.0}


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_to_do_is_done(workers: int) -> None:
    assert list(each(math.sqrt, [], workers=workers)) == []
