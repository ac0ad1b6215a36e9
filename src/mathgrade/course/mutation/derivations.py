"""Mutants of a derivation: the reference's text with one side of one line changed.

A change counts only where the engine proves that the line has become false, in the case
it stands in and with the definitions that hold there: then no marks for a proof are due,
whatever the lines around it say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import zip_longest

from mathgrade.answers import Derivation
from mathgrade.course.mutation.formulas import changes
from mathgrade.course.mutation.mutant import Mutant
from mathgrade.derivation.claim import Claim, read_claim
from mathgrade.derivation.reading import read_document
from mathgrade.derivation.statements import Document, Role, Side, Statement
from mathgrade.derivation.truth import Judgement
from mathgrade.derivation.vocabulary import NotFollowedError, Vocabulary
from mathgrade.equality import Equality
from mathgrade.equality.diagnosis.trees import negated, number
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import to_latex
from mathgrade.expression.nodes import Mul

__all__ = ["derivation_mutants"]

TRIES = 8  # changes of one side that are looked at
Place = tuple[int, int]
"""A side: the number of its statement, and its number there."""


def derivation_mutants(test: Derivation, text: str, *, seed: int = 0) -> Iterator[Mutant]:
    """Derivations with one false line, every line in its turn.

    Args:
        test: the answer test, for its claim and its names.
        text: the derivation a teacher would hand out.
        seed: which of the many changes are made.

    Raises:
        ItemError: the text cannot be read.
    """
    claim = read_claim(test.claim, test.names, test.definitions)
    document = read_document(text, claim.context, claim.definitions)
    if document.fault:
        raise ItemError(f"The derivation of the reference cannot be read: {document.fault}")
    lines = [_false(text, place, document, claim, seed) for place in _places(document)]
    for row in zip_longest(*lines):
        yield from (mutant for mutant in row if mutant is not None)


def _places(document: Document) -> Iterator[Place]:
    for number_, statement in enumerate(document.statements):
        if statement.role is not Role.STEP or set(statement.relations) != {"=="}:
            continue
        for k, side in enumerate(statement.sides):
            if side.node is not None:
                yield number_, k


def _false(
    text: str, place: Place, document: Document, claim: Claim, seed: int
) -> Iterator[Mutant]:
    """The text with a false formula in one place."""
    statement, side = _at(document, place)
    assert side.node is not None
    context = document.context
    made = [
        ("sign", negated(side.node)),
        ("factor", Mul((number(2), side.node))),
        *changes(side.node, context),
    ]
    random.Random(f"{seed} {place}").shuffle(made)
    for kind, changed in made[:TRIES]:
        latex = to_latex(changed)
        new = f"{text[: side.start]}{latex} {text[side.end :]}"
        if _is_false(new, place, document, claim, statement):
            name = f"line {side.line}, {kind}: {_short(side.text)} -> {_short(latex)}"
            yield Mutant(kind, name, new)


def _at(document: Document, place: Place) -> tuple[Statement, Side]:
    statement = document.statements[place[0]]
    return statement, statement.sides[place[1]]


def _is_false(
    text: str, place: Place, before: Document, claim: Claim, statement: Statement
) -> bool:
    """Whether the new text reads as the old one, but for one side that now is another."""
    document = read_document(text, claim.context, claim.definitions)
    if [_form(s) for s in document.statements] != [_form(s) for s in before.statements]:
        return False
    _, old = _at(before, place)
    _, new = _at(document, place)
    if old.node is None or new.node is None:
        return False
    own = frozenset(document.definitions) - frozenset(claim.definitions)
    try:
        judgement = Judgement(Vocabulary(document.context, document.definitions, own))
        equation = judgement.equation(old.node, new.node)
        found = judgement.decide(equation, statement.conditions)
    except (ResponseError, NotFollowedError):
        return False
    return found.outcome is Equality.DIFFERENT


def _form(statement: Statement) -> tuple[object, ...]:
    return statement.role, statement.relations, statement.conditions, len(statement.sides)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"
