"""Encoding: a value as plain JSON, in the process where the value lives.

What is sent is what the value *holds*, read by the methods of the built-in type,
never by methods a subclass may have overridden. Subclasses of built-in types
(``OrderedDict``, ``Counter``, the named tuples NumPy returns, ``IntEnum``,
``np.matrix``) therefore arrive as the built-in type itself.

Form: ``None``, bool, str, small int and finite float stand for themselves;
everything else is a list that begins with a tag, such as ``["tuple", 1, 2]``.
"""

from __future__ import annotations

import base64
import math
import sys
import types
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mathgrade.codec.limits import MAX_NAME, MAX_RANGE, CodecError, Room, check_text
from mathgrade.codec.sympy_write import write_integer, write_sympy

__all__ = ["Give", "Writer", "encode"]

Give = Callable[[Any], str]

_ITERATORS: tuple[type, ...] = (
    types.GeneratorType,
    map,
    filter,
    zip,
    enumerate,
    reversed,
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    type(iter([])),
    type(iter(())),
    type(iter(range(0))),
)

# type name -> what it is and what to do instead
_ADVICE = {
    "bytes": "bytes: give text or numbers",
    "bytearray": "bytes: give text or numbers",
    "Decimal": "a Decimal: give a float or a Fraction",
    "mpf": "a number of mpmath: turn it into a float with float(...)",
    "mpc": "a number of mpmath: turn it into a complex with complex(...)",
    "MaskedArray": "a masked array: give an ordinary array, with a value in every place",
    "Tensor": "a tensor: turn it into a NumPy array with np.asarray(...)",
    "DataFrame": "a DataFrame: turn it into a NumPy array with .to_numpy()",
    "Series": "a Series: turn it into a NumPy array with .to_numpy()",
    "ellipsis": "an Ellipsis (...): put your answer in its place",
    "slice": "a slice: give numbers",
    "datetime": "a date: give numbers or text",
    "date": "a date: give numbers or text",
    "coroutine": "a coroutine: give the value, with await",
}


def encode(value: Any, give: Give | None = None) -> Any:
    """The value as JSON values, which :func:`decode` turns back into the same value.

    Args:
        value: None, bool, int, float, complex, Fraction, str, list, tuple, dict, set,
            frozenset, range, NumPy arrays (dtype kinds b i u f c, or objects that are
            numbers and expressions) and scalars, SymPy expressions, matrices and arrays.
        give: called with each function found, returns the handle by which the other side
            may call it. None: functions are refused.

    Raises:
        CodecError: the value, or a part of it, cannot be sent; the message says what it is
            and what to do, and can follow "Your answer is …".

    >>> encode((1, 0.5))
    ['tuple', 1, 0.5]
    >>> encode([x for x in "ab"])
    ['list', 'a', 'b']
    >>> encode(x for x in "ab")
    Traceback (most recent call last):
    mathgrade.codec.limits.CodecError: a generator: make a list of it with list(...)
    """
    return Writer(give).write(value)


class Writer:
    """Writes values that share the limits of one message."""

    def __init__(self, give: Give | None = None) -> None:
        self._give = give
        self._room = Room()
        self._open: list[Any] = []  # the containers around the value being written

    def write(self, value: Any) -> Any:
        """The value as JSON values."""
        try:
            return self._write(value)
        except CodecError:
            raise
        except RecursionError:
            raise CodecError("a value nested too deeply: make it flatter") from None
        except MemoryError:
            raise CodecError("a value too large for the memory: make it smaller") from None
        except Exception as error:  # an object whose own methods raise while it is read
            kind = type(error).__name__[:MAX_NAME]
            raise CodecError(f"a value that raised {kind} when it was read") from None
        finally:
            self._open.clear()

    def _write(self, value: Any) -> Any:
        self._room.take_node(len(self._open))
        if value is None or value is True or value is False:
            return value
        cls = type(value)
        numpy = sys.modules.get("numpy")
        # NumPy first: its float64 is a subclass of float.
        if numpy is not None and issubclass(cls, (numpy.ndarray, numpy.generic)):
            plain = self._array(value, cls, numpy)
            if plain is not None:
                return plain
        for base, method in _BUILT_IN:
            if issubclass(cls, base):
                return method(self, value)
        sympy = sys.modules.get("sympy")
        if sympy is not None and _is_sympy(value, cls, sympy):
            try:
                return ["sympy", write_sympy(value, self._room, len(self._open))]
            except CodecError as error:
                raise self._refused(error.message) from None
        if callable(value) and not isinstance(value, types.ModuleType):
            return self._function(value)
        raise self._refused(_describe(value, cls))

    def _refused(self, what: str) -> CodecError:
        names = [_container(c) for c in self._open[:1]]
        return CodecError(" that holds ".join([*names, what]))

    # -- numbers and text

    def _int(self, value: int) -> Any:
        return write_integer(int.__int__(value), self._room)

    def _float(self, value: float) -> Any:
        return _real(float.__float__(value))

    def _complex(self, value: complex) -> Any:
        plain = complex.__complex__(value)
        return ["complex", _real(plain.real), _real(plain.imag)]

    def _fraction(self, value: Fraction) -> Any:
        if type(value) is not Fraction:
            raise self._refused(_own_class(type(value)))
        p, q = value.numerator, value.denominator
        return ["fraction", write_integer(p, self._room), write_integer(q, self._room)]

    def _str(self, value: str) -> str:
        return check_text(str.__str__(value))

    # -- containers

    def _inside(self, container: Any, items: Any) -> list[Any]:
        if any(c is container for c in self._open):
            around = [_container(c) for c in self._open[:1] if c is not container]
            loop = f"{_container(container)} that contains itself: build it anew"
            raise CodecError(" that holds ".join([*around, loop]))
        self._open.append(container)
        written = [self._write(item) for item in items]
        self._open.pop()
        return written

    def _list(self, value: list[Any]) -> Any:
        return ["list", *self._inside(value, list.__iter__(value))]

    def _tuple(self, value: tuple[Any, ...]) -> Any:
        return ["tuple", *self._inside(value, tuple.__iter__(value))]

    def _set(self, value: set[Any]) -> Any:
        self._room.take_keys(set.__len__(value))
        return ["set", *self._inside(value, set.__iter__(value))]

    def _frozenset(self, value: frozenset[Any]) -> Any:
        self._room.take_keys(frozenset.__len__(value))
        return ["frozenset", *self._inside(value, frozenset.__iter__(value))]

    def _dict(self, value: dict[Any, Any]) -> Any:
        self._room.take_keys(dict.__len__(value))
        items = [part for pair in dict.items(value) for part in pair]
        return ["dict", *self._inside(value, items)]

    def _range(self, value: range) -> Any:
        bounds = (value.start, value.stop, value.step)
        if not all(abs(n) < 2**62 for n in bounds) or len(value) > MAX_RANGE:
            raise self._refused(f"a range of more than {MAX_RANGE:,} numbers: make it smaller")
        return ["range", *(write_integer(n, self._room) for n in bounds)]

    def _function(self, value: Any) -> Any:
        if self._give is None:
            raise self._refused("a function: give the value it returns")
        name = getattr(value, "__name__", type(value).__name__)
        name = name if type(name) is str else type(value).__name__
        name = name.encode("utf-8", "replace").decode("utf-8")[:MAX_NAME]
        return ["function", self._give(value), name]

    # -- NumPy

    def _array(self, value: Any, cls: Any, numpy: Any) -> Any:
        if cls.__name__ == "MaskedArray" and cls.__module__.startswith("numpy."):
            raise self._refused(_ADVICE["MaskedArray"])
        is_array = issubclass(cls, numpy.ndarray)
        array = numpy.ndarray.view(value, numpy.ndarray) if is_array else numpy.asarray(value)
        dtype = array.dtype
        if dtype.kind == "O":
            return self._objects(array)
        if dtype.kind not in "biufc":
            # np.str_ and np.bytes_ are subclasses of the built-in types
            if not is_array and issubclass(cls, (str, bytes)):
                return None
            kind = {"U": "text", "S": "bytes", "M": "dates", "m": "times"}.get(dtype.kind)
            what = f"an array of {kind}" if kind else f"an array of type {dtype.kind!r}"
            raise self._refused(f"{what}: give an array of numbers")
        if array.size:
            self._room.take_array(array.shape, dtype.itemsize)
        content = base64.b64encode(array.tobytes()).decode("ascii")
        if is_array:
            return ["array", dtype.str, list(array.shape), content]
        return ["scalar", dtype.str, content]

    def _objects(self, array: Any) -> Any:
        self._room.take_array(array.shape, 8)
        flat = array.reshape(-1)
        for item in flat:
            if not _is_number(item):
                what = _describe(item, type(item)).partition(":")[0]
                raise self._refused(
                    f"an array of Python objects that holds {what}: "
                    "give an array of numbers or expressions"
                )
        return ["objects", list(array.shape), *self._inside(array, flat)]


_BUILT_IN: tuple[tuple[type, Callable[[Writer, Any], Any]], ...] = (
    (int, Writer._int),
    (float, Writer._float),
    (complex, Writer._complex),
    (str, Writer._str),
    (list, Writer._list),
    (tuple, Writer._tuple),
    (dict, Writer._dict),
    (set, Writer._set),
    (frozenset, Writer._frozenset),
    (range, Writer._range),
    (Fraction, Writer._fraction),
)


def _real(value: float) -> Any:
    """A float that JSON can hold, or ``["float", "inf"]``."""
    if math.isfinite(value):
        return value
    return ["float", "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"]


def _is_sympy(value: Any, cls: Any, sympy: Any) -> bool:
    from sympy.core.function import UndefinedFunction

    return issubclass(
        cls, (sympy.Basic, sympy.MatrixBase, sympy.NDimArray, UndefinedFunction)
    ) and not isinstance(value, sympy.FunctionClass if cls is not UndefinedFunction else ())


def _is_number(value: Any) -> bool:
    cls = type(value)
    if issubclass(cls, (int, float, complex, Fraction)):
        return True
    numpy, sympy = sys.modules.get("numpy"), sys.modules.get("sympy")
    if numpy is not None and issubclass(cls, (numpy.number, numpy.bool_)):
        return True
    return sympy is not None and issubclass(cls, sympy.Basic)


def _container(value: Any) -> str:
    for base in (list, tuple, dict, set, frozenset):
        if isinstance(value, base):
            return f"a {base.__name__}"
    return "an array"


def _own_class(cls: type) -> str:
    name = cls.__name__[:60]
    return (
        f"an object of your own class `{name}`: "
        "give its values as numbers, lists, arrays or SymPy expressions"
    )


def _describe(value: Any, cls: type) -> str:
    if isinstance(value, types.ModuleType):
        return "a module: give a value"
    if isinstance(value, _ITERATORS):
        name = "generator" if isinstance(value, types.GeneratorType) else cls.__name__
        article = "an" if name[0] in "aeiou" else "a"
        return f"{article} {name}: make a list of it with list(...)"
    for base in cls.__mro__:
        if base.__name__ in _ADVICE:
            return _ADVICE[base.__name__]
    if issubclass(cls, BaseException):
        return f"an exception ({cls.__name__[:60]}): raise it, or give a value"
    module = str(cls.__module__)
    if module in ("__main__", "builtins") or "." not in module:
        if module == "builtins":
            return f"an object of type `{cls.__name__[:60]}`: give numbers, lists or arrays"
        return _own_class(cls)
    return (
        f"an object of class `{module.partition('.')[0]}.{cls.__name__}`"[:100]
        + ": give its values as numbers, lists, arrays or SymPy expressions"
    )
