"""A process that marks one attempt after another, told what to do over a pipe.

``python -m mathgrade.autograde.marking_program`` reads the bundle of an assignment and
then hand-ins from standard input, and writes what they came to to standard output, each as a
length and that many bytes. Kernels and the judge stay warm from one attempt to the next.
"""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import IO, Any

from mathgrade.autograde.attempt_marking import mark_attempt
from mathgrade.autograde.bundle import Bundle, software
from mathgrade.autograde.hand_in import HandIn
from mathgrade.autograde.packing import pack, unpack
from mathgrade.errors import CourseError

__all__ = ["MarkingProgram", "ProgramDied", "main"]

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
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mathgrade.autograde.marking_program"],
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
            ProgramDied: it ended before it answered.
        """
        answer = unpack(self._exchange(pack(asked), seconds))
        assert isinstance(answer, dict)
        return answer

    def close(self) -> None:
        """End the program; what it is marking is given up."""
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):  # what was not sent is not sent any more
                stream.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _exchange(self, data: bytes, seconds: float) -> bytes:
        try:
            assert self._process.stdin is not None
            _write(self._process.stdin, data)
            return self._read(time.monotonic() + seconds)
        except OSError:
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


def main() -> None:
    """Serve standard input until it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anybody prints is no answer
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # kernels and folders are put away
    received: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, received), daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="mathgrade-course-") as folder:
        bundle, fault = _open(received.get(), Path(folder))
        _write(answers, fault.encode())
        while bundle is not None:
            _write(answers, pack(_answer(received.get(), bundle, Path(folder))))


def _open(data: bytes, folder: Path) -> tuple[Bundle | None, str]:
    """The bundle, unpacked into the folder; or why it cannot be marked here."""
    bundle = Bundle.from_bytes(data)
    if bundle.software != software():
        return None, f"expected {bundle.software}; this worker has {software()}"
    bundle.unpack_into(folder)
    return bundle, ""


def _answer(data: bytes, bundle: Bundle, folder: Path) -> dict[str, Any]:
    try:
        asked = unpack(data)
        found = HandIn.from_json(asked["hand_in"])
        marked = mark_attempt(found, bundle, folder, kept=asked["kept"])
        return {"marked": marked.to_json()}
    except Exception as error:  # ours, whatever it is: told, and never a zero
        traceback.print_exc()
        return {"fault": f"{type(error).__name__}: {error}"[:500]}


def _receive(stream: IO[bytes], received: queue.SimpleQueue[bytes]) -> None:
    """Pass messages on; when there are no more, whoever started this program is gone."""
    while len(head := stream.read(_HEAD.size)) == _HEAD.size:
        received.put(stream.read(_HEAD.unpack(head)[0]))
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_SECONDS / 2)  # nothing is waited for: after this long it did not work
    os._exit(1)


def _write(stream: IO[bytes], data: bytes) -> None:
    stream.write(_HEAD.pack(len(data)) + data)
    stream.flush()


if __name__ == "__main__":
    main()
