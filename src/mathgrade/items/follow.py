"""Follow-through: marking a later item against the student's own earlier answer.

One slip costs its marks once: right work on a wrong start earns everything, and what is
wrong with that work is looked at as it would be on the right start, known mistakes
included. A start has to be work of the student's: nothing follows from one that is right
(the reference was tried), cannot be read, says nothing (zero, constant, a multiple of the
identity) or makes the rest trivial; and an answer anybody could give follows from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mathgrade.answers import AnswerTest
from mathgrade.answers.received import is_grid, read_grid
from mathgrade.answers.scalar import read_scalar
from mathgrade.answers.trivial import is_trivial
from mathgrade.errors import ResponseError
from mathgrade.items.mistake import Mistake, with_mistake
from mathgrade.verdict import Finding, Outcome, Verdict

__all__ = ["Follow", "mark_on", "says_nothing", "stopped"]


def says_nothing(start: Any) -> bool:
    """Whether a start is empty, unreadable, zero, one, constant or a multiple of the identity.

    >>> says_nothing([[2, 0], [0, 2]]), says_nothing([[2, 0], [0, 4]])
    (True, False)
    """
    if is_trivial(start):
        return True
    if callable(start) or not is_grid(start):
        return False
    try:
        grid = read_grid(start)
        values = [read_scalar(entry).value for entry in grid.entries]
    except ResponseError:
        return False  # formulas, or several matrices
    if len(grid.shape) != 2 or grid.shape[0] != grid.shape[1]:
        return False
    step = grid.shape[1] + 1
    return all(v == (0 if k % step else values[0]) for k, v in enumerate(values))


@dataclass(frozen=True)
class Follow:
    """An earlier item that an item builds on.

    Args:
        start: name of the earlier item.
        answer: the answer test that is right for someone who had this start. It may raise
            where nothing follows from it.
        trivial: starts from which nothing can follow.
        mistakes: the known mistakes of someone who had this start.
        remark: what else to say to someone who goes on from a wrong start.
        drawn: whether ``answer`` and ``mistakes`` also get what is drawn for the student.
    """

    start: str
    answer: Callable[..., AnswerTest]
    trivial: Callable[[Any], bool] = says_nothing
    mistakes: Callable[..., Sequence[Mistake]] | None = None
    remark: str = ""
    drawn: bool = False


def mark_on(
    follow: Follow,
    own: tuple[str, AnswerTest] | None,
    start: Any,
    response: object,
    *,
    drawn: Any = None,
    source: str = "",
) -> Verdict | None:
    """The verdict on a response for someone who had this start; None if nothing follows.

    Args:
        follow: how the item builds on the earlier one.
        own: title and answer test of the earlier item, to see whether the start is right.
        start: the student's answer to it.
        response: the student's answer to the item.
        drawn: what is drawn for the student in the item.
        source: text of the answer cell.
    """
    # An answer anybody could give is right on many a start.
    if is_trivial(response):
        return None
    title = own[0] if own is not None and own[0] else follow.start
    given = (start, drawn) if follow.drawn else (start,)
    try:
        if follow.trivial(start) or (own is not None and _refused(own[1], start)):
            return None
        test = follow.answer(*given)
        verdict = test.mark(response, source=source, explain=False)
        if test.trivial() or verdict.outcome in (Outcome.INVALID, Outcome.UNDECIDED):
            return None
        if verdict.outcome is not Outcome.CORRECT and follow.mistakes is not None:
            known = with_mistake(verdict, test, follow.mistakes(*given), response)
            verdict = known or verdict
    except Exception:  # no answer follows from that start, whatever it is
        return None
    if verdict.outcome is Outcome.CORRECT:
        message = f"Your answer to “{title}” is not right, but this follows from it:"
    else:
        message = f"Your answer to “{title}” is not right; this is marked on from it, so that"
    message += " the slip there costs nothing again."
    remark = Finding(
        "Marked on from your own earlier answer",
        True,
        message=f"{message} {follow.remark}".strip(),
        note="follow-through",
    )
    return replace(verdict.with_finding(remark, first=True), note="follow-through")


def stopped(verdict: Verdict) -> bool:
    """Whether a student's function did not end: another round of calls would not, either."""
    return any(f.note == "function.timeout" for f in verdict.findings)


def _refused(test: AnswerTest, start: Any) -> bool:
    own = test.of_values().mark(start, explain=False)
    # A start that is right leads to the reference answer, which was tried already.
    if own.outcome in (Outcome.CORRECT, Outcome.INVALID) or own.note.endswith(".shape"):
        return True
    return stopped(own) or test.with_reference(start).trivial()
