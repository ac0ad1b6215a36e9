"""One question: its reference answer, its points, its known mistakes, what it builds on.

An item marks a response in the order a teacher would: can it be read, is it right,
is it right given what the student had before, is it a mistake we know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from mathgrade.answers import AnswerTest
from mathgrade.codec.absent import Absent
from mathgrade.errors import ItemError
from mathgrade.items.follow import Follow, mark_on, stopped
from mathgrade.items.mistake import Mistake, is_named, with_mistake
from mathgrade.verdict import Outcome, Verdict

__all__ = ["Item"]


@dataclass(frozen=True)
class Item:
    """One question.

    Args:
        name: grade_id of its answer cell, ``"jacobian-entry"``.
        points: what it is worth.
        answer: the answer test; with ``variant=True`` a function from the student's draw to one.
        title: what people call it, on the feedback page and in the report; the name if left out.
        mistakes: known wrong answers, tried in turn; for a variant also a function of the draw.
        follow: what it builds on, if anything; of several the one that earns most counts.
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
    follow: Follow | Sequence[Follow] | None = None
    variant: bool = False
    reveal: bool = False
    assignment: str = ""
    draw: Callable[[str], Any] | None = field(default=None, repr=False, compare=False)
    starts: Mapping[str, Item] = field(default_factory=dict, repr=False, compare=False)

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

    @property
    def follows(self) -> tuple[Follow, ...]:
        """What the item builds on, in the order of ``follow``."""
        return (self.follow,) if isinstance(self.follow, Follow) else tuple(self.follow or ())

    def test(self, student: str = "") -> AnswerTest:
        """The answer test, of this student's variant if it has any.

        Raises:
            ItemError: there is nothing to draw from.
        """
        return self._tests(student)[0]

    def known(self, student: str = "") -> Sequence[Mistake]:
        """The known mistakes, of this student's variant if it has any.

        Raises:
            ItemError: there is nothing to draw from.
        """
        return self._tests(student)[1]

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
        if verdict.note == "number.not-exact" and verdict.outcome is Outcome.INVALID:
            # Decimals for an exact form, not that of the reference: perhaps of what follows.
            best = self._followed(response, given, student, source)
            return best if best is not None and best.credit else verdict
        if verdict.outcome in (Outcome.CORRECT, Outcome.INVALID, Outcome.UNDECIDED):
            return verdict
        if stopped(verdict):  # another round of calls would be stopped as well
            return verdict
        best = self._followed(response, given, student, source)
        if best is not None and best.credit == 1:
            return replace(best, read_as=verdict.read_as)
        known = with_mistake(verdict, test, mistakes, response)
        if best is not None:
            # A mistake made on a wrong start is worth its words even where it earns nothing.
            words = known is None and is_named(best) and best.credit == verdict.credit
            if words or best.credit > (known or verdict).credit:
                return replace(best, read_as=verdict.read_as)
        # The author's own words come first; the library of edits is for what they do not name.
        return test.explained(verdict, response) if known is None else known

    def _followed(
        self, response: object, given: Mapping[str, object], student: str, source: str
    ) -> Verdict | None:
        """The best verdict of marking on from the student's own starts, if any can be."""
        best: Verdict | None = None
        for follow in self.follows:
            start = given.get(follow.start)
            if start is None or _absent(start) is not None:
                continue
            earlier = self.starts.get(follow.start)
            own = None if earlier is None else (earlier.title, earlier.test(student))
            drawn = self.draw(student) if follow.drawn and self.draw is not None else None
            found = mark_on(follow, own, start, response, drawn=drawn, source=source)
            if found is not None and (best is None or found.credit > best.credit):
                best = found
        return best


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
