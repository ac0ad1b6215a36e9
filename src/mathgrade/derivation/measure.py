"""How big a step is: the smallest set of elementary laws that takes one side to the other."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from mathgrade.derivation.laws import DEFINITION, FRACTION, FREE, QUOTIENT, ROOTS, STEP_LAWS
from mathgrade.derivation.vocabulary import Vocabulary
from mathgrade.derivation.words import Words
from mathgrade.equality.symbolic.measuring import Valuation
from mathgrade.equality.symbolic.places import NeedCaseError, Pattern
from mathgrade.errors import ResponseError
from mathgrade.expression import Node
from mathgrade.expression.nodes import (
    Add,
    Derivative,
    Div,
    Entry,
    Mul,
    Name,
    Neg,
    Number,
    Power,
    free_names,
)

__all__ = ["Lemmas", "Measure"]

Lemmas = tuple[tuple[Derivative, Node], ...]
"""Derivatives of an entry by an entry, each with what it is established to be."""

MAX_NAMES = 2  # definitions put in while others stay shut
_CALCULUS = frozenset({"rule", "derivative"})
_OTHERS = tuple(law for law in STEP_LAWS if law is not DEFINITION)
_LAWS = {law.name: law.laws for law in _OTHERS}
_ALL = frozenset(_LAWS)
_EVERY = FREE.union(*_LAWS.values())


@dataclass(slots=True)
class Measure:
    """Measures steps of one derivation in one case of equal and distinct indices."""

    vocabulary: Vocabulary
    pattern: Pattern
    words: Words = field(init=False)
    _bare: Valuation = field(init=False)
    _known: dict[object, frozenset[str] | None] = field(default_factory=dict)
    _valuations: dict[tuple[frozenset[str], frozenset[str], Lemmas], Valuation] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        words = self.vocabulary
        self._bare = Valuation(
            words.formal, words.given, self.pattern, FREE, words.hidden, lasting=True
        )
        self._valuations[FREE, words.hidden, ()] = self._bare
        self.words = Words(words, self.full)

    def valuation(
        self, laws: frozenset[str], hidden: frozenset[str], lemmas: Lemmas = ()
    ) -> Valuation:
        """Values of formulas where some laws hold; kept, with all that was evaluated."""
        key = (laws, hidden, lemmas)
        if key not in self._valuations:
            self._valuations[key] = Valuation(
                self.vocabulary.formal,
                self.vocabulary.given,
                self.pattern,
                laws,
                hidden,
                lemmas=lemmas,
            )
        return self._valuations[key]

    @property
    def bare(self) -> Valuation:
        """Values with no law used and every definition shut, by which formulas are told apart."""
        return self._bare

    @property
    def full(self) -> Valuation:
        """Values with all laws, and nothing hidden."""
        return self.valuation(_EVERY, frozenset())

    def laws(
        self,
        left: Node,
        right: Node,
        limit: int,
        lemmas: Lemmas = (),
        *,
        strict: bool = False,
    ) -> frozenset[str] | None:
        """Names of the laws of a step; None if more than ``limit`` are needed or none suffice.

        That a definition is put in on the way is no law of its own where one side is worked
        out: it holds no defined names any more, and is not itself to be differentiated yet.

        Args:
            lemmas: derivatives of defined names that are established.
            strict: whether to count a definition always.
        """
        left, right = _apart(left, right)
        try:
            if self.vocabulary.components.shape(left):
                return self.words.laws(left, right, limit)
        except ResponseError:
            return None
        key = (left, right, limit, lemmas, strict)
        if key not in self._known:
            self._known[key] = self._laws((left, right, lemmas), limit, strict=strict)
        return self._known[key]

    def _laws(
        self, step: tuple[Node, Node, Lemmas], limit: int, *, strict: bool
    ) -> frozenset[str] | None:
        left, right, lemmas = step
        shut = self.vocabulary.hidden
        if self._agree(left, right, frozenset(), shut, lemmas):
            return frozenset()
        for hidden in self._foldings(self._names(left, right)):
            some = self._smallest(step, self._useful(step, hidden), hidden, limit)
            if some is None or hidden == shut:
                if some is not None:
                    return some
                continue
            opened = shut - hidden
            some |= self._taken(opened & (free_names(left) | free_names(right)))
            finished = [s for s in (left, right) if not self._inside(s) & opened]
            undone = bool(some & _CALCULUS) and all(map(_undone, finished))
            free = bool(some and finished) and not strict and not undone
            if len(some) + (0 if free else 1) <= limit:
                return some | {DEFINITION.name}
        return None

    def _taken(self, opened: frozenset[str]) -> frozenset[str]:
        """The laws by which derivatives by a name of the student's own are taken: ``df/du``."""
        words = self.vocabulary
        found: frozenset[str] = frozenset()
        for partial in words.partials:
            if _base(partial.value) in opened and _base(partial.variable) in words.own:
                worked = isinstance(partial.opened, Div | Mul | Power)
                found |= _CALCULUS if worked else {"derivative"}
        return found

    def _useful(self, step: tuple[Node, Node, Lemmas], hidden: frozenset[str]) -> frozenset[str]:
        """The laws that do something to either side."""
        left, right, lemmas = step
        full = self.valuation(_EVERY, hidden, lemmas)
        try:
            used = full.used(left) | full.used(right)
        except NeedCaseError:
            return _ALL
        chosen = {law.name for law in _OTHERS if law is FRACTION or law.laws & used}
        if full.holds("root", "abs", "sin"):
            chosen.add(ROOTS.name)
        return frozenset(chosen)

    def _smallest(
        self,
        step: tuple[Node, Node, Lemmas],
        chosen: frozenset[str],
        hidden: frozenset[str],
        limit: int,
    ) -> frozenset[str] | None:
        """The smallest set of laws that suffices where some definitions stay shut.

        A law without which all others do not suffice is in every set that does. Laws of
        exponents are looked at apart: to split e^{a - b} may make others needed.
        """
        # What is not chosen does nothing, so that all laws give what the chosen ones do.
        if not self._agree(*step[:2], _ALL, hidden, step[2]):
            return None
        needed: frozenset[str] = frozenset()
        for n in chosen - {FRACTION.name}:
            if not self._agree(*step[:2], chosen - {n}, hidden, step[2]) and not self._agree(
                *step[:2], chosen - {n, "exponent"}, hidden, step[2]
            ):
                needed |= {n}
                if len(needed) > limit:
                    return None
        others = [law.name for law in _OTHERS if law.name in chosen - needed]
        for count in range(limit - len(needed) + 1):
            for more in itertools.combinations(others, count):
                some = needed.union(more)
                if self._agree(*step[:2], some, hidden, step[2]):
                    return some
        return None

    def _foldings(self, names: list[str]) -> Iterator[frozenset[str]]:
        """Which definitions stay shut: all, all but a few, none."""
        shut = self.vocabulary.hidden
        for count in range(min(len(names), MAX_NAMES + 1)):
            for chosen in itertools.combinations(names, count):
                yield shut - set(chosen)
        yield frozenset() if names else shut

    def _names(self, left: Node, right: Node) -> list[str]:
        return sorted(self._inside(left) | self._inside(right))

    def _inside(self, node: Node) -> frozenset[str]:
        """Defined names that a formula holds, or leads to, and that are no short names."""
        given = self.vocabulary.given
        found = free_names(node) & given.keys()
        queue = list(found)
        while queue:
            more = (free_names(given[queue.pop()][1]) & given.keys()) - found
            queue += more
            found |= more
        return found & self.vocabulary.hidden

    def _agree(
        self,
        left: Node,
        right: Node,
        some: frozenset[str],
        hidden: frozenset[str],
        lemmas: Lemmas = (),
    ) -> bool:
        laws = FREE.union(*(_LAWS[name] for name in some))
        fractions, identities = FRACTION.name in some, ROOTS.name in some
        values = self.valuation(laws, hidden, lemmas)
        if values.agree(left, right, fractions=fractions, identities=identities):
            return True
        # e^a / e^b = e^(a - b) also hides that a fraction is extended by e^a.
        with contextlib.suppress(NeedCaseError):
            if values.avoids(QUOTIENT, left, right):
                return False
        values = self.valuation(laws - QUOTIENT, hidden, lemmas)
        return bool(values.agree(left, right, fractions=fractions, identities=identities))


def _base(node: Node) -> str:
    base = node.base if isinstance(node, Entry) else node
    return base.name if isinstance(base, Name) else ""


def _undone(node: Node) -> bool:
    """Whether a formula is a derivative that is still to be taken."""
    while isinstance(node, Neg):
        node = node.term
    return isinstance(node, Derivative)


def _apart(left: Node, right: Node) -> tuple[Node, Node]:
    """``a - b = 0`` as ``a = b``: bringing a difference over one denominator hides no law."""
    for whole, zero in ((left, right), (right, left)):
        if zero == Number(Fraction(0)) and isinstance(whole, Add):
            taken = [t.term for t in whole.terms if isinstance(t, Neg)]
            kept = [t for t in whole.terms if not isinstance(t, Neg)]
            if taken and kept:
                return _sum(kept), _sum(taken)
    return left, right


def _sum(terms: list[Node]) -> Node:
    return Add(tuple(terms)) if len(terms) > 1 else terms[0]
