"""What of a claim the steps of a derivation reach: in which cases, with which names for indices."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from mathgrade.derivation.cases import cases_of
from mathgrade.derivation.claim import Claim, Form
from mathgrade.derivation.graph import Graph
from mathgrade.derivation.links import Link
from mathgrade.derivation.truth import Equation, Judgement
from mathgrade.derivation.vocabulary import NotFollowedError, Vocabulary
from mathgrade.derivation.walking import Walked
from mathgrade.equality.symbolic.places import Pattern
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Declaration, Node
from mathgrade.expression.nodes import Name, Neg, free_names
from mathgrade.expression.substitution import substituted

__all__ = ["Marking", "Reached", "best_reached", "claimed", "graph_of", "indices_in"]

MAX_INSTANCES = 27  # ways to choose the indices of a step otherwise
MAX_INDICES = 4
MAX_RENAMINGS = 6

Reached = list[tuple[Pattern, bool]]
"""For each case of equal and distinct indices whether the steps connect both sides."""


@dataclass(slots=True)
class Marking:
    """One derivation on its way through marking."""

    claim: Claim
    words: Vocabulary
    walked: list[Walked]
    judgement: Judgement
    deadline: float
    graphs: dict[object, Graph] = field(default_factory=dict)

    def late(self) -> bool:
        return time.process_time() > self.deadline

    @property
    def links(self) -> list[Link]:
        return [w.link for w in self.walked if w.link is not None]

    @property
    def indices(self) -> frozenset[str]:
        """The indices that stand free in the steps."""
        return frozenset().union(
            *(indices_in(self, side) for link in self.links for side in (link.left, link.right))
        )


def best_reached(marking: Marking) -> Reached:
    """What is reached of the form of the claim that is reached best."""
    best: Reached = []
    for form in sorted(marking.claim.forms, key=lambda f: _unused(marking, f)):
        found = _reached(marking, form)
        if not best or _part(found) > _part(best):
            best = found
        if _part(best) == 1:
            break
    return best


def _part(found: Reached) -> Fraction:
    return Fraction(sum(met for _, met in found), len(found))


def _unused(marking: Marking, form: Form) -> int:
    """How many indices of a form the derivation never uses: the form it is about has fewest."""
    equation = claimed(marking, form, {})
    return len(
        (indices_in(marking, equation.left) | indices_in(marking, equation.right)) - marking.indices
    )


def _reached(marking: Marking, form: Form) -> Reached:
    """For each case of the claim whether the steps connect its sides."""
    equations = [claimed(marking, form, put) for put in _signs(marking, form)]
    indices = indices_in(marking, equations[0].left) | indices_in(marking, equations[0].right)
    found: Reached = []
    for put in _renamings(marking, indices):
        found = [
            (pattern, _connected(marking, equations, pattern, put))
            for pattern in _cases(marking, indices, put)
        ]
        if all(met for _, met in found):
            break
    return found


def _cases(marking: Marking, indices: frozenset[str], put: Mapping[str, str]) -> Iterator[Pattern]:
    others = {put.get(n, n) for n in marking.indices}
    sizes = [n for n, d in marking.words.formal.names.items() if d.kind == "size"]
    ranges = {n: _range(d) for n, d in marking.words.formal.names.items()}
    return cases_of(indices, others - indices, ranges, sizes)


def _renamings(marking: Marking, indices: frozenset[str]) -> Iterator[dict[str, str]]:
    """Ways to call the derivation's indices as the claim does; none, last of all.

    Indices of the claim that the derivation never uses stand for others that it does.
    """
    unused = sorted(indices - marking.indices)
    foreign = sorted(marking.indices - indices)
    names = marking.words.formal.names
    for chosen in itertools.islice(itertools.permutations(foreign, len(unused)), MAX_RENAMINGS):
        if unused and all(
            _range(names[a]) == _range(names[b]) for a, b in zip(chosen, unused, strict=True)
        ):
            yield dict(zip(chosen, unused, strict=True))
    yield {}


def claimed(marking: Marking, form: Form, put: Mapping[str, Node]) -> Equation:
    try:
        sides = (substituted(side, put) for side in (form.left, form.right))
        return marking.judgement.equation(*sides)
    except (ResponseError, NotFollowedError) as error:
        raise ItemError(f"The claim `{form.text}` means nothing: {error}") from error


def _signs(marking: Marking, form: Form) -> Iterator[dict[str, Node]]:
    """The claim as it is, and with the sign of a number changed that may be any number."""
    yield {}
    names = marking.claim.context.names
    for name in sorted(free_names(form.left) | free_names(form.right)):
        if names.get(name) == Declaration("real") and name not in marking.claim.definitions:
            yield {name: Neg(Name(name))}


def _connected(
    marking: Marking, equations: Sequence[Equation], pattern: Pattern, put: Mapping[str, str]
) -> bool:
    graph = graph_of(marking, pattern, put)
    return any(graph.connects(e.left, e.right) for e in equations)


def graph_of(marking: Marking, pattern: Pattern, put: Mapping[str, str]) -> Graph:
    key = (frozenset(pattern.same.items()), pattern.apart, frozenset(put.items()))
    graph = marking.graphs.get(key)
    if graph is None:
        claims = [
            (e.left, e.right)
            for form in marking.claim.forms
            for signs in _signs(marking, form)
            for e in (claimed(marking, form, signs),)
        ]
        graph = Graph(marking.words, pattern, marking.claim.max_laws, marking.late, claims)
        marking.graphs[key] = graph
        names: dict[str, Node] = {old: Name(new) for old, new in put.items()}
        graph.add(link.renamed(names) for link in marking.links)
        graph.instantiate(_instances(marking, pattern, put))
    return graph


def _instances(
    marking: Marking, pattern: Pattern, put: Mapping[str, str]
) -> Iterator[dict[str, Node]]:
    """Every other way to choose the indices of the derivation among those of the case."""
    names = marking.words.formal.names
    used = sorted({put.get(n, n) for n in marking.indices})
    if len(used) > MAX_INDICES:
        return
    claimed = set(pattern.same) | {n for a, b, _ in pattern.apart for n in (a, b)} | set(used)
    choices = [[i for i in sorted(claimed) if _range(names[i]) == _range(names[n])] for n in used]
    for chosen in itertools.islice(itertools.product(*choices), MAX_INSTANCES):
        if list(chosen) != used:
            yield {n: Name(i) for n, i in zip(used, chosen, strict=True)}


def _range(declared: Declaration) -> tuple[object, object]:
    return (declared.low, declared.high)


def indices_in(marking: Marking, node: Node) -> frozenset[str]:
    names = marking.words.formal.names
    return frozenset(n for n in free_names(node) if n in names and names[n].kind == "index")
