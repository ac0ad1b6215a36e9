"""The zygote: one thread, everything loaded, a fork for each attempt.

``python -I -m mathgrade.autograde.zygote.program FD`` serves on an inherited socket. It holds
no secret: not the reference, not the course, nothing of any attempt. Each child confines itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from mathgrade.autograde.sandbox.confinement import Grounds, confine
from mathgrade.autograde.sandbox.readable import readable_paths
from mathgrade.autograde.zygote.channel import Channel
from mathgrade.autograde.zygote.serving import serve
from mathgrade.autograde.zygote.shell import PipeKernel, build_kernel
from mathgrade.autograde.zygote.warming import load, warm

__all__ = ["load_tried", "main"]

_REQUEST_BYTES = 1 << 16
_INPUT, _OUTPUT, _ERRORS = 0, 1, 2


def main(arguments: list[str]) -> None:
    """Serve until the other end closes."""
    control = socket.socket(fileno=int(arguments[0]))
    os.chdir("/")
    grounds = readable_paths()
    warm()
    kernel = build_kernel()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for an attempt
    gc.collect()
    gc.freeze()
    gc.disable()
    control.send(json.dumps({"ready": sorted(_trial(grounds))}).encode())
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, _REQUEST_BYTES, 1)
        if not data:
            return
        request = json.loads(data)
        if "load" in request:
            load_tried(request["load"])
            control.send(b"{}")
            continue
        ours = os.getpid()
        process = os.fork()
        if process == 0:
            control.detach()
            _leave(partial(_attempt, kernel, descriptors[0], request, grounds, ours))
        os.close(descriptors[0])
        try:
            handle = os.pidfd_open(process)
        except ProcessLookupError:  # it could not even begin
            control.send(b"{}")
            continue
        socket.send_fds(control, [b"{}"], [handle])
        os.close(handle)


def _attempt(
    kernel: PipeKernel,
    descriptor: int,
    request: dict[str, Any],
    readable: tuple[Path, ...],
    parent: int,
) -> None:
    """The whole life of a student's process."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    descriptor = _only_standard_descriptors(descriptor)
    folder = Path(request["folder"])
    folder.mkdir(parents=True, exist_ok=True)  # in a bubble there is none yet
    held = confine(
        Grounds(
            folder,
            readable,
            memory=int(request["memory"]),
            scratch_bytes=int(request["scratch_bytes"]),
            cpu_seconds=int(request["cpu_seconds"]),
        ),
        parent,
    )
    gc.enable()
    _new_randomness()
    serve(kernel, Channel(socket.socket(fileno=descriptor)), held)


def _only_standard_descriptors(channel: int) -> int:
    """Close everything but the channel; output of C code goes to files in memory.

    Returns:
        The channel's new number.
    """
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), _INPUT)
    for number, name in ((_OUTPUT, "stdout"), (_ERRORS, "stderr")):
        kept = os.memfd_create(name)
        os.dup2(kept, number)
        os.close(kept)
        os.set_blocking(number, True)
    os.dup2(channel, 3, inheritable=False)
    os.closerange(4, 1 << 16)
    return 3


def _new_randomness() -> None:
    """Chance as in a process of its own; Python's own generator sees to itself."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _trial(readable: tuple[Path, ...]) -> Iterable[str]:
    """The layers that hold here, from a child that does nothing else."""
    reading, writing = os.pipe()
    parent = os.getpid()
    with tempfile.TemporaryDirectory(prefix="mathgrade-trial-") as folder:
        if os.fork() == 0:
            _leave(
                lambda: os.write(
                    writing,
                    json.dumps(sorted(confine(Grounds(Path(folder), readable), parent))).encode(),
                )
            )
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            held = json.loads(answer.read() or b"[]")
    return [str(layer) for layer in held]


def load_tried(modules: Iterable[str]) -> None:
    """Load modules that a child has loaded without harm: no crash, no thread left."""
    for name in modules:
        if name in sys.modules:
            continue
        process = os.fork()
        if process == 0:
            _leave(partial(load, name))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with contextlib.suppress(ChildProcessError):
            _, status = os.waitpid(process, 0)
            if status == 0:
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()


def _leave(work: Callable[[], object]) -> None:
    """Run ``work`` as the whole life of a forked process."""
    status = 1
    try:
        work()
        status = 0
    except BaseException as error:
        with contextlib.suppress(Exception):
            print(f"mathgrade: {type(error).__name__}: {error}", file=sys.__stderr__)
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1:])
