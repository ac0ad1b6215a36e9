"""A derivation of a claim, typed in Markdown and LaTeX, marked line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from mathgrade.answers.answer import AnswerTest
from mathgrade.answers.blank import PLACEHOLDER, is_blank
from mathgrade.answers.received import describe
from mathgrade.derivation.claim import Claim, read_claim
from mathgrade.derivation.marked import Gap, LineOutcome, MarkedDerivation, MarkedLine, Proof
from mathgrade.derivation.marking import Shares, mark_derivation
from mathgrade.derivation.slips import known_step
from mathgrade.errors import ResponseError
from mathgrade.verdict import Finding, Verdict

__all__ = ["Derivation", "Shares"]

CRITERION = "The claim is derived"

EARNED = {
    "cases": "Right steps reach the claim in some of the cases",
    "milestones": "On the way: equations the claim needs",
    "lines": "Right lines before the first wrong one",
}
ALL_RIGHT = "Right lines"
BESIDES = "What is right besides"
UNSETTLED = "There was not enough time to see what of the other lines leads to the claim."


@dataclass(frozen=True)
class Derivation(AnswerTest):
    r"""A derivation. The response is its text, ``cell("shift-proof")``.

    Args:
        claim: an equation in LaTeX, or several of which any will do.
        names: what each name is: ``{"z": "vector n", "i": "index n"}``.
        definitions: what names stand for: ``{"y_i": r"\frac{e^{z_i}}{\sum_k e^{z_k}}"}``.
        max_laws: how many elementary laws one step may take, from 1 to 4.
        milestones: equations on the way, for partial credit.
        shares: what is earned without a proof.

    A known mistake of a derivation is a wrong step, as an equation:
    ``Mistake("e^{z_i - c} = e^{z_i} - e^{c}", "…", "softmax.power-law")``. Its message is shown
    when the first wrong line makes that step.

    >>> test = Derivation("(a + b)^2 = a^2 + 2ab + b^2", {"a b": "real"})
    >>> test.mark("$(a+b)^2 = (a+b)(a+b) = a^2 + 2ab + b^2$").outcome.value
    'correct'
    >>> test.mark("$(a+b)^2 = a^2 + b^2$").note
    'derivation.wrong-line'
    """

    claim: str | Sequence[str]
    names: Mapping[str, str]
    definitions: Mapping[str, str] = field(default_factory=dict)
    _: KW_ONLY
    max_laws: int = 2
    milestones: Sequence[str] = ()
    shares: Shares = field(default_factory=Shares)

    @property
    def reference(self) -> Any:
        """The claim: what stands in the question."""
        return self.claim

    @cached_property
    def _claim(self) -> Claim:
        return read_claim(
            self.claim,
            self.names,
            self.definitions,
            max_laws=self.max_laws,
            milestones=self.milestones,
        )

    def _mark(self, response: object, _source: str) -> Verdict:
        text = _text(response)
        claim = self._claim
        if is_blank(text):
            return _blank()
        marked = mark_derivation(text, claim, shares=self.shares)
        if not marked.lines and marked.outcome is Proof.INCOMPLETE and PLACEHOLDER.search(text):
            return _blank()  # the words the cell was given out with
        return verdict_of(marked)

    def form(self, response: object) -> str:
        _text(response)
        return ""  # each line is shown by itself

    def trivial(self) -> bool:
        return False

    def recognise(self, known: Sequence[object], response: object) -> int | None:
        """Position of the first of the ``known`` wrong steps that the first wrong line makes."""
        return known_step(_text(response), self._claim, [str(step) for step in known])


def verdict_of(marked: MarkedDerivation) -> Verdict:
    """The verdict on a marked derivation: what it earned, and what is wrong or missing.

    >>> verdict_of(MarkedDerivation(Proof.PROVED, Fraction(1))).note
    'correct'
    """
    if marked.outcome is Proof.PROVED:
        return replace(Verdict.correct(CRITERION), lines=marked.lines)
    if marked.outcome is Proof.INVALID:
        reason = " ".join(marked.missing) or "Nothing of this can be read."
        return replace(Verdict.invalid(reason, "derivation.unreadable"), lines=marked.lines)
    earned = list(_earned(marked))
    if marked.unsettled:
        earned.append(Finding(BESIDES, None, marked.unsettled, UNSETTLED, "derivation.undecided"))
    rest = 1 - sum((f.share for f in earned), Fraction(0))
    first = marked.first_wrong
    if first is not None:
        ill = first.outcome is LineOutcome.ILL_FORMED
        note = "derivation.ill-formed" if ill else "derivation.wrong-line"
        due = Finding(CRITERION, False, rest, _why_wrong(first), note)
    elif marked.outcome is Proof.UNDECIDED:
        due = Finding(CRITERION, None, rest, "\n".join(marked.missing), "derivation.undecided")
    else:
        gap = marked.gaps[0] if marked.gaps else Gap.NOT_CONNECTED
        note = f"derivation.{gap.value}"
        # Several formulas may stand in one line of the text.
        reasons = "\n".join(dict.fromkeys(marked.missing))
        due = Finding(CRITERION, False, rest, reasons, note)
    return replace(Verdict.of((due, *earned)), lines=marked.lines)


def _earned(marked: MarkedDerivation) -> list[Finding]:
    """A finding for each share that was earned; together they are the credit."""
    found = []
    left = marked.credit
    for name, part in marked.earned:
        share = min(part, left)  # the most that can be earned without a proof
        left -= share
        if share > 0:
            criterion = EARNED.get(name, name)
            if name == "lines" and marked.first_wrong is None:
                criterion = ALL_RIGHT
            found.append(Finding(criterion, True, share, note=f"derivation.{name}"))
    return found


def _why_wrong(line: MarkedLine) -> str:
    """What is wrong with the first wrong line, in words and in small numbers."""
    said = [f"Line {line.line} is the first wrong one: ${line.read_as}$."]
    if difference := line.difference():
        said.append(f"{difference[0].upper()}{difference[1:]}.")
    said[0] = " ".join(filter(None, (said[0], line.message)))
    if line.hint:
        said.append(line.hint)
    return "\n".join(said)


def _blank() -> Verdict:
    return Verdict.incorrect(
        "There is no derivation yet: the cell is as it was given out, or empty.",
        "derivation.blank",
        criterion=CRITERION,
    )


def _text(response: object) -> str:
    if not isinstance(response, str):
        raise ResponseError(
            f"Expected the text of a derivation, received {describe(response)}.",
            "type.derivation",
        )
    return response
