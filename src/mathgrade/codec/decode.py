"""Decoding: JSON from a sender who may be hostile, back into values.

Every field is checked before it is used, sizes are counted before memory is
taken, and nothing but :class:`CodecError` ever comes out. A stand-in for a
function is made by the caller's ``take``, which must check the handle.
"""

# ruff: noqa: ARG002 - the readers of one table share one signature

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mathgrade.codec.limits import (
    MAX_ARRAY_BYTES,
    MAX_NAME,
    MAX_RANGE,
    CodecError,
    Room,
    check_text,
)
from mathgrade.codec.sympy_read import damaged, read_integer, read_shape, read_sympy

__all__ = ["Reader", "Take", "decode"]

Take = Callable[[str, str], Any]

_DTYPE = re.compile(r"\|b1|[|<>][iu]1|[<>][iufc](?:2|4|8|16|32)", re.ASCII)
_REALS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def decode(data: Any, take: Take | None = None) -> Any:
    """The value that :func:`encode` wrote.

    Args:
        data: JSON values: None, bool, int, float, str, list, dict.
        take: called with the handle and the name of each function in the message, returns
            a stand-in for it. None: functions are refused.

    Raises:
        CodecError: ``encode`` did not write this.

    >>> decode(["tuple", 1, ["fraction", 1, 3]])
    (1, Fraction(1, 3))
    >>> decode(["module", "os"])
    Traceback (most recent call last):
    mathgrade.codec.limits.CodecError: damaged message: unknown tag 'module'
    """
    return Reader(take).read(data)


class Reader:
    """Reads values that share the limits of one message."""

    def __init__(self, take: Take | None = None) -> None:
        self._take = take
        self._room = Room()

    def read(self, data: Any) -> Any:
        """One value."""
        try:
            return self._read(data, 0)
        except CodecError:
            raise
        except RecursionError:
            raise damaged("nested too deeply") from None
        except MemoryError:
            raise damaged("too large") from None
        except Exception as error:  # whatever a library says of a value that cannot be
            raise damaged(f"{type(error).__name__}: {error}"[:200]) from error

    def _read(self, data: Any, depth: int) -> Any:
        self._room.take_node(depth)
        kind = type(data)
        if data is None or kind is bool:
            return data
        if kind is str:
            return check_text(data)
        if kind is int:
            return read_integer(data, self._room)
        if kind is float:
            if not math.isfinite(data):
                raise damaged("a finite number was expected")
            return data
        if kind is not list or not data or type(data[0]) is not str:
            raise damaged("a value was expected")
        tag, *parts = data
        method = _TAGS.get(tag)
        if method is None:
            raise damaged(f"unknown tag {tag[:40]!r}")
        return method(self, parts, depth)

    def _items(self, parts: list[Any], depth: int) -> list[Any]:
        return [self._read(part, depth + 1) for part in parts]

    # -- numbers

    def _int(self, parts: list[Any], depth: int) -> int:
        return read_integer(["int", *parts], self._room)

    def _float(self, parts: list[Any], depth: int) -> float:
        _count(parts, 1)
        if type(parts[0]) is not str or parts[0] not in _REALS:
            raise damaged("inf, -inf or nan was expected")
        return _REALS[parts[0]]

    def _complex(self, parts: list[Any], depth: int) -> complex:
        _count(parts, 2)
        real, imag = self._items(parts, depth)
        if type(real) is not float or type(imag) is not float:
            raise damaged("two floats were expected")
        return complex(real, imag)

    def _fraction(self, parts: list[Any], depth: int) -> Fraction:
        _count(parts, 2)
        p, q = (read_integer(n, self._room) for n in parts)
        if q < 1 or math.gcd(p, q) != 1:
            raise damaged("a fraction in lowest terms was expected")
        return Fraction(p, q)

    # -- containers

    def _list(self, parts: list[Any], depth: int) -> list[Any]:
        return self._items(parts, depth)

    def _tuple(self, parts: list[Any], depth: int) -> tuple[Any, ...]:
        return tuple(self._items(parts, depth))

    def _set(self, parts: list[Any], depth: int) -> set[Any]:
        self._room.take_keys(len(parts))
        return set(self._items(parts, depth))

    def _frozenset(self, parts: list[Any], depth: int) -> frozenset[Any]:
        self._room.take_keys(len(parts))
        return frozenset(self._items(parts, depth))

    def _dict(self, parts: list[Any], depth: int) -> dict[Any, Any]:
        if len(parts) % 2:
            raise damaged("a key without a value")
        self._room.take_keys(len(parts) // 2)
        items = self._items(parts, depth)
        return dict(zip(items[::2], items[1::2], strict=True))

    def _range(self, parts: list[Any], depth: int) -> range:
        _count(parts, 3)
        start, stop, step = (read_integer(n, self._room) for n in parts)
        if not all(abs(n) < 2**62 for n in (start, stop, step)) or step == 0:
            raise damaged("a range was expected")
        value = range(start, stop, step)
        if len(value) > MAX_RANGE:
            raise damaged("a range that is too long")
        return value

    def _function(self, parts: list[Any], depth: int) -> Any:
        _count(parts, 2)
        if self._take is None:
            raise damaged("no function was expected here")
        handle, name = parts
        if type(handle) is not str or type(name) is not str:
            raise damaged("a handle and a name were expected")
        return self._take(check_text(handle, MAX_NAME), check_text(name, MAX_NAME))

    # -- NumPy

    def _array(self, parts: list[Any], depth: int) -> Any:
        _count(parts, 3)
        return self._content(parts[0], read_shape(parts[1]), parts[2])

    def _scalar(self, parts: list[Any], depth: int) -> Any:
        _count(parts, 2)
        array = self._content(parts[0], (), parts[1])
        return array[()]

    def _content(self, name: Any, shape: tuple[int, ...], text: Any) -> Any:
        import numpy as np

        if type(name) is not str or not _DTYPE.fullmatch(name):
            raise damaged("a type of numbers was expected")
        dtype = np.dtype(name)
        count = self._room.take_array(shape, dtype.itemsize)
        if type(text) is not str or len(text) > MAX_ARRAY_BYTES * 2:
            raise damaged("the content of an array was expected")
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise damaged("the content of an array was expected") from None
        if len(content) != count * dtype.itemsize:
            raise damaged("the content of an array does not fit its shape")
        if dtype.kind == "b" and content.strip(b"\x00\x01"):
            raise damaged("a truth value is 0 or 1")
        return np.frombuffer(content, dtype).reshape(shape).copy()

    def _objects(self, parts: list[Any], depth: int) -> Any:
        import numpy as np

        if not parts:
            raise damaged("a shape was expected")
        shape = read_shape(parts[0])
        if self._room.take_array(shape, 8) != len(parts) - 1:
            raise damaged("the content of an array does not fit its shape")
        array = np.empty(len(parts) - 1, dtype=object)
        for k, item in enumerate(self._items(parts[1:], depth)):
            if not _is_number(item):
                raise damaged("an array of objects holds numbers and expressions")
            array[k] = item
        return array.reshape(shape)

    # -- SymPy

    def _sympy(self, parts: list[Any], depth: int) -> Any:
        _count(parts, 1)
        return read_sympy(parts[0], self._room, depth)


_TAGS: dict[str, Callable[[Reader, list[Any], int], Any]] = {
    "int": Reader._int,
    "float": Reader._float,
    "complex": Reader._complex,
    "fraction": Reader._fraction,
    "list": Reader._list,
    "tuple": Reader._tuple,
    "set": Reader._set,
    "frozenset": Reader._frozenset,
    "dict": Reader._dict,
    "range": Reader._range,
    "function": Reader._function,
    "array": Reader._array,
    "scalar": Reader._scalar,
    "objects": Reader._objects,
    "sympy": Reader._sympy,
}


def _count(parts: list[Any], count: int) -> None:
    if len(parts) != count:
        raise damaged("a part is missing or too many")


def _is_number(value: Any) -> bool:
    import numpy as np
    from sympy import Basic

    return isinstance(value, (int, float, complex, Fraction, np.number, np.bool_, Basic))
