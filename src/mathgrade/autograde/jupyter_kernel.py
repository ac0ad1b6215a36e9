"""An ordinary Jupyter kernel for the student's code, driven with every message mistrusted.

It runs with all rights of whoever marks: for machines that have no sandbox, and for those
who decided to do without one. Cells run one after another; their messages become outputs
exactly as nbclient makes them. Requests to the agent go through ``user_expressions``, which
leave no trace in the notebook; a function of the judge's that was handed
in as an argument is called back through the protocol's stdin channel.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode

from mathgrade.autograde.kernel import CALL_PROMPT, KernelDied, Limits, stopped_output
from mathgrade.autograde.outputs import Collector, Displays, count_of, merge_streams
from mathgrade.codec.limits import MAX_MESSAGE
from mathgrade.errors import JudgeError

__all__ = ["REPLY_TYPE", "JupyterKernel"]

REPLY_TYPE = "application/vnd.mathgrade.reply"
_STARTUP_SECONDS = 60.0
_GRACE_SECONDS = 2.0  # between an interrupt and the end of the kernel
_POLL_SECONDS = 0.25


class JupyterKernel:
    """A :class:`~mathgrade.autograde.kernel.StudentKernel` that speaks Jupyter's protocol."""

    def __init__(self, limits: Limits, kernel_name: str = "python3") -> None:
        self.limits = limits
        self.died = ""
        self.certain = False  # its limits are those of a clock on the wall
        # Sockets in a folder of our own, not TCP ports that anybody on this machine can reach.
        self._sockets = Path(tempfile.mkdtemp(prefix="mg-"))
        self._manager = KernelManager(
            kernel_name=kernel_name, transport="ipc", ip=str(self._sockets / "k")
        )
        self._client: BlockingKernelClient | None = None
        self._displays: Displays = {}
        arguments = ["--HistoryManager.hist_file=:memory:"]
        environment = {**os.environ, "NBGRADER_EXECUTION": "autograde"}
        # A warning or a debugger of the instructor's own machine is no business of the student's.
        for name in ("PYTHONWARNINGS", "PYTHONBREAKPOINT", "PYTHONSTARTUP", "MATHGRADE_STUDENT"):
            environment.pop(name, None)
        environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
        self._manager.start_kernel(
            extra_arguments=arguments, env=environment, cwd=str(Path(sys.prefix))
        )

    # -- life -----------------------------------------------------------------------------

    def prepare(self) -> None:
        """Wait until the kernel answers and has loaded what most notebooks load.

        Raises:
            JudgeError: it did not start; nothing of the student's has run.
        """
        self._connect()
        self._tell("preload")

    def take(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Put the kernel into ``folder`` with ``environment`` on top of its own.

        Raises:
            JudgeError: it did not start; nothing of the student's has run.
        """
        self.prepare()
        self._tell("begin", str(folder), dict(environment))

    def _tell(self, function: str, *arguments: object) -> None:
        try:
            reply = self.ask("", expression=_expression(function, *arguments), seconds=60.0)
        except KernelDied as death:
            raise JudgeError(f"the kernel did not start: {death}") from death
        if reply is None:
            raise JudgeError("the kernel started but did not answer")

    def _connect(self) -> None:
        if self._client is not None:
            return
        client = self._manager.blocking_client()
        client.start_channels(hb=False)
        self._client = client
        end = time.monotonic() + _STARTUP_SECONDS
        ready = subscribed = False
        while not (ready and subscribed):
            if time.monotonic() > end or not self._manager.is_alive():
                raise JudgeError(
                    "the Jupyter kernel did not start; try `jupyter kernelspec list` and "
                    "`python -m ipykernel --version` in this environment"
                )
            # Until something arrives on iopub the subscription may not be live, and the
            # first output, or worse the first "idle", would be lost.
            client.kernel_info()
            poller = zmq.Poller()
            for channel in (client.shell_channel, client.iopub_channel):
                poller.register(channel.socket, zmq.POLLIN)
            for socket, _ in poller.poll(200):
                if socket is client.shell_channel.socket:
                    client.shell_channel.get_msg(timeout=1)
                    ready = True
                else:
                    client.iopub_channel.get_msg(timeout=1)
                    subscribed = True

    def close(self) -> None:
        """End the kernel at once; every process it started in its session goes with it."""
        self._kill()
        with contextlib.suppress(Exception):
            if self._client is not None:
                self._client.stop_channels()
        with contextlib.suppress(Exception):
            self._manager.provisioner.process.wait(_GRACE_SECONDS)
        with contextlib.suppress(Exception):
            self._manager.cleanup_resources()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _kill(self) -> None:
        process_id = getattr(self._manager.provisioner, "pid", None)
        if process_id:
            with contextlib.suppress(OSError):
                os.killpg(process_id, signal.SIGKILL)

    # -- cells ----------------------------------------------------------------------------

    def run(self, cell: NotebookNode) -> None:
        """Run one cell; its outputs and its error end up in ``cell.outputs``.

        Raises:
            KernelDied: during this cell, or before it.
        """
        cell.outputs = []
        cell.execution_count = None
        if not cell.source.strip():
            return
        self._check_alive()
        client = self._client
        assert client is not None
        message_id = client.execute(
            cell.source, store_history=True, allow_stdin=False, stop_on_error=False
        )
        limits = self.limits
        collect = Collector(cell, self._displays, limits.output_bytes, limits.output_count)
        reply, interrupted = self._exchange(message_id, self.limits.cell_seconds, collect)
        cell.execution_count = count_of(reply)
        merge_streams(cell)
        if interrupted:
            cell.outputs.append(stopped_output(f"{self.limits.cell_seconds:g} seconds"))

    # -- requests -------------------------------------------------------------------------

    def ask(
        self,
        request: str,
        on_call: Callable[[str], str] | None = None,
        *,
        expression: str = "",
        seconds: float = 0.0,
    ) -> str | None:
        """Send a request to the agent in the kernel; returns its reply as text.

        Args:
            request: JSON text for :mod:`mathgrade.autograde.agent`.
            on_call: answers a call of one of the judge's functions.
            expression: instead of a request, an expression to evaluate there.
            seconds: limit in wall clock; 0 means ``limits.call_seconds``.

        Returns:
            The reply, or None where the kernel answered with something else:
            the student's code has damaged the agent.

        Raises:
            KernelDied: while it was working on this, or before.
        """
        self._check_alive()
        client = self._client
        assert client is not None
        message_id = client.execute(
            "",
            silent=True,
            store_history=False,
            allow_stdin=on_call is not None,
            stop_on_error=False,
            user_expressions={"reply": expression or _expression("reply", request)},
        )
        reply, _ = self._exchange(
            message_id, seconds or self.limits.call_seconds, None, on_call=on_call
        )
        try:
            text = (reply or {})["user_expressions"]["reply"]["data"][REPLY_TYPE]
        except (KeyError, TypeError):
            return None
        return text if isinstance(text, str) and len(text) <= MAX_MESSAGE else None

    def _check_alive(self) -> None:
        if self.died:
            raise KernelDied(self.died)

    def _exchange(
        self,
        message_id: str,
        seconds: float,
        collect: Collector | None,
        *,
        on_call: Callable[[str], str] | None = None,
    ) -> tuple[dict[str, Any] | None, bool]:
        """Serve the channels until the reply to ``message_id`` is complete."""
        client = self._client
        assert client is not None
        end = time.monotonic() + seconds
        reply: dict[str, Any] | None = None
        idle = collect is None
        interrupted = False
        poller = zmq.Poller()
        channels = {
            client.shell_channel.socket: client.shell_channel,
            client.iopub_channel.socket: client.iopub_channel,
            client.stdin_channel.socket: client.stdin_channel,
        }
        for socket in channels:
            poller.register(socket, zmq.POLLIN)
        while reply is None or not idle:
            left = end - time.monotonic()
            if left <= 0:
                if reply is not None:
                    break  # "idle" was lost: no fault of the student's
                if interrupted:
                    self._end(f"it went on after the limit of {seconds:g} seconds")
                self._manager.interrupt_kernel()
                interrupted = True
                end = time.monotonic() + _GRACE_SECONDS
                continue
            ready = poller.poll(int(1000 * min(left, _POLL_SECONDS)) + 1)
            if not ready and not self._manager.is_alive():
                self._end("its process ended (a crash, `exit`, or too much memory)")
            for socket, _ in ready:
                try:
                    message = channels[socket].get_msg(timeout=1)
                except Exception:  # noqa: S112 - what this protocol cannot read is dropped
                    continue
                if not _belongs(message, message_id):
                    continue
                kind = message["msg_type"]
                if kind == "execute_reply":
                    reply = message["content"]
                    # What is left on iopub is on its way already.
                    end = max(end, time.monotonic() + _GRACE_SECONDS)
                elif kind == "input_request":
                    prompt = str(message["content"].get("prompt", ""))
                    if on_call is not None and prompt.startswith(CALL_PROMPT):
                        client.input(on_call(prompt.removeprefix(CALL_PROMPT)))
                    else:
                        client.input("")
                elif collect is not None and collect(message):
                    idle = True
        return reply, interrupted

    def _end(self, why: str) -> None:
        self.died = f"your notebook stopped running: {why}"
        self._kill()
        raise KernelDied(self.died)


def _belongs(message: Any, message_id: str) -> bool:
    """Whether a message answers the one we sent; the student's code can send any message."""
    parts = [message.get(name) for name in ("parent_header", "content")]
    if not all(isinstance(part, dict) for part in parts):
        return False
    return bool(parts[0].get("msg_id") == message_id and isinstance(message["msg_type"], str))


def _expression(function: str, *arguments: object) -> str:
    listed = ", ".join(repr(argument) for argument in arguments)
    return f"__import__('mathgrade.autograde.agent', fromlist=['agent']).{function}({listed})"
