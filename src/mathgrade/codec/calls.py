"""Calling a student's function, one call or many, wherever it lives.

A stand-in for a function in the student's process has a method ``many`` that
makes all calls in one round trip; an ordinary function is called in place.
Answer tests use :func:`call_many` and never see the difference.
"""

from __future__ import annotations

import contextlib
import copy
import os
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Call", "Result", "call_many", "perform"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make: positional and keyword arguments."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one call.

    Attributes:
        value: what it returned; None if it raised.
        error: the exception it raised, or None. It has the same built-in type
            as in the student's process; a student's own exception class
            arrives as its nearest built-in base, ``ValueError("MyError: …")``.
        warnings: text of each warning it gave, ``"RuntimeWarning: overflow …"``.
        changed: what it made of arguments it changed in place, by position or name.
        seconds: time it took.
    """

    value: Any = None
    error: BaseException | None = None
    warnings: tuple[str, ...] = ()
    changed: Mapping[int | str, Any] = field(default_factory=dict)
    seconds: float = 0.0


def call_many(function: Callable[..., Any], calls: Iterable[Call]) -> list[Result]:
    """Make every call; in one round trip if ``function`` lives elsewhere."""
    many = getattr(function, "many", None)
    if callable(many):
        return list(many(list(calls)))
    return [perform(function, call) for call in calls]


def perform(function: Callable[..., Any], call: Call) -> Result:
    """Make one call in this process; the arguments are copied first."""
    args = copy.deepcopy(call.args)
    kwargs = copy.deepcopy(dict(call.kwargs))
    value: Any = None
    error: BaseException | None = None
    start = time.perf_counter()
    # What it prints on stderr is dropped: nbgrader alone gives 0 to a test cell with any of that.
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stderr(nowhere),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        try:
            value = function(*args, **kwargs)
        except Exception as exception:
            error = exception
    seconds = time.perf_counter() - start
    texts = tuple(f"{w.category.__name__}: {w.message}" for w in caught[:20])
    changed: dict[int | str, Any] = {
        k: after
        for k, (after, before) in enumerate(zip(args, call.args, strict=True))
        if _changed(after, before)
    }
    changed |= {k: after for k, after in kwargs.items() if _changed(after, call.kwargs[k])}
    return Result(value, error, texts, changed, seconds)


def _changed(after: Any, before: Any) -> bool:
    if callable(before):
        return False
    if hasattr(before, "tobytes") and hasattr(before, "shape"):
        return bool(after.shape != before.shape or after.tobytes() != before.tobytes())
    try:
        return bool(after != before)
    except Exception:  # comparing parts that do not compare says nothing about a change
        return False
