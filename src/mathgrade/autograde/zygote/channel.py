"""Lines of JSON between the student's process and the one that marks it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import threading
from collections.abc import Mapping
from typing import Any

__all__ = ["Channel"]


class Channel:
    """The student's end of the pipe.

    Args:
        connection: the socket, blocking.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""
        self._lock = threading.RLock()

    def send(self, message: Mapping[str, Any]) -> None:
        """Write one message whole: an interrupt in the middle would spoil the next one."""
        text = json.dumps(message, ensure_ascii=False, default=_plain)
        data = text.encode("utf-8", "replace") + b"\n"
        old = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            with self._lock:
                self._connection.sendall(data)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, old)

    def read(self) -> dict[str, Any] | None:
        """The next message; None when the other end is closed."""
        while b"\n" not in self._buffer:
            if not self._receive():
                return None
        return self._next()

    async def wait(self) -> dict[str, Any] | None:
        """As :meth:`read`, while tasks the student's code left behind go on."""
        loop = asyncio.get_running_loop()
        while b"\n" not in self._buffer:
            ready = asyncio.Event()
            loop.add_reader(self._connection.fileno(), ready.set)
            try:
                await ready.wait()
            finally:
                loop.remove_reader(self._connection.fileno())
            if not self._receive():
                return None
        return self._next()

    def _receive(self) -> bool:
        data = self._connection.recv(1 << 20)
        self._buffer += data
        return bool(data)

    def _next(self) -> dict[str, Any]:
        line, _, self._buffer = self._buffer.partition(b"\n")
        message = json.loads(line)
        if not isinstance(message, dict):
            os._exit(1)
        return message


def _plain(value: object) -> object:
    """What the JSON module cannot write, as Jupyter writes it."""
    from jupyter_client.jsonutil import json_default

    return json_default(value)
