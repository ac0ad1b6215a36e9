"""Kernels started ahead: the next attempt's kernel loads while this one runs."""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Iterator

from mathgrade.autograde.kernel import Limits, StudentKernel

__all__ = ["borrowed_kernel"]

_lock = threading.Lock()
_spare: StudentKernel | None = None
_spare_name = ""


@contextlib.contextmanager
def borrowed_kernel(limits: Limits, kernel_name: str, *, ahead: bool) -> Iterator[StudentKernel]:
    """A fresh kernel for one attempt, ended when the attempt is over.

    Args:
        limits: what the attempt may use.
        kernel_name: the kernel to start, ``python3``.
        ahead: start the kernel of the next attempt now, so that it is ready then.
    """
    global _spare, _spare_name
    with _lock:
        kernel, _spare = (_spare, None) if _spare_name == kernel_name else (None, _spare)
    if kernel is None:
        kernel = StudentKernel(limits, kernel_name)
    kernel.limits = limits
    if ahead:
        with _lock:
            if _spare is None:
                _spare, _spare_name = StudentKernel(limits, kernel_name), kernel_name
    try:
        yield kernel
    finally:
        kernel.close()


def _end_spare() -> None:
    global _spare
    with _lock:
        kernel, _spare = _spare, None
    if kernel is not None:
        kernel.close()


atexit.register(_end_spare)
