"""Attempts marked by the workers of a Dask cluster.

A Dask worker has threads and must not fork, so it runs no kernel itself: a plugin has it
start marking programs, one for each of its threads. Only bytes and plain data travel.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future
from typing import Any

from distributed import Client, WorkerPlugin, get_worker

from mathgrade.autograde.packing import pack, unpack
from mathgrade.autograde.workers import Programs
from mathgrade.errors import CourseError

__all__ = ["DaskWorkers"]

_CONNECT_SECONDS = 20


class _Marking(WorkerPlugin):
    """Holds a worker's marking programs for one assignment."""

    def __init__(self, bundle: bytes) -> None:
        self.name = f"mathgrade-{hashlib.sha256(bundle).hexdigest()[:16]}"
        self._bundle = bundle
        self.programs: Programs | None = None

    def setup(self, worker: Any) -> None:  # noqa: ARG002 - Dask's signature
        """Called once on each worker, new ones too."""
        self.programs = Programs(self._bundle)

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - Dask's signature
        """Called when the worker ends or the plugin is taken away."""
        if self.programs is not None:
            self.programs.close()


def _mark(plugin: str, data: bytes, seconds: float) -> bytes:
    """Runs on a worker."""
    programs = get_worker().plugins[plugin].programs
    return pack(programs.mark(unpack(data), seconds))


class DaskWorkers:
    """The workers behind a Dask scheduler.

    Args:
        bundle: the assignment.
        scheduler: its address, ``tcp://…``.

    Raises:
        CourseError: nobody answers there, or there are no workers.
    """

    def __init__(self, bundle: bytes, scheduler: str) -> None:
        try:
            self._client = Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise CourseError(f"No Dask workers at {scheduler}: {error}.") from error
        self.width = sum(self._client.nthreads().values())
        self._plugin = _Marking(bundle)
        self._client.register_plugin(self._plugin)
        self._executor = self._client.get_executor(pure=False, retries=1)

    def submit(self, asked: dict[str, Any], seconds: float) -> Future[dict[str, Any]]:
        """Have an attempt marked; see :class:`~mathgrade.autograde.workers.Workers`."""
        answer: Future[dict[str, Any]] = Future()
        sent = self._executor.submit(_mark, self._plugin.name, pack(asked), seconds)
        answer.set_running_or_notify_cancel()
        sent.add_done_callback(lambda done: _pass_on(done, answer))
        return answer

    def close(self) -> None:
        """Take the plugin, and with it the marking programs, off the workers."""
        self._executor.shutdown(wait=False)
        self._client.unregister_worker_plugin(self._plugin.name)
        self._client.close()


def _pass_on(done: Any, answer: Future[dict[str, Any]]) -> None:
    if done.cancelled():
        answer.set_exception(CourseError("the run was ended"))
        return
    error = done.exception()
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(unpack(done.result()))
