"""Known mistakes as data: enough of them, each with words of its own, each made by an attempt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mathgrade.answers import Choice, Function
from mathgrade.course.attempts import read_attempts
from mathgrade.items import Item, load_assignment

COURSE = Path(__file__).resolve().parents[2]
ASSIGNMENTS = ["derivatives", "activations"]


def items() -> Iterator[Any]:
    for assignment in ASSIGNMENTS:
        for item in load_assignment(COURSE, assignment).items.values():
            yield pytest.param(item, id=item.full_name)


def notes_and_messages(item: Item) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    _, known = item._tests("s001")
    for mistake in known:
        found.setdefault(mistake.note, set()).add(mistake.message)
    return found


@pytest.mark.parametrize("item", items())
def test_a_formula_has_four_known_mistakes_and_code_three(item: Item) -> None:
    test, _ = item._tests("s001")
    # Of the wrong names of a curve all but one have the same shape, and the same message.
    least = {Function: 3, Choice: 2}.get(type(test), 4)
    assert len(notes_and_messages(item)) >= least


@pytest.mark.parametrize("item", items())
def test_a_note_stands_for_one_message(item: Item) -> None:
    assert [m for m in notes_and_messages(item).values() if len(m) > 1] == []


@pytest.mark.parametrize("item", items())
def test_an_attempt_makes_each_known_mistake(item: Item) -> None:
    made = {attempt.notes.get(item.name) for attempt in read_attempts(COURSE, item.assignment)}
    assert set(notes_and_messages(item)) - made == set()


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_wrong_attempts_outnumber_right_ones(assignment: str) -> None:
    found = read_attempts(COURSE, assignment)
    right = [a.name for a in found if a.base == "reference" and not a.marks]
    assert 2 <= len(right) < len(found) / 2
