"""The items of one assignment, joined to each other."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from mathgrade.errors import ItemError
from mathgrade.items.item import Item

__all__ = ["Assignment"]

Draw = Callable[[Sequence[str], str], Any]


@dataclass(frozen=True)
class Assignment:
    """The items of one assignment, by name.

    Args:
        name: ``"softmax"``.
        items: each knows its assignment, its draw and the item it builds on.
        equivalent: mutants of an item that are as right as its reference, and why: what their
            names hold, by item. `mathgrade check` asks for it.
    """

    name: str
    items: Mapping[str, Item]
    equivalent: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, items: Sequence[Item], draw: Draw | None = None) -> Assignment:
        """The assignment made of these items, joined to each other.

        Args:
            draw: from names, the first that draws anything counts, and student to what is drawn.

        Raises:
            ItemError: a name twice, points that are none, a start that comes later or not at all.
        """
        joined: dict[str, Item] = {}
        for item in items:
            if not isinstance(item, Item):
                raise ItemError(f"ITEMS of {name} holds {item!r}, which is not an Item.")
            if item.name in joined:
                raise ItemError(f"{name} has two items named {item.name!r}.")
            if not (math.isfinite(item.points) and item.points >= 0):
                raise ItemError(f"{name}:{item.name}: {item.points!r} is not a number of points.")
            starts = {}
            for follow in item.follows:
                if follow.start not in joined:
                    raise ItemError(
                        f"{name}:{item.name} follows {follow.start!r}, which is not an item "
                        "before it."
                    )
                starts[follow.start] = joined[follow.start]
            drawn = None
            if draw is not None and item.variant:
                names = [item.name, *(start.name for start in starts.values() if start.variant)]
                drawn = partial(draw, names)
            joined[item.name] = replace(item, assignment=name, draw=drawn, starts=starts)
        return cls(name, MappingProxyType(joined))

    def __getitem__(self, name: str) -> Item:
        if name not in self.items:
            near = difflib.get_close_matches(name, self.items, 3) or list(self.items)
            raise ItemError(
                f"Assignment {self.name!r} has no item {name!r}. Is it one of: {', '.join(near)}?"
            )
        return self.items[name]
