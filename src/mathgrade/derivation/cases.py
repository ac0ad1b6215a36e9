"""The cases of a claim: which of its indices are equal, and which are distinct."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from mathgrade.equality.symbolic.places import Pattern

__all__ = ["cases_of"]


def cases_of(
    indices: Iterable[str],
    others: Iterable[str],
    ranges: Mapping[str, object],
    sizes: Iterable[str] = (),
) -> Iterator[Pattern]:
    """Every way some indices can be equal or distinct; ``others`` differ from all of them.

    Args:
        ranges: where each index runs; only those that run alike can be equal.
    """
    groups: dict[object, list[str]] = {}
    for name in sorted(indices):
        groups.setdefault(ranges.get(name), []).append(name)
    for chosen in itertools.product(*(list(_partitions(g)) for g in groups.values())):
        classes = list(itertools.chain.from_iterable(chosen))
        same = {n: (group[0], 0) for group in classes for n in group[1:]}
        heads = sorted([group[0] for group in classes] + [o for o in others if o not in same])
        apart = frozenset(
            (a, b, 0)
            for a, b in itertools.combinations(dict.fromkeys(heads), 2)
            if ranges.get(a) == ranges.get(b)
        )
        yield Pattern(same, apart, frozenset(sizes))


def _partitions(names: list[str]) -> Iterator[list[list[str]]]:
    if not names:
        yield []
        return
    for rest in _partitions(names[:-1]):
        for k in range(len(rest)):
            yield [*rest[:k], [*rest[k], names[-1]], *rest[k + 1 :]]
        yield [*rest, [names[-1]]]
