"""Signs the wrong way round: of everything, of some entries, of one term."""

from __future__ import annotations

from collections.abc import Iterator

from mathgrade.equality.diagnosis.edit import FORMULA, MATRIX, Candidate, Edit, Task
from mathgrade.equality.diagnosis.trees import everywhere, index_pairs, negated, spots, sum_of
from mathgrade.expression.nodes import (
    Add,
    Call,
    Cases,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Relation,
    Truth,
    free_names,
)

__all__ = ["SIGNS", "TERM_SIGNS"]


def _whole(task: Task) -> Iterator[Candidate]:
    yield Candidate(negated(task.reference))


def split(i: str, j: str, equal: Node, distinct: Node) -> Node:
    """One formula for i = j and another for i ≠ j."""
    condition = Relation("==", Name(i), Name(j))
    return Cases(((equal, condition), (distinct, Truth(True))))


def _off_diagonal(task: Task) -> Iterator[Candidate]:
    r = task.reference
    for i, j in index_pairs(free_names(r), task.context):
        yield Candidate(split(i, j, r, negated(r)), words={"i": i, "j": j}, place=f"{i} != {j}")


def _diagonal(task: Task) -> Iterator[Candidate]:
    r = task.reference
    for i, j in index_pairs(free_names(r), task.context):
        yield Candidate(split(i, j, negated(r), r), words={"i": i, "j": j}, place=f"{i} = {j}")


def _term(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Add):
            terms = spot.node.terms
            # A difference is "missing a minus" as often as it has one too many: later terms first.
            for k in reversed(range(len(terms))):
                changed = sum_of((*terms[:k], negated(terms[k]), *terms[k + 1 :]))
                yield Candidate(spot.put(changed), words={"where": spot.where})


def _exponent(task: Task) -> Iterator[Candidate]:
    yield Candidate(everywhere(task.reference, _turned_exp))
    for spot in spots(task.reference):
        match spot.node:
            case Call("exp", (inner,)):
                yield Candidate(spot.put(Call("exp", (negated(inner),))))
            case Power(base, exponent) if not isinstance(exponent, Number):
                yield Candidate(spot.put(Power(base, negated(exponent))))


def _turned_exp(node: Node) -> Node:
    return Call("exp", (negated(node.args[0]),)) if _is_exp(node) else node  # type: ignore[attr-defined]


def _is_exp(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "exp"


def _piece(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Neg) and spot.where:
            yield Candidate(spot.put(spot.node.term), words={"where": spot.where})
        if isinstance(spot.node, Cases):
            for k, (value, condition) in enumerate(spot.node.branches):
                branches = list(spot.node.branches)
                branches[k] = (negated(value), condition)
                words = {"where": " in one of the cases"}
                yield Candidate(spot.put(Cases(tuple(branches))), words=words)


SIGNS = (
    Edit(
        "sign of the whole",
        "edit.sign",
        "Every sign is the wrong way round: this is the negative of what it should be.",
        _whole,
        frozenset((FORMULA, MATRIX)),
    ),
    Edit(
        "sign off the diagonal",
        "edit.sign-off-diagonal",
        "You have the sign of the off-diagonal entries ({i} ≠ {j}) the wrong way round; the case "
        "{i} = {j} is right.",
        _off_diagonal,
    ),
    Edit(
        "sign on the diagonal",
        "edit.sign-diagonal",
        "You have the sign of the diagonal entries ({i} = {j}) the wrong way round; the case "
        "{i} ≠ {j} is right.",
        _diagonal,
    ),
)

TERM_SIGNS = (
    Edit(
        "sign of one term",
        "edit.sign-term",
        "One term has the wrong sign{where}; all else is right.",
        _term,
    ),
    Edit(
        "sign of an exponent",
        "edit.sign-exponent",
        "An exponent has the wrong sign; all else is right.",
        _exponent,
    ),
    Edit(
        "sign of a piece",
        "edit.sign-term",
        "A sign is the wrong way round{where}; all else is right.",
        _piece,
    ),
)
