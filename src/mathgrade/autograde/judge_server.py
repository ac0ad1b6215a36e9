"""The judge's process: warm, single-threaded, forked for each attempt and each test cell.

``python -I -m mathgrade.autograde.judge_server FD`` serves on an inherited
socket. Each attempt is a fork of the warm server. Inside an attempt every test
cell runs in a fork of its own that, when it ends well, carries the attempt on
(so a later cell sees what an earlier one defined); when it is killed, by a
limit or by its own doing, the process it was forked from carries on as if that
cell had never been.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from mathgrade.autograde.attempt import Attempt
from mathgrade.autograde.judge import Sitting

__all__ = ["main"]

_CPU_MARGIN = 5
_FILE_BYTES = 64 << 20
_CARRIED = 86  # exit status of a process that carried its attempt on to the end


class _Channel:
    """Lines of JSON over a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rwb")

    def read(self) -> dict[str, Any] | None:
        line = self._stream.readline()
        return json.loads(line) if line else None

    def write(self, message: dict[str, Any]) -> None:
        # A lone surrogate in a student's text could be written to no notebook.
        text = json.dumps(message, ensure_ascii=False)
        self._stream.write(text.encode("utf-8", "replace") + b"\n")
        self._stream.flush()


def main(arguments: list[str]) -> None:
    """Serve until the other end closes."""
    control = socket.socket(fileno=int(arguments[0]))
    _warm()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # attempts are not waited for
    control.sendall(b"ready\n")
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 64, 1)
        if not data:
            return
        process = os.fork()
        if process == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            channel = _Channel(socket.socket(fileno=descriptors[0]))
            _leave(functools.partial(_attempt, channel))
        os.close(descriptors[0])


def _warm() -> None:
    """Load what nearly every test needs, before the first fork."""
    import numpy
    import sympy

    import mathgrade.answers
    import mathgrade.notebook
    from mathgrade.autograde.lambdify_text import guard_lambdify
    from mathgrade.autograde.sympy_text import guard_sympify

    guard_sympify()
    guard_lambdify()
    # The first use of each is slow: pay for it once, here.
    symbol = sympy.Symbol("x")
    sympy.latex(sympy.sin(symbol) + 1)
    numpy.linalg.svd(numpy.eye(2))
    assert mathgrade.answers
    assert mathgrade.notebook


def _attempt(channel: _Channel) -> None:
    """Serve one attempt: in this process, and in the one each test cell leaves behind."""
    first = channel.read()
    if first is None:
        return
    _limit(first)
    sitting = Sitting(_begin(first), lambda request: _ask(channel, sitting, request))
    channel.write({"ready": os.getpid()})
    while (message := channel.read()) is not None:
        if "cell" not in message:
            continue  # an answer to a test cell that was ended
        child = os.fork()
        if child:
            _, status = os.waitpid(child, 0)
            if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _CARRIED:
                return
            channel.write({"died": _cause(status)})
            continue
        _limit(message)
        channel.write({"running": os.getpid()})
        result = sitting.run(message["cell"], float(message["points"]), message["grade_id"])
        channel.write({"done": result.to_json()})


def _begin(message: dict[str, Any]) -> Attempt:
    attempt = Attempt.from_json(message["begin"])
    source = Path(attempt.course) / "source" / attempt.assignment
    if source.is_dir():
        sys.path.append(str(source))  # helpers come from the instructor, never from a hand-in
    with contextlib.suppress(OSError):
        os.chdir(message["folder"])
    return attempt


def _ask(channel: _Channel, sitting: Sitting, request: dict[str, Any]) -> dict[str, Any]:
    """Send a request to the student's side; answer its calls until the reply is there."""
    channel.write({"ask": request})
    while True:
        message = channel.read()
        if message is None:
            os._exit(1)
        if "call" in message:
            channel.write({"called": sitting.answer_call(message["call"])})
            continue
        answer = message.get("answer")
        return answer if isinstance(answer, dict) else {}


def _limit(message: dict[str, Any]) -> None:
    seconds = max(1, int(message["seconds"]))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + _CPU_MARGIN))
    memory = int(message["memory"])
    with contextlib.suppress(ValueError, OSError):  # not enforced on every platform
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))


def _cause(status: int) -> str:
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) == signal.SIGXCPU:
            return "the test used more processor time than it may"
        return f"the test was ended by signal {os.WTERMSIG(status)}"
    return f"the test ended the judge's process (status {os.WEXITSTATUS(status)})"


def _leave(work: Any) -> None:
    """Run ``work`` as the whole life of a forked process."""
    status = 1
    try:
        work()
        status = _CARRIED
    except BaseException as error:
        print(f"judge: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1:])
