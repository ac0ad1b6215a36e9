"""How a step can rest on earlier ones, where no law of its own explains it.

- An earlier line is put in: ``S`` for ``Σ_k e^{z_k}``, or a lemma, whatever its index is called.
- The difference of both sides is a factor that is never 0 times the difference of two formulas
  that are joined: adding to both sides, multiplying, dividing, crosswise or not.
- Both sides of an equation are differentiated.
- What a matrix gives the identity with, on either side, is its inverse.
- Both sides of an equation of matrices are multiplied by one, from the same side.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from mathgrade.derivation.forms import Forms
from mathgrade.derivation.laws import FREE, STEP_LAWS
from mathgrade.derivation.links import Link
from mathgrade.derivation.matching import rewritten
from mathgrade.derivation.vocabulary import Vocabulary
from mathgrade.equality.symbolic.measuring import Valuation
from mathgrade.equality.symbolic.places import NeedCaseError, Pattern
from mathgrade.equality.symbolic.ring import NotCoveredError, Polynomial, Ratio
from mathgrade.equality.symbolic.signs import Sign, sign
from mathgrade.equality.symbolic.terms import Atom
from mathgrade.errors import ResponseError
from mathgrade.expression import Node
from mathgrade.expression.nodes import (
    Derivative,
    Entry,
    Identity,
    Inverse,
    Mul,
    Name,
    Number,
    children,
    free_names,
)

__all__ = ["Support"]

MAX_FORMS = 12  # other forms of one side that are tried
MAX_LEMMAS = 6
MAX_OTHERS = 36  # other forms that are measured
MAX_PAIRS = 300  # pairs a step may follow from
_CALCULUS = FREE.union(*(law.laws for law in STEP_LAWS if law.name in ("rule", "derivative")))


@dataclass(slots=True)
class Support:
    """What established steps give to others, in one case.

    Args:
        vocabulary: what names mean.
        forms: the formulas, and which are joined.
        max_laws: how many laws one step may take.
        late: whether time is up.
        refused: whether a step is the whole exercise, so that only what is said besides counts.

    Attributes:
        good: the steps that are established.
    """

    vocabulary: Vocabulary
    forms: Forms
    max_laws: int
    late: Callable[[], bool]
    refused: Callable[[Node, Node], bool] = lambda _a, _b: False
    good: list[Link] = field(default_factory=list)
    _conditional: bool = False
    _positive: dict[Node, bool] = field(default_factory=dict)

    def establish(self, link: Link) -> None:
        """A step that others may rest on."""
        self.good.append(link)
        self._conditional = self._conditional or bool(link.conditions)
        self.forms.join(link.left, link.right)
        self._congruent()

    def _congruent(self) -> None:
        """Joins derivatives of what is joined, by the same: functions of equals are equal."""
        found: dict[tuple[tuple[Node, ...], Node], Node] = {}
        for node in self.forms.all():
            if isinstance(node, Derivative):
                self.forms.add(node.body)
                for (by, body), other in list(found.items()):
                    if by == node.by and self.forms.joined(body, node.body):
                        self.forms.join(other, node)
                found[node.by, node.body] = node

    def supports(self, a: Node, b: Node) -> bool:
        """Whether a step from a to b rests on what is established."""
        if self.forms.is_matrix(a):
            return self.by_other_form(a, b) or self.inverse(a, b) or self.multiplied(a, b)
        return self.carries(a, b) or self.by_other_form(a, b)

    def carries(self, a: Node, b: Node) -> bool:
        """Whether equations that are established carry over: solved, put in, differentiated."""
        return self.follows(a, b, defined=True) or self.by_lemmas(a, b) or self.differentiated(a, b)

    def by_lemmas(self, a: Node, b: Node) -> bool:
        """Whether derivatives of defined names that are established lead from a to b."""
        if self._conditional or self.refused(a, b):
            return False
        lemmas = [
            (node, form)
            for node in self.forms.all()
            if isinstance(node, Derivative)
            and len(node.by) == 1
            and all(map(_is_entry, (node.body, *node.by)))
            for form in self.forms.of(node, MAX_FORMS)
            if not any(isinstance(piece, Derivative) for piece in _pieces(form))
        ]
        if not lemmas:
            return False
        measure = self.forms.measure
        found = tuple(dict.fromkeys(lemmas))[:MAX_LEMMAS]
        return measure.laws(a, b, self.max_laws, found) is not None

    # -- earlier lines put in ------------------------------------------------------------

    def by_other_form(self, a: Node, b: Node) -> bool:
        """Whether a form of a that is established leads to b, or a to such a form of b."""
        measure = self.forms.measure
        for start, end in ((a, b), (b, a)):
            for other in self.others(start):
                if self.late():
                    return False
                if not self.refused(other, end) and (
                    measure.laws(other, end, self.max_laws, strict=True) is not None
                ):
                    return True
        return False

    def others(self, node: Node) -> Iterator[Node]:
        """Other forms of a formula: joined to it, or with one or two earlier lines put in."""
        return itertools.islice(self._others(node), MAX_OTHERS)

    def _others(self, node: Node) -> Iterator[Node]:
        forms = self.forms.of(node, MAX_FORMS)
        yield from forms
        for start in (node, *forms[:2]):
            once = list(itertools.islice(self._put_in(start), MAX_FORMS))
            yield from once
            twice = (new for one in once for new in self._put_in(one) if new != node)
            yield from itertools.islice(dict.fromkeys(twice), MAX_FORMS)

    def _put_in(self, node: Node) -> Iterator[Node]:
        """The formula with an established equation put in, one after the other."""
        indices = {n for n, d in self.vocabulary.formal.names.items() if d.kind == "index"}
        found: set[Node] = {node}
        for u, v, general in self._equations():
            free = (free_names(u) | free_names(v)) & indices if general else frozenset()
            for names in (frozenset(), free):
                if names and not free_names(v) & indices <= free_names(u):
                    continue
                new = rewritten(node, u, v, frozenset(names))
                if new not in found:
                    found.add(new)
                    yield new

    def _equations(self) -> Iterator[tuple[Node, Node, bool]]:
        """What is established: formulas that are joined, and whether for all indices."""
        seen: set[tuple[Node, Node]] = set()
        for link in reversed(self.good):
            general = not link.conditions
            for u, v in ((link.left, link.right), (link.right, link.left)):
                for form in [v, *self.forms.of(u, MAX_FORMS)]:
                    if form != u and (u, form) not in seen:
                        seen.add((u, form))
                        if self._restates(u, form) or self._restates(form, u):
                            continue
                        yield u, form, general and (form == v or not self._conditional)

    def _restates(self, name: Node, body: Node) -> bool:
        """Whether an equation only says what a name of the claim stands for.

        To put that in is the law of definitions, and counted as that.
        """
        base = name.base if isinstance(name, Entry) else name
        if not isinstance(base, Name) or base.name not in self.vocabulary.hidden:
            return False
        spelt, unfolded = self.forms.spelt, self.vocabulary.unfolded
        return bool(spelt(unfolded(name)) == spelt(unfolded(body)))

    # -- both sides alike ----------------------------------------------------------------

    def follows(self, a: Node, b: Node, *, defined: bool = False) -> bool:
        """Whether a - b = q (u - v) for joined u and v, and a factor q that is never 0.

        Args:
            defined: whether definitions may be put in on the way, as S y_i for e^{z_i}
                when S is divided off.
        """
        measure = self.forms.measure
        tries = [measure.bare]
        if defined:
            tries.append(measure.valuation(FREE, frozenset()))
        for values in tries:
            wanted = self._difference(values, a, b)
            if wanted is None:
                return False
            if wanted.n.is_zero():
                return values is measure.bare
            for u, v in itertools.islice(self._pairs(a, b), MAX_PAIRS):
                if self._multiple(values, (a, b), (u, v)):
                    return True
        return False

    def equivalent(self, claim: tuple[Node, Node], other: tuple[Node, Node]) -> bool:
        """Whether one equation says the same as another, both sides treated alike."""
        if set(claim) == set(other):
            return False
        return self._multiple(self.forms.measure.bare, claim, other)

    def differentiated(self, a: Node, b: Node) -> bool:
        """The same of the derivatives of u and v, by what is differentiated by here."""
        variables = list(dict.fromkeys((*_variables(a), *_variables(b))))
        if not variables:
            return False
        calculus = self.forms.measure.valuation(_CALCULUS, self.vocabulary.hidden)
        wanted = self._difference(calculus, a, b)
        if wanted is None or wanted.n.is_zero():
            return False
        for u, v in itertools.islice(self._pairs(a, b), MAX_PAIRS):
            for by in variables:
                if self.late():
                    return False
                sides = (Derivative(u, by), Derivative(v, by))
                if self._multiple(calculus, (a, b), sides):
                    return True
        return False

    def _difference(self, values: Valuation, a: Node, b: Node) -> Ratio | None:
        try:
            for _ in range(2):  # the first is lost where the second makes the ring larger
                x, y = values.number(a), values.number(b)
            if x is None or y is None:
                return None
            return values.algebra.ring.reduced(x - y)
        except (NeedCaseError, NotCoveredError):
            return None

    def _multiple(
        self, values: Valuation, claim: tuple[Node, Node], other: tuple[Node, Node]
    ) -> bool:
        """Whether the difference of one pair is that of another times what is never 0."""
        wanted, given = self._difference(values, *claim), self._difference(values, *other)
        if wanted is not None and given is not None and wanted.d.context() != given.d.context():
            wanted = self._difference(values, *claim)  # in the larger ring
        if wanted is None or given is None or given.n.is_zero():
            return False
        if wanted.d.context() != given.d.context():
            return False
        try:
            factor = values.algebra.ring.reduced(wanted / given)
        except (NotCoveredError, ValueError):
            return False
        return all(self._has_sign(values, p) for p in (factor.n, factor.d))

    def _pairs(self, a: Node, b: Node) -> Iterator[tuple[Node, Node]]:
        for members in self.forms.classes():
            for u, v in itertools.combinations(members[:MAX_FORMS], 2):
                if {u, v} != {a, b}:
                    yield u, v

    # -- matrices ------------------------------------------------------------------------

    def inverse(self, a: Node, b: Node) -> bool:
        """Whether a is the inverse of a matrix X, and X b or b X is joined to the identity."""
        for product, one in self.identities(a, b):
            self.forms.add(one)
            self.forms.add(product)
            if self.forms.joined(product, one):
                return True
        return False

    def identities(self, a: Node, b: Node) -> Iterator[tuple[Node, Node]]:
        """Products that must be the identity for one side to be the inverse in the other."""
        for x, y in ((a, b), (b, a)):
            if isinstance(x, Inverse) and self.forms.is_matrix(x):
                size = self.vocabulary.components.shape(x.body)[0]
                one = Identity(Name(size) if isinstance(size, str) else Number(Fraction(size)))
                yield Mul((x.body, y)), one
                yield Mul((y, x.body)), one

    def multiplied(self, a: Node, b: Node, links: Sequence[Link] | None = None) -> bool:
        """Whether a = b is an earlier equation, multiplied by a matrix from one side.

        Args:
            links: the equations; all that are established if not given.
        """
        for link in self.good if links is None else links:
            letters = {x for side in (a, b, link.left, link.right) for x in self._letters(side)}
            for x in sorted(letters, key=repr):
                for u, v in ((link.left, link.right), (link.right, link.left)):
                    if self.cancels(Mul((x, u)), a) and self.cancels(Mul((x, v)), b):
                        return True
                    if self.cancels(Mul((u, x)), a) and self.cancels(Mul((v, x)), b):
                        return True
        return False

    def cancels(self, a: Node, b: Node) -> bool:
        """Whether two sides are the same once each matrix beside its inverse is gone."""
        try:
            return self.forms.measure.words.cancels(a, b)
        except ResponseError:  # shapes that do not fit
            return False

    def _letters(self, node: Node) -> Iterator[Node]:
        """The matrices with a name in a formula, and their inverses."""
        for piece in _pieces(self.vocabulary.unfolded(node, self.vocabulary.own)):
            if isinstance(piece, Name) and self.forms.is_matrix(piece):
                yield piece
                yield Inverse(piece)

    # -- signs ---------------------------------------------------------------------------

    def _has_sign(self, values: Valuation, polynomial: Polynomial) -> bool:
        """Whether a polynomial is positive, or negative, everywhere."""
        algebra = values.algebra
        if len(polynomial) == 1:
            atoms = (algebra.atom(k) for k, _ in algebra.ring.used(polynomial))
            return all(self._positive_atom(values, atom) for atom in atoms)
        whole = Ratio(polynomial, algebra.ring.one)
        return Sign.POSITIVE in (sign(algebra, whole), sign(algebra, -whole))

    def _positive_atom(self, values: Valuation, atom: Atom) -> bool:
        if atom.head == "entry" and atom.label in self.vocabulary.given:
            return self.positive(self.vocabulary.given[atom.label][1])
        algebra = values.algebra
        return sign(algebra, algebra.intern(atom)) is Sign.POSITIVE

    def positive(self, node: Node) -> bool:
        """Whether a formula is positive, whatever its indices and numbers."""
        if node not in self._positive:
            words, pattern = self.vocabulary, self.forms.measure.pattern
            values = Valuation(words.formal, words.given, Pattern(sizes=pattern.sizes))
            try:
                self._positive[node] = values.positive(node)
            except NeedCaseError:
                self._positive[node] = False
        return self._positive[node]


def _variables(node: Node) -> Iterator[tuple[Node, ...]]:
    if isinstance(node, Derivative) and len(node.by) == 1:
        yield node.by
    for child in children(node):
        yield from _variables(child)


def _is_entry(node: Node) -> bool:
    """A name, or an entry of one at indices that have names."""
    if isinstance(node, Entry):
        return isinstance(node.base, Name) and all(isinstance(i, Name) for i in node.indices)
    return isinstance(node, Name)


def _pieces(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from _pieces(child)
