"""The near end of the judge's process: start it once, open an attempt, run test cells."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mathgrade.autograde.attempt import Attempt, CellResult
from mathgrade.autograde.kernel import KernelDied, Limits, StudentKernel
from mathgrade.errors import JudgeError

__all__ = ["JudgeSession", "open_session"]

_START_SECONDS = 60.0
_LINE_BYTES = 64 << 20


class _Server:
    """The warm process, one for each program that marks."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        for name in ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING", "MATHGRADE_STUDENT"):
            environment.pop(name, None)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "mathgrade.autograde.judge_server", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        theirs.close()
        self._control = ours
        ours.settimeout(_START_SECONDS)
        self._ready = False

    def session(self) -> socket.socket:
        """A connection to a fresh fork."""
        try:
            if not self._ready:
                if self._control.recv(6) != b"ready\n":
                    raise JudgeError("the judge's process did not start")
                self._ready = True
            ours, theirs = socket.socketpair()
            socket.send_fds(self._control, [b"attempt"], [theirs.fileno()])
        except OSError as error:
            raise JudgeError(f"the judge's process is gone: {error}") from error
        theirs.close()
        return ours

    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self.alive():
            self._process.kill()
            self._process.wait()


_lock = threading.Lock()
_server: _Server | None = None


def warm_up() -> None:
    """Start the judge's process, so that it loads while something else is done."""
    global _server  # noqa: PLW0603 - one warm process a program, whoever marks first starts it
    with _lock:
        if _server is None or not _server.alive():
            _server = _Server()
            atexit.register(_server.close)


def open_session(attempt: Attempt, folder: Path, limits: Limits) -> JudgeSession:
    """A judge for one attempt, in a process of its own.

    Raises:
        JudgeError: it could not be started.
    """
    warm_up()
    with _lock:
        assert _server is not None
        connection = _server.session()
    return JudgeSession(connection, attempt, folder, limits)


class JudgeSession:
    """Runs the test cells of one attempt, one after another."""

    def __init__(
        self, connection: socket.socket, attempt: Attempt, folder: Path, limits: Limits
    ) -> None:
        self._connection = connection
        connection.setblocking(False)
        self._limits = limits
        # The judge's process counts its own processor time; this is for one that only waits.
        self._wall_seconds = limits.test_seconds * limits.patience
        self._buffer = b""
        self._running: int | None = None
        self._ended: dict[str, Any] | None = None  # the test cell was ended inside a call
        self._nested = 0  # questions of the judge's that the student's code is to answer
        self.reached = False  # whether the last test cell did more over there than look at values
        self._write(
            {
                "begin": attempt.to_json(),
                "folder": str(folder),
                "seconds": limits.test_seconds,
                "memory": limits.test_memory,
            }
        )
        # Defining the instructor's helpers may need nothing of the student: no kernel yet.
        self._serve(None, time.monotonic() + self._wall_seconds, "ready")

    def run(self, source: str, points: float, grade_id: str, kernel: StudentKernel) -> CellResult:
        """Run one test cell against the student's kernel.

        A test that runs out of time or memory, or ends its process, comes back as
        a result without a score: a person has to look.

        Raises:
            JudgeError: the judge is gone or speaks nonsense.
        """
        end = time.monotonic() + self._wall_seconds
        self.reached = False
        self._write(
            {
                "cell": source,
                "points": points,
                "grade_id": grade_id,
                "seconds": self._limits.test_seconds,
                "memory": self._limits.test_memory,
            }
        )
        message = self._serve(kernel, end, "done", "died")
        if "died" in message:
            return CellResult(score=None, review=f"not marked: {message['died']}")
        return CellResult.from_json(message["done"])

    def close(self) -> None:
        """Let the attempt's processes end."""
        self._connection.close()

    def _serve(self, kernel: StudentKernel | None, end: float, *until: str) -> dict[str, Any]:
        """Pass requests on to the kernel until one of the messages ``until`` arrives."""
        patience = 2 * self._limits.call_seconds * self._limits.patience
        while True:
            message = self._read(end)
            if message is None:
                seconds = f"{self._wall_seconds:g}"
                if self._running is None:
                    raise JudgeError(f"the judge did not answer in {seconds} seconds")
                with contextlib.suppress(OSError):
                    os.kill(self._running, signal.SIGKILL)
                died = self._read(time.monotonic() + 5)
                if died is None or "died" not in died:
                    raise JudgeError(f"the judge did not stop after {seconds} seconds")
                self._running = None
                return {"died": f"the test took longer than {seconds} seconds"}
            if "running" in message:
                self._running = int(message["running"])
            elif "ask" in message:
                # The test's own clock stands still while the student's code works.
                asked = time.monotonic()
                answer = self._answer(kernel, message["ask"], end, patience)
                waited = time.monotonic() - asked
                patience -= waited
                end += waited
                if self._ended is not None:
                    self._running, ended, self._ended = None, self._ended, None
                    return ended
                try:
                    self._write({"answer": answer})
                except RecursionError:  # nested as deeply as can be read, not written
                    self._write({"answer": {}})
            elif any(key in message for key in until):
                self._running = None
                return message
            else:
                raise JudgeError(f"the judge sent {sorted(message)}, expected {until}")

    def _answer(
        self, kernel: StudentKernel | None, request: dict[str, Any], end: float, patience: float
    ) -> dict[str, Any]:
        if kernel is None:
            return {}
        self.reached |= "get" not in request
        if patience <= 0:
            return {"timeout": True}

        def on_call(text: str) -> str:
            return json.dumps(self._call(text, end + patience))

        self._ended, self._nested = None, 0
        try:
            text = kernel.ask(json.dumps(request), on_call if "calls" in request else None)
            answer = json.loads(text) if text is not None else {}
        except KernelDied as death:
            return {"died": str(death)}
        except (ValueError, RecursionError):
            return {}
        return answer if isinstance(answer, dict) else {}

    def _call(self, text: str, end: float) -> dict[str, Any]:
        """Have the judge answer what the student's code asks in the middle of a call.

        It calls a function of the judge's, or answers what that function asked in its turn.
        """
        failed = {"error": ["RuntimeError", "the call failed"]}
        try:
            data = json.loads(text)
            answers = isinstance(data, dict) and set(data) == {"answer"}
            if self._ended is not None or (answers and not self._nested):
                return failed
            self._nested -= answers
            self._write(data if answers else {"call": data})
        except (ValueError, RecursionError):
            return failed
        message = self._read(end)
        if message is None and self._running is not None:  # it would answer the wrong call later
            with contextlib.suppress(OSError):
                os.kill(self._running, signal.SIGKILL)
            message = self._read(time.monotonic() + 5)
        if message is None:
            raise JudgeError("the judge did not answer a call")
        if "ask" in message:
            self._nested += 1
            return {"ask": message["ask"]}
        if "died" in message:
            self._ended = message
        called = message.get("called")
        return called if isinstance(called, dict) else failed

    def _write(self, message: dict[str, Any]) -> None:
        text = json.dumps(message, ensure_ascii=False)
        data = memoryview(text.encode("utf-8", "replace") + b"\n")
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_WRITE)
            while data:
                if not selector.select(_START_SECONDS):
                    raise JudgeError("the judge does not take messages any more")
                try:
                    data = data[self._connection.send(data) :]
                except OSError as error:
                    raise JudgeError(f"the judge's process is gone: {error}") from error

    def _read(self, end: float) -> dict[str, Any] | None:
        """The next message, or None if none came in time."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                left = end - time.monotonic()
                if left <= 0 or not selector.select(left):
                    return None
                try:
                    chunk = self._connection.recv(1 << 20)
                except OSError as error:
                    raise JudgeError(f"the judge's process is gone: {error}") from error
                if not chunk:
                    raise JudgeError("the judge's process ended")
                self._buffer += chunk
                if len(self._buffer) > _LINE_BYTES:
                    raise JudgeError("the judge sent more than it may")
        line, _, self._buffer = self._buffer.partition(b"\n")
        try:
            message = json.loads(line)
        except ValueError as error:
            raise JudgeError("the judge sent a broken message") from error
        if not isinstance(message, dict):
            raise JudgeError("the judge sent a broken message")
        return message
