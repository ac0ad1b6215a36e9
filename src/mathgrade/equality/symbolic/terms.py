"""What formulas are made of here: terms, the atoms they become, what they need to be defined."""

from __future__ import annotations

from typing import Any, NamedTuple

from mathgrade.equality.symbolic.places import Place
from mathgrade.equality.symbolic.ring import Frozen, Ratio

__all__ = ["FOLDS", "Atom", "Bound", "Need", "Term"]

FOLDS = ("sum", "product")


class Atom(NamedTuple):
    """What an unknown of the ring stands for.

    ``head`` says what kind it is, ``label`` holds what is neither place nor value: the
    name of an entry, the sizes and the level of a sum.
    """

    head: str
    label: Any = ""
    places: tuple[Place, ...] = ()
    args: tuple[Frozen, ...] = ()


class Term(NamedTuple):
    """As an atom, but with values still open; ``bound`` is the index of a sum over ``label``."""

    head: str
    label: Any = ""
    places: tuple[Place, ...] = ()
    args: tuple[Ratio, ...] = ()
    bound: str = ""


class Need(NamedTuple):
    """What must hold for a formula to be defined: of a value, at every place it names ∀n.

    Attributes:
        kind: "nonzero", "positive", "nonnegative", or the name of a function that must
            be defined there.
        spans: where each ∀n runs.
        conditions: only where these deltas are 1 (or 0).
    """

    kind: str
    value: Frozen
    spans: tuple[tuple[Place, Place], ...] = ()
    conditions: tuple[Frozen, ...] = ()


class Bound(NamedTuple):
    """An index of a sum around the piece that is looked at, and where it runs."""

    name: str
    low: Place
    high: Place
