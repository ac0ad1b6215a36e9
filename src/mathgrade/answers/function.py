"""A student's function, called on inputs of the judge's choice in one round trip."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from fractions import Fraction
from typing import Any, Self

import numpy as np

from mathgrade.answers.answer import AnswerTest
from mathgrade.answers.check import Check, Given
from mathgrade.answers.checks import not_counted
from mathgrade.answers.comparison import as_array, identical
from mathgrade.answers.received import describe
from mathgrade.codec.calls import Call, Result, call_many
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Finding, Verdict

__all__ = ["Function"]


@dataclass(frozen=True)
class Function(AnswerTest):
    """A function that does what the reference function does.

    Args:
        reference: the reference function.
        checks: made by ``agrees``, ``satisfies``, ``raises``, ``silent``, ``unchanged``
            and ``no_loops`` of :mod:`mathgrade.answers.checks`; their shares add up to 1.
        name: what messages call it; the reference's own name if left out.

    >>> from mathgrade.answers.checks import agrees
    >>> test = Function(np.cumsum, (agrees("right", [np.array([1.0, 2.0, 3.0])], 1),))
    >>> test.mark(lambda a: a).findings[0].message
    'cumsum([1, 2, 3]): the value is wrong.'
    """

    reference: Callable[..., Any]
    checks: Sequence[Check]
    _: KW_ONLY
    name: str = ""

    def _mark(self, response: object, source: str) -> Verdict:
        function = self._callable(response)
        if sum(check.share for check in self.checks) != 1:
            raise ItemError(f"The shares of the checks of {self._name()} must add up to 1.")
        calls = [call for check in self.checks for call in check.calls]
        results = self._call(function, calls)
        expected = call_many(self.reference, calls)
        findings: list[Finding] = []
        start = 0
        for check in self.checks:
            part = slice(start, start + len(check.calls))
            start = part.stop
            given = Given(
                tuple(results[part]),
                tuple(expected[part]),
                self._name(),
                _parameters(self.reference),
                source,
            )
            findings.append(check.look(given))
        return Verdict.of(self._earned(findings, calls, results))

    def form(self, response: object) -> str:
        self._callable(response)
        return ""

    def of_values(self) -> Self:
        kept = [check for check in self.checks if check.kind != "manner"]
        total = sum((check.share for check in kept), Fraction(0))
        if not total:
            return self
        return replace(self, checks=[replace(c, share=c.share / total) for c in kept])

    def trivial(self) -> bool:
        calls = [call for check in self.checks if check.tells for call in check.calls]
        return _trivial(calls, call_many(self.reference, calls))

    def recognise(self, known: Sequence[object], response: object) -> int | None:
        """The first known wrong function that returns what this one does, on every call.

        It need not have the properties of the right one, so only results are held
        against each other; calls that should raise are left out.
        """
        calls = [call for check in self.checks if check.tells for call in check.calls]
        results = self._call(self._callable(response), calls)
        if not calls or all(isinstance(r.error, TimeoutError) for r in results):
            return None
        for position, wrong in enumerate(known):
            if not callable(wrong):
                raise ItemError(f"A mistake of {self._name()} must be a function, not {wrong!r}.")
            others = call_many(wrong, calls)
            if all(map(_alike, results, others)):
                return position
        return None

    def unexplained(self, verdict: Verdict, known: object) -> list[Finding]:
        """How a function is written, where that is not what the known wrong one does, too."""
        return [
            finding
            for check, finding in zip(self.checks, verdict.findings, strict=False)
            if check.kind == "manner" and finding.met is False
            if finding.note != "function.not-counted"  # it is met, by no effort
            if not check.calls or self._look(check, known).met
        ]

    def _look(self, check: Check, function: Any) -> Finding:
        """What one check finds of a function of ours."""
        calls = list(check.calls)
        results, expected = call_many(function, calls), call_many(self.reference, calls)
        given = Given(tuple(results), tuple(expected), self._name(), _parameters(self.reference))
        return check.look(given)

    def _name(self) -> str:
        return self.name or str(getattr(self.reference, "__name__", "the function"))

    def _callable(self, response: object) -> Callable[..., Any]:
        if not callable(response):
            raise ResponseError(
                f"Expected a function, received {describe(response)}. Define it with "
                f"`def {self._name()}(...):` and hand in the function itself.",
                "type.function",
            )
        return response

    def _call(self, function: Callable[..., Any], calls: list[Call]) -> list[Result]:
        results = call_many(function, calls) if calls else []
        if len(results) != len(calls):
            lost = Result(error=RuntimeError("the results of the calls did not arrive"))
            return [lost for _ in calls]
        return results

    def _earned(
        self, findings: list[Finding], calls: list[Call], results: list[Result]
    ) -> list[Finding]:
        """Take back what a function that computes nothing would earn."""
        kinds = [check.kind for check in self.checks]
        right = any(f.met and k == "value" for f, k in zip(findings, kinds, strict=True))
        if not right and _trivial(calls, results):
            kinds = ["manner" if kind == "property" else kind for kind in kinds]
        right = right or any(f.met and k != "manner" for f, k in zip(findings, kinds, strict=True))
        if right or "manner" not in kinds or all(kind == "manner" for kind in kinds):
            return findings
        return [
            not_counted(f) if f.met and k == "manner" else f
            for f, k in zip(findings, kinds, strict=True)
        ]


def _alike(one: Result, other: Result) -> bool:
    if one.error is not None or other.error is not None:
        return type(one.error) is type(other.error)
    return identical(one.value, other.value)


def _trivial(calls: list[Call], results: list[Result]) -> bool:
    """Whether every result is constant, the identity, or an argument handed back."""
    arrays = [as_array(r.value) if r.error is None else None for r in results]
    # One number alone is always constant: it tells something only beside the others.
    single = {a.item() for a in arrays if a is not None and a.size == 1}
    several = [
        (a, call) for a, call in zip(arrays, calls, strict=True) if a is not None and a.size > 1
    ]
    if not several:
        return len(single) <= 1
    return all(_plain(array, call) for array, call in several)


def _plain(array: Any, call: Call) -> bool:
    if bool((array == array.flat[0]).all()) or not np.isfinite(array).any():
        return True
    if array.ndim == 2 and bool((array == np.eye(*array.shape)).all()):
        return True
    given = [as_array(a) for a in call.args if not callable(a)]
    return any(a is not None and identical(a, array) for a in given)


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # builtins have none
        return ()
