"""Plain data as bytes, for another process or another machine: JSON, and bytes inside it."""

from __future__ import annotations

import base64
import json
from typing import Any

__all__ = ["pack", "unpack"]

_BYTES = "\0bytes"


def pack(value: Any) -> bytes:
    """Bytes for None, booleans, numbers, texts, bytes, and lists and dicts of them.

    >>> unpack(pack({"a": [1, b"x", None]}))
    {'a': [1, b'x', None]}
    """
    text = json.dumps(value, default=_tagged, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def unpack(data: bytes) -> Any:
    """The value :func:`pack` was given; tuples come back as lists."""
    return json.loads(data.decode("utf-8", "surrogatepass"), object_hook=_untagged)


def _tagged(value: Any) -> dict[str, str]:
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode("ascii")}
    raise TypeError(f"{type(value).__name__} is no plain data")


def _untagged(found: dict[str, Any]) -> Any:
    return base64.b64decode(found[_BYTES]) if _BYTES in found else found
