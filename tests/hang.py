"""A guard against work that does not end: a bound on processor time, not a measure of speed."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Iterator

__all__ = ["ends_within"]


@contextlib.contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    """Assert that the block uses at most ``seconds`` of processor time.

    The garbage collector waits meanwhile: after ten thousand tests one collection takes longer
    than much of what is guarded, and whose block it falls into is chance.
    """
    collecting = gc.isenabled()
    gc.disable()
    start = time.process_time()
    try:
        yield
        used = time.process_time() - start
    finally:
        if collecting:
            gc.enable()
    assert used < seconds, f"used {used:.2f} s of processor time, more than {seconds:g}"
