"""A formula in declared names, equal to the reference wherever that is defined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from typing import Any

from mathgrade import expression
from mathgrade.answers.answer import AnswerTest, Share, exact_share
from mathgrade.answers.drawing import curve_picture
from mathgrade.answers.formula import (
    Comparison,
    compare,
    layout_message,
    read_formula,
    read_own,
)
from mathgrade.answers.received import unwrapped
from mathgrade.equality.diagnosis import Diagnosis, diagnose
from mathgrade.errors import ItemError
from mathgrade.expression import Context, Node, Shape, nodes
from mathgrade.verdict import Finding, Verdict

__all__ = ["Expression"]

RIGHT = "The formula is right"


@dataclass(frozen=True)
class Expression(AnswerTest):
    """A formula.

    Args:
        reference: SymPy, or Python text such as ``"y[i]*(delta(i, j) - y[j])"``.
        names: what each name stands for: ``{"y": "vector K", "i j": "index K"}``.
        layout: "numerator" or "denominator", for a derivative that is a row, column or matrix:
            its transpose loses only ``layout_share``.
        layout_share: what the layout is worth.
        given: what may be assumed, handed on to :func:`mathgrade.equality.decide`.
        cases: two indices, such as ``("i", "j")``: a formula that is right where they are equal,
            or only where they differ, earns half.

    >>> test = Expression("2*x", {"x": "real"})
    >>> test.mark("x + x").outcome.value, test.mark("-2*x").note
    ('correct', 'edit.sign')
    """

    reference: Any
    names: Mapping[str, str] | Context
    _: KW_ONLY
    layout: str | None = None
    layout_share: Share = Fraction(1, 4)
    given: Sequence[Any] = ()
    cases: tuple[str, str] | None = None

    def _mark(self, response: object, _source: str) -> Verdict:
        reference, context = read_own(self.reference, self.names)
        if self.layout not in (None, "numerator", "denominator"):
            raise ItemError(f"A layout is numerator or denominator, not {self.layout!r}.")
        due = expression.shape_of(reference, context)
        received = self._read(response, context, due)
        shape = expression.shape_of(received, context)
        # wᵀx is a number to everybody.
        fits = shape == due or {shape, due} == {(), (1, 1)}
        found = Comparison(False)
        if fits:
            found = compare(reference, received, context, self.given)
        if found.same:
            return self._right(True)
        if self.layout and shape[::-1] == due and len(shape) == 2:
            turned = compare(reference, nodes.Transpose(received), context, self.given)
            if turned.same:
                return self._right(False)
        if found.same is None:
            return Verdict.undecided(
                found.reason or "Whether this equals the reference could not be decided."
            )
        if not fits:
            return Verdict.incorrect(
                f"Expected {expression.shape_text(due)}, received {expression.shape_text(shape)}.",
                "expression.shape",
                criterion=RIGHT,
            )
        if self.cases is not None:
            parts = self._by_case(reference, received, context)
            if parts is not None:
                return parts
        message = f"This is not the right formula. {found.reason}".strip()
        return Verdict.incorrect(
            message,
            "expression.different",
            criterion=RIGHT,
            witness=found.witness,
            picture=curve_picture(received, context, found.witness),
        )

    def _diagnose(self, response: object) -> Diagnosis | None:
        reference, context = read_own(self.reference, self.names)
        received = self._read(response, context, expression.shape_of(reference, context))
        return diagnose(reference, received, context, self.given)

    def form(self, response: object) -> str:
        reference, context = read_own(self.reference, self.names)
        due = expression.shape_of(reference, context)
        return expression.to_latex(self._read(response, context, due))

    def _read(self, response: object, context: Context, due: Shape) -> Node:
        """The response; where a number is due, a list or matrix of one entry is that entry."""
        number = due in ((), (1, 1))
        return read_formula(unwrapped(response) if number else response, context)

    def _by_case(self, reference: Node, received: Node, context: Context) -> Verdict | None:
        """The verdict on a formula that is right in one case of the two indices only."""
        assert self.cases is not None
        i, j = self.cases
        equal = nodes.Relation("==", nodes.Name(i), nodes.Name(j))
        always = nodes.Truth(True)
        found = []
        for pair in ((received, reference), (reference, received)):
            mixed = nodes.Cases(((pair[0], equal), (pair[1], always)))
            found.append(compare(reference, mixed, context, self.given))
        if not any(comparison.same for comparison in found):
            return None
        findings = []
        for sign, comparison in zip(("=", "≠"), found, strict=True):
            message, note = "", ""
            if comparison.same is None:
                message = comparison.reason or "Whether this is right could not be decided."
                note = "undecided"
            elif not comparison.same:
                message = f"The formula is wrong for {i} {sign} {j}. {comparison.reason}".strip()
                note = "expression.different"
            criterion = f"The formula is right for {i} {sign} {j}"
            met, seen = comparison.same, comparison.witness
            findings.append(Finding(criterion, met, Fraction(1, 2), message, note, seen))
        return Verdict.of(findings)

    def _right(self, in_layout: bool) -> Verdict:
        if self.layout is None:
            return Verdict.correct(RIGHT)
        criterion = f"Written in {self.layout} layout"
        message, note = ("", "") if in_layout else (layout_message(self.layout), "layout.other")
        share = exact_share(self.layout_share)
        return Verdict.of(
            (
                Finding(RIGHT, True, 1 - share),
                Finding(criterion, in_layout, share, message, note),
            )
        )
