"""A mutant: the right answer with one thing changed, which a good test does not take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

__all__ = ["Mutant", "spread"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A right answer with one thing changed.

    Attributes:
        kind: what was changed, in a few words: ``"sign"``.
        name: what it is now, the same from run to run: an author may have to name it.
        response: what a student with this answer would hand in.
    """

    kind: str
    name: str
    response: Any


def spread(mutants: Iterable[Mutant], limit: int) -> list[Mutant]:
    """At most ``limit`` of the mutants, of every kind as many as of any other; no name twice.

    >>> made = [Mutant("sign", n, 0) for n in "abc"] + [Mutant("factor", "d", 0)]
    >>> [m.name for m in spread(made, 3)]
    ['a', 'd', 'b']
    """
    kinds: dict[str, list[Mutant]] = {}
    seen: set[str] = set()
    for mutant in mutants:
        if mutant.name not in seen:
            seen.add(mutant.name)
            kinds.setdefault(mutant.kind, []).append(mutant)
    return list(islice(_in_turn(kinds.values()), limit))


def _in_turn(groups: Iterable[list[Mutant]]) -> Iterator[Mutant]:
    for row in zip_longest(*groups):
        yield from (mutant for mutant in row if mutant is not None)
