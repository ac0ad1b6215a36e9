"""An answer that is more than a formula: an equation, an inequality, a list or a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any

import numpy as np

from mathgrade import expression
from mathgrade.answers.answer import AnswerTest
from mathgrade.answers.received import describe
from mathgrade.equality import Decision, Equality, decide
from mathgrade.equality.diagnosis import Diagnosis, diagnose
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Context, Kind, Node, kind_of, nodes
from mathgrade.verdict import Verdict, Witness

__all__ = ["Statement"]


@dataclass(frozen=True)
class Statement(AnswerTest):
    """An equation, an inequality, conditions joined by and, or, not; a list or a set.

    Equations and inequalities are right if they hold at the same points as the reference,
    lists if their entries are equal in order, sets if they have the same elements.

    Args:
        reference: Python text such as ``"y == 2*x"``, ``"0 < x <= 1"``, ``"{1, 2}"``,
            ``"(1, 2)"``, ``"Interval(0, oo)"``; LaTeX; SymPy relations and sets; Python
            lists and sets of these.
        names: what each name stands for: ``{"x y": "real"}``.
        given: what may be assumed, handed on to :func:`mathgrade.equality.decide`.

    >>> test = Statement("x**2 == 4", {"x": "real"})
    >>> test.mark("(x == 2) | (x == -2)").outcome.value, test.mark("x == 2").note
    ('correct', 'statement.value')
    """

    reference: Any
    names: Mapping[str, str] | Context
    _: KW_ONLY
    given: Sequence[Any] = ()

    def _mark(self, response: object, _source: str) -> Verdict:
        reference, context = self._own()
        kind = kind_of(reference)
        received = _received(response, kind, context)
        decision = decide(reference, received, context, self.given)
        criterion = f"The {kind.value.split(' ', 1)[1]} is right"
        match decision.outcome:
            case Equality.EQUAL:
                return Verdict.correct(criterion)
            case Equality.UNDECIDED:
                return Verdict.undecided(
                    f"Whether this is right could not be decided: {decision.reason}."
                )
            case Equality.ILL_FORMED if decision.note == "kind":
                return Verdict.invalid(decision.reason, "statement.kind")
        message, witness = _words(decision, kind)
        note = f"statement.{decision.note.removeprefix('expression.') or 'different'}"
        return Verdict.incorrect(message, note, criterion=criterion, witness=witness)

    def _own(self) -> tuple[Node, Context]:
        """The reference and the context it is read in.

        Raises:
            ItemError: it cannot be read, or is a plain formula.
        """
        context = expression.read_names(self.names)
        try:
            reference, kind, _ = expression.read_any(self.reference, context)
        except ResponseError as error:
            raise ItemError(f"The reference cannot be read: {error.message}") from error
        if kind is Kind.FORMULA:
            raise ItemError("The reference is a formula: use Expression, or Matrix for [1, 2].")
        return reference, context

    def _diagnose(self, response: object) -> Diagnosis | None:
        reference, context = self._own()
        received = _received(response, kind_of(reference), context)
        pair = _formulas(reference, received, context, self.given)
        return None if pair is None else diagnose(*pair, context, self.given)

    def form(self, response: object) -> str:
        reference, context = self._own()
        return expression.to_latex(_received(response, kind_of(reference), context))


def _received(value: object, kind: Kind, context: Context) -> Node:
    """A student's answer.

    Raises:
        ResponseError: it cannot be read, or uses names that were not declared.
    """
    if value is None or isinstance(value, (dict, np.bool_)):
        raise ResponseError(
            f"{kind.value.capitalize()} was expected, received {describe(value)}.",
            "type.statement",
        )
    return expression.read_any(value, context)[0]


def _words(decision: Decision, kind: Kind) -> tuple[str, Witness | None]:
    """What is wrong, for the student, and the witness that is shown with it."""
    witness = decision.witness
    if decision.note == "extra" and witness is not None:
        where = ", ".join(f"{name} = {value}" for name, value in witness.at.items())
        element = witness.received if len(witness.received) <= 60 else "an element of yours"
        at = f" at {where}" if where else ""
        return f"This is not the right set: {element} does not belong to it{at}.", None
    if decision.note == "missing":
        return "This is not the right set: an element is missing.", None
    wrong = f"This is not the right {kind.value.split(' ', 1)[1]}"
    if decision.note == "value" and witness is not None and witness.received in _HOLDS:
        shown = replace(witness, received="", expected="")
        return f"{wrong}: yours {_HOLDS[witness.received]}.", shown
    if decision.outcome is Equality.ILL_FORMED:
        return f"This means nothing here: {decision.reason}", None
    reason = decision.reason.replace(
        "The response is undefined where the reference has a value.",
        "It is undefined where it should have a value.",
    )
    return f"{wrong}. {reason}".strip(), witness


# Of a condition at a point where only one of the two holds, by what it is there.
_HOLDS = {"true": "holds where it should not", "false": "does not hold where it should"}


def _formulas(
    reference: Node, received: Node, context: Context, given: Sequence[Any]
) -> tuple[Node, Node] | None:
    """The one pair of formulas in which two answers differ, if there is just one."""
    match reference, received:
        case nodes.Relation("==", nodes.Name(name), due), nodes.Relation(
            "==", nodes.Name(other), got
        ) if name == other:
            return due, got
        case nodes.Listing(due_items), nodes.Listing(items) if len(due_items) == len(items):
            wrong = [
                (due, got)
                for due, got in zip(due_items, items, strict=True)
                if not decide(due, got, context, given).equal
            ]
            formulas = all(kind_of(n) is Kind.FORMULA for pair in wrong for n in pair)
            return wrong[0] if len(wrong) == 1 and formulas else None
    return None
