"""Calls and their results on the wire.

An exception travels as the name of its type and its text. Built-in types, and a
few of NumPy and SymPy, arrive as themselves; a class of the student's own arrives
as its nearest base among those, with its name before the text.
"""

from __future__ import annotations

import builtins
import importlib
import math
from typing import Any

from mathgrade.codec.calls import Call, Result
from mathgrade.codec.decode import Reader, Take
from mathgrade.codec.encode import Give, Writer
from mathgrade.codec.limits import CodecError
from mathgrade.codec.sympy_read import damaged

__all__ = ["decode_call", "decode_result", "encode_call", "encode_result"]

MAX_TEXT = 2_000  # characters of one exception or warning
MAX_WARNINGS = 50
MAX_ARGUMENTS = 200

# These want more than one argument to be made.
_DEMANDING = frozenset(
    {
        "UnicodeDecodeError",
        "UnicodeEncodeError",
        "UnicodeTranslateError",
        "BaseExceptionGroup",
        "ExceptionGroup",
    }
)
_BUILT_IN = {
    name: cls
    for name, cls in vars(builtins).items()
    if isinstance(cls, type) and issubclass(cls, Exception) and name not in _DEMANDING
}
_LIBRARY = {
    "LinAlgError": "numpy.linalg",
    "SympifyError": "sympy",
    "ShapeError": "sympy",
    "NonSquareMatrixError": "sympy.matrices.exceptions",
    "NonInvertibleMatrixError": "sympy.matrices.exceptions",
}
_ROOTS = {"numpy", "sympy"}


def encode_call(call: Call, give: Give | None = None) -> dict[str, Any]:
    """A call as JSON values; raises CodecError as :func:`encode` does."""
    writer = Writer(give)
    return {
        "args": [writer.write(value) for value in call.args],
        "kwargs": {str(name): writer.write(value) for name, value in call.kwargs.items()},
    }


def decode_call(data: Any, take: Take | None = None) -> Call:
    """The call that :func:`encode_call` wrote; raises CodecError for anything else."""
    args, kwargs = _fields(data, "args", "kwargs")
    if type(args) is not list or type(kwargs) is not dict:
        raise damaged("the arguments of a call were expected")
    if len(args) + len(kwargs) > MAX_ARGUMENTS or not all(type(k) is str for k in kwargs):
        raise damaged("the arguments of a call were expected")
    reader = Reader(take)
    return Call(
        tuple(reader.read(value) for value in args),
        {name: reader.read(value) for name, value in kwargs.items()},
    )


def encode_result(result: Result, give: Give | None = None) -> dict[str, Any]:
    """A result as JSON values; raises CodecError if its value cannot be sent."""
    return {
        "value": Writer(give).write(result.value),
        "error": None if result.error is None else _write_error(result.error),
        "warnings": [_clip(text) for text in result.warnings[:MAX_WARNINGS]],
        "changed": _write_changed(result, give),
        "seconds": float(result.seconds),
    }


def decode_result(data: Any, take: Take | None = None) -> Result:
    """The result that :func:`encode_result` wrote; raises CodecError for anything else."""
    value, error, texts, changed, seconds = _fields(
        data, "value", "error", "warnings", "changed", "seconds"
    )
    if type(texts) is not list or len(texts) > MAX_WARNINGS:
        raise damaged("a list of warnings was expected")
    if not all(type(text) is str and len(text) <= MAX_TEXT for text in texts):
        raise damaged("a list of warnings was expected")
    if type(changed) is not list or len(changed) > MAX_ARGUMENTS:
        raise damaged("a list of arguments was expected")
    if not all(type(pair) is list and len(pair) == 2 and _place(pair[0]) for pair in changed):
        raise damaged("a list of arguments was expected")
    if type(seconds) not in (int, float) or not 0 <= seconds < math.inf:
        raise damaged("a time was expected")
    reader = Reader(take)
    return Result(
        value=reader.read(value),
        error=None if error is None else _read_error(error),
        warnings=tuple(texts),
        changed={place: reader.read(after) for place, after in changed},
        seconds=float(seconds),
    )


def _write_changed(result: Result, give: Give | None) -> list[Any]:
    """Arguments changed in place; one that cannot be sent any more is told as None."""
    written = []
    for place, after in list(result.changed.items())[:MAX_ARGUMENTS]:
        try:
            data = Writer(give).write(after)
        except CodecError:
            data = Writer(give).write(None)
        written.append([place if type(place) is int else _clip(place), data])
    return written


def _place(key: Any) -> bool:
    """Whether a key can be the position or the name of an argument."""
    if type(key) is int:
        return 0 <= key < MAX_ARGUMENTS
    return type(key) is str and len(key) <= MAX_TEXT


def _fields(data: Any, *names: str) -> list[Any]:
    if type(data) is not dict or set(data) != set(names):
        raise damaged("the fields " + ", ".join(names) + " were expected")
    return [data[name] for name in names]


def _clip(text: Any) -> str:
    plain = str.__str__(text) if isinstance(text, str) else str(text)
    return plain[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")


def _write_error(error: BaseException) -> list[str]:
    cls = type(error)
    for base in cls.__mro__:
        if _known(base):
            text = _error_text(error)
            return [base.__name__, text if base is cls else _clip(f"{cls.__name__}: {text}")]
    return ["RuntimeError", _clip(f"{cls.__name__}: {_error_text(error)}")]


def _known(cls: type) -> bool:
    name, module = cls.__name__, str(cls.__module__)
    if _BUILT_IN.get(name) is cls:
        return True
    return name in _LIBRARY and module.partition(".")[0] in _ROOTS


def _error_text(error: BaseException) -> str:
    """Its text; without the quotes that KeyError and SympifyError put round theirs."""
    try:
        args = error.args
        if isinstance(error, KeyError) and len(args) == 1 and isinstance(args[0], str):
            return _clip(args[0])
        if type(error).__name__ == "SympifyError":
            return _clip(getattr(error, "expr", error))
        return _clip(str(error))
    except Exception:  # a student's own __str__
        return "(its text could not be had)"


def _read_error(data: Any) -> Exception:
    if type(data) is not list or len(data) != 2 or not all(type(t) is str for t in data):
        raise damaged("the name and the text of an exception were expected")
    name, text = data
    if len(text) > MAX_TEXT:
        raise damaged("the text of an exception is too long")
    cls = _BUILT_IN.get(name)
    if cls is None and name in _LIBRARY:
        try:
            cls = getattr(importlib.import_module(_LIBRARY[name]), name)
        except (ImportError, AttributeError):
            cls = ValueError
    if cls is None:
        raise damaged(f"unknown exception {name[:40]!r}")
    error: Exception = cls(text)
    return error
