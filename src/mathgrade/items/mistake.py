"""Known wrong answers, and what is said to a student who gives one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mathgrade.answers import AnswerTest
from mathgrade.answers.answer import Share, exact_share
from mathgrade.answers.trivial import is_trivial
from mathgrade.verdict import Finding, Verdict

__all__ = ["Mistake", "with_mistake"]


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer and what to say to it.

    Args:
        response: the wrong answer, in any form the answer test takes as a reference;
            for ``Function`` a wrong function, for ``Matrix`` with None where an entry is open.
        message: for the student; what went wrong and what to do, never the answer.
        note: stable code, ``"softmax.sign"``.
        credit: what it still deserves, 0 to 1; criteria that are met are never taken away.
    """

    response: Any
    message: str
    note: str
    credit: Share = 0


def with_mistake(
    verdict: Verdict, test: AnswerTest, mistakes: Sequence[Mistake], response: object
) -> Verdict | None:
    """The verdict with the words of the known mistake that a response is, if it is one."""
    if is_trivial(response):
        # A mistake that works out to 0 is nothing a bare 0 has made.
        mistakes = [m for m in mistakes if is_trivial(m.response)]
    position = test.recognise([m.response for m in mistakes], response) if mistakes else None
    if position is None:
        return None
    mistake = mistakes[position]
    credit = exact_share(mistake.credit)
    if credit > verdict.credit:
        kept = Finding("What is right in spite of a known mistake", True, credit)
        lost = Finding("The answer is right", False, 1 - credit, mistake.message, mistake.note)
        known = Verdict.of((kept, lost), read_as=verdict.read_as)
        return replace(known, lines=verdict.lines)
    remark = Finding("A known mistake", False, message=mistake.message, note=mistake.note)
    return replace(verdict.with_finding(remark, first=True), note=mistake.note)
