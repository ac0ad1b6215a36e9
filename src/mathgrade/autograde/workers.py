"""Where attempts are marked: processes of this machine, or the workers of a Dask cluster.

Either way an attempt goes to a marking program as bytes and its result comes back as bytes, so
that nothing depends on where it was marked.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from mathgrade.autograde.marking_program import MarkingProgram
from mathgrade.errors import CourseError

__all__ = ["LocalWorkers", "Programs", "Workers", "cores", "open_workers"]


class Workers(Protocol):
    """Marks attempts, several at a time.

    Attributes:
        width: how many at a time.
    """

    width: int

    def submit(self, asked: dict[str, Any], seconds: float) -> Future[dict[str, Any]]:
        """Have an attempt marked; the future raises if the worker dies over it."""
        ...

    def close(self) -> None:
        """End all workers; what is being marked is given up."""
        ...


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Programs:
    """Marking programs of this machine, started when they are needed and used again."""

    def __init__(self, bundle: bytes) -> None:
        self._bundle = bundle
        self._idle: list[MarkingProgram] = []
        self._all: set[MarkingProgram] = set()
        self._lock = threading.Lock()
        self._closed = False

    def mark(self, asked: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Have an attempt marked by a program nobody else is using.

        Raises:
            CourseError: no attempt can be marked here.
            ProgramDied: it died over the attempt.
        """
        with self._borrowed() as program:
            return program.mark(asked, seconds)

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[MarkingProgram]:
        with self._lock:
            program = self._idle.pop() if self._idle else None
        if program is None:
            program = MarkingProgram(self._bundle)
            with self._lock:
                self._all.add(program)
        try:
            yield program
        except BaseException:
            self._drop(program)
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(program)
                return
        self._drop(program)

    def _drop(self, program: MarkingProgram) -> None:
        with self._lock:
            self._all.discard(program)
        program.close()

    def process_ids(self) -> list[int]:
        """Of the programs that are running."""
        with self._lock:
            return [program.process_id for program in self._all]

    def close(self) -> None:
        """End all programs."""
        with self._lock:
            self._closed = True
            ending = list(self._all)
            self._all.clear()
            self._idle.clear()
        for program in ending:
            program.close()


class LocalWorkers:
    """A pool of processes of this machine.

    Args:
        bundle: the assignment.
        width: how many processes.
    """

    def __init__(self, bundle: bytes, width: int) -> None:
        self.width = width
        self.programs = Programs(bundle)
        self._threads = ThreadPoolExecutor(width, thread_name_prefix="marking")

    def submit(self, asked: dict[str, Any], seconds: float) -> Future[dict[str, Any]]:
        """Have an attempt marked; see :class:`Workers`."""
        return self._threads.submit(self.programs.mark, asked, seconds)

    def close(self) -> None:
        """End all processes."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.programs.close()
        self._threads.shutdown(wait=True)


@contextlib.contextmanager
def open_workers(bundle: bytes, *, width: int = 0, scheduler: str = "") -> Iterator[Workers]:
    """Workers for one assignment, ended afterwards.

    Args:
        bundle: the assignment, from :meth:`Bundle.to_bytes`.
        width: how many processes; the machine's cores if 0.
        scheduler: address of a Dask scheduler, ``tcp://…``, to use its workers instead.

    Raises:
        CourseError: Dask is not installed, or nobody answers at the address.
    """
    workers: Workers
    if scheduler:
        try:
            from mathgrade.autograde.dask_workers import DaskWorkers
        except ImportError as error:
            raise CourseError(
                "Marking on a Dask cluster needs dask.distributed: pip install 'mathgrade[dask]'."
            ) from error
        workers = DaskWorkers(bundle, scheduler)
    else:
        workers = LocalWorkers(bundle, width or cores())
    try:
        yield workers
    finally:
        workers.close()
