"""The proof graph: formulas are its nodes, true steps small enough to follow its edges.

A derivation proves an equation in one case of equal and distinct indices when the graph of
its steps connects both sides. Direction, detours, proofs that start from both ends and lines
that are not needed are no special cases. Besides the steps themselves two formulas are joined when

- one becomes the other by putting in an earlier line (``S`` for ``Σ_k e^{z_k}``, or a lemma);
- their difference is a factor that is never 0 times the difference of two formulas that
  are joined already: adding to both sides, multiplying, dividing, crosswise or not.

Nodes that differ by order, brackets, common denominators and cancelled factors are one node.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mathgrade.derivation.laws import EARLIER
from mathgrade.derivation.matching import rewritten
from mathgrade.derivation.measure import Measure
from mathgrade.derivation.spelling import Spelling, spelling
from mathgrade.derivation.vocabulary import Vocabulary
from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.measuring import Valuation
from mathgrade.equality.symbolic.places import NeedCaseError, Pattern
from mathgrade.equality.symbolic.ring import NotCoveredError, Polynomial, Ratio
from mathgrade.equality.symbolic.signs import Sign, sign
from mathgrade.equality.symbolic.terms import Atom
from mathgrade.errors import ResponseError
from mathgrade.expression import Node
from mathgrade.expression.nodes import (
    Call,
    Identity,
    Inverse,
    Mul,
    Name,
    Number,
    Relation,
    free_names,
)
from mathgrade.expression.substitution import substituted

__all__ = ["Graph", "Link", "cases_of"]

MAX_PASSES = 4
MAX_FORMS = 12  # other forms of one side that are tried
MAX_PAIRS = 400  # pairs a step may follow from

Key = Any


@dataclass(frozen=True, slots=True)
class Link:
    """A step that is true.

    Attributes:
        left, right: its sides as the engine takes them.
        conditions: under which it was claimed.
        step: its number in the derivation, by which it is told apart.
    """

    left: Node
    right: Node
    conditions: tuple[Node, ...] = ()
    step: int = 0


def cases_of(
    indices: Iterable[str], others: Iterable[str] = (), sizes: Iterable[str] = ()
) -> Iterator[Pattern]:
    """Every way some indices can be equal or distinct; ``others`` differ from all of them."""
    names = sorted(indices)
    for classes in _partitions(names):
        same = {n: (group[0], 0) for group in classes for n in group[1:]}
        heads = sorted([group[0] for group in classes] + [o for o in others if o not in names])
        apart = frozenset((a, b, 0) for a, b in itertools.combinations(heads, 2))
        yield Pattern(same, apart, frozenset(sizes))


def _partitions(names: list[str]) -> Iterator[list[list[str]]]:
    if not names:
        yield []
        return
    for rest in _partitions(names[:-1]):
        for k in range(len(rest)):
            yield [*rest[:k], [*rest[k], names[-1]], *rest[k + 1 :]]
        yield [*rest, [names[-1]]]


@dataclass(slots=True)
class Graph:
    """What the steps of a derivation connect in one case.

    Args:
        vocabulary: what names mean.
        pattern: the case.
        max_laws: how many laws one step may take.

    Attributes:
        laws: for each step that counts in this case, the laws it takes; None if it is
            too big to be followed, or outside what the laws speak of.
    """

    vocabulary: Vocabulary
    pattern: Pattern
    max_laws: int
    measure: Measure = field(init=False)
    laws: dict[int, frozenset[str] | None] = field(default_factory=dict)
    late: Callable[[], bool] = lambda: False
    _conditional: bool = False
    _keys: dict[Node, Key] = field(default_factory=dict)
    _parent: dict[Key, Key] = field(default_factory=dict)
    _forms: dict[Key, list[Node]] = field(default_factory=dict)
    _good: list[Link] = field(default_factory=list)
    _spellings: dict[Node, Spelling] = field(default_factory=dict)
    _positive: dict[Node, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.measure = Measure(self.vocabulary, self.pattern)

    # -- building ------------------------------------------------------------------------

    def add(self, links: Iterable[Link]) -> None:
        """Joins what the steps join; a step may rest on others, whatever their order."""
        waiting = [link for link in links if self._holds(link)]
        for link in waiting:
            self._node(link.left)
            self._node(link.right)
        for _ in range(MAX_PASSES):
            left = [link for link in waiting if self.late() or not self._accepted(link)]
            if len(left) == len(waiting) or not left:
                break
            waiting = left

    def _holds(self, link: Link) -> bool:
        """Whether a step was claimed for this case."""
        try:
            return all(self._met(c) for c in link.conditions)
        except NeedCaseError:
            return False

    def _met(self, condition: Node) -> bool:
        match condition:
            case Relation(op, Name(a), Name(b)) if op in ("==", "!="):
                places = self.pattern.resolve((a, 0)), self.pattern.resolve((b, 0))
                return self.pattern.equal(*places) == (op == "==")
        return False

    def _accepted(self, link: Link) -> bool:
        a, b = link.left, link.right
        laws = self.measure.laws(a, b, self.max_laws)
        if laws is None and self._key(a) == self._key(b):
            laws = frozenset()
        if laws is None and (
            self._by_other_form(a, b) or self._follows(a, b) or self._inverse_of(a, b)
        ):
            laws = frozenset({EARLIER.name})
        self.laws[link.step] = laws
        if laws is None:
            return False
        self._join(a, b)
        self._good.append(link)
        self._conditional = self._conditional or bool(link.conditions)
        return True

    def instantiate(self, puts: Iterable[Mapping[str, Node]]) -> None:
        """Joins what steps join with their indices called otherwise: they hold for all."""
        for put in puts:
            for link in self._good:
                if link.conditions:
                    continue
                left, right = (substituted(side, put) for side in (link.left, link.right))
                if (left, right) != (link.left, link.right):
                    self._join(left, right)

    # -- asking --------------------------------------------------------------------------

    def connects(self, left: Node, right: Node) -> bool:
        """Whether the steps connect both sides of an equation."""
        self._reach(left)
        self._reach(right)
        if self._joined(left, right):
            return True
        logs = [Call("log", (side,)) for side in (left, right)]
        if self._is_positive(left) and self._is_positive(right):
            for side in logs:
                self._reach(side)
            if self._joined(*logs):
                return True
        return self._follows(left, right) or self._inverse_of(left, right)

    def paths(self, left: Node, right: Node) -> bool:
        """Whether the steps lead from one side to the other by way of something else.

        For a claim that is itself no bigger than a step may be: to write it down shows
        nothing. Formulas count as something else if more than order and brackets differ.
        """
        ends = frozenset(map(self._spelt, (left, right)))
        parent: dict[Spelling, Spelling] = {}

        def find(key: Spelling) -> Spelling:
            while (up := parent.get(key, key)) != key:
                key = up
            return key

        nodes = [left, right]
        for link in self._good:
            nodes += [link.left, link.right]
            a, b = self._spelt(link.left), self._spelt(link.right)
            if frozenset((a, b)) != ends:
                parent[find(b)] = find(a)
        for end, node in itertools.product((left, right), nodes):
            a, b = self._spelt(end), self._spelt(node)
            if a != b and frozenset((a, b)) != ends and self.measure.by_definition(end, node):
                parent[find(b)] = find(a)
        return bool(len(ends) > 1 and find(self._spelt(left)) == find(self._spelt(right)))

    def _spelt(self, node: Node) -> Spelling:
        if node not in self._spellings:
            self._spellings[node] = spelling(node, self._is_matrix)
        return self._spellings[node]

    def _is_matrix(self, node: Node) -> bool:
        try:
            return bool(self.vocabulary.components.shape(node))
        except ResponseError:
            return False

    def _reach(self, end: Node) -> None:
        """Joins an end of the claim to the nodes it is by definition."""
        self._node(end)
        for forms in list(self._forms.values()):
            for form in forms[:MAX_FORMS]:
                if form != end and self.measure.by_definition(end, form):
                    self._join(end, form)

    def _joined(self, left: Node, right: Node) -> bool:
        return bool(self._find(self._key(left)) == self._find(self._key(right)))

    # -- classes -------------------------------------------------------------------------

    def _node(self, node: Node) -> None:
        new = node not in self._keys
        key = self._find(self._key(node))
        forms = self._forms.setdefault(key, [])
        if node not in forms:
            forms.append(node)
        if new and self._is_matrix(node):
            self._place_matrix(node)

    def _place_matrix(self, node: Node) -> None:
        """Joins a formula of matrices to those that differ in nothing a law is needed for."""
        for forms in list(self._forms.values()):
            for other in forms:
                if (
                    other != node
                    and self._is_matrix(other)
                    and self.measure.laws(node, other, 0) is not None
                ):
                    self._join(node, other)
                    return

    def _inverse_of(self, a: Node, b: Node) -> bool:
        """Whether a is the inverse of a matrix X, and X b or b X is joined to the identity."""
        for x, y in ((a, b), (b, a)):
            if isinstance(x, Inverse) and self._is_matrix(x):
                size = self.vocabulary.components.shape(x.body)[0]
                one = Identity(Name(size) if isinstance(size, str) else Number(Fraction(size)))
                self._node(one)
                for product in (Mul((x.body, y)), Mul((y, x.body))):
                    self._node(product)
                    if self._joined(product, one):
                        return True
        return False

    def _find(self, key: Key) -> Key:
        while (up := self._parent.get(key, key)) != key:
            key = up
        return key

    def _join(self, left: Node, right: Node) -> None:
        self._node(left)
        self._node(right)
        a, b = self._find(self._key(left)), self._find(self._key(right))
        if a != b:
            self._parent[b] = a
            self._forms[a] += [n for n in self._forms.pop(b) if n not in self._forms[a]]

    def _key(self, node: Node) -> Key:
        if node not in self._keys:
            self._keys[node] = self._keyed(node)
        return self._keys[node]

    def _keyed(self, node: Node) -> Key:
        """What all spellings of a formula share: its value with no law used."""
        value = self._value(node)
        return ("as written", node) if value is None else self._algebra.ring.freeze(value)

    @property
    def _algebra(self) -> Algebra:
        return self.measure.bare.algebra

    def _value(self, node: Node) -> Ratio | None:
        try:
            return self.measure.bare.number(node)
        except NeedCaseError:
            return None

    # -- steps that rest on others -------------------------------------------------------

    def _by_other_form(self, a: Node, b: Node) -> bool:
        """Whether a form of a that is established leads to b, or a to such a form of b."""
        for start, end in ((a, b), (b, a)):
            forms = self._forms.get(self._find(self._key(start)), [])
            others = [f for f in forms if f != start][:MAX_FORMS]
            others += itertools.islice(self._put_in(start), MAX_FORMS)
            for other in others:
                if self.measure.laws(other, end, self.max_laws - 1) is not None:
                    return True
        return False

    def _put_in(self, node: Node) -> Iterator[Node]:
        """The formula with an established equation put in, one after the other."""
        indices = {n for n, d in self.vocabulary.formal.names.items() if d.kind == "index"}
        for u, v, general in self._equations():
            names = (free_names(u) | free_names(v)) & indices if general else frozenset()
            if free_names(v) & indices <= free_names(u):
                new = rewritten(node, u, v, frozenset(names))
                if new != node:
                    yield new

    def _equations(self) -> Iterator[tuple[Node, Node, bool]]:
        """What is established: formulas joined by steps, and whether for all indices."""
        seen: set[tuple[Node, Node]] = set()
        for link in reversed(self._good):
            general = not link.conditions
            for u, v in ((link.left, link.right), (link.right, link.left)):
                forms = self._forms.get(self._find(self._key(u)), [])
                for form in [v, *forms[:MAX_FORMS]]:
                    if form != u and (u, form) not in seen:
                        seen.add((u, form))
                        yield (
                            u,
                            form,
                            (general and form == v) or (general and not self._conditional),
                        )

    def _follows(self, a: Node, b: Node) -> bool:
        """Whether a - b = q (u - v) for joined u and v, and a factor q that is never 0."""
        x, y = self._value(a), self._value(b)
        if x is None or y is None:
            return False
        wanted = self._algebra.ring.reduced(x - y)
        if wanted.n.is_zero():
            return True
        for u, v in itertools.islice(self._pairs(a, b), MAX_PAIRS):
            p, q = self._value(u), self._value(v)
            if p is None or q is None:
                continue
            given = self._algebra.ring.reduced(p - q)
            if given.n.is_zero():
                continue
            try:
                factor = self._algebra.ring.reduced(wanted / given)
            except NotCoveredError:
                continue
            if self._never_zero(factor):
                return True
        return False

    def _pairs(self, a: Node, b: Node) -> Iterator[tuple[Node, Node]]:
        for forms in self._forms.values():
            for u, v in itertools.combinations(forms[:MAX_FORMS], 2):
                if {u, v} != {a, b}:
                    yield u, v

    def _never_zero(self, factor: Ratio) -> bool:
        return all(self._has_sign(p) for p in (factor.n, factor.d))

    def _has_sign(self, polynomial: Polynomial) -> bool:
        """Whether a polynomial is positive, or negative, everywhere."""
        algebra = self._algebra
        if len(polynomial) == 1:
            return all(
                self._positive_atom(algebra.atom(k)) for k, _ in algebra.ring.used(polynomial)
            )
        whole = Ratio(polynomial, algebra.ring.one)
        return Sign.POSITIVE in (sign(algebra, whole), sign(algebra, -whole))

    def _positive_atom(self, atom: Atom) -> bool:
        if atom.head == "entry" and atom.label in self.vocabulary.given:
            return self._is_positive(self.vocabulary.given[atom.label][1])
        return sign(self._algebra, self._algebra.intern(atom)) is Sign.POSITIVE

    def _is_positive(self, node: Node) -> bool:
        """Whether a formula is positive, whatever its indices and numbers."""
        if node not in self._positive:
            words = self.vocabulary
            open_case = Pattern(sizes=self.pattern.sizes)
            try:
                self._positive[node] = Valuation(words.formal, words.given, open_case).positive(
                    node
                )
            except NeedCaseError:
                self._positive[node] = False
        return self._positive[node]
