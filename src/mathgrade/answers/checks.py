"""What a student's function is checked for, each check with its own share of the credit.

The checks of one function name their calls beforehand, so that all of them are
made in a single round trip; each check then looks at its own results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from mathgrade.answers.answer import Share, exact_share
from mathgrade.answers.check import Check, Given, quoted, shown, written
from mathgrade.answers.comparison import as_array, difference
from mathgrade.answers.drawing import result_picture
from mathgrade.answers.loops import find_loop
from mathgrade.answers.received import describe, shape_text, short
from mathgrade.codec.calls import Call
from mathgrade.errors import ItemError
from mathgrade.verdict import Finding, Witness

__all__ = [
    "agrees",
    "keeps_type",
    "no_loops",
    "raises",
    "satisfies",
    "silent",
    "unchanged",
]


def _witness(
    given: Given, call: Call, received: str, expected: str = "", place: str = ""
) -> Witness:
    named = given.parameters
    at = {
        named[k] if k < len(named) else f"argument {k + 1}": shown(a)
        for k, a in enumerate(call.args)
    }
    at |= {name: shown(a) for name, a in call.kwargs.items()}
    return Witness(at, received, expected, f"entry {place}" if place else "")


def _expected(given: Given, number: int) -> Any:
    result = given.expected[number]
    if result.error is not None:
        raise ItemError(f"The reference function raised {quoted(result.error)}.")
    return result.value


@dataclass(frozen=True)
class _Agrees(Check):
    rtol: float = 1e-9
    atol: float = 1e-12
    part: int | None = None

    def look(self, given: Given) -> Finding:
        for number, (call, result) in enumerate(zip(self.calls, given.results, strict=True)):
            failed = self.failed(given, number)
            if failed is not None:
                return failed
            due = _expected(given, number)
            found = difference(due, result.value, rtol=self.rtol, atol=self.atol, part=self.part)
            if found is not None:
                witness = _witness(given, call, found.received, found.expected, found.place)
                message = f"{written(given, call)}: {found.message}."
                picture = result_picture(due, result.value, rtol=self.rtol, atol=self.atol)
                return replace(self.unmet(message, found.note, witness), picture=picture)
        return self.met()


@dataclass(frozen=True)
class _Satisfies(Check):
    predicate: Callable[..., object] = bool
    message: str = ""
    kind: ClassVar[str] = "property"

    def look(self, given: Given) -> Finding:
        for number, (call, result) in enumerate(zip(self.calls, given.results, strict=True)):
            failed = self.failed(given, number)
            if failed is not None:
                return failed
            value, problem = self._value(result.value, given, number)
            if not problem:
                problem = self._ask(value, call)
            if problem:
                witness = _witness(given, call, short(value)) if value is not None else None
                message = f"{written(given, call)}: {problem}."
                return self.unmet(message, "function.property", witness)
        return self.met()

    def _value(self, value: object, given: Given, number: int) -> tuple[Any, str]:
        """The value as the predicate gets it, and what is wrong with it already."""
        due = as_array(_expected(given, number))
        if due is None:
            return value, ""
        array = as_array(value)
        if array is None:
            return None, f"expected numbers, received {describe(value)}"
        if array.shape != due.shape:  # a predicate would broadcast, or hold of nothing at all
            return (
                None,
                f"expected shape {shape_text(due.shape)}, received {shape_text(array.shape)}",
            )
        if array.dtype.kind == "c" and due.dtype.kind != "c":
            return None, "expected real numbers, received complex ones"
        if not np.isfinite(array).all():
            return array, "the result holds NaN or infinity"
        return array, ""

    def _ask(self, value: Any, call: Call) -> str:
        try:
            with np.errstate(all="ignore"):
                answer = self.predicate(value, *call.args, **call.kwargs)
        except Exception as error:
            raise ItemError(
                f"The predicate of {self.criterion!r} raised {quoted(error)}."
            ) from error
        if isinstance(answer, str):
            return answer
        return "" if bool(answer) else (self.message or "this does not hold")


@dataclass(frozen=True)
class _Raises(Check):
    error: type[BaseException] | tuple[type[BaseException], ...] = ValueError
    kind: ClassVar[str] = "manner"
    tells: ClassVar[bool] = False

    def look(self, given: Given) -> Finding:
        kinds = self.error if isinstance(self.error, tuple) else (self.error,)
        due = " or ".join(kind.__name__ for kind in kinds)
        for call, result in zip(self.calls, given.results, strict=True):
            if isinstance(result.error, kinds):
                continue
            did = (
                f"returned {describe(result.value)}"
                if result.error is None
                else f"raised {quoted(result.error)}"
            )
            message = f"{written(given, call)} should raise {due}, but {did}."
            return self.unmet(message, "function.not-raised")
        return self.met()


@dataclass(frozen=True)
class _Silent(Check):
    kind: ClassVar[str] = "manner"

    def look(self, given: Given) -> Finding:
        for number, (call, result) in enumerate(zip(self.calls, given.results, strict=True)):
            failed = self.failed(given, number)
            if failed is not None:
                return failed
            at = written(given, call)
            if result.warnings:
                text = " ".join(result.warnings[0].split())[:200]
                return self.unmet(f"{at} gave a warning: {text}.", "function.warning")
            array = as_array(result.value)
            if array is not None and not np.isfinite(array).all():
                return self.unmet(
                    f"{at} holds NaN or infinity.",
                    "function.not-finite",
                    _witness(given, call, short(array)),
                )
        return self.met()


@dataclass(frozen=True)
class _Unchanged(Check):
    kind: ClassVar[str] = "manner"
    tells: ClassVar[bool] = False

    def look(self, given: Given) -> Finding:
        for number, (call, result) in enumerate(zip(self.calls, given.results, strict=True)):
            failed = self.failed(given, number)
            if failed is not None:
                return failed
            if result.changed:
                which = next(iter(result.changed))
                if isinstance(which, int) and which < len(given.parameters):
                    which = given.parameters[which]
                return self.unmet(
                    f"{written(given, call)} changed its argument {which}. Work on a copy, "
                    "or write a = a - b rather than a -= b.",
                    "function.mutates",
                )
        return self.met()


@dataclass(frozen=True)
class _KeepsType(Check):
    kind: ClassVar[str] = "manner"
    tells: ClassVar[bool] = False

    def look(self, given: Given) -> Finding:
        for number, (call, result) in enumerate(zip(self.calls, given.results, strict=True)):
            failed = self.failed(given, number)
            if failed is not None:
                return failed
            due = np.asarray(call.args[0]).dtype
            for value in (
                result.value if isinstance(result.value, (tuple, list)) else [result.value]
            ):
                found = np.asarray(value).dtype if as_array(value) is not None else None
                if found != due:
                    got = describe(value) if found is None else f"numbers of type {found}"
                    return self.unmet(
                        f"For an array of type {due} the function returned {got}. Work with arrays "
                        "made from the argument, such as np.zeros_like(z).",
                        "function.dtype",
                    )
        return self.met()


@dataclass(frozen=True)
class _NoLoops(Check):
    kind: ClassVar[str] = "manner"
    tells: ClassVar[bool] = False

    def look(self, given: Given) -> Finding:
        if not given.source.strip():
            raise ItemError(
                f'{self.criterion!r} needs the source: pass source=cell("...") to grade, with '
                "the grade_id of the answer cell."
            )
        try:
            loop = find_loop(given.source, given.name)
        except (SyntaxError, ValueError, RecursionError):
            return Finding(
                self.criterion,
                None,
                self.share,
                "The cell's source could not be read.",
                "function.source",
            )
        if loop is None:
            return self.met()
        words, line = loop
        return self.unmet(
            f"Line {line} has {words}. Let NumPy work on whole arrays instead.", "function.loop"
        )


def _calls(calls: Iterable[object]) -> tuple[Call, ...]:
    """Calls as an author writes them: a Call, a tuple of arguments, or the only argument."""
    made = []
    for call in calls:
        if isinstance(call, Call):
            made.append(call)
        else:
            made.append(Call(call if isinstance(call, tuple) else (call,)))
    if not made:
        raise ItemError("A check of a function needs at least one call.")
    return tuple(made)


def agrees(
    criterion: str,
    calls: Iterable[object],
    share: Share,
    *,
    rtol: float = 1e-9,
    atol: float = 1e-12,
    part: int | None = None,
) -> Check:
    """The function returns what the reference returns, to ``atol + rtol * |reference|``.

    Args:
        calls: of :class:`~mathgrade.codec.calls.Call`, tuples of arguments, or single arguments.
        part: which of several returned values is looked at, from 0; all of them if left out.
    """
    return _Agrees(criterion, _calls(calls), exact_share(share), rtol, atol, part)


def satisfies(
    criterion: str,
    calls: Iterable[object],
    predicate: Callable[..., object],
    share: Share,
    *,
    message: str = "",
) -> Check:
    """A property holds of each result, which has the reference's shape and is finite.

    Args:
        predicate: called with the result and the arguments; returns whether the property
            holds, or a text that says why not (empty: it holds).
        message: why not, where the predicate only says False.

    A result that is constant, the identity, or the argument itself earns no property.
    """
    return _Satisfies(criterion, _calls(calls), exact_share(share), predicate, message)


def raises(
    criterion: str,
    calls: Iterable[object],
    error: type[BaseException] | tuple[type[BaseException], ...],
    share: Share,
) -> Check:
    """The function refuses each call with this exception."""
    return _Raises(criterion, _calls(calls), exact_share(share), error)


def silent(criterion: str, calls: Iterable[object], share: Share) -> Check:
    """No warning, and neither NaN nor infinity in any result."""
    return _Silent(criterion, _calls(calls), exact_share(share))


def unchanged(criterion: str, calls: Iterable[object], share: Share) -> Check:
    """The arguments are the same after each call."""
    return _Unchanged(criterion, _calls(calls), exact_share(share))


def keeps_type(criterion: str, calls: Iterable[object], share: Share) -> Check:
    """Each returned array has the dtype of the first argument."""
    return _KeepsType(criterion, _calls(calls), exact_share(share))


def no_loops(criterion: str, share: Share) -> Check:
    """No Python loop in the function's source; ``grade`` needs ``source=cell("...")``."""
    return _NoLoops(criterion, (), exact_share(share))


def not_counted(finding: Finding) -> Finding:
    """A criterion that holds only because nothing is computed: met by no effort, so not met."""
    return replace(
        finding,
        met=False,
        message="This counts once the function returns right values.",
        note="function.not-counted",
    )
