"""The far end of a marking program: marks what it is given, one attempt after another.

``python -m mathgrade.autograde.marking_server`` reads the bundle of an assignment and then
attempts from standard input, and writes what they came to to standard output. Kernels and
the judge stay warm from one attempt to the next.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from mathgrade.autograde.light_start import skip_slow_imports
from mathgrade.autograde.marking_program import read_message, write_message
from mathgrade.autograde.packing import pack, unpack
from mathgrade.errors import CourseError

if TYPE_CHECKING:
    from mathgrade.autograde.bundle import Bundle

__all__ = ["main"]

_END_SECONDS = 10.0


def main() -> None:
    """Serve standard input until it ends."""
    skip_slow_imports()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anybody prints is no answer
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # kernels and folders are put away
    received: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, received), daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="mathgrade-course-") as folder:
        bundle, fault = _open(received.get(), Path(folder))
        write_message(answers, fault.encode())
        while bundle is not None:
            answer = _answer(received.get(), bundle, Path(folder))
            write_message(answers, pack(answer))


def _open(data: bytes, folder: Path) -> tuple[Bundle | None, str]:
    """The bundle, unpacked into the folder; or why it cannot be marked here."""
    from mathgrade.autograde.bundle import Bundle, software

    bundle = Bundle.from_bytes(data)
    if bundle.software != software():
        return None, f"expected {bundle.software}; this worker has {software()}"
    bundle.unpack_into(folder)
    return bundle, ""


def _answer(data: bytes, bundle: Bundle, folder: Path) -> dict[str, Any]:
    from mathgrade.autograde.attempt_marking import mark_attempt
    from mathgrade.autograde.hand_in import HandIn

    try:
        asked = unpack(data)
        found = HandIn.from_json(asked["hand_in"])
        marked = mark_attempt(found, bundle, folder, kept=asked["kept"])
        return {"marked": marked.to_json()}
    except CourseError as error:  # no attempt's fault: none can be marked here
        return {"refused": str(error)}
    except Exception as error:  # ours, whatever it is: told, and never a zero
        traceback.print_exc()
        return {"fault": f"{type(error).__name__}: {error}"[:500]}


def _receive(stream: IO[bytes], received: queue.SimpleQueue[bytes]) -> None:
    """Pass messages on; when there are no more, whoever started this program is gone."""
    while (message := read_message(stream)) is not None:
        received.put(message)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_SECONDS / 2)  # nothing is waited for: after this long it did not work
    os._exit(1)


if __name__ == "__main__":
    main()
