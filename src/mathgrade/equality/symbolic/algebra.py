"""Atoms, and how formulas are made of them so that equal formulas come out the same.

Everything that is no arithmetic is *made* from a :class:`Term`: the laws of its head are
tried in turn, and where none applies it becomes an atom. A sum over a range is held as
``Σ body``, its index renamed by how deeply sums are nested in the body, so that the name
someone chose for an index, and the order of nested sums, do not matter.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from mathgrade.equality.symbolic.places import Pattern, Place, is_bound, moved
from mathgrade.equality.symbolic.ring import (
    Frozen,
    NotCoveredError,
    Polynomial,
    Ratio,
    Ring,
)
from mathgrade.equality.symbolic.terms import FOLDS, Atom, Bound, Need, Term

if TYPE_CHECKING:
    from mathgrade.equality.symbolic.laws import Law
    from mathgrade.expression import Context

__all__ = ["MAX_NESTED", "Algebra"]

MAX_WORK = 6_000
MAX_NESTED = 4


class _Change(NamedTuple):
    """What is put in place of what, see :meth:`Algebra.substitute`."""

    places: Mapping[str, Place]
    delta: int | None
    names: Mapping[str, Ratio]


_NOTHING: Mapping[str, Ratio] = {}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an atom holds: names of its places, deltas, declared names; depth of its sums."""

    places: frozenset[str]
    deltas: frozenset[int]
    names: frozenset[str]
    height: int


@dataclass(slots=True)
class Algebra:
    """Makes formulas in one ring, for one case of equal and different indices.

    Args:
        ring: where atoms become unknowns.
        context: what names mean.
        pattern: the case.
        laws: for each head its laws, in the order they are tried.
        complete: whether these are all laws; if not, a derivative may stay one.
        hidden: for names whose definition is not looked into, the names it leads to.
        scale: exponentials of 1/scale of a term are the unknowns, so that e^{z/2} is one.
        positive: quotients taken to be positive because the reference asks for it.
    """

    ring: Ring
    context: Context
    pattern: Pattern
    laws: Mapping[str, Sequence[Law]]
    complete: bool = True
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    scale: int = 1
    positive: frozenset[Frozen] = frozenset()
    used: Counter[str] = field(default_factory=Counter)
    needs: dict[Need, None] = field(default_factory=dict)
    conditions: list[Frozen] = field(default_factory=list)
    open: list[Bound] = field(default_factory=list)
    facts: list[_Facts] = field(default_factory=list)
    work: int = 0
    noting: bool = True
    tick: Callable[[], None] = lambda: None

    # -- making ----------------------------------------------------------------------

    def number(self, value: Fraction | int) -> Ratio:
        return self.ring.number(value)

    def make(self, term: Term) -> Ratio:
        """The value of a term: by the first law that applies, else a new atom."""
        self.work += 1
        if self.work % 64 == 0:
            self.tick()
        if self.work > MAX_WORK:
            raise NotCoveredError("too much work")
        if term.bound:
            term = term._replace(args=(self.ring.reduced(term.args[0]),))
            if term.args[0].n.is_zero():
                return term.args[0]
        for law in self.laws.get(term.head, ()):
            found = law.apply(self, term)
            if found is not None:
                self.used[law.name] += 1
                return found
        if term.head == "derivative" and self.complete:
            raise NotCoveredError("a derivative that is not known")
        if term.bound:
            return self.closed(term.head, [term.label], [term.bound], term.args[0])
        frozen = tuple(self.ring.freeze(a) for a in term.args)
        return self.intern(Atom(term.head, term.label, term.places, frozen))

    def has(self, name: str) -> bool:
        """Whether a law may be used."""
        return any(law.name == name for law in self.laws.get(name.partition(".")[0], ()))

    def call(self, head: str, *args: Ratio, label: Any = "") -> Ratio:
        return self.make(Term(head, label, (), args))

    def intern(self, atom: Atom) -> Ratio:
        place = self.ring.place(atom)
        if place == len(self.facts):
            self.facts.append(self._facts(atom))
        return self.ring.unknown(place)

    def atom(self, place: int) -> Atom:
        """What an unknown of the ring stands for."""
        found = self.ring.keys[place]
        assert isinstance(found, Atom)
        return found

    def _facts(self, atom: Atom) -> _Facts:
        places = {p for p, _ in atom.places}
        names: set[str] = set()
        if atom.head in ("entry", "derivative"):
            names |= {atom.label} | self.hidden.get(atom.label, frozenset())
        if atom.head == "apply":
            names.add(atom.label[0])
        deltas: set[int] = set()
        if atom.head == "delta":
            deltas.add(self.ring.place(atom))
        height = 0
        for terms in itertools.chain.from_iterable(atom.args):
            for exponents, _ in terms:
                for inner, exponent in enumerate(exponents):
                    if exponent:
                        facts = self.facts[inner]
                        places |= facts.places
                        deltas |= facts.deltas
                        names |= facts.names
                        height = max(height, facts.height)
        if atom.head in FOLDS:
            spans, level = atom.label
            own = {f"◦{level + k}" for k in range(len(spans))}
            places -= own
            height = level + len(spans) - 1
        return _Facts(frozenset(places), frozenset(deltas), frozenset(names), height)

    # -- looking ---------------------------------------------------------------------

    def atoms(self, value: Ratio) -> set[int]:
        """The unknowns a quotient holds on its surface."""
        found = {k for k, degree in enumerate(value.n.degrees()) if degree > 0}
        if not value.d.is_one():
            found.update(k for k, degree in enumerate(value.d.degrees()) if degree > 0)
        return found

    def holds(self, polynomial: Polynomial, name: str) -> bool:
        """Whether a place of this name occurs, at any depth."""
        return any(name in self.facts[k].places for k, _ in self.ring.used(polynomial))

    def place_names(self, value: Ratio) -> set[str]:
        return set().union(*(self.facts[k].places for k in self.atoms(value)))

    def names(self, value: Ratio) -> set[str]:
        """Declared names that occur, at any depth."""
        return set().union(*(self.facts[k].names for k in self.atoms(value)))

    def pieces(self, value: Ratio) -> list[tuple[Any, Ratio]]:
        """Coefficients and pieces that sum to the value.

        Each piece is a product of atoms over one denominator. What the denominator goes
        into is divided off, so pieces of one denominator are linearly independent.
        """
        value = self.ring.reduced(value)
        parts = [(value.n, self.ring.one)]
        if not value.d.is_one():
            whole, rest = divmod(value.n, value.d)
            parts = [(whole, self.ring.one), (rest, value.d)]
        return [
            (coefficient, self.ring.reduced(Ratio(self.ring.polynomial([(exponents, 1)]), d)))
            for n, d in parts
            for exponents, coefficient in n.terms()
        ]

    # -- being defined ---------------------------------------------------------------

    def need(self, kind: str, value: Ratio) -> None:
        """Note that a value must be "nonzero", "positive" or "nonnegative" here."""
        if not self.noting:
            return
        value = self.ring.reduced(value)
        conditions = [self.ring.thaw(c) for c in self.conditions]
        held = set().union(*map(self.place_names, (value, *conditions)))
        around = [b for b in self.open if b.name in held]
        put = {b.name: (f"∀{n}", 0) for n, b in enumerate(around)}
        need = Need(
            kind,
            self.ring.freeze(self.substitute(value, put)),
            tuple((b.low, b.high) for b in around),
            tuple(self.ring.freeze(self.substitute(c, put)) for c in conditions),
        )
        self.needs[need] = None

    @contextmanager
    def where(self, condition: Ratio) -> Iterator[None]:
        """What is needed in the block is only needed where a condition on indices is 1."""
        if condition.n.is_one():
            yield
            return
        self.conditions.append(self.ring.freeze(condition))
        try:
            yield
        finally:
            self.conditions.pop()

    # -- places ----------------------------------------------------------------------

    def delta(self, left: Place, right: Place) -> Ratio:
        """1 if two places are equal, 0 if not; an atom while one belongs to a sum."""
        left, right = self.pattern.resolve(left), self.pattern.resolve(right)
        if left[0] == right[0]:
            return self.number(int(left[1] == right[1]))
        if not is_bound(left) and not is_bound(right):
            return self.number(int(self.pattern.equal(left, right)))
        if not is_bound(left) or (is_bound(right) and right[0] < left[0]):
            left, right = right, left
        return self.intern(Atom("delta", "", ((left[0], 0), moved(right, -left[1]))))

    def counted(self, place: Place) -> Ratio:
        """A place as the number it is."""
        place = self.pattern.resolve(place)
        if not place[0]:
            return self.number(place[1])
        kind = "index"
        if not is_bound(place) and self.context[place[0]].kind == "size":
            kind = "count"
        return self.intern(Atom(kind, "", ((place[0], 0),))) + self.number(place[1])

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Indices opened in the block are closed at its end."""
        before = len(self.open)
        try:
            yield
        finally:
            del self.open[before:]

    def push(self, low: Place, high: Place) -> str:
        """A new name for an index that runs from low to high."""
        name = f"•{len(self.open)}"
        self.open.append(Bound(name, low, high))
        return name

    def bound(self, name: str) -> Bound | None:
        """Where an open index runs; None if it is not open here."""
        return next((b for b in self.open if b.name == name), None)

    # -- putting one thing in place of another -------------------------------------------

    def substitute(
        self,
        value: Ratio,
        places: Mapping[str, Place],
        *,
        delta: int | None = None,
        names: Mapping[str, Ratio] = _NOTHING,
    ) -> Ratio:
        """The value with something else put for what it holds; needs nothing new.

        Args:
            places: other places for the names of places.
            delta: a delta that is 0.
            names: values for declared names of numbers.
        """
        change = _Change(places, delta, names)
        images: dict[int, Ratio] = {}
        noting, self.noting = self.noting, False
        for k in self.atoms(value):
            facts = self.facts[k]
            if (
                not facts.places.isdisjoint(places)
                or delta in facts.deltas
                or not facts.names.isdisjoint(names)
            ):
                images[k] = self._again(k, change)
        self.noting = noting
        if not images:
            return value
        n, d = (self.ring.compose(p, images) for p in (value.n, value.d))
        return self.ring.reduced(n / d)

    def _again(self, k: int, change: _Change) -> Ratio:
        places, delta, names = change
        atom = self.atom(k)
        if k == delta:
            return self.number(0)
        if atom.head == "entry" and atom.label in names:
            return names[atom.label]
        new = tuple(
            moved(places[name], offset) if name in places else (name, offset)
            for name, offset in atom.places
        )
        if atom.head == "delta":
            return self.delta(*new)
        if atom.head in ("index", "count"):
            return self.counted(new[0])
        if atom.head in FOLDS:
            with self.scope():
                bound, body = self.reopen(k)
                body = self.substitute(body, places, delta=delta, names=names)
                return self.fold(atom.head, atom.label[0], bound, body)
        args = tuple(
            self.substitute(self.ring.thaw(a), places, delta=delta, names=names) for a in atom.args
        )
        if atom.head == "exp":  # the unknown is e^(a/scale), see functions.exp_multiple
            args = (args[0] / self.number(self.scale),)
        return self.make(Term(atom.head, atom.label, new, args))

    def reopen(self, k: int) -> tuple[list[str], Ratio]:
        """New names for the indices of a sum, and its body under them."""
        atom = self.atom(k)
        spans, level = atom.label
        names = [self.push(("", 1), (span, 0)) for span in spans]
        put = {f"◦{level + n}": (name, 0) for n, name in enumerate(names)}
        return names, self.substitute(self.ring.thaw(atom.args[0]), put)

    def fold(self, head: str, spans: Sequence[str], names: Sequence[str], body: Ratio) -> Ratio:
        """The sum or product of the body over whole ranges, the last index first."""
        for span, name in zip(reversed(spans), reversed(names), strict=True):
            body = self.make(Term(head, span, (), (body,), name))
        return body

    def closed(self, head: str, spans: Sequence[str], names: Sequence[str], body: Ratio) -> Ratio:
        """A sum no law takes apart, in the one form all its spellings have."""
        if len(names) > MAX_NESTED:
            raise NotCoveredError("too many sums in one another")
        level = 1 + max((self.facts[k].height for k in self.atoms(body)), default=0)
        order: Sequence[int] = range(len(names))
        if len(names) > 1:
            frozen = self.ring.freeze(body)

            def look(order: Sequence[int]) -> str:
                put = {names[k]: f"◦{n}" for n, k in enumerate(order)}
                return repr((tuple(spans[k] for k in order), self._shape(frozen, put)))

            order = min(itertools.permutations(order), key=look)
        put = {names[k]: (f"◦{level + n}", 0) for n, k in enumerate(order)}
        frozen = self.ring.freeze(self.substitute(body, put))
        label = (tuple(spans[k] for k in order), level)
        return self.intern(Atom(head, label, (), (frozen,)))

    def _shape(self, frozen: Frozen, put: Mapping[str, str]) -> Any:
        """What a value is made of, names of places replaced, however it was come by."""
        return [
            sorted(
                (
                    sorted(
                        (self._atom_shape(self.atom(k), put), exponent)
                        for k, exponent in enumerate(exponents)
                        if exponent
                    ),
                    str(coefficient),
                )
                for exponents, coefficient in terms
            )
            for terms in frozen
        ]

    def _atom_shape(self, atom: Atom, put: Mapping[str, str]) -> str:
        places = [(put.get(name, name), offset) for name, offset in atom.places]
        if atom.head == "delta":
            places.sort()
        args = [self._shape(a, put) for a in atom.args]
        return repr((atom.head, atom.label, places, args))
