"""Whether two functions differ at all: they are called with what a test does not call them with.

A mutant that a test takes for right is either as right as the reference, which only its author
can say, or the test looks in too few places; then a call at which both differ says where to look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from mathgrade.answers import Function
from mathgrade.answers.check import shown
from mathgrade.answers.comparison import as_array, difference
from mathgrade.codec.calls import Call, call_many
from mathgrade.errors import ItemError
from mathgrade.items import Item

__all__ = ["difference_of", "varied"]

ROUNDS = 12  # other arguments for each call of the test
_SCALES = (1.0, 0.1, 30.0, 1000.0)
_RTOL, _ATOL = 1e-6, 1e-9


def difference_of(
    item: Item, student: str, one: Callable[..., Any], other: Callable[..., Any]
) -> str:
    """Where a function differs from the reference solution of an item, or that it was not seen to.

    Args:
        item: its answer test names the calls that are varied.
        student: whose variant it is.
        one: the solution.
        other: a function that passed the test.

    Returns:
        A line for the author; empty where the item has no calls to vary.
    """
    test = item.test(student)
    if not (isinstance(test, Function) and callable(one) and callable(other)):
        return ""
    asked = [call for check in test.checks if check.tells for call in check.calls]
    rng = np.random.default_rng(0)
    calls = [*asked, *varied(asked, rng)]
    due, got = call_many(one, calls), call_many(other, calls)
    looked = 0
    for call, wanted, received in zip(calls, due, got, strict=True):
        if wanted.error is not None or not _finite(wanted.value):
            continue
        looked += 1
        apart = received.error is not None
        if not apart:
            try:
                apart = difference(wanted.value, received.value, rtol=_RTOL, atol=_ATOL) is not None
            except ItemError:  # what it returns is not comparable
                continue
        if apart:
            return f"differs at {_written(call)}"
    return f"not seen to differ in {looked} calls"


def _finite(value: object) -> bool:
    array = as_array(value)
    return array is None or bool(np.isfinite(array).all())


def varied(calls: list[Call], rng: np.random.Generator) -> Iterator[Call]:
    """Other calls of the same form: numbers drawn anew, shapes and whole numbers kept."""
    for turn in range(ROUNDS):
        scale = _SCALES[turn % len(_SCALES)]
        for call in calls:
            args = tuple(_varied(argument, rng, scale) for argument in call.args)
            kwargs: Mapping[str, Any] = {
                name: _varied(value, rng, scale) for name, value in call.kwargs.items()
            }
            yield replace(call, args=args, kwargs=kwargs)


def _varied(value: Any, rng: np.random.Generator, scale: float) -> Any:
    if isinstance(value, float):
        return float(value + scale * rng.normal())
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return (value + scale * rng.normal(size=value.shape)).astype(value.dtype)
    return value


def _written(call: Call) -> str:
    parts = [shown(a) for a in call.args]
    parts += [f"{name}={shown(a)}" for name, a in call.kwargs.items()]
    return f"({', '.join(parts)})"
