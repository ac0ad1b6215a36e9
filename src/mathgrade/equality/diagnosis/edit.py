"""What an edit is: a row of the library, with what it makes of a reference.

An edit turns the reference into wrong answers people give. It explains a response if one of
these equals the response, and that is decided, not guessed: so what a message says is true
of the two formulas, whatever the student was thinking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from mathgrade.expression import Context, Node

if TYPE_CHECKING:
    from mathgrade.equality.diagnosis.probe import Probe

__all__ = ["FORMULA", "MATRIX", "NUMBER", "Candidate", "Diagnosis", "Edit", "Slack", "Task"]

NUMBER, FORMULA, MATRIX = "number", "formula", "matrix"
"""What an edit is for: a number without names, a formula, a matrix written entry by entry."""


@dataclass(frozen=True, slots=True)
class Slack:
    """How far a value may be from the one wanted: ``absolute + relative * |wanted|``."""

    absolute: Fraction = Fraction(0)
    relative: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One wrong answer that an edit makes.

    Attributes:
        expected: the reference, edited.
        received: what it has to equal; None for the response as it is.
        words: what the message of the edit leaves open.
        place: where, as a witness says it: ``"i != j"``, ``"row 1"``; may be empty.
        slack: how near is near enough, for numbers; None for what the item declares.
    """

    expected: Node
    received: Node | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    slack: Slack | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A reference and a wrong response.

    Attributes:
        reference, response: both read.
        context: what their names are.
        probe: their values at a few points.
        slack: how near a number has to be; None where numbers are exact.
        decimals: as a number, the response was written with this many; None for an exact one.
    """

    reference: Node
    response: Node
    context: Context
    probe: Probe
    slack: Slack | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One row of the library.

    Attributes:
        name: what it is, in a few words.
        note: stable code for item analysis.
        message: for the student; never the answer. Braces are filled from a candidate's words.
        candidates: the wrong answers it makes, the likeliest first.
        kinds: what it is for.
    """

    name: str
    note: str
    message: str
    candidates: Callable[[Task], Iterator[Candidate]]
    kinds: frozenset[str] = frozenset((FORMULA,))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What explains a wrong response.

    Attributes:
        name: of the edit.
        note: its stable code, ``"edit.sign"``.
        message: for the student.
        place: where, if there is more to say than "throughout".
    """

    name: str
    note: str
    message: str
    place: str = ""
