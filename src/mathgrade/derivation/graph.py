"""The proof graph: formulas are its nodes, true steps small enough to follow its edges.

A derivation proves an equation in one case of equal and distinct indices when the graph of
its steps connects both sides. Direction, detours, proofs that start from both ends and lines
that are not needed are no special cases.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from mathgrade.derivation.differentiating import differentiated
from mathgrade.derivation.forms import Forms
from mathgrade.derivation.laws import EARLIER
from mathgrade.derivation.links import Link
from mathgrade.derivation.measure import Measure
from mathgrade.derivation.restating import Restating, derivatives_in
from mathgrade.derivation.spelling import Spelling
from mathgrade.derivation.support import Support
from mathgrade.derivation.vocabulary import Partial, Vocabulary
from mathgrade.equality.symbolic.places import NeedCaseError, Pattern
from mathgrade.errors import ResponseError
from mathgrade.expression import Node
from mathgrade.expression.nodes import (
    Call,
    Derivative,
    Div,
    Entry,
    Fold,
    Mul,
    Name,
    Number,
    Power,
    Relation,
    children,
    free_names,
)
from mathgrade.expression.substitution import substituted

__all__ = ["Graph"]

MAX_PASSES = 4
_ZERO = Number(Fraction(0))
_THROUGH = "•through"  # the index of a chain rule; no letter a student would type


@dataclass(slots=True)
class Graph:
    """What the steps of a derivation connect in one case.

    Args:
        vocabulary: what names mean.
        pattern: the case.
        max_laws: how many laws one step may take.
        late: whether time is up.
        claims: what is to be shown, in any of its forms.

    Attributes:
        laws: for each step that counts in this case, the laws it takes; None if it is
            too big to be followed, or outside what the laws speak of.
    """

    vocabulary: Vocabulary
    pattern: Pattern
    max_laws: int
    late: Callable[[], bool] = lambda: False
    claims: Sequence[tuple[Node, Node]] = ()
    measure: Measure = field(init=False)
    laws: dict[int, frozenset[str] | None] = field(default_factory=dict)
    _forms: Forms = field(init=False)
    _support: Support = field(init=False)
    _restating: Restating = field(init=False)

    def __post_init__(self) -> None:
        self.measure = Measure(self.vocabulary, self.pattern)
        self._forms = Forms(self.measure)
        self._restating = Restating(self._forms, self.max_laws, self.claims)
        self._support = Support(
            self.vocabulary, self._forms, self.max_laws, self.late, self._restating.is_exercise
        )

    # -- building ------------------------------------------------------------------------

    def add(self, links: Iterable[Link]) -> None:
        """Joins what the steps join; a step may rest on others, whatever their order."""
        waiting = [link for link in links if self._holds(link)]
        for link in waiting:
            self._forms.add(link.left)
            self._forms.add(link.right)
        self._name_bodies(waiting)
        self._chain_rule(waiting)
        for _ in range(MAX_PASSES):
            left = [link for link in waiting if self.late() or not self._accepted(link)]
            if len(left) == len(waiting) or not left:
                break
            waiting = left
        for form in list(self._forms.all()):
            if isinstance(form, Div) and self._forms.joined(form.top, _ZERO):
                self._forms.join(form, _ZERO)  # "the numerator is 0"

    def _name_bodies(self, links: list[Link]) -> None:
        """Joins what is differentiated to what it stands for, where that is written somewhere."""
        for body in {d.body for k in links for s in (k.left, k.right) for d in derivatives_in(s)}:
            if free_names(body) & self.vocabulary.hidden:
                whole = self._forms.spelt(self.vocabulary.unfolded(body))
                for form in self._forms.all():
                    if form != body and self._forms.spelt(form) == whole:
                        self._support.establish(Link(body, form))

    def _chain_rule(self, links: list[Link]) -> None:
        """∂f/∂v = Σ_m ∂f/∂g_m ∂g_m/∂v, for each ∂f/∂g that is spoken of."""
        variables = {
            node.by[0]
            for link in links
            for side in (link.left, link.right)
            for node in derivatives_in(side)
        }
        for partial, variable in itertools.product(self.vocabulary.partials, variables):
            chain = _through(self.vocabulary, partial, variable)
            if chain is not None:
                self._support.establish(Link(Derivative(partial.body, (variable,)), chain))

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
        laws = None if self._restating.is_exercise(a, b) else self.measure.laws(a, b, self.max_laws)
        if laws is None and self._forms.same(a, b):
            laws = frozenset()
        if laws is None and self._support.supports(a, b):
            laws = frozenset({EARLIER.name})
        self.laws[link.step] = laws
        if laws is None:
            return False
        self._support.establish(link)
        return True

    def instantiate(self, puts: Iterable[Mapping[str, Node]]) -> None:
        """Joins what steps join with their indices called otherwise: they hold for all."""
        for put in puts:
            for link in self._support.good:
                if not link.conditions:
                    other = link.renamed(put)
                    if other != link:
                        self._forms.join(other.left, other.right)

    # -- asking --------------------------------------------------------------------------

    def classes(self) -> Iterator[list[Node]]:
        """The formulas of a derivation that its steps have joined."""
        for members in self._forms.classes():
            yield [node for node in members if not _is_through(node)]

    def spelt(self, node: Node) -> Spelling:
        """What formulas share that differ in order and brackets only."""
        return self._forms.spelt(node)

    def connects(self, left: Node, right: Node) -> bool:
        """Whether the steps connect both sides of an equation."""
        if self.measure.laws(left, right, self.max_laws) is not None:
            return self._leads(left, right)
        self._reach(left)
        self._reach(right)
        if self._forms.joined(left, right):
            return True
        if self._support.positive(left) and self._support.positive(right):
            logs = [Call("log", (side,)) for side in (left, right)]
            for side in logs:
                self._reach(side)
            if self._forms.joined(*logs):
                return True
        if self._forms.is_matrix(left):
            return self._support.inverse(left, right)
        return self._support.follows(left, right)

    def _reach(self, end: Node) -> None:
        self._reach_in(self._forms, end)

    def _reach_in(self, forms: Forms, end: Node) -> None:
        """Joins an end of the claim to what it is once its definitions are written out."""
        forms.add(end)
        whole = forms.spelt(self.vocabulary.unfolded(end))
        for form in forms.all():
            if form != end and forms.spelt(form) == whole:
                forms.join(end, form)

    def _leads(self, left: Node, right: Node) -> bool:
        """Whether the steps lead from one side to the other by way of something else.

        For a claim that is itself no bigger than a step may be: to write it down shows
        nothing, nor does a step that takes all the laws of the claim at once, unless
        earlier lines make it smaller.
        """
        laws = self.measure.laws(left, right, self.max_laws) or frozenset()
        if len(laws) > 1:
            return self._by_smaller_steps(left, right, laws)
        if self._path(left, right):
            return True
        if self._forms.is_matrix(left):
            products = self._support.identities(left, right)
            if any(self._path(product, one) for product, one in products):
                return True
            return self._solved(left, right)
        if self._forms.same(left, right):
            return False
        # a = b from a - b = 0, as far as that was led to by way of something else.
        for members in self._forms.classes():
            for u, v in itertools.combinations(members, 2):
                if self._support.equivalent((left, right), (u, v)) and self._path(u, v):
                    return True
        return False

    def _solved(self, left: Node, right: Node) -> bool:
        """Whether equations that need no inverse of a product lead to the claim, multiplied."""
        support = self._support
        waiting = [
            k for k in support.good if not self._restating.spans((k.left, k.right), (left, right))
        ]
        led: list[Link] = []
        for _ in range(MAX_PASSES):
            more = [
                k
                for k in waiting
                if support.cancels(k.left, k.right) or support.multiplied(k.left, k.right, led)
            ]
            if not more:
                break
            led += more
            waiting = [k for k in waiting if k not in more]
        return support.multiplied(left, right, led)

    def _by_smaller_steps(self, left: Node, right: Node, whole: frozenset[str]) -> bool:
        """Whether steps lead there that each take less than all the laws at once."""
        forms = Forms(self.measure)
        support = Support(self.vocabulary, forms, self.max_laws, self.late)
        claim = (left, right)
        waiting = []
        for link in self._support.good:
            laws = self.laws.get(link.step)
            small = laws is not None and not whole <= laws and EARLIER.name not in laws
            small = small and not self._restating.spans((link.left, link.right), claim)
            shown = self._takes_apart(link) or self._by_rule(link, claim)
            if not link.step or small or shown or self._by_substitution(link, claim):
                support.establish(link)
            else:
                waiting.append(link)
        for _ in range(MAX_PASSES):
            left_over = [k for k in waiting if not self._smaller(support, k, claim, whole)]
            if len(left_over) == len(waiting):
                break
            waiting = left_over
        for end in (left, right):
            self._reach_in(forms, end)
        return forms.joined(left, right) or support.follows(left, right)

    def _takes_apart(self, link: Link) -> bool:
        """Whether a derivative of what a name stands for becomes one of what that is made of.

        One of a letter alone is none: ``∂z_j/∂z_j`` is only a 1 in disguise.
        """
        shut = self.vocabulary.hidden
        sides = [[d.body for d in derivatives_in(side)] for side in (link.left, link.right)]
        return any(
            bool(whole)
            and all(free_names(body) & shut for body in whole)
            and not any(free_names(body) & shut for body in made)
            and any(_is_made(self.vocabulary.unfolded(body)) for body in made)
            for whole, made in (sides, reversed(sides))
        )

    def _by_substitution(self, link: Link, claim: tuple[Node, Node]) -> bool:
        """Whether ``df/du du/dx`` is worked out, and not to the end of the claim at once."""
        words = self.vocabulary
        taken = {
            name
            for partial in words.partials
            if free_names(partial.variable) & words.own
            for name in free_names(partial.value)
        }
        ends = {self._restating.spelt(s) for side in claim for s in (side, words.unfolded(side))}
        sides = (link.left, link.right)
        return any(
            bool(free_names(side) & taken)
            and not free_names(other) & taken
            and self._restating.spelt(other) not in ends
            for side, other in (sides, sides[::-1])
        )

    def _by_rule(self, link: Link, claim: tuple[Node, Node]) -> bool:
        """Whether a step is a rule of differentiation as it stands in the book, not worked out."""
        if self._restating.spans((link.left, link.right), claim):
            return False
        spelt = self._forms.spelt
        for side, other in ((link.left, link.right), (link.right, link.left)):
            match self.vocabulary.unfolded(side):
                case Derivative(body, (variable,)):
                    try:
                        if spelt(differentiated(body, variable)) == spelt(other):
                            return True
                    except ResponseError:
                        continue
        return False

    def _smaller(
        self, support: Support, link: Link, claim: tuple[Node, Node], whole: frozenset[str]
    ) -> bool:
        """Whether earlier lines make a step smaller than all the laws at once; it is used then."""
        for start, end in ((link.left, link.right), (link.right, link.left)):
            for other in support.others(start):
                if self._restating.spans((other, end), claim):
                    continue
                laws = self.measure.laws(other, end, self.max_laws, strict=True)
                if laws is not None and not whole <= laws:
                    support.establish(link)
                    return True
        if EARLIER.name in (self.laws.get(link.step) or frozenset()) and support.carries(
            link.left, link.right
        ):
            support.establish(link)
            return True
        return False

    def _path(self, left: Node, right: Node) -> bool:
        """Whether steps lead there by way of a formula that is spelt differently."""
        spelt = self._forms.spelt
        start, end = spelt(left), spelt(right)
        parent: dict[Spelling, Spelling] = {}

        def find(key: Spelling) -> Spelling:
            while (up := parent.get(key, key)) != key:
                key = up
            return key

        def join(a: Spelling, b: Spelling) -> None:
            if a != b and {a, b} != {start, end}:
                parent[find(b)] = find(a)

        nodes = [left, right]
        for link in self._support.good:
            nodes += [link.left, link.right]
            if not self._restating.spans((link.left, link.right), (left, right)):
                join(spelt(link.left), spelt(link.right))
        for node in nodes:
            join(spelt(node), spelt(self.vocabulary.unfolded(node)))
        return bool(start != end and find(start) == find(end))


def _is_made(node: Node) -> bool:
    """Whether a formula is more than letters added and multiplied."""
    return isinstance(node, Call | Div | Fold | Power) or any(map(_is_made, children(node)))


def _through(vocabulary: Vocabulary, partial: Partial, variable: Node) -> Node | None:
    """The derivative by a variable, by way of a name; None where it has other ways, too."""
    base = variable.base if isinstance(variable, Entry) else variable
    name = partial.variable.base if isinstance(partial.variable, Entry) else partial.variable
    if not isinstance(base, Name) or not isinstance(name, Name) or base == name:
        return None
    rest = free_names(partial.opened) - {name.name}
    if any(vocabulary.leads(Name(n), base.name) for n in rest):
        return None
    if not isinstance(partial.variable, Entry):
        return Mul((partial.value, Derivative(name, (variable,))))
    places = partial.variable.indices
    if len(places) != 1 or not isinstance(places[0], Name):
        return None
    put = {places[0].name: Name(_THROUGH)}
    size = vocabulary.formal[name.name].shape[0]
    high: Node = Name(size) if isinstance(size, str) else Number(Fraction(size))
    outer = substituted(partial.value, put)
    inner = Derivative(Entry(name, (Name(_THROUGH),)), (variable,))
    return Fold("sum", Mul((outer, inner)), _THROUGH, Number(Fraction(1)), high)


def _is_through(node: Node) -> bool:
    """Whether a formula is the chain rule's, which no student has written."""
    if isinstance(node, Fold) and node.index == _THROUGH:
        return True
    return any(map(_is_through, children(node)))
