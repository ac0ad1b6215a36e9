"""``sys.stdout`` and ``sys.stderr`` of the student's code."""

from __future__ import annotations

import contextvars
import io
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

__all__ = ["Stream"]

_FLUSH_SECONDS = 0.2  # as ipykernel
_FLUSH_CHARACTERS = 1 << 16


class Stream(io.TextIOBase):
    """Collects what is written and sends it as ``stream`` messages.

    What a background task or thread prints belongs to the cell that started it, so the
    text is kept by the message it answers. What C code writes to the file descriptor lands
    in a file in memory and is picked up from there, in order.

    Args:
        name: ``stdout`` or ``stderr``.
        session: sends the messages.
        descriptor: the file in memory behind descriptor 1 or 2.
    """

    encoding = "UTF-8"
    errors = None

    def __init__(self, name: str, session: Any, descriptor: int) -> None:
        self.name = name
        self.session = session
        self._descriptor = descriptor
        self._seen = 0
        self._texts: dict[str, list[str]] = {}
        self._headers: dict[str, Mapping[str, Any]] = {}
        self._size = 0
        self._flushed = time.monotonic()
        self._lock = threading.RLock()
        self._parent: contextvars.ContextVar[Mapping[str, Any]] = contextvars.ContextVar("parent")
        self._last_parent: Mapping[str, Any] = {}

    def set_parent(self, parent: Mapping[str, Any]) -> None:
        """What is written from now on answers this message."""
        header = parent["header"]
        self._parent.set(header)
        self._last_parent = header

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Never."""
        return False

    def fileno(self) -> int:
        """The descriptor for code that writes past Python."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Keep the text until the next flush."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        with self._lock:
            self._take_descriptor()
            self._keep(self._parent.get(self._last_parent), text)
            if self._size > _FLUSH_CHARACTERS or time.monotonic() > self._flushed + _FLUSH_SECONDS:
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what was kept."""
        with self._lock:
            self._take_descriptor()
            texts, self._texts, self._size = self._texts, {}, 0
            self._flushed = time.monotonic()
            for key, parts in texts.items():
                content = {"name": self.name, "text": "".join(parts)}
                self.session.send(None, "stream", content, parent=self._headers[key])

    def _keep(self, parent: Mapping[str, Any], text: str) -> None:
        key = str(parent.get("msg_id"))
        self._headers[key] = parent
        self._texts.setdefault(key, []).append(text)
        self._size += len(text)

    def _take_descriptor(self) -> None:
        size = os.fstat(self._descriptor).st_size
        if size > self._seen:
            data = os.pread(self._descriptor, size - self._seen, self._seen)
            self._seen = size
            self._keep(self._last_parent, data.decode(errors="replace"))
