"""The id that stands in a student's notebook."""

import pytest

from mathgrade.autograde.claimed import claimed_student


@pytest.mark.parametrize(
    ("sources", "claimed"),
    [
        (['student("s017")'], "s017"),
        (["student(' s017 ')\nx = 1"], "s017"),
        (['student("s017")', 'me = student("s018")'], "s018"),
        (['student("s017")', 'student("")'], "s017"),
        (['student("")'], ""),
        (["student()"], ""),
        (["student(name)"], ""),
        (['teacher("s017")'], ""),
        (['# student("s017")'], ""),
        (['student("s017"'], ""),
        (["student(17)"], ""),
        (["student(" * 500 + '"s017"' + ")" * 500], ""),
        (["x = 1", ""], ""),
        ([], ""),
    ],
)
def test_it_is_read_and_nothing_is_run(sources, claimed):
    assert claimed_student(sources) == claimed


def test_it_is_bounded():
    assert len(claimed_student([f'student("{"s" * 10_000}")'])) == 100
