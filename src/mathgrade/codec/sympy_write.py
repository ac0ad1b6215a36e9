"""Writing SymPy expressions: head and arguments, exactly as they stand.

Runs in the student's process. It is handed objects of SymPy's own classes only:
an instance of a student's subclass is refused by the exact type.
"""

from __future__ import annotations

from typing import Any

from mathgrade.codec.limits import CodecError, Room
from mathgrade.codec.symbol_names import check_function_name, check_symbol_name
from mathgrade.codec.sympy_heads import ASSUMPTIONS, constants, heads, matrix_classes

__all__ = ["write_integer", "write_sympy"]

_SAFE_INTEGER = 2**53


def write_integer(value: int, room: Room) -> Any:
    """A built-in int as JSON: a number if every JSON reader keeps it, else hexadecimal.

    >>> write_integer(7, Room()), write_integer(2**60, Room())
    (7, ['int', '0x1000000000000000'])
    """
    if -_SAFE_INTEGER < value < _SAFE_INTEGER:
        return value
    room.take_integer(value.bit_length())
    return ["int", hex(value)]


def write_sympy(value: Any, room: Room, depth: int = 0) -> list[Any]:
    """A SymPy object as a JSON list: its head, then its arguments.

    Raises:
        CodecError: the object, or a part of it, is of a class that cannot travel.
    """
    room.take_node(depth)
    cls: Any = type(value)
    name = cls.__name__
    head = heads().get(name)
    if head is not None and cls is head.cls:
        return [name, *(write_sympy(a, room, depth + 1) for a in value.args)]
    if constants().get(name) is value:
        return [name]
    special = _special(value, cls, room, depth)
    if special is not None:
        return special
    raise CodecError(_refusal(value, name))


def _special(value: Any, cls: Any, room: Room, depth: int) -> list[Any] | None:
    from sympy import Dummy, Float, IndexedBase, Rational, Subs, Symbol, sympify
    from sympy.core.function import AppliedUndef, UndefinedFunction
    from sympy.core.symbol import Str
    from sympy.tensor.indexed import Indexed

    if cls is Symbol:
        return ["Symbol", check_symbol_name(value.name), _assumptions(value)]
    if cls is Dummy:
        return ["Dummy", check_symbol_name(value.name), _assumptions(value), int(value.dummy_index)]
    if cls is Str:
        return ["Str", check_symbol_name(value.name)]
    if isinstance(value, Rational) and cls.__module__ == "sympy.core.numbers":
        p, q = write_integer(int(value.p), room), write_integer(int(value.q), room)
        return ["Integer", p] if q == 1 else ["Rational", p, q]
    if cls is Float:
        sign, mantissa, exponent, _ = value._mpf_
        room.take_integer(int(value._prec))
        signed = -int(mantissa) if sign else int(mantissa)
        return ["Float", hex(signed), int(exponent), int(value._prec)]
    if isinstance(cls, UndefinedFunction) and cls.__mro__[1] is AppliedUndef:
        return [
            "call",
            _function(cls),
            *(write_sympy(a, room, depth + 1) for a in value.args),
        ]
    if cls is UndefinedFunction and value.__mro__[1] is AppliedUndef:
        return ["function", _function(value)]
    if cls in (Indexed, IndexedBase, Subs):
        if cls is IndexedBase and (value.offset != 0 or value.strides is not None):
            raise CodecError("an IndexedBase with strides or an offset: leave them out")
        parts = (*value.args, value._expr) if cls is Subs else value.args
        return [cls.__name__, *(write_sympy(a, room, depth + 1) for a in parts)]
    name = str(cls.__name__)
    matrices, arrays = matrix_classes()
    if name in matrices and cls is matrices[name]:
        rows, columns = int(value.rows), int(value.cols)
        count = room.take_array((rows, columns), 8)
        if count > room.nodes:
            raise CodecError("a matrix with too many entries: make it smaller")
        entries = [write_sympy(a, room, depth + 1) for a in value.flat()]
        return ["matrix", name, rows, columns, *entries]
    if name in arrays and cls is arrays[name]:
        shape = [int(n) for n in value.shape]
        count = room.take_array(tuple(shape), 8)
        if count > room.nodes:
            raise CodecError("an array with too many entries: make it smaller")
        flat = value.reshape(count)
        entries = [write_sympy(sympify(flat[k]), room, depth + 1) for k in range(count)]
        return ["array", name, shape, *entries]
    return None


def _assumptions(symbol: Any) -> dict[str, bool]:
    given = getattr(symbol, "_assumptions_orig", None)
    if given is None:
        given = symbol.assumptions0
    unknown = sorted(str(k) for k in given if k not in ASSUMPTIONS)
    if unknown:
        raise CodecError(f"a symbol with the unknown assumption {unknown[0]!r}: leave it out")
    return {k: bool(v) for k, v in given.items()}


def _function(cls: Any) -> list[Any]:
    kwargs = {k: v for k, v in cls._kwargs.items() if k != "nargs"}
    if not ASSUMPTIONS.issuperset(kwargs) or any(type(v) is not bool for v in kwargs.values()):
        raise CodecError(f"a function `{cls.__name__[:40]}` with attributes of its own")
    nargs = cls._kwargs.get("nargs")
    if nargs is not None and not isinstance(nargs, int):
        nargs = [int(n) for n in nargs]
    return [check_function_name(cls.__name__), kwargs, nargs]


def _refusal(value: Any, name: str) -> str:
    module = str(getattr(type(value), "__module__", ""))
    if module.startswith("sympy.polys"):
        return f"a SymPy {name}: turn it into an expression with .as_expr()"
    if module.startswith("sympy."):
        return f"a SymPy {name}, which cannot be marked: give an ordinary expression"
    return f"an object of your own class `{name[:60]}`: give its value as a SymPy expression"
