"""Indices, deltas and sums: swapped, forgotten, free where bound, one step off."""

from __future__ import annotations

from collections.abc import Iterator

from mathgrade.equality.diagnosis.edit import Candidate, Edit, Task
from mathgrade.equality.diagnosis.signs import split
from mathgrade.equality.diagnosis.trees import (
    index_pairs,
    indices_like,
    number,
    renamed,
    spots,
    sum_of,
)
from mathgrade.expression.nodes import (
    Add,
    Delta,
    Entry,
    Fold,
    Mul,
    Name,
    Neg,
    Node,
    free_names,
)

__all__ = ["CASES", "DELTAS", "INDICES", "SUMS", "right_cases"]


def _swapped(task: Task) -> Iterator[Candidate]:
    for i, j in index_pairs(free_names(task.reference), task.context):
        turned = renamed(task.reference, {i: Name(j), j: Name(i)})
        yield Candidate(turned, words={"i": i, "j": j})


def _one_index(task: Task) -> Iterator[Candidate]:
    declared = [n for n, d in task.context.names.items() if d.kind == "index"]
    for spot in spots(task.reference):
        if not isinstance(spot.node, Entry | Delta):
            continue
        places = spot.node.indices if isinstance(spot.node, Entry) else _ends(spot.node)
        others = [*(f.index for f in spot.bound), *declared]
        for k, place in enumerate(places):
            for other in others:
                if not isinstance(place, Name) or other == place.name:
                    continue
                new = (*places[:k], Name(other), *places[k + 1 :])
                changed = (
                    Entry(spot.node.base, new) if isinstance(spot.node, Entry) else Delta(*new)
                )
                yield Candidate(spot.put(changed), words={"where": spot.where})


def _ends(delta: Delta) -> tuple[Node, ...]:
    return (delta.left, delta.right)


# -- sums ----------------------------------------------------------------------------------


def _forgotten(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Fold):
            fold = spot.node
            words = {"kind": fold.kind, "index": fold.index, "where": spot.where}
            for name in indices_like(fold, task.context):
                body = renamed(fold.body, {fold.index: Name(name)})
                yield Candidate(spot.put(body), words=words)
            for end in (fold.low, fold.high):
                body = renamed(fold.body, {fold.index: end})
                yield Candidate(spot.put(body), words=words)


def _summed(task: Task) -> Iterator[Candidate]:
    if not any(isinstance(spot.node, Fold) for spot in spots(task.response)):
        return
    free = [n for n in free_names(task.reference) if n in task.context]
    for name in sorted(n for n in free if task.context[n].kind == "index"):
        low, high = task.context[name].low, task.context[name].high
        if low is None or high is None:
            continue
        ends = [Name(e) if isinstance(e, str) else number(e) for e in (low, high)]
        body = Fold("sum", task.reference, name, *ends)
        yield Candidate(body, words={"index": name})


def _range(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Fold):
            kind, body, index, low, high = (getattr(spot.node, f) for f in Fold.__match_args__)
            for down, up in ((1, 0), (0, -1), (0, 1), (-1, 0), (1, 1), (-1, -1)):
                moved = Fold(kind, body, index, _moved(low, down), _moved(high, up))
                yield Candidate(spot.put(moved), words={"kind": kind, "index": index})


def _moved(end: Node, by: int) -> Node:
    return Add((end, number(by))) if by else end


def _left_out(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Fold) and spot.node.kind == "sum":
            fold = spot.node
            for name in indices_like(fold, task.context):
                if name == fold.index:
                    continue
                own = renamed(fold.body, {fold.index: Name(name)})
                words = {"index": fold.index, "other": name}
                yield Candidate(spot.put(Add((fold, Neg(own)))), words=words)


def _other_fold(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Fold):
            fold = spot.node
            kind = "product" if fold.kind == "sum" else "sum"
            other = Fold(kind, fold.body, fold.index, fold.low, fold.high)
            yield Candidate(spot.put(other), words={"kind": fold.kind, "other": kind})


# -- deltas --------------------------------------------------------------------------------


def _no_delta(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Delta):
            yield Candidate(spot.put(number(1)), words={"where": spot.where})


def _delta_turned(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Delta):
            yield Candidate(spot.put(Add((number(1), Neg(spot.node)))))


def _more_deltas(task: Task) -> Iterator[Candidate]:
    used = free_names(task.reference) | free_names(task.response)
    for i, j in index_pairs(used, task.context):
        delta = Delta(Name(i), Name(j))
        yield Candidate(Mul((delta, task.reference)), words={"i": i, "j": j})
        for spot in spots(task.reference):
            if isinstance(spot.node, Add):
                for k, term in enumerate(spot.node.terms):
                    parts = spot.node.terms
                    new = sum_of((*parts[:k], Mul((delta, term)), *parts[k + 1 :]))
                    yield Candidate(spot.put(new), words={"i": i, "j": j})


# -- cases ---------------------------------------------------------------------------------


def right_cases(task: Task) -> Iterator[Candidate]:
    """What holds if a response is right where two indices are equal, or only where they are not."""
    reference, response = task.reference, task.response
    for i, j in index_pairs(free_names(reference) | free_names(response), task.context):
        for right, wrong, parts in (
            ("=", "≠", (response, reference)),
            ("≠", "=", (reference, response)),
        ):
            yield Candidate(
                reference,
                split(i, j, *parts),
                {"right": f"{i} {right} {j}", "wrong": f"{i} {wrong} {j}"},
                f"{i} {'!=' if wrong == '≠' else '='} {j}",
            )


INDICES = (
    Edit(
        "indices swapped",
        "edit.index-swapped",
        "The indices {i} and {j} have changed places.",
        _swapped,
    ),
)

SUMS = (
    Edit(
        "sum forgotten",
        "edit.sum-forgotten",
        "The {kind} over {index} is forgotten{where}: only one of its terms is there.",
        _forgotten,
    ),
    Edit(
        "sum too many",
        "edit.sum-extra",
        "You sum over {index}, but the answer asked is for one {index} at a time.",
        _summed,
    ),
    Edit(
        "range of a sum",
        "edit.range",
        "The {kind} over {index} starts or ends one step away from where it should.",
        _range,
    ),
    Edit(
        "own term left out",
        "edit.sum-term",
        "The term {index} = {other} is missing in the sum over {index}.",
        _left_out,
    ),
    Edit(
        "sum for product",
        "edit.sum-product",
        "A {other} stands where a {kind} belongs.",
        _other_fold,
    ),
)

DELTAS = (
    Edit(
        "delta missing",
        "edit.delta-missing",
        "A Kronecker delta is missing{where}: a term that belongs to equal indices only stands in "
        "every case.",
        _no_delta,
    ),
    Edit(
        "delta turned round",
        "edit.delta-turned",
        "The cases of equal and of different indices have changed places.",
        _delta_turned,
    ),
    Edit(
        "delta too many",
        "edit.delta-extra",
        "A term that belongs to every case is there for {i} = {j} only: a delta too many.",
        _more_deltas,
    ),
    Edit(
        "one wrong index",
        "edit.index",
        "One index is another one than it should be{where}; all else is right.",
        _one_index,
    ),
)

CASES = (
    Edit(
        "right in one case",
        "edit.case",
        "Your answer is right for {right}, but not for {wrong}.",
        right_cases,
    ),
)
