"""Whether two formulas agree by some of the laws: how big a step from one to the other is.

Where :func:`mathgrade.equality.symbolic.prove` asks whether two formulas are equal at all, this
asks which laws it takes. Formulas are evaluated with the other laws switched off, so that
what these would take apart stays as it was written. Whether both sides are defined is
no concern here: that the step is true is settled elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mathgrade.equality.definitions import Definitions
from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.evaluate import Evaluator
from mathgrade.equality.symbolic.functions import ScaleError
from mathgrade.equality.symbolic.grids import Value, number_of
from mathgrade.equality.symbolic.laws import Law, by_head
from mathgrade.equality.symbolic.places import NeedCaseError, Pattern, Place
from mathgrade.equality.symbolic.proving import led_to
from mathgrade.equality.symbolic.ring import (
    FullRingError,
    NotCoveredError,
    Polynomial,
    Ratio,
    Ring,
)
from mathgrade.equality.symbolic.signs import Sign, sign
from mathgrade.equality.symbolic.terms import Term
from mathgrade.equality.symbolic.vanishing import vanishes
from mathgrade.expression import Context, Node
from mathgrade.expression.nodes import Derivative, Entry, Name

__all__ = ["Valuation"]

RINGS = (24, 60, 120)
MAX_PATTERNS = 40
MAX_ENTRIES = 100

_Entries = tuple[Ratio, ...]


@dataclass(slots=True)
class Valuation:
    """Values of formulas where only some laws hold and some definitions are not looked into.

    Args:
        context: what names mean.
        definitions: what names stand for.
        pattern: which indices are equal and which are distinct.
        laws: names of laws of :data:`mathgrade.equality.symbolic.LAWS` that hold.
        hidden: defined names that stay names.
        lemmas: derivatives of a name or entry by another, with what each is known to be,
            for all indices.
        lasting: whether values must stay comparable over time: then there is much room
            from the start, and what does not fit is outside.
    """

    context: Context
    definitions: Definitions
    pattern: Pattern
    laws: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    lasting: bool = False
    lemmas: tuple[tuple[Derivative, Node], ...] = ()
    _evaluator: Evaluator = field(init=False)
    _ring: int = 0
    _scale: int = 1
    _values: dict[Node, tuple[tuple[int, int], _Entries] | None] = field(default_factory=dict)
    _used: dict[Node, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.lasting:
            self._ring = len(RINGS) - 1
        self._open()

    def _open(self) -> None:
        shut = {name: led_to(name, self.definitions) for name in self.hidden}
        algebra = Algebra(
            Ring(RINGS[self._ring]),
            self.context,
            self.pattern,
            self._laws(),
            complete=False,
            hidden=shut,
            scale=self._scale,
        )
        algebra.noting = False
        self._evaluator = Evaluator(algebra, self.definitions)
        self._values = {}

    def _laws(self) -> Mapping[str, Sequence[Law]]:
        laws = dict(by_head(self.laws))
        if self.lemmas:
            known = Law("derivative.lemma", "derivative", "a lemma", self._lemma)
            laws["derivative"] = (known, *laws.get("derivative", ()))
        return laws

    def _lemma(self, a: Algebra, term: Term) -> Ratio | None:
        """What the derivative of a name by an entry is known to be."""
        k = a.ring.single(a.ring.reduced(term.args[0]))
        atom = None if k is None else a.atom(k)
        if atom is None or atom.head != "entry":
            return None
        for derivative, value in self.lemmas:
            found: dict[str, Place | Ratio] = {}
            if _places(derivative.body, atom.label, atom.places, found) and _places(
                derivative.by[0], term.label, term.places, found
            ):
                return number_of(self._evaluator.go(value, found))
        return None

    @property
    def algebra(self) -> Algebra:
        return self._evaluator.algebra

    # -- values --------------------------------------------------------------------------

    def number(self, node: Node) -> Ratio | None:
        """The value of a formula that is a number; None if it is outside the laws."""
        found = self._entries(node)
        return found[1][0] if found is not None and found[0] == (0, 0) else None

    def used(self, node: Node) -> frozenset[str]:
        """The laws that took a formula apart."""
        self._entries(node)
        return self._used.get(node, frozenset())

    def avoids(self, laws: frozenset[str], *nodes: Node) -> bool:
        """Whether all of these formulas have a value, and none of the laws had a part in it."""
        return all(
            self._entries(node) is not None and laws.isdisjoint(self._used[node]) for node in nodes
        )

    def holds(self, *heads: str) -> bool:
        """Whether something of this kind has been met: a root, a sine …"""
        return any(getattr(key, "head", "") in heads for key in self.algebra.ring.keys)

    def positive(self, node: Node) -> bool:
        """Whether a formula is a number that is positive everywhere."""
        value = self.number(node)
        return value is not None and sign(self.algebra, value) is Sign.POSITIVE

    def _entries(self, node: Node) -> tuple[tuple[int, int], _Entries] | None:
        if node not in self._values:
            self._values[node] = self._evaluated(node)
        return self._values[node]

    def _evaluated(self, node: Node) -> tuple[tuple[int, int], _Entries] | None:
        while True:
            algebra = self.algebra
            algebra.used.clear()
            algebra.work = 0
            try:
                found = _written_out(self._evaluator.go(node, {}))
            except ScaleError as error:
                if self.lasting:
                    return None
                self._scale = error.scale
                self._open()
            except FullRingError:
                if self._ring + 1 == len(RINGS):
                    return None
                self._ring += 1
                self._open()
            except (NotCoveredError, RecursionError, OverflowError):
                return None
            else:
                self._used[node] = frozenset(algebra.used)
                return found

    # -- comparing -----------------------------------------------------------------------

    def agree(
        self, left: Node, right: Node, *, fractions: bool = False, identities: bool = False
    ) -> bool | None:
        """Whether both sides come out the same, in every case of indices.

        Args:
            fractions: whether a factor shared by numerator and denominator may be cancelled;
                if not, numerators and denominators must agree apart from a number.
            identities: whether √a √a = a and sin² + cos² = 1 may be used.

        Returns:
            None where a formula is outside what the laws speak of.
        """
        try:
            return self._agree(left, right, fractions, identities)
        except NeedCaseError as question:
            todo = list(self.pattern.split(question.left, question.right))
        for count in range(MAX_PATTERNS):
            if not todo:
                return True
            case = todo.pop()
            one = Valuation(self.context, self.definitions, case, self.laws, self.hidden)
            try:
                found = one._agree(left, right, fractions, identities)
            except NeedCaseError as question:
                todo += case.split(question.left, question.right)
                continue
            if not found:
                return found
            del count
        return None

    def _agree(self, left: Node, right: Node, fractions: bool, identities: bool) -> bool | None:
        for _ in range(2):  # the first value is lost where the second asks for more room
            a, b = self._entries(left), self._entries(right)
            if left in self._values:
                break
        if a is None or b is None:
            return None
        if a[0] != b[0]:
            return None
        try:
            return all(
                _alike(self.algebra, x, y, fractions, identities)
                for x, y in zip(a[1], b[1], strict=True)
            )
        except (NotCoveredError, FullRingError, ScaleError):
            return None


def _places(
    node: Node, label: str, places: tuple[Place, ...], found: dict[str, Place | Ratio]
) -> bool:
    """Whether a name or an entry is the one at these places; notes where its indices point."""
    base, indices = (node.base, node.indices) if isinstance(node, Entry) else (node, ())
    if base != Name(label) or len(indices) != len(places):
        return False
    return all(
        isinstance(index, Name) and found.setdefault(index.name, place) == place
        for index, place in zip(indices, places, strict=True)
    )


def _written_out(value: Value) -> tuple[tuple[int, int], _Entries]:
    """The shape and the entries of a value; (0, 0) for a number."""
    if isinstance(value, Ratio):
        return (0, 0), (value,)
    rows, columns = value.rows, value.columns
    if rows == columns == 1:
        return (0, 0), (number_of(value),)
    if not isinstance(rows, int) or not isinstance(columns, int) or rows * columns > MAX_ENTRIES:
        raise NotCoveredError("a matrix that cannot be written out")
    entries: Iterable[Ratio] = (
        value.at(("", r), ("", c)) for r in range(1, rows + 1) for c in range(1, columns + 1)
    )
    return (rows, columns), tuple(entries)


def _alike(a: Algebra, left: Ratio, right: Ratio, fractions: bool, identities: bool) -> bool:
    if identities:
        if not vanishes(a, left - right):
            return False
    elif not (left.n * right.d - right.n * left.d).is_zero():
        return False
    if fractions or left.n.is_zero():
        return True
    return _proportional(left.n, right.n) and _proportional(left.d, right.d)


def _proportional(left: Polynomial, right: Polynomial) -> bool:
    """Whether two polynomials differ by a number as factor only."""
    return bool(left * right.leading_coefficient() == right * left.leading_coefficient())
