"""One question: its reference answer, its points, its known mistakes, what it builds on.

An item marks a response in the order a teacher would: can it be read, is it right,
is it right given what the student had before, is it a mistake we know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from mathgrade.answers import AnswerTest
from mathgrade.answers.answer import Share, exact_share
from mathgrade.answers.trivial import is_trivial
from mathgrade.codec.absent import Absent
from mathgrade.errors import ItemError
from mathgrade.items.follow import Follow
from mathgrade.verdict import Finding, Outcome, Verdict

__all__ = ["Item", "Mistake"]


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer and what to say to it.

    Args:
        response: the wrong answer, in any form the answer test takes as a reference;
            for ``Function`` a wrong function.
        message: for the student; what went wrong and what to do, never the answer.
        note: stable code, ``"softmax.sign"``.
        credit: what it still deserves, 0 to 1; criteria that are met are never taken away.
    """

    response: Any
    message: str
    note: str
    credit: Share = 0


@dataclass(frozen=True)
class Item:
    """One question.

    Args:
        name: grade_id of its answer cell, ``"jacobian-entry"``.
        points: what it is worth.
        answer: the answer test; with ``variant=True`` a function from the student's draw to one.
        title: what people call it, on the feedback page and in the report; the name if left out.
        mistakes: known wrong answers, tried in turn; for a variant also a function of the draw.
        follow: what it builds on, if anything.
        variant: whether the numbers are drawn per student, by the function of its name in
            ``variants.py``; an item without one shares the draw of the item it follows.
        reveal: whether a student may see the values expected.

    The last three fields are filled in when an assignment is loaded.
    """

    name: str
    points: float
    answer: AnswerTest | Callable[[Any], AnswerTest]
    _: KW_ONLY
    title: str = ""
    mistakes: Sequence[Mistake] | Callable[[Any], Sequence[Mistake]] = ()
    follow: Follow | None = None
    variant: bool = False
    reveal: bool = False
    assignment: str = ""
    draw: Callable[[str], Any] | None = field(default=None, repr=False, compare=False)
    start: Item | None = field(default=None, repr=False, compare=False)

    @property
    def full_name(self) -> str:
        """``"softmax:jacobian-entry"``."""
        return f"{self.assignment}:{self.name}" if self.assignment else self.name

    def mark(
        self,
        response: object,
        given: Mapping[str, object] = MappingProxyType({}),
        *,
        student: str = "",
        source: str = "",
    ) -> Verdict:
        """The verdict on a response; what is known of the item is filled in.

        Args:
            response: anything whatever, :class:`~mathgrade.codec.absent.Absent` included.
            given: what the student handed in for earlier items, by name.
            student: whose variant it is.
            source: text of the answer cell, for tests of how a function is written.

        Raises:
            ItemError: the item is set up wrongly.
        """
        verdict = self._verdict(response, given, student, source)
        return replace(
            verdict,
            item=self.full_name,
            points=float(self.points),
            reveal=self.reveal,
            title=self.title,
        )

    def test(self, student: str = "") -> AnswerTest:
        """The answer test, of this student's variant if it has any.

        Raises:
            ItemError: there is nothing to draw from.
        """
        return self._tests(student)[0]

    def _tests(self, student: str) -> tuple[AnswerTest, Sequence[Mistake]]:
        if not self.variant:
            if not isinstance(self.answer, AnswerTest) or callable(self.mistakes):
                raise ItemError(f"Item {self.name!r} draws nothing; did you mean variant=True?")
            return self.answer, self.mistakes
        if self.draw is None or isinstance(self.answer, AnswerTest):
            raise ItemError(
                f"Item {self.name!r} is a variant: its answer must be a function of the draw, and "
                "it must be loaded with its assignment, whose source/ has a variants.py."
            )
        drawn = self.draw(student)
        mistakes = self.mistakes(drawn) if callable(self.mistakes) else self.mistakes
        return self.answer(drawn), mistakes

    def _verdict(
        self, response: object, given: Mapping[str, object], student: str, source: str
    ) -> Verdict:
        absent = _absent(response)
        if absent is not None:
            return Verdict.invalid(absent.message, absent.note)
        test, mistakes = self._tests(student)
        plain = test.mark(response, source=source, explain=False)
        verdict = _read_as(plain, test, response)
        if verdict.outcome in (Outcome.CORRECT, Outcome.INVALID, Outcome.UNDECIDED):
            return verdict
        if _stopped(verdict):  # another round of calls would be stopped as well
            return verdict
        followed = self._followed(response, given, student, source, verdict.credit)
        if followed is not None:
            return replace(followed, read_as=verdict.read_as)
        known = _with_mistake(verdict, test, mistakes, response)
        # The author's own words come first; the library of edits is for what they do not name.
        return test.explained(verdict, response) if known is None else known

    def _followed(
        self,
        response: object,
        given: Mapping[str, object],
        student: str,
        source: str,
        credit: Fraction,
    ) -> Verdict | None:
        """The verdict of marking on from the student's own start, if that is better."""
        if self.follow is None or self.follow.start not in given:
            return None
        start = given[self.follow.start]
        if _absent(start) is not None or self._refused(start, student):
            return None
        try:
            test = self.follow.answer(start)
            verdict = test.mark(response, source=source, explain=False)
            if verdict.credit <= credit or test.trivial():
                return None
        except Exception:  # no answer follows from that start, whatever it is
            return None
        remark = Finding(
            "Marked on from your own earlier answer",
            True,
            message=f"Your answer to {self.follow.start} is not right, but this follows from it.",
            note="follow-through",
        )
        return replace(verdict.with_finding(remark, first=True), note="follow-through")

    def _refused(self, start: object, student: str) -> bool:
        assert self.follow is not None
        if self.follow.trivial(start):
            return True
        if self.start is None:
            return False
        test = self.start.test(student)
        own = test.mark(start, explain=False)
        # A start that is right leads to the reference answer, which was tried already.
        if own.outcome in (Outcome.CORRECT, Outcome.INVALID) or own.note.endswith(".shape"):
            return True
        if _stopped(own):
            return True
        return test.with_reference(start).trivial()


def _stopped(verdict: Verdict) -> bool:
    return any(f.note == "function.timeout" for f in verdict.findings)


def _absent(response: object, depth: int = 3) -> Absent | None:
    if isinstance(response, Absent):
        return response
    if depth and isinstance(response, (tuple, list)):
        parts: Sequence[object] = response[:100]
    elif depth and isinstance(response, dict):
        parts = list(response.values())[:100]
    else:
        return None
    return next((a for part in parts if (a := _absent(part, depth - 1)) is not None), None)


def _read_as(verdict: Verdict, test: AnswerTest, response: object) -> Verdict:
    if verdict.read_as or verdict.outcome is Outcome.INVALID:
        return verdict
    try:
        text = test.form(response)
    except Exception:  # shown as a courtesy: never worth losing the verdict
        return verdict
    return replace(verdict, read_as=text) if len(text) <= 5000 else verdict


def _with_mistake(
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
