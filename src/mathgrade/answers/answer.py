"""The family of answer tests: what each of them can do, and what none of them may do.

An answer test takes a response and returns a verdict. It never raises for
anything a student can hand in: what it cannot read is INVALID with a reason,
and a fault of the test itself is UNDECIDED, so that a person looks and nobody
loses marks over it. Only :class:`~mathgrade.errors.ItemError`, which speaks to
the author of the item, passes through.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Self

from mathgrade.answers.trivial import is_trivial
from mathgrade.equality.diagnosis import Diagnosis
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Finding, Outcome, Verdict

__all__ = ["AnswerTest", "Share", "exact_share"]

Share = Fraction | int | float | str


def exact_share(share: Share) -> Fraction:
    """A part of the credit as a fraction; 0.1 is one tenth.

    Raises:
        ItemError: it is not between 0 and 1.

    >>> exact_share(0.1)
    Fraction(1, 10)
    """
    try:
        exact = Fraction(str(share)) if isinstance(share, float) else Fraction(share)
    except (TypeError, ValueError) as error:
        raise ItemError(f"A share is a number from 0 to 1, not {share!r}.") from error
    if not 0 <= exact <= 1:
        raise ItemError(f"A share is a part of the credit from 0 to 1, not {share}.")
    return exact


class AnswerTest(ABC):
    """Base of the answer tests, each a frozen dataclass with ``reference`` as its first field."""

    reference: Any

    def mark(self, response: object, *, source: str = "", explain: bool = True) -> Verdict:
        """The verdict on a response.

        Args:
            response: anything whatever.
            source: text of the cell that defined it, for tests of how it is written.
            explain: whether a wrong answer is looked up among the usual mistakes.

        Returns:
            A verdict; its ``note`` is ``marking.fault`` where the fault is ours.

        Raises:
            ItemError: the item is set up wrongly.
        """
        try:
            verdict = self._mark(response, source)
        except ResponseError as error:
            return Verdict.invalid(error.message, error.note)
        except ItemError:
            raise
        except Exception as fault:  # a fault of ours is a review, never a zero
            return Verdict.undecided(
                "This answer could not be marked by the computer "
                f"({type(fault).__name__}); a person will look at it.",
                "marking.fault",
            )
        return self.explained(verdict, response) if explain else verdict

    def explained(self, verdict: Verdict, response: object) -> Verdict:
        """The verdict on a wrong response with a remark on what explains it, if anything does.

        See :mod:`mathgrade.equality.diagnosis`. A remark moves no marks; the verdict takes
        its note.
        """
        wrong = verdict.outcome in (Outcome.INCORRECT, Outcome.PARTIAL)
        if not wrong or verdict.note.endswith(".shape") or verdict.note.startswith("layout."):
            return verdict  # what is wrong has been said
        if verdict.note in ("edit.rounded", "edit.rounded-early", "number.not-exact"):
            return verdict  # likewise
        try:
            found = self._diagnose(response)
        except Exception:  # shown as a courtesy: never worth losing the verdict
            return verdict
        if found is None:
            return verdict
        remark = Finding("What happened", False, message=found.message, note=found.note)
        return replace(verdict.with_finding(remark), note=found.note)

    def _diagnose(self, _response: object, /) -> Diagnosis | None:
        """What explains a wrong response."""
        return None

    @abstractmethod
    def _mark(self, response: object, source: str, /) -> Verdict:
        """The verdict; may raise ResponseError for what cannot be read."""

    @abstractmethod
    def form(self, response: object) -> str:
        """LaTeX of how the response is read.

        Raises:
            ResponseError: its form is wrong; the message says what was expected.
        """

    def with_reference(self, reference: object) -> Self:
        """The same test with another reference answer."""
        return replace(self, reference=reference)  # type: ignore[type-var]

    def of_values(self) -> Self:
        """The same test without what it asks beyond values: how a function is written."""
        return self

    def trivial(self) -> bool:
        """Whether anybody could give the reference: then nothing is marked on from it."""
        return is_trivial(self.reference)

    def example(self, known: object) -> object:
        """A response that makes a known mistake and is right in everything it leaves open."""
        return known

    def recognise(self, known: Sequence[object], response: object) -> int | None:
        """Position of the first of the ``known`` wrong answers that this response is.

        It may be rounded further than a right one should be.
        """
        for position, reference in enumerate(known):
            verdict = self.with_reference(reference).mark(response, explain=False)
            if verdict.outcome is Outcome.CORRECT or verdict.note == "edit.rounded":
                return position
        return None

    def beside(self, _known: Sequence[object], _first: int, _response: object, /) -> list[int]:
        """Positions of others of the ``known`` wrong answers that this response is as well.

        They are about other parts of it than the first one is, whose position is given.
        """
        return []

    def unexplained(self, _verdict: Verdict, _known: object, /) -> list[Finding]:
        """Criteria that a response misses and that the ``known`` wrong answer which it is meets."""
        return []
