"""Follow-through: marking a later item against the student's own earlier answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mathgrade.answers import AnswerTest
from mathgrade.answers.trivial import is_trivial

__all__ = ["Follow"]


@dataclass(frozen=True)
class Follow:
    """An item that builds on an earlier one.

    Args:
        start: name of the earlier item.
        answer: the answer test that is right for someone who had ``start``.
        trivial: starts from which nothing can follow.
    """

    start: str
    answer: Callable[[Any], AnswerTest]
    trivial: Callable[[Any], bool] = is_trivial
