"""A response that is not there, and why."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Absent"]


@dataclass(frozen=True, slots=True)
class Absent:
    """Stands for a response that could not be had from the student's process.

    Attributes:
        name: the name that was looked up, ``"J"``.
        message: what the student reads: what was expected and what to do.
        note: stable code, ``response.missing`` or ``response.unsendable``.
    """

    name: str
    message: str
    note: str = "response.missing"
