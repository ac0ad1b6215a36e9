"""Which sizes, index cases and whole numbers a comparison goes through.

Differences in formulas with indices show at small sizes: a case of two equal indices, one
of distinct ones, one at each end of a range. Sizes run from 1 to 4. Where that is more
than ``MAX_CASES``, a spread of them is taken that holds every pattern of equal and
distinct indices.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mathgrade.expression import Context
from mathgrade.expression.names import Size

__all__ = ["MAX_CASES", "Case", "beyond", "cases"]

MAX_CASES = 96
_SIZES = (2, 3, 1, 4)  # the order of a readable witness
_WHOLE = (2, 3, 1, 0, -1, 4, -2, 5)
_LARGER = (5, 7)
_MORE_WHOLE = (6, -3, 7, 11, -7, 20)
MAX_SIZE = 12


@dataclass(frozen=True, slots=True)
class Case:
    """One choice of sizes, indices and whole numbers.

    Attributes:
        values: every size, index and integer name with its value.
        indices: the names that are indices, for the pattern.
    """

    values: Mapping[str, int]
    indices: tuple[str, ...]

    def pattern(self) -> str:
        """Which indices are equal: ``"i = j"``, ``"i != j"``; empty for fewer than two.

        >>> Case({"i": 2, "j": 2, "k": 1, "K": 2}, ("i", "j", "k")).pattern()
        'i = j != k'
        """
        groups: dict[int, list[str]] = {}
        for name in self.indices:
            groups.setdefault(self.values[name], []).append(name)
        if len(self.indices) < 2:
            return ""
        return " != ".join(" = ".join(names) for names in groups.values())


def cases(
    context: Context, used: frozenset[str], rng: random.Random, *, alike: bool = False
) -> tuple[list[Case], bool]:
    """The cases of the used names, simplest first, and whether they are all there are.

    Args:
        alike: only which indices are equal matters, see :mod:`mathgrade.equality.symmetry`.

    Indices whose range does not depend on a size are all gone through; sizes and whole
    numbers never are, so "all" speaks of the indices for sizes 1 to 4.
    """
    sizes, indices, whole = _kinds(context, used)
    every = list(itertools.islice(_all(context, sizes, indices, whole, alike), 20_000))
    complete = len(every) <= MAX_CASES
    if complete:
        return every, not whole
    chosen: dict[tuple[object, ...], Case] = {}
    by_key: dict[tuple[object, ...], list[Case]] = {}
    for case in every:
        key = (*(min(case.values[s], 3) for s in sizes[:3]), case.pattern())
        by_key.setdefault(key, []).append(case)
    for key, group in by_key.items():
        chosen[key] = group[0]
    kept = list(chosen.values())[:MAX_CASES]
    spare = [c for c in every if c not in kept]
    kept += rng.sample(spare, min(len(spare), max(MAX_CASES - len(kept), 0)))
    return kept, False


def beyond(
    context: Context, used: frozenset[str], numbers: frozenset[int], rng: random.Random
) -> Iterator[Case]:
    """Some cases of larger sizes and whole numbers, those the formulas speak of among them.

    A polynomial in K may agree at K = 1 to 4, and ``delta(i, 5)`` is 0 there.

    Args:
        numbers: whole numbers that stand in the formulas.
    """
    sizes, indices, whole = _kinds(context, used)
    named = sorted(n for n in numbers if _SIZES[-1] <= n <= MAX_SIZE)
    larger = dict.fromkeys((*named[:4], *(n + 1 for n in named[:4]), *_LARGER))
    for size in larger if sizes else _LARGER:
        known = dict.fromkeys(sizes, size)
        for turn in range(3 if indices or whole else 1):
            places = {}
            for name in indices:
                low, high = _span(context, name, known)
                inside = [n for n in (*named, *(n + 1 for n in named)) if low <= n <= high]
                drawn = rng.randint(low, high)
                places[name] = high if turn == 0 else drawn
                if turn == 1 and inside:
                    places[name] = rng.choice(inside)
            values = {}
            for name in whole:
                choices = _more_whole(context, name, numbers)
                values[name] = choices[turn] if turn < len(choices) else rng.choice(choices)
            yield Case({**known, **places, **values}, tuple(indices))


def _kinds(context: Context, used: frozenset[str]) -> tuple[list[str], list[str], list[str]]:
    """The sizes, the indices and the whole numbers among some names."""
    found: dict[str, list[str]] = {"size": [], "index": [], "integer": []}
    for name in sorted(used):
        declared = context.get(name)
        if declared is not None and declared.kind in found:
            found[declared.kind].append(name)
    return found["size"], found["index"], found["integer"]


def _span(context: Context, name: str, known: Mapping[str, int]) -> tuple[int, int]:
    low, high = context[name].low, context[name].high
    first = known[low] if isinstance(low, str) else int(low or 0)
    return first, known[high] if isinstance(high, str) else int(high or 0)


def _more_whole(context: Context, name: str, numbers: frozenset[int]) -> list[int]:
    low, high = context[name].low, context[name].high
    wanted = (*_MORE_WHOLE, *(n + d for n in numbers for d in (-1, 0, 1) if abs(n) < 40))
    inside = [
        n for n in wanted if (low is None or n >= int(low)) and (high is None or n <= int(high))
    ]
    return inside or _whole(context, name)


def _all(
    context: Context, sizes: list[str], indices: list[str], whole: list[str], alike: bool
) -> Iterator[Case]:
    ranges = [_whole(context, n) for n in whole]
    for chosen in sorted(itertools.product(_SIZES, repeat=len(sizes)), key=_order):
        known = dict(zip(sizes, chosen, strict=True))
        spans = []
        for name in indices:
            first, last = _span(context, name, known)
            spans.append(range(first, last + 1))
        highs = [context[name].high for name in indices]
        for places in itertools.product(*spans):
            if alike and not _first_of_its_kind(places, highs):
                continue
            for numbers in itertools.product(*ranges):
                values = {
                    **known,
                    **dict(zip(indices, places, strict=True)),
                    **dict(zip(whole, numbers, strict=True)),
                }
                yield Case(values, tuple(indices))


def _first_of_its_kind(places: tuple[int, ...], highs: list[Size | None]) -> bool:
    """Whether the places of each range are numbered in the order they first appear."""
    met: dict[Size | None, int] = {}
    for place, high in zip(places, highs, strict=True):
        most = met.get(high, 0)
        if place > most + 1:
            return False
        met[high] = max(most, place)
    return True


def _order(chosen: tuple[int, ...]) -> tuple[int, ...]:
    # All sizes 2, then 2 and 3 in some order, …: distinct sizes early, size 1 and 4 last.
    return (max(_SIZES.index(c) for c in chosen) if chosen else 0, *map(_SIZES.index, chosen))


def _whole(context: Context, name: str) -> list[int]:
    low, high = context[name].low, context[name].high
    inside = [
        n for n in _WHOLE if (low is None or n >= int(low)) and (high is None or n <= int(high))
    ]
    return inside or [int(low if low is not None else high or 0)]
