"""Known wrong answers, and what is said to a student who gives one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from mathgrade.answers import AnswerTest
from mathgrade.answers.answer import Share, exact_share
from mathgrade.answers.trivial import is_trivial
from mathgrade.verdict import Finding, Verdict

__all__ = ["Mistake", "is_named", "with_mistake"]

_NAMED = "A known mistake"


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer and what to say to it.

    Args:
        response: the wrong answer, in any form the answer test takes as a reference;
            for ``Function`` a wrong function, for ``Matrix`` with None where an entry is open.
        message: for the student; what went wrong and what to do, never the answer.
        note: stable code, ``"softmax.sign"``.
        credit: what it still deserves, 0 to 1, where nothing else is wrong; criteria that are met
            are never taken away.
    """

    response: Any
    message: str
    note: str
    credit: Share = 0


def with_mistake(
    verdict: Verdict, test: AnswerTest, mistakes: Sequence[Mistake], response: object
) -> Verdict | None:
    """The verdict with the words of the known mistake that a response is, if it is one.

    Of mistakes in several entries each gets its words. What else is missed, and is no part of
    the mistake, costs its own share.
    """
    if verdict.note in ("edit.rounded", "edit.rounded-early", "number.not-exact"):
        return None  # right but for its digits
    if is_trivial(response):
        # A mistake that works out to 0 is nothing a bare 0 has made.
        mistakes = [m for m in mistakes if is_trivial(m.response)]
    responses = [m.response for m in mistakes]
    position = test.recognise(responses, response) if mistakes else None
    if position is None:
        return None
    mistake = mistakes[position]
    others = [_remark(mistakes[k]) for k in test.beside(responses, position, response)]
    share = exact_share(mistake.credit)
    also = test.unexplained(verdict, mistake.response)
    credit = share - sum((f.share for f in also), Fraction(0))
    if credit > verdict.credit:
        kept = Finding("What is right in spite of a known mistake", True, credit)
        lost = Finding("The answer is right", False, 1 - share, mistake.message, mistake.note)
        known = Verdict.of((kept, lost, *others, *also), read_as=verdict.read_as)
        return replace(known, lines=verdict.lines)
    findings = (_remark(mistake), *others, *verdict.findings)
    return replace(verdict, findings=findings, note=mistake.note)


def is_named(verdict: Verdict) -> bool:
    """Whether a verdict has the words of a known mistake beside its criteria."""
    return any(finding.criterion == _NAMED for finding in verdict.findings)


def _remark(mistake: Mistake) -> Finding:
    return Finding(_NAMED, False, message=mistake.message, note=mistake.note)
