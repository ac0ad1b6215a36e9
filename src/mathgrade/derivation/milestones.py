"""Which milestones of a claim a derivation has reached: places on the way that earn credit.

A milestone is an equation. It is reached where a derivation has led, by steps that can be
followed, from a formula that holds its left side, or anything equal to it, to one that holds its
right side as it is written, order and brackets aside. That both sides stand somewhere is not
enough: writing ``e^{z_j}`` down is not yet to differentiate ``Σ_k e^{z_k}``.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from mathgrade.derivation.graph import Graph
from mathgrade.derivation.spelling import Spelling
from mathgrade.expression import Node
from mathgrade.expression.nodes import Add, Derivative, Mul, Name, children, free_names
from mathgrade.expression.substitution import substituted

__all__ = ["reached"]

MAX_LAWS = 3  # between a piece of a formula and a milestone's left side that it is equal to
MAX_INSTANCES = 27


def reached(left: Node, right: Node, graphs: Sequence[Graph]) -> bool:
    """Whether the steps of a derivation reach a milestone, in any of its cases.

    Args:
        left, right: sides of the milestone, as the engine takes them; it may be reached with
            any other choice of its indices.
        graphs: what the steps connect, by case.
    """
    return any(
        _within(members, *sides, graph)
        for graph in graphs
        for sides in _instances(left, right, graph)
        for members in graph.classes()
    )


def _instances(left: Node, right: Node, graph: Graph) -> Iterator[tuple[Node, Node]]:
    """The milestone with its indices called as those of the derivation."""
    names = graph.vocabulary.formal.names

    def indices(node: Node) -> set[str]:
        return {n for n in free_names(node) if n in names and names[n].kind == "index"}

    own = sorted(indices(left) | indices(right))
    there = sorted(set().union(*(indices(m) for c in graph.classes() for m in c), own))
    ranges = {n: (names[n].low, names[n].high) for n in (*own, *there)}
    choices = [[i for i in there if ranges[i] == ranges[n]] for n in own]
    for chosen in itertools.islice(itertools.product(*choices), MAX_INSTANCES):
        put: dict[str, Node] = {n: Name(i) for n, i in zip(own, chosen, strict=True)}
        yield substituted(left, put), substituted(right, put)


def _within(members: Sequence[Node], left: Node, right: Node, graph: Graph) -> bool:
    """Whether some of these equal formulas hold the left side, and others the right one."""
    ends = [m for m in members if _holds(m, right, graph)]
    if isinstance(left, Derivative) and not _has_derivative(right):  # none is left to be taken
        ends = [m for m in ends if not _has_derivative(m)]
    if not ends:
        return False
    starts = [m for m in members if _led_from(m, left, right, graph)]
    return any(a != b for a in starts for b in ends)


def _holds(node: Node, wanted: Node, graph: Graph) -> bool:
    """Whether a formula is written as a part of another, or as some of its terms or factors."""
    spelt = graph.spelt
    kinds = (spelt(wanted), spelt(graph.vocabulary.unfolded(wanted)))
    parts = _parts(wanted, spelt)
    for piece in _pieces(node):
        if spelt(piece) in kinds or spelt(graph.vocabulary.unfolded(piece)) in kinds:
            return True
        if parts and type(piece) is type(wanted) and parts <= _parts(piece, spelt):
            return True
    return False


def _led_from(node: Node, left: Node, right: Node, graph: Graph) -> bool:
    """Whether a formula holds something equal to the milestone, and not yet as it is to be."""
    kind, names = graph.spelt(right), graph.vocabulary.formal.names
    for piece in _pieces(node):
        if graph.spelt(piece) == kind:
            continue
        if graph.spelt(piece) == graph.spelt(left):
            return True
        if isinstance(piece, Name) or not free_names(piece) <= names.keys():
            continue  # under a sum, whose index means nothing here
        if graph.measure.laws(piece, right, MAX_LAWS) is not None:
            return True
    return isinstance(left, Derivative) and _differentiates(node, left, graph)


def _differentiates(node: Node, left: Derivative, graph: Graph) -> bool:
    """Whether what a milestone differentiates is inside of what is differentiated here."""
    return any(
        isinstance(piece, Derivative) and piece.by == left.by and _holds(piece, left.body, graph)
        for piece in _pieces(node)
    )


def _has_derivative(node: Node) -> bool:
    return any(isinstance(piece, Derivative) for piece in _pieces(node))


def _parts(node: Node, spelt: Callable[[Node], Spelling]) -> Counter[str]:
    """The terms of a sum or factors of a product, brackets between them put away."""
    if not isinstance(node, Add | Mul):
        return Counter()
    kind = type(node)

    def flat(one: Node) -> Iterator[Node]:
        if isinstance(one, kind):
            for child in children(one):
                yield from flat(child)
        else:
            yield one

    return Counter(repr(spelt(part)) for part in flat(node))


def _pieces(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _pieces(child)
