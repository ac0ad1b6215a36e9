"""One criterion for a student's function: the calls it needs and what it finds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from mathgrade.answers.received import short
from mathgrade.codec.calls import Call, Result
from mathgrade.verdict import Finding, Witness

__all__ = ["Check", "Given", "quoted", "shown", "written"]


@dataclass(frozen=True, slots=True)
class Given:
    """What a check may look at.

    Attributes:
        results: of the student's function, one for each call of the check.
        expected: of the reference function, likewise.
        name: the function's name, for messages.
        parameters: names of its arguments.
        source: text of the cell that defines it.
    """

    results: tuple[Result, ...]
    expected: tuple[Result, ...]
    name: str
    parameters: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True)
class Check(ABC):
    """One criterion for a function.

    Attributes:
        criterion: what is looked at, for the student: ``"right for every length"``.
        calls: the calls it needs.
        share: part of the item's credit.
    """

    criterion: str
    calls: tuple[Call, ...]
    share: Fraction

    # "value": the result itself. "property": could hold of a trivial result too.
    # "manner": how the result comes about; worth nothing without right results.
    kind: ClassVar[str] = "value"
    # Whether a known wrong function is recognised by what these calls return.
    tells: ClassVar[bool] = True

    @abstractmethod
    def look(self, given: Given) -> Finding:
        """Whether the criterion is met."""

    def met(self) -> Finding:
        """The finding that it is."""
        return Finding(self.criterion, True, self.share)

    def unmet(self, message: str, note: str, witness: Witness | None = None) -> Finding:
        """The finding that it is not, and why."""
        return Finding(self.criterion, False, self.share, message, note, witness)

    def failed(self, given: Given, number: int) -> Finding | None:
        """The finding for a call that raised or was stopped, None if it returned."""
        error = given.results[number].error
        if error is None:
            return None
        at = written(given, self.calls[number])
        if isinstance(error, TimeoutError):
            return self.unmet(
                f"{at} took too long and was stopped. Look for a loop that does not end.",
                "function.timeout",
            )
        if isinstance(error, NotImplementedError):
            return self.unmet(f"{given.name} is not written yet.", "function.missing")
        return self.unmet(f"{at} raised {quoted(error)}.", "function.raised")


def written(given: Given, call: Call) -> str:
    """A call as Python writes it, arrays shortened.

    >>> import numpy as np
    >>> written(Given((), (), "f", ("x",)), Call((np.array([1.0, 2.0]),), {"axis": 0}))
    'f([1, 2], axis=0)'
    """
    parts = [shown(a) for a in call.args]
    parts += [f"{name}={shown(a)}" for name, a in call.kwargs.items()]
    return f"{given.name}({', '.join(parts)})"


def shown(value: object) -> str:
    """An argument in a message."""
    return getattr(value, "__name__", "a function") if callable(value) else short(value)


def quoted(error: BaseException) -> str:
    """Type and message of an exception, on one line of bounded length."""
    message = " ".join(str(error).split())
    message = message if len(message) <= 200 else message[:199] + "…"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
