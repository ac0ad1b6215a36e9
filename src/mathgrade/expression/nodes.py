"""The one tree every formula is read into: scalars, matrices, indexed sums, cases, derivatives.

Nodes are frozen and compare by structure. They keep the form that was written
(a quotient stays a quotient), because a reading is shown back to the student and
a derivation is judged by its steps; nothing is simplified here.

Vectors are columns. Indices count from 1, as on paper.

An equation, an inequality, a list and a set of formulas are nodes too. They stand at the
top only, never inside a formula; :mod:`mathgrade.expression.kinds` says which is which.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache

__all__ = [
    "Add",
    "Apply",
    "Call",
    "Cases",
    "Constant",
    "Delta",
    "Derivative",
    "Div",
    "Entry",
    "FiniteSet",
    "Fold",
    "Identity",
    "Interval",
    "Inverse",
    "Listing",
    "Logic",
    "Matrix",
    "Mul",
    "Name",
    "Neg",
    "Node",
    "Number",
    "Power",
    "Relation",
    "Subst",
    "Transpose",
    "Truth",
    "Union",
    "Zeros",
    "children",
    "free_names",
    "size",
]


@dataclass(frozen=True, slots=True)
class Node:
    """Base of every node; never made itself."""


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An exact rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """``pi`` or ``E``."""

    name: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A declared name, or the index of a sum around it."""

    name: str


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """``z[i]``, ``X[j, k]``: an entry of a vector, matrix or family."""

    base: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Add(Node):
    """A sum of two or more terms."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Neg(Node):
    """The negative of something."""

    term: Node


@dataclass(frozen=True, slots=True)
class Mul(Node):
    """A product of two or more factors, in order; a matrix product where matrices meet."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Div(Node):
    """A quotient."""

    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    """A power; of a square matrix if the exponent is a whole number."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A known function, by its name in :data:`mathgrade.expression.functions.FUNCTIONS`."""

    function: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """A function that was only declared: ``f(x)``."""

    function: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Delta(Node):
    """Kronecker's delta: 1 where both indices are equal, 0 elsewhere."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Fold(Node):
    """``kind`` ("sum" or "product") of ``body`` for ``index`` from ``low`` to ``high``."""

    kind: str
    body: Node
    index: str
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """``left op right`` with op one of ``== != < <= > >=``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``and``, ``or``, ``not`` of conditions."""

    op: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """A condition that always or never holds."""

    value: bool


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """The first value whose condition holds; undefined where none does."""

    branches: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    """``body`` differentiated by each of ``by`` in turn (names, entries)."""

    body: Node
    by: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Subst(Node):
    """``body`` with ``value`` put for ``name`` after everything in ``body`` is done."""

    body: Node
    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class Matrix(Node):
    """Rows of scalars, all of one length, at least one entry."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Transpose(Node):
    """Rows and columns exchanged."""

    body: Node


@dataclass(frozen=True, slots=True)
class Inverse(Node):
    """The inverse of a square matrix."""

    body: Node


@dataclass(frozen=True, slots=True)
class Identity(Node):
    """The identity matrix of a size."""

    size: Node


@dataclass(frozen=True, slots=True)
class Zeros(Node):
    """A matrix of zeros."""

    rows: Node
    columns: Node


@dataclass(frozen=True, slots=True)
class Listing(Node):
    """Formulas, relations or collections in an order that matters: ``(1, 2, 2)``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class FiniteSet(Node):
    """The same without order, each counted once: ``{1, 2}``; empty with no items."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """The real numbers between two ends; None where there is no end.

    ``open_low`` and ``open_high`` say whether the end itself is left out.
    """

    low: Node | None
    high: Node | None
    open_low: bool = False
    open_high: bool = False


@dataclass(frozen=True, slots=True)
class Union(Node):
    """Sets put together."""

    parts: tuple[Node, ...]


def _collect(values: tuple[object, ...], found: list[Node]) -> None:
    for value in values:
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            _collect(value, found)


def children(node: Node) -> list[Node]:
    """The nodes directly under this one, from left to right.

    >>> [c.name for c in children(Add((Name("x"), Name("y"))))]
    ['x', 'y']
    """
    found: list[Node] = []
    # mypy takes the hash of a node for that of its class.
    for name, how in _fields_with_nodes(type(node)):  # type: ignore[arg-type]
        value = getattr(node, name)
        if how == "Node":
            found.append(value)
        elif how == "tuple[Node, ...]":
            found += value
        else:
            _collect((value,), found)
    return found


@cache
def _fields_with_nodes(kind: type[Node]) -> tuple[tuple[str, str], ...]:
    """The fields of a class of nodes that hold nodes, each with its type as it is written."""
    return tuple((f.name, str(f.type)) for f in fields(kind) if "Node" in str(f.type))


def free_names(node: Node) -> frozenset[str]:
    """Names that stand free in the tree: not the index of a sum around them.

    >>> sorted(free_names(Fold("sum", Name("k"), "k", Number(Fraction(1)), Name("n"))))
    ['n']
    """
    found: set[str] = set()
    stack = [node]
    while stack:
        part = stack.pop()
        match part:
            case Name(name):
                found.add(name)
            case Number():
                pass
            case Fold():
                found |= free_names(part.body) - {part.index}
                stack += (part.low, part.high)
            case Subst():
                found |= free_names(part.body) - {part.name}
                stack.append(part.value)
            case _:
                if isinstance(part, Apply):
                    found.add(part.function)
                stack += children(part)
    return frozenset(found)


def size(node: Node, limit: int = 1_000_000) -> int:
    """How many nodes the tree has; counting stops past ``limit``."""
    count, stack = 0, [node]
    while stack and count <= limit:
        count += 1
        stack.extend(children(stack.pop()))
    return count
