"""Concrete numbers at which two things differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Witness"]


@dataclass(frozen=True, slots=True)
class Witness:
    """Concrete numbers at which two things differ.

    Attributes:
        at: the point, as text: ``{"x": "2", "z_1": "-1/3"}``. Empty for constants.
        received: value of the response there.
        expected: value of the reference there. For instructors: a page for
            students prints it only where the verdict says ``reveal``.
        place: which part differs: ``"row 1, column 2"``, ``"i = j"``. May be empty.
    """

    at: Mapping[str, str] = field(default_factory=dict)
    received: str = ""
    expected: str = ""
    place: str = ""

    def text(self, *, reveal: bool = False) -> str:
        """One line a person can read.

        >>> Witness({"x": "2"}, received="4", expected="3").text()
        'at x = 2 yours is 4'
        >>> Witness({}, received="4", expected="3", place="row 1").text(reveal=True)
        'in row 1 yours is 4, expected 3'
        """
        parts = []
        if self.place:
            parts.append(f"in {self.place}" if "=" not in self.place else f"for {self.place}")
        if self.at:
            parts.append("at " + ", ".join(f"{name} = {value}" for name, value in self.at.items()))
        if self.received:
            parts.append(f"yours is {self.received}")
        line = " ".join(parts)
        if reveal and self.expected:
            line += f", expected {self.expected}"
        return line

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; ``Witness(**data)`` reads them back."""
        return {
            "at": dict(self.at),
            "received": self.received,
            "expected": self.expected,
            "place": self.place,
        }
