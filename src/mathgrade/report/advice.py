"""What to look at first, in words: the few things of a class that want an instructor.

Each rule is a function from an assignment's figures to advice; what costs students marks
unjustly comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mathgrade.report.figures import AssignmentFigures, ClassFigures, ItemFigures

__all__ = ["FEW", "Advice", "advise"]

FEW = 20
"""With fewer attempts, discrimination and reliability say little."""

_HARD, _EASY = 0.3, 0.97
_POOR = 0.2  # "poor items" in Ebel and Frisbie, Essentials of Educational Measurement
_UNRELIABLE = 0.6
_SHARED, _SHARED_PART = 3, 0.25  # a reason that so many attempts share
_BEHIND = 1 / 3  # part of the marks below which somebody needs help
_MOST = 8


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to look at.

    Attributes:
        assignment: of which.
        item: its grade_id; empty for the assignment as a whole.
        notebook: whose item it is; empty for the assignment as a whole.
        text: what was seen, and what to do.
        weight: the lightest comes first.
    """

    assignment: str
    item: str
    notebook: str
    text: str
    weight: float


def advise(figures: ClassFigures) -> tuple[Advice, ...]:
    """What to look at first; empty if nothing stands out."""
    found = [a for one in figures.assignments for rule in _RULES for a in rule(one)]
    return tuple(sorted(found, key=lambda a: a.weight)[:_MOST])


def _waiting(one: AssignmentFigures) -> Iterator[Advice]:
    waits = [figures for figures in one.items if figures.waiting]
    if waits:
        marks = sum(figures.waiting for figures in waits)
        names = _listed([f"“{figures.item.title}”" for figures in waits])
        yield _of_all(
            one,
            f"{_count(marks, 'mark')} in {_count(one.waiting, 'attempt')} "
            f"{'waits' if marks == 1 else 'wait'} for a person, in {names}. Mark them in "
            "formgrader before the marks go out; until then they are in none of the figures.",
            0,
        )


def _against(one: AssignmentFigures) -> Iterator[Advice]:
    for figures in one.items:
        value = figures.discrimination
        if value is not None and value < 0 and one.counted >= FEW / 2:
            yield _of(
                one,
                figures,
                "was done worse by those who did better elsewhere (discrimination "
                f"{_signed(value)}). See whether its test or its wording is at fault.",
                1 + value,
            )


def _hard(one: AssignmentFigures) -> Iterator[Advice]:
    for figures in one.items:
        if figures.known <= max(1, figures.waiting):
            continue  # what waits may well be better
        if figures.facility is not None and figures.facility < _HARD:
            why = ""
            if figures.reasons and figures.reasons[0].count > 1:
                why = f" {_reason(figures)}"
            yield _of(
                one,
                figures,
                f"was hard: {100 * figures.facility:.0f} % of its points were earned.{why}",
                2 + figures.facility,
            )


def _shared(one: AssignmentFigures) -> Iterator[Advice]:
    for figures in one.items:
        if figures.facility is not None and figures.facility < _HARD:
            continue  # said already
        if figures.reasons and figures.known:
            part = figures.reasons[0].count / (figures.known + figures.waiting)
            if figures.reasons[0].count >= _SHARED and part >= _SHARED_PART:
                yield _of(one, figures, f"is worth a word in class. {_reason(figures)}", 4 - part)


def _behind(one: AssignmentFigures) -> Iterator[Advice]:
    parts = one.marks.parts
    who = [one.marks.students[int(k)] for k in np.flatnonzero(parts < _BEHIND)]
    if who and one.attempts > 1:
        have = "has" if len(who) == 1 else "have"
        yield _of_all(
            one,
            f"{_listed(who, 12)} {have} less than a third of the marks and may need help.",
            4,
        )


def _unreliable(one: AssignmentFigures) -> Iterator[Advice]:
    if one.alpha is not None and one.alpha < _UNRELIABLE and one.counted >= FEW:
        yield _of_all(
            one,
            f"The sum of the marks says little about who can do more (alpha {_signed(one.alpha)}): "
            "the items are few, or ask for different things.",
            5,
        )


def _weak(one: AssignmentFigures) -> Iterator[Advice]:
    for figures in one.items:
        value, part = figures.discrimination, figures.facility
        if value is None or part is None or one.counted < FEW:
            continue
        if 0 <= value < _POOR and _HARD <= part <= _EASY:
            yield _of(
                one,
                figures,
                f"has little to do with the rest (discrimination {_signed(value)}).",
                6 + value,
            )


_RULES: tuple[Callable[[AssignmentFigures], Iterator[Advice]], ...] = (
    _waiting,
    _against,
    _hard,
    _shared,
    _behind,
    _unreliable,
    _weak,
)


def _reason(figures: ItemFigures) -> str:
    first = figures.reasons[0]
    attempts = figures.known + figures.waiting
    return f"{first.count} of {attempts} attempts share this: {_ended(first.example.message)}"


def _ended(text: str) -> str:
    first = text.strip().split("\n")[0]
    if len(first) > 300:
        first = first[:299] + "…"
    return first if first[-1:] in (".", "!", "?", "…") else f"{first}."


def _of(one: AssignmentFigures, figures: ItemFigures, text: str, weight: float) -> Advice:
    item = figures.item
    return Advice(one.name, item.name, item.notebook, f"“{item.title}” {text}", weight)


def _of_all(one: AssignmentFigures, text: str, weight: float) -> Advice:
    return Advice(one.name, "", "", text, weight)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(names: list[str], most: int = 4) -> str:
    """Names as a sentence has them.

    >>> _listed(["a", "b", "c"]), _listed(["a", "b", "c"], 2)
    ('a, b and c', 'a, b and 1 more')
    """
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
