"""The near end of a process that marks one attempt after another, told over a pipe.

The far end is :mod:`mathgrade.autograde.marking_server`.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from typing import IO, Any

from mathgrade.autograde.packing import pack, unpack
from mathgrade.errors import CourseError

__all__ = ["MarkingProgram", "ProgramDied", "read_message", "write_message"]

_HEAD = struct.Struct(">Q")
_MOST = 1 << 30  # bytes of one message
_START_SECONDS = 300.0
_END_SECONDS = 10.0


class ProgramDied(Exception):  # noqa: N818 - an event, not a programming error
    """The marking program ended, or had to be ended, in the middle of an attempt."""


class MarkingProgram:
    """The near end: starts the program, and gives it attempts.

    Args:
        bundle: the assignment, from :meth:`Bundle.to_bytes`.

    Raises:
        CourseError: the software here is not the one that made the bundle.
        ProgramDied: it did not start.
    """

    def __init__(self, bundle: bytes) -> None:
        self._asking = threading.Lock()
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mathgrade.autograde.marking_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # an interrupt from the keyboard is for whoever started it
        )
        refused = self._exchange(bundle, _START_SECONDS)
        if refused:
            self.close()
            raise CourseError(f"A worker cannot mark this course: {refused.decode()}.")

    @property
    def process_id(self) -> int:
        """Of the program's process."""
        return self._process.pid

    def mark(self, asked: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Have an attempt marked.

        Args:
            asked: the attempt, from :meth:`Job.to_json`.
            seconds: after which the program is taken for hung and ended.

        Returns:
            ``{"marked": …}`` with plain data, or ``{"fault": why}``.

        Raises:
            CourseError: no attempt can be marked here: nothing confines students' code.
            ProgramDied: it ended before it answered.
        """
        answer = unpack(self._exchange(pack(asked), seconds))
        assert isinstance(answer, dict)
        if "refused" in answer:
            raise CourseError(answer["refused"])
        return answer

    def close(self) -> None:
        """End the program; what it is marking is given up, and whoever waits for it is told."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # what was not sent is not sent any more
            self._process.stdin.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with self._asking:  # whoever was reading has read to the end by now
            self._process.stdout.close()

    def _exchange(self, data: bytes, seconds: float) -> bytes:
        with self._asking:
            try:
                assert self._process.stdin is not None
                write_message(self._process.stdin, data)
                return self._read(time.monotonic() + seconds)
            except (OSError, ValueError):  # the pipe is closed, at the far end or by `close`
                raise ProgramDied(self._why()) from None

    def _read(self, end: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        buffer = bytearray()
        wanted = _HEAD.size
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while len(buffer) < wanted:
                left = end - time.monotonic()
                if left <= 0 or not selector.select(left):
                    self._process.kill()
                    raise ProgramDied("the marking program did not answer, and was ended")
                chunk = os.read(descriptor, 1 << 20)
                if not chunk:
                    raise ProgramDied(self._why())
                buffer += chunk
                if wanted == _HEAD.size and len(buffer) >= wanted:
                    wanted += min(_HEAD.unpack_from(buffer)[0], _MOST)
        return bytes(buffer[_HEAD.size :])

    def _why(self) -> str:
        try:
            code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return "the marking program closed its pipe"
        how = f"by signal {-code}" if code < 0 else f"with status {code}"
        return f"the marking program ended {how}"


def write_message(stream: IO[bytes], data: bytes) -> None:
    """Write one message: its length, and that many bytes."""
    stream.write(_HEAD.pack(len(data)) + data)
    stream.flush()


def read_message(stream: IO[bytes]) -> bytes | None:
    """The next message; None where there are no more."""
    head = stream.read(_HEAD.size)
    return stream.read(_HEAD.unpack(head)[0]) if len(head) == _HEAD.size else None
