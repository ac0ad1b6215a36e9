"""One function on many things, several at a time, each in a process of its own.

Marking a notebook changes the working directory and the environment, as
nbgrader's own code does, so it is processes here and never threads.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

__all__ = ["each"]

T = TypeVar("T")
R = TypeVar("R")


def each(
    function: Callable[[T], R], things: Sequence[T], *, workers: int
) -> Iterator[tuple[T, R | Exception]]:
    """Pairs of a thing and what became of it, in the order they finish.

    Args:
        function: importable by name; what it takes and returns must be picklable.
        things: what to call it with.
        workers: how many at a time; 1 calls it in this process, in order.

    Yields:
        Each thing with the result, or with the exception that was raised.
    """
    if workers <= 1 or len(things) <= 1:
        for thing in things:
            yield thing, _caught(function, thing)
        return
    # Spawned, not forked: the parent may hold threads (a progress bar) and open databases.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(things)), mp_context=context)
    try:
        pending = {pool.submit(function, thing): thing for thing in things}
        for future in as_completed(pending):
            error = future.exception()
            if error is not None and not isinstance(error, Exception):
                raise error
            yield pending[future], error if error is not None else future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _caught(function: Callable[[T], R], thing: T) -> R | Exception:
    try:
        return function(thing)
    except Exception as error:
        return error
