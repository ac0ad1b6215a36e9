"""The near end of the zygote: start it once, have it fork a confined process."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mathgrade.errors import JudgeError

__all__ = ["Process", "Zygote"]

_START_SECONDS = 120.0
_REPLY_SECONDS = 120.0
_END_SECONDS = 10
_REPLY_BYTES = 1 << 16
_KEPT_VARIABLES = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "MPLCONFIGDIR",
    "XDG_CACHE_HOME",
)
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(slots=True)
class Process:
    """A student's process, held by a descriptor that nothing else can take the place of.

    Attributes:
        number: its process id, as seen from here.
        handle: its pidfd.
        connection: the near end of its channel.
    """

    number: int
    handle: int
    connection: socket.socket

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self.handle, number)

    def stopped(self) -> bool:
        """Whether a signal has stopped it, so that it will never answer."""
        try:
            text = Path(f"/proc/{self.number}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return text.rpartition(")")[2].split()[:1] == ["T"]

    def close(self) -> None:
        """End it, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        ended = select.poll()  # not select(): the descriptor may be a high one
        ended.register(self.handle, select.POLLIN)
        ended.poll(1000 * _END_SECONDS)
        self.connection.close()
        os.close(self.handle)


class Zygote:
    """A program with everything loaded that forks when asked to.

    Starting it returns at once.

    Args:
        interpreter: the Python that runs it, with this package installed.
        bubble: the command that starts it in one; without, each child confines itself.
    """

    def __init__(self, interpreter: str = sys.executable, bubble: Sequence[str] = ()) -> None:
        self._owner = os.getpid()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        if bubble:
            environment["HOME"] = "/tmp"  # noqa: S108 - the one in the bubble
        command = [interpreter, "-I", "-m", "mathgrade.autograde.zygote.program"]
        try:
            self._process = subprocess.Popen(
                [*bubble, *command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=environment | _ONE_THREAD,
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise JudgeError(f"the warm process could not be started: {error}") from error
        finally:
            theirs.close()
        self._control = ours
        self._lock = threading.Lock()
        self._loaded: set[str] = set()
        self._held: frozenset[str] | None = None
        atexit.register(self.close)

    def held(self) -> frozenset[str]:
        """The layers of the sandbox that hold, once it is up.

        Raises:
            JudgeError: it did not start.
        """
        with self._lock:
            if self._held is None:
                message, _ = self._reply(_START_SECONDS)
                self._held = frozenset(map(str, message["ready"]))
            return self._held

    def alive(self) -> bool:
        """Whether it runs, and is this process's own rather than inherited by a fork."""
        return self._owner == os.getpid() and self._process.poll() is None

    def load(self, modules: Iterable[str]) -> None:
        """Have it load more modules, now and for every later attempt.

        Raises:
            JudgeError: it is gone.
        """
        new = sorted(set(modules) - self._loaded)
        if not new:
            return
        self.held()
        with self._lock:
            self._send({"load": new})
            self._reply(_REPLY_SECONDS)
            self._loaded.update(new)

    def fork(self, folder: Path, *, memory: int, scratch_bytes: int, cpu_seconds: int) -> Process:
        """A fresh process, confined to ``folder``.

        Raises:
            JudgeError: it is gone, or the fork did not begin.
        """
        self.held()
        ours, theirs = socket.socketpair()
        request = {
            "folder": str(folder), "memory": memory,
            "scratch_bytes": scratch_bytes, "cpu_seconds": cpu_seconds,
        }  # fmt: skip
        with self._lock, theirs:
            self._send(request, theirs.fileno())
            _, handles = self._reply(_REPLY_SECONDS)
        if not handles:
            ours.close()
            raise JudgeError("the student's process could not be started")
        return Process(_process_id(handles[0]), handles[0], ours)

    def close(self) -> None:
        """End it, and with it every process it forked."""
        atexit.unregister(self.close)
        if self._owner != os.getpid():
            return
        self._control.close()
        if self.alive():
            # All of its group: bubblewrap is two processes, and the second may not yet have
            # asked to end with the first.
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _send(self, request: object, *descriptors: int) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            raise JudgeError(f"the warm process is gone: {error}") from error

    def _reply(self, seconds: float) -> tuple[dict[str, Any], list[int]]:
        self._control.settimeout(seconds)
        try:
            data, handles, _, _ = socket.recv_fds(self._control, _REPLY_BYTES, 1)
        except OSError as error:
            raise JudgeError(f"the warm process does not answer: {error}") from error
        if not data:
            raise JudgeError("the warm process ended")
        return json.loads(data), handles


def _process_id(handle: int) -> int:
    """The id of a process from its descriptor, as this process sees it."""
    text = Path(f"/proc/self/fdinfo/{handle}").read_text(encoding="utf-8")
    found = re.search(r"^Pid:\s*(-?\d+)", text, re.MULTILINE)
    return int(found[1]) if found else -1
