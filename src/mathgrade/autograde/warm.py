"""Kernels started ahead: the next attempt's kernel loads while this one runs."""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Iterator

from jupyter_core.utils import ensure_event_loop

from mathgrade.autograde.kernel import Limits, StudentKernel
from mathgrade.errors import JudgeError

__all__ = ["borrowed_kernel"]


class _Spare:
    """A kernel that gets ready in a thread of its own until somebody takes it."""

    def __init__(self, limits: Limits, name: str) -> None:
        self.name = name
        self._kernel = StudentKernel(limits, name)
        self._thread = threading.Thread(target=self._prepare, daemon=True)
        self._thread.start()

    def _prepare(self) -> None:
        try:
            with contextlib.suppress(JudgeError):  # whoever takes it will see it again
                self._kernel.prepare()
        finally:
            # Jupyter's synchronous calls gave this thread an event loop; it ends with the thread.
            ensure_event_loop().close()

    def kernel(self) -> StudentKernel:
        """The kernel, from now on the caller's."""
        self._thread.join()
        return self._kernel


_lock = threading.Lock()
_spares: list[_Spare] = []


@contextlib.contextmanager
def borrowed_kernel(limits: Limits, kernel_name: str, *, ahead: bool) -> Iterator[StudentKernel]:
    """A fresh kernel for one attempt, ended when the attempt is over.

    Args:
        limits: what the attempt may use.
        kernel_name: the kernel to start, ``python3``.
        ahead: start the kernel of the next attempt now, so that it is ready then.
    """
    with _lock:
        spare = _spares.pop() if _spares and _spares[-1].name == kernel_name else None
    kernel = spare.kernel() if spare is not None else StudentKernel(limits, kernel_name)
    kernel.limits = limits
    if ahead:
        with _lock:
            if not _spares:
                _spares.append(_Spare(limits, kernel_name))
    try:
        yield kernel
    finally:
        kernel.close()


def _end_spares() -> None:
    with _lock:
        ending = list(_spares)
        _spares.clear()
    for spare in ending:
        spare.kernel().close()


atexit.register(_end_spares)
