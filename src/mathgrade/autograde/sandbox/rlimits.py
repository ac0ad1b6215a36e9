"""Resource limits of a process: what one attempt, or one test cell, can take of the machine."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

__all__ = ["limit_resources", "memory_kept_back"]

_OPEN_FILES = 256
_SPARE_BYTES = 64 << 20


def limit_resources(*, memory: int, file_bytes: int, cpu_seconds: int) -> None:
    """Lower this process's limits; they cannot be raised again.

    Args:
        memory: bytes of address space on top of what is in use now.
        file_bytes: size of a file it writes.
        cpu_seconds: processor time of its whole life: a last resort, whoever started it
            counts more closely.
    """
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _lower(resource.RLIMIT_FSIZE, file_bytes)
    _lower(resource.RLIMIT_AS, _address_space() + memory + _SPARE_BYTES)
    _lower(resource.RLIMIT_CPU, cpu_seconds)


@contextlib.contextmanager
def memory_kept_back(kept_back: bool) -> Iterator[None]:
    """Whether, for a while, a little memory stays free to say in peace that there is no more."""
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    limited = hard != resource.RLIM_INFINITY
    now = hard - _SPARE_BYTES if limited and kept_back else hard
    resource.setrlimit(resource.RLIMIT_AS, (now, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))


def _lower(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # not every platform has every limit
        resource.setrlimit(which, (value, value))


def _address_space() -> int:
    """Bytes of address space in use."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    except OSError:
        return 1 << 30  # an interpreter with numpy and sympy
    return pages * resource.getpagesize()
