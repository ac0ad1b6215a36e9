"""The student's kernel in a process forked warm and confined before it sees any of the code."""

from __future__ import annotations

import base64
import contextlib
import json
import select
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NoReturn

from nbformat import NotebookNode

from mathgrade.autograde.kernel import CALL_PROMPT, KernelDied, Limits, stopped_output
from mathgrade.autograde.outputs import Collector, Displays, count_of, merge_streams
from mathgrade.autograde.sandbox.bubble import BUBBLE_FOLDER, bubble_command
from mathgrade.autograde.sandbox.readable import readable_paths
from mathgrade.autograde.zygote.client import Process, Zygote
from mathgrade.autograde.zygote.clock import Allowance
from mathgrade.codec.limits import MAX_MESSAGE
from mathgrade.errors import JudgeError

__all__ = ["BubbledKernel", "WarmKernel", "size_of"]

_LAYERS_IN_BUBBLE = frozenset({"limits", "seccomp"})

_BEGIN_SECONDS = 60.0
_GRACE_SECONDS = 2.0  # between an interrupt and the end of the process
_POLL_SECONDS = 0.25
_LINE_BYTES = 2 * MAX_MESSAGE
_CELL_BYTES = 4 * MAX_MESSAGE  # of messages, kept or not
_OUTPUT_LIMIT = f"{_CELL_BYTES // 1_000_000} MB of output"
_ATTEMPT_CELLS = 120  # the processor time of a whole attempt, in cells at their limit


class WarmKernel:
    """A :class:`~mathgrade.autograde.kernel.StudentKernel` forked from a zygote.

    Args:
        limits: what the attempt may use.
        zygote: forks it.
        required: layers of the sandbox without which no cell is run.
        modules: what the instructor's notebook imports, loaded before the fork.
    """

    def __init__(
        self,
        limits: Limits,
        zygote: Zygote,
        required: Collection[str],
        modules: Collection[str] = (),
    ) -> None:
        self.limits = limits
        self.died = ""
        self.certain = False
        self._zygote = zygote
        self._required = frozenset(required)
        self._modules = modules
        self._process: Process | None = None
        self._displays: Displays = {}
        self._scratch: Path | None = None
        self._buffer = bytearray()
        self._lines: deque[bytearray] = deque()
        self._number = 0

    # -- life -----------------------------------------------------------------------------

    def prepare(self) -> None:
        """Wait until the zygote has loaded everything."""
        self._zygote.load(self._modules)

    def take(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Fork; the process gets a copy of the files in ``folder``."""
        self.prepare()
        limits = self.limits
        files = _files(folder)
        self._process = process = self._zygote.fork(
            self._place(folder),
            memory=limits.memory,
            scratch_bytes=limits.scratch_bytes + sum(map(len, files.values())),
            cpu_seconds=int(_ATTEMPT_CELLS * limits.cell_seconds) + 60,
        )
        process.connection.setblocking(False)
        begin = {"environment": {**_ENVIRONMENT, **environment}, "files": files}
        end = time.monotonic() + _BEGIN_SECONDS
        try:
            self._write(begin, end)
            while (message := self._next()) is None:
                if time.monotonic() > end:
                    raise JudgeError("the student's process did not begin")
                self._receive(_POLL_SECONDS)
        except (OSError, KernelDied) as error:
            raise JudgeError(f"the student's process did not begin: {error}") from error
        held = set(message.get("ready", ()))
        if "scratch" not in held:  # its files are on the disk
            self._scratch = self._place(folder)
        missing = self._required - held
        if missing:
            raise JudgeError(f"the sandbox does not hold: no {', '.join(sorted(missing))}")

    def _place(self, folder: Path) -> Path:
        """Where the process finds its copy of ``folder``."""
        return folder

    def close(self) -> None:
        """End the process at once; it cannot have started another."""
        if self._process is not None:
            self._process.close()
            self._process = None

    # -- cells and requests -----------------------------------------------------------------

    def run(self, cell: NotebookNode) -> None:
        """Run one cell."""
        cell.outputs = []
        cell.execution_count = None
        if not cell.source.strip():
            return
        limits = self.limits
        collect = Collector(cell, self._displays, limits.output_bytes, limits.output_count)
        try:
            done, stopped = self._exchange({"cell": cell.source}, limits.cell_seconds, collect)
        finally:
            merge_streams(cell)
        cell.execution_count = count_of({"execution_count": done.get("count")})
        if stopped:
            cell.outputs.append(stopped_output(stopped))

    def ask(self, request: str, on_call: Callable[[str], str] | None = None) -> str | None:
        """Send a request to the agent."""
        message = {"ask": request, "calls": on_call is not None}
        done, _ = self._exchange(message, self.limits.call_seconds, None, on_call)
        text = done.get("answer")
        return text if isinstance(text, str) and len(text) <= MAX_MESSAGE else None

    def _exchange(
        self,
        request: Mapping[str, Any],
        seconds: float,
        collect: Collector | None,
        on_call: Callable[[str], str] | None = None,
    ) -> tuple[dict[str, Any], str]:
        """Send a request and take what comes until it is done.

        Returns:
            The answer, and the limit at which it was interrupted, if it was.
        """
        if self.died:
            raise KernelDied(self.died)
        process = self._process
        assert process is not None
        self._number += 1
        number = str(self._number)
        stopped = ""
        left = _CELL_BYTES
        looked = time.monotonic()
        try:
            allowance = Allowance(process.number, seconds, self.limits.patience)
            self._write({"number": number, **request}, time.monotonic() + allowance.wall_seconds)
            while True:
                while (message := self._next()) is not None:
                    if "question" in message:
                        begin = time.monotonic()
                        self._answer(message, on_call)
                        allowance.pause(time.monotonic() - begin)
                    elif message.get("of") != number:
                        continue  # printed in the background by an earlier cell
                    elif isinstance(done := message.get("done"), dict):
                        return done, stopped
                    elif collect is not None:
                        _collect(collect, message)
                seconds_left = allowance.left()
                if seconds_left <= 0 or left < 0:
                    if stopped:
                        self._end(f"it went on after the limit of {stopped}")
                    stopped = allowance.limit if left >= 0 else _OUTPUT_LIMIT
                    process.signal(signal.SIGINT)
                    allowance = Allowance(process.number, _GRACE_SECONDS, self.limits.patience)
                    left = _CELL_BYTES
                    continue
                left -= self._receive(min(seconds_left, _POLL_SECONDS))
                if time.monotonic() > looked + _POLL_SECONDS:
                    self._look_after(process)
                    looked = time.monotonic()
        except OSError:
            self._end("its process ended (a crash, `exit`, or too much memory)", certain=False)

    def _look_after(self, process: Process) -> None:
        """End a process that has stopped itself, or fills the disk where nothing else bounds it."""
        if process.stopped():
            self._end("it stopped its own process")
        if self._scratch is not None and size_of(self._scratch) > self.limits.scratch_bytes:
            self._end("it wrote more to its files than it may")

    def _answer(self, message: Mapping[str, Any], on_call: Callable[[str], str] | None) -> None:
        prompt = message["question"]
        value = ""
        if on_call is not None and isinstance(prompt, str) and prompt.startswith(CALL_PROMPT):
            value = on_call(prompt.removeprefix(CALL_PROMPT))
        end = time.monotonic() + self.limits.call_seconds * self.limits.patience
        self._write({"value": value, "turn": message.get("turn")}, end)

    def _end(self, why: str, *, certain: bool = True) -> NoReturn:
        self.certain = certain
        self.died = f"your notebook stopped running: {why}"
        assert self._process is not None
        self._process.signal(signal.SIGKILL)
        raise KernelDied(self.died)

    # -- lines of JSON ----------------------------------------------------------------------

    def _write(self, message: Mapping[str, Any], end: float) -> None:
        assert self._process is not None
        connection = self._process.connection
        data = memoryview(
            json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        )
        while data:
            ready = _wait(connection.fileno(), select.POLLOUT, end - time.monotonic())
            if not ready:
                self._end("it does not take messages any more")
            data = data[connection.send(data) :]

    def _receive(self, seconds: float) -> int:
        """Take what has arrived; bytes taken, 0 when nothing came in time.

        Raises:
            OSError: the process ended.
        """
        assert self._process is not None
        connection = self._process.connection
        if not _wait(connection.fileno(), select.POLLIN, seconds):
            return 0
        data = connection.recv(1 << 20)
        if not data:
            raise OSError("the process ended")
        self._buffer += data
        if b"\n" in data:
            *lines, rest = self._buffer.split(b"\n")
            self._lines.extend(lines)
            self._buffer = rest
        elif len(self._buffer) > _LINE_BYTES:
            self._end("it sent a message that is too long")
        return len(data)

    def _next(self) -> dict[str, Any] | None:
        """The next message that has arrived whole; what cannot be read is dropped."""
        while self._lines:
            with contextlib.suppress(ValueError, RecursionError):
                message = json.loads(self._lines.popleft())
                if isinstance(message, dict):
                    return message
        return None


_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


def _files(folder: Path) -> dict[str, str]:
    """The regular files in a folder, by their path in it."""
    return {
        str(path.relative_to(folder)): base64.b64encode(path.read_bytes()).decode("ascii")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder, as long as they can be looked at."""
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            size += path.lstat().st_size
    return size


def _collect(collect: Collector, message: Mapping[str, Any]) -> None:
    kind, content = message.get("type"), message.get("content")
    if isinstance(kind, str) and kind != "status" and isinstance(content, dict):
        collect({"msg_type": kind, "content": content})


def _wait(descriptor: int, event: int, seconds: float) -> bool:
    poller = select.poll()  # not select(): the descriptor may be a high one
    poller.register(descriptor, event)
    return bool(poller.poll(max(0, int(1000 * seconds) + 1)))


class BubbledKernel(WarmKernel):
    """A warm kernel whose zygote sits in a bubble of its own, and ends with the attempt.

    Args:
        limits: what the attempt may use.
        interpreter: the Python that runs it.
        modules: what the instructor's notebook imports.

    Raises:
        JudgeError: there is no bubblewrap here, or not for this interpreter.
    """

    def __init__(self, limits: Limits, interpreter: str, modules: Collection[str] = ()) -> None:
        bubble = bubble_command(readable_paths(), 2 * limits.scratch_bytes)
        if bubble is None or interpreter != sys.executable:
            raise JudgeError("bubblewrap is not installed, or this Python is not the kernel's")
        super().__init__(limits, Zygote(interpreter, bubble), _LAYERS_IN_BUBBLE, modules)

    def _place(self, _folder: Path) -> Path:
        return BUBBLE_FOLDER

    def close(self) -> None:
        """End the process, and its bubble."""
        super().close()
        self._zygote.close()
