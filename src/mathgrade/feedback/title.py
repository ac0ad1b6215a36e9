"""What people call an item: its name in words, else the heading above it, else a number."""

import re

__all__ = ["item_title"]


def item_title(grade_id: str, heading: str, number: int) -> str:
    """A readable name: of the grade id, else the heading above, else a number.

    >>> item_title("jacobian-entry-test", "2. The Jacobian", 2)
    'Jacobian entry'
    >>> item_title("cell-3f2a9b1c4d5e6f70", "2. The Jacobian", 2)
    '2. The Jacobian'
    """
    if re.fullmatch(r"(?:cell-)?[0-9a-f]{8,}", grade_id) or not grade_id:
        return heading or f"Question {number}"
    words = re.sub(r"^tests?[-_]|[-_]tests?\d*$", "", grade_id, flags=re.IGNORECASE)
    words = re.sub(r"[-_]+", " ", words).strip() or grade_id
    return words[0].upper() + words[1:]
