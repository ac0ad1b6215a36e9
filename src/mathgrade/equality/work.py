"""A bound on the work that goes into one decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Work"]


@dataclass(slots=True)
class Work:
    """How many steps of arithmetic may still be taken."""

    left: int

    def take(self, steps: int) -> bool:
        """Whether so many more may be taken; if so, they are."""
        self.left -= steps
        return self.left > 0

    @contextmanager
    def share(self, part: int) -> Iterator[Work]:
        """One part in so many of what is left, so that something is left for what follows."""
        mine = Work(self.left // part)
        before = mine.left
        try:
            yield mine
        finally:
            self.left -= before - mine.left
