"""Whether a text answer is as it was given out: empty, or with nbgrader's placeholder."""

from __future__ import annotations

import re

__all__ = ["PLACEHOLDER", "is_blank"]

PLACEHOLDER = re.compile(r"[*_]*YOUR ANSWER HERE[*_]*", re.IGNORECASE)


def is_blank(text: str) -> bool:
    """Whether nothing was written.

    >>> is_blank("*YOUR ANSWER HERE*"), is_blank("x = 1")
    (True, False)
    """
    return not PLACEHOLDER.sub("", text).strip()
