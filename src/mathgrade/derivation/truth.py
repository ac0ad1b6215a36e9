"""Whether a step is true, whatever its size: for all numbers, all indices, every size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from mathgrade.derivation.vocabulary import NotFollowedError, Vocabulary
from mathgrade.derivation.words import Words
from mathgrade.equality import Decision, Equality, decide
from mathgrade.equality.symbolic import LAWS
from mathgrade.equality.symbolic.measuring import Valuation
from mathgrade.equality.symbolic.places import Pattern
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Declaration, Node, Shape, shape_text
from mathgrade.expression.nodes import (
    Call,
    Cases,
    Derivative,
    Entry,
    Fold,
    Identity,
    Logic,
    Matrix,
    Name,
    Number,
    Relation,
    Subst,
    Truth,
    children,
)
from mathgrade.expression.substitution import substituted

__all__ = ["Equation", "Judgement"]

ROW, COLUMN = "row", "column"  # the indices of entries; no letter a student would type


@dataclass(frozen=True, slots=True)
class Equation:
    """Two sides as the engine takes them: numbers, or matrices of known size.

    Attributes:
        left, right: the sides, vectors of open size written as their entry at an index.
        turned: whether one side had to be transposed to fit, as derivatives may be.
    """

    left: Node
    right: Node
    turned: bool = False


@dataclass(slots=True)
class Judgement:
    """Judges equations of one derivation.

    Args:
        seed: of the points that are drawn.
        time_limit: seconds for one equation.
    """

    vocabulary: Vocabulary
    seed: int = 0
    time_limit: float = 1.0
    _known: dict[object, Decision] = field(default_factory=dict)
    _only: dict[tuple[Node, Node], tuple[Node, ...]] = field(default_factory=dict)
    _spans: dict[tuple[str, int | str], str] = field(default_factory=dict)

    def equation(self, left: Node, right: Node) -> Equation:
        """Both sides made comparable.

        Raises:
            ResponseError: a function with the wrong number of arguments, shapes that do
                not fit.
        """
        words = self.vocabulary
        a, b = words.plain(left), words.plain(right)
        shapes = [words.components.shape(side) for side in (a, b)]
        if () in shapes and shapes[0] != shapes[1]:  # = 0, of a vector
            shapes = [
                max(shapes) if side == _ZERO else s for side, s in zip((a, b), shapes, strict=True)
            ]
        for side, other in ((a, shapes[1]), (b, shapes[0])):
            if isinstance(side, Identity) and other and other[0] == other[1]:
                sized = Identity(_size(other[0]))  # as large as it must be
                a, b = (sized if s is side else s for s in (a, b))
                shapes = [other, other]
        first, second = ((1, 1) if s == () else s for s in shapes)
        turned = first != second and first == second[::-1]
        if turned and not (_differentiates(a) or _differentiates(b)):
            turned = False
        if first != second and not turned:
            raise ResponseError(
                f"The left side is {shape_text(shapes[0])}, the right {shape_text(shapes[1])}.",
                "derivation.shapes",
            )
        if first == (1, 1):
            sides = [words.components.entry(s, _ONE, _ONE) for s in (a, b)]
            return Equation(sides[0], sides[1])
        if all(isinstance(n, int) for n in first):
            if not turned and not _differentiates(a) and not _differentiates(b):
                return Equation(a, b)
            return Equation(self._written(a, first), self._written(b, second, turn=turned), turned)
        if 1 not in first and not turned and not _by_entries(a) and not _by_entries(b):
            return Equation(a, b)
        row, column = self._index(ROW, first[0]), self._index(COLUMN, first[1])
        places = (column, row) if turned else (row, column)
        return Equation(
            words.components.entry(a, row, column), words.components.entry(b, *places), turned
        )

    def _words(self) -> Words:
        words = self.vocabulary
        laws = frozenset(law.name for law in LAWS)
        sizes = frozenset(n for n, d in words.formal.names.items() if d.kind == "size")
        return Words(words, Valuation(words.formal, words.given, Pattern(sizes=sizes), laws))

    def _index(self, name: str, size: int | str) -> Node:
        if size == 1:
            return _ONE
        if (name, size) not in self._spans:
            taken = any(kind == name for kind, _ in self._spans)
            self._spans[name, size] = f"{name} of {size}" if taken else name
            declared = Declaration("index", low=1, high=size)
            self.vocabulary.declare(self._spans[name, size], declared)
        return Name(self._spans[name, size])

    def _written(self, node: Node, shape: Shape, *, turn: bool = False) -> Node:
        rows, columns = (int(n) for n in shape)
        entries = [
            [
                self.vocabulary.components.entry(node, _number(r), _number(c))
                for c in range(1, columns + 1)
            ]
            for r in range(1, rows + 1)
        ]
        if turn:
            entries = [list(row) for row in zip(*entries, strict=True)]
        return Matrix(tuple(map(tuple, entries)))

    def decide(
        self,
        equation: Equation,
        conditions: Sequence[Node] = (),
        values: Mapping[str, Node] | None = None,
    ) -> Decision:
        """Whether an equation holds, under conditions between indices.

        An entry such as ``z_2`` only exists from size 2 on: so far the equation says
        something, and there it must hold. One that holds for the least such size alone is
        true of that size only, see :meth:`only`. Never raises for what a student wrote.

        Args:
            values: numbers that names of numbers and sizes are taken to be.
        """
        put = dict(values or {})
        sizes = {
            name: int(value.value)
            for name, value in put.items()
            if isinstance(value, Number) and self._is_size(name)
        }
        put = {name: value for name, value in put.items() if name not in sizes}
        left, right = equation.left, equation.right
        if put:  # into definitions, too
            unfolded = self.vocabulary.unfolded
            left, right = (_put_in(unfolded(side), put) for side in (left, right))
        key = (left, right, tuple(conditions), tuple(sorted(sizes.items())))
        if key not in self._known:
            self._known[key] = self._at_sizes(left, right, tuple(conditions), sizes)
        return self._known[key]

    def only(self, equation: Equation) -> tuple[Node, ...]:
        """Sizes an equation is true for alone, as conditions; none if it is true for all."""
        return self._only.get((equation.left, equation.right), ())

    def _is_size(self, name: str) -> bool:
        declared = self.vocabulary.formal.get(name)
        return declared is not None and declared.kind == "size"

    def _at_sizes(
        self, left: Node, right: Node, conditions: tuple[Node, ...], sizes: dict[str, int]
    ) -> Decision:
        least = self.vocabulary.least_sizes(left, right)
        for name, size in sizes.items():
            if size < least.get(name, 1):
                reason = f"Entry {least[name]} does not exist for {name} = {size}."
                return Decision(Equality.ILL_FORMED, reason=reason)
        loose = {n: s for n, s in least.items() if n not in sizes and s > 1}
        found = self._decide(left, right, conditions, {**sizes, **loose})
        if not loose or found.outcome is not Equality.EQUAL:
            return found
        for more in (1, 2):
            larger = {n: s + more for n, s in loose.items()}
            beyond = self._decide(left, right, conditions, {**sizes, **larger})
            if beyond.outcome is not Equality.EQUAL:
                self._only[left, right] = tuple(
                    Relation("==", Name(n), _number(s)) for n, s in loose.items()
                )
                break
        return replace(found, proof="sizes")

    def holds(self, relation: str, left: Node, right: Node) -> Decision:
        """Whether an inequality holds everywhere."""
        words = self.vocabulary
        try:
            claimed = Relation(relation, words.plain(left), words.plain(right))
        except ResponseError as error:
            return Decision(Equality.ILL_FORMED, reason=error.message)
        except NotFollowedError as error:
            return Decision(Equality.UNDECIDED, reason=str(error))
        try:
            return decide(
                Truth(True),
                claimed,
                words.formal,
                words.given_pairs(),
                seed=self.seed,
                time_limit=self.time_limit,
            )
        except ItemError as error:
            return Decision(Equality.UNDECIDED, reason=str(error))

    def _decide(
        self, left: Node, right: Node, conditions: tuple[Node, ...], sizes: Mapping[str, int]
    ) -> Decision:
        words = self.vocabulary
        matrices = bool(words.components.shape(left))
        if matrices and not sizes and self._words().equal(left, right):
            return Decision(Equality.EQUAL, "all sizes")
        if conditions:
            if matrices:
                return Decision(Equality.UNDECIDED, reason="a case of matrices")
            condition = Logic("and", conditions) if len(conditions) > 1 else conditions[0]
            left, right = (_where(condition, side) for side in (left, right))
        put = {name: _number(size) for name, size in sizes.items()}
        left, right = (substituted(side, put) for side in (left, right))
        try:
            return decide(
                left,
                right,
                words.context_at(sizes),
                words.given_pairs(put),
                seed=self.seed,
                time_limit=self.time_limit,
            )
        except ItemError as error:  # the left side of a student's line is the student's
            reason = str(error).removeprefix("The reference cannot be read: ")
            return Decision(Equality.ILL_FORMED, reason=reason, note="derivation.left")


def _put_in(node: Node, values: Mapping[str, Node]) -> Node:
    """The formula with values for names; once derivatives by them are taken, if there are any."""
    later = {name for name in values if _differentiates_by(node, name)}
    node = substituted(node, {n: v for n, v in values.items() if n not in later})
    for name in sorted(later):
        node = Subst(node, name, values[name])
    return node


def _differentiates_by(node: Node, name: str) -> bool:
    if isinstance(node, Derivative) and Name(name) in node.by:
        return True
    return any(_differentiates_by(child, name) for child in children(node))


def _size(size: int | str) -> Node:
    return Name(size) if isinstance(size, str) else _number(size)


def _by_entries(node: Node) -> bool:
    """Whether a formula of matrices is better looked at entry by entry."""
    if isinstance(node, Derivative | Entry | Fold | Cases) or (
        isinstance(node, Call) and node.function == "diag"
    ):
        return True
    return any(map(_by_entries, children(node)))


_ZERO, _ONE = Number(Fraction(0)), Number(Fraction(1))


def _number(value: int) -> Node:
    return Number(Fraction(value))


def _where(condition: Node, node: Node) -> Node:
    """The formula where a condition holds, 0 elsewhere."""
    return Cases(((node, condition), (_number(0), Truth(True))))


def _differentiates(node: Node) -> bool:
    return isinstance(node, Derivative) or any(map(_differentiates, children(node)))
