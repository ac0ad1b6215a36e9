"""Reading SymPy expressions from a sender who may be hostile.

Nodes are built with ``Basic.__new__`` and the attributes their class expects, so
nothing is evaluated, sorted, cached or asked for its sign: ``10**10**10`` and
``factorial(10**9)`` come back at once as the nodes that were written.
"""

# ruff: noqa: ARG001 - the readers of one table share one signature

from __future__ import annotations

import re
from typing import Any

from mathgrade.codec.limits import (
    MAX_FLOAT_BITS,
    MAX_FLOAT_EXPONENT,
    MAX_INT_BITS,
    CodecError,
    Room,
)
from mathgrade.codec.symbol_names import check_function_name, check_symbol_name
from mathgrade.codec.sympy_heads import (
    ASSUMPTIONS,
    Head,
    constants,
    heads,
    is_kind,
    matrix_classes,
)

__all__ = ["damaged", "read_integer", "read_shape", "read_sympy"]

_HEX = re.compile(r"-?0x[0-9a-f]+", re.ASCII)


def damaged(what: str) -> CodecError:
    """The error for a message that :func:`encode` cannot have written."""
    return CodecError(f"damaged message: {what}", "response.damaged")


def read_integer(data: Any, room: Room) -> int:
    """An int from a JSON number or ``["int", "0x…"]``."""
    if type(data) is int:
        room.take_integer(data.bit_length())
        return data
    if type(data) is list and len(data) == 2 and data[0] == "int":
        return _hexadecimal(data[1], room)
    raise damaged("an integer was expected")


def _hexadecimal(text: Any, room: Room) -> int:
    if type(text) is not str or len(text) > MAX_INT_BITS // 4 + 4 or not _HEX.fullmatch(text):
        raise damaged("an integer was expected")
    value = int(text, 16)
    room.take_integer(value.bit_length())
    return value


def read_shape(data: Any) -> tuple[int, ...]:
    """A shape: a list of sizes, none negative."""
    if type(data) is not list or not all(type(n) is int and n >= 0 for n in data):
        raise damaged("a shape was expected")
    return tuple(data)


def read_sympy(data: Any, room: Room, depth: int = 0) -> Any:
    """The SymPy object that ``write_sympy`` wrote.

    Raises:
        CodecError: it did not write this.
    """
    room.take_node(depth)
    if type(data) is not list or not data or type(data[0]) is not str:
        raise damaged("an expression was expected")
    name, *parts = data
    head = heads().get(name)
    if head is not None:
        return _build(head, tuple(read_sympy(a, room, depth + 1) for a in parts), room)
    if not parts and name in constants():
        return constants()[name]
    reader = _READERS.get(name)
    if reader is None:
        raise damaged(f"unknown head {name[:40]!r}")
    return reader(parts, room, depth)


def _build(head: Head, args: tuple[Any, ...], room: Room) -> Any:
    from sympy.core.basic import Basic

    if not all(isinstance(a, Basic) for a in args) or not head.accepts(args):
        raise damaged(f"{head.name} does not take these arguments")
    node = Basic.__new__(head.cls, *args)
    if head.slot:
        deciding = args[:1] if head.name in _LIMITED else args
        node.is_commutative = bool(head.members) or all(map(_commutes, deciding))
    if head.members:
        room.take_keys(len(args))
        members = frozenset(args)
        setattr(node, head.members, set(members) if head.name == "FiniteSet" else members)
    if head.applied:
        node.nargs = head.cls.nargs
    return node


_LIMITED = frozenset({"Sum", "Product", "Integral"})


def _commutes(node: Any) -> bool:
    """Whether a node commutes, from what is written on it: no inference.

    Asking ``is_commutative`` could ask for signs, and so evaluate.
    """
    from sympy import Expr
    from sympy.functions.elementary.piecewise import ExprCondPair

    todo = [node]
    while todo:
        node = todo.pop()
        known = node._assumptions.get("commutative")
        if known is None:
            head = heads().get(type(node).__name__)
            if head is not None and head.slot:
                known = node.is_commutative
        if known is None and hasattr(node, "_eval_is_commutative"):
            # Conditions, limits and the variables of a derivative have no say.
            todo.extend(a for a in node.args if isinstance(a, (Expr, ExprCondPair)))
        elif known is None and isinstance(node, ExprCondPair):
            todo.append(node.args[0])
        elif not known:
            return False
    return True


def _known_assumptions(data: Any) -> dict[str, bool]:
    if type(data) is not dict or any(
        k not in ASSUMPTIONS or type(v) is not bool for k, v in data.items()
    ):
        raise damaged("assumptions were expected")
    return data


def _count(parts: list[Any], *counts: int) -> None:
    if len(parts) not in counts:
        raise damaged("a part is missing or too many")


def _symbol(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy import Symbol

    _count(parts, 2)
    return Symbol(check_symbol_name(parts[0]), **_known_assumptions(parts[1]))


def _dummy(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy import Dummy

    _count(parts, 3)
    name, assumptions, index = check_symbol_name(parts[0]), _known_assumptions(parts[1]), parts[2]
    if type(index) is not int or not abs(index) < 2**63:
        raise damaged("the number of a Dummy was expected")
    return Dummy(name, dummy_index=index, **assumptions)


def _str(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy.core.symbol import Str

    _count(parts, 1)
    return Str(check_symbol_name(parts[0]))


def _integer(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy import Integer

    _count(parts, 1)
    return Integer(read_integer(parts[0], room))


def _rational(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy import Rational

    _count(parts, 2)
    p, q = read_integer(parts[0], room), read_integer(parts[1], room)
    if q < 2:
        raise damaged("a denominator greater than 1 was expected")
    value = Rational(p, q)
    if (int(value.p), int(value.q)) != (p, q):
        raise damaged("a fraction in lowest terms was expected")
    return value


def _float(parts: list[Any], room: Room, depth: int) -> Any:
    from mpmath.libmp import from_man_exp  # type: ignore[import-untyped]
    from sympy import Float

    _count(parts, 3)
    mantissa, exponent, bits = _hexadecimal(parts[0], room), parts[1], parts[2]
    if (
        type(bits) is not int
        or not 1 <= bits <= MAX_FLOAT_BITS
        or type(exponent) is not int
        or abs(exponent) > MAX_FLOAT_EXPONENT
        or mantissa.bit_length() > bits
    ):
        raise damaged("a Float was expected")
    return Float._new(from_man_exp(mantissa, exponent, bits, "n"), bits, zero=False)


def _named_function(data: Any, room: Room) -> Any:
    from sympy import Function

    if type(data) is not list or len(data) != 3:
        raise damaged("a function was expected")
    name, assumptions, nargs = check_function_name(data[0]), _known_assumptions(data[1]), data[2]
    options: dict[str, Any] = dict(assumptions)
    if nargs is not None:
        counts = nargs if type(nargs) is list else [nargs]
        if not 1 <= len(counts) <= 20 or not all(type(n) is int and 0 <= n <= 100 for n in counts):
            raise damaged("numbers of arguments were expected")
        options["nargs"] = tuple(nargs) if type(nargs) is list else nargs
    key = (name, *sorted(options.items()))
    return room.take_function(key, lambda: Function(name, **options))


def _function(parts: list[Any], room: Room, depth: int) -> Any:
    _count(parts, 1)
    return _named_function(parts[0], room)


def _call(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy.core.basic import Basic

    if not parts:
        raise damaged("a function was expected")
    cls = _named_function(parts[0], room)
    args = tuple(read_sympy(a, room, depth + 1) for a in parts[1:])
    if cls._nargs is not None and len(args) not in cls._nargs:
        raise damaged("a function has too few or too many arguments")
    if not all(isinstance(a, Basic) for a in args):
        raise damaged("arguments were expected")
    node = Basic.__new__(cls, *args)
    node.nargs = cls.nargs
    return node


def _indexed_base(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy import IndexedBase

    _count(parts, 1, 2)
    args = [read_sympy(a, room, depth + 1) for a in parts]
    if not is_kind("symbol", args[0]) or not all(is_kind("tuple", a) for a in args[1:]):
        raise damaged("an IndexedBase was expected")
    return IndexedBase(*args)


def _indexed(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy import Expr, IndexedBase
    from sympy.tensor.indexed import Indexed

    args = [read_sympy(a, room, depth + 1) for a in parts]
    if len(args) < 2 or not isinstance(args[0], IndexedBase):
        raise damaged("an Indexed was expected")
    if not all(isinstance(a, Expr) or is_kind("tuple", a) for a in args[1:]):
        raise damaged("indices were expected")
    node = Expr.__new__(Indexed, *args)
    IndexedBase._set_assumptions(node, args[0].assumptions0)
    return node


def _subs(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy import Expr, Subs
    from sympy.core.basic import Basic

    _count(parts, 4)
    expr, variables, point, neutral = (read_sympy(a, room, depth + 1) for a in parts)
    if not isinstance(expr, Basic) or not isinstance(neutral, Basic):
        raise damaged("a Subs was expected")
    if not is_kind("tuple", variables) or not is_kind("tuple", point):
        raise damaged("a Subs was expected")
    if not 1 <= len(variables.args) == len(point.args):
        raise damaged("a Subs was expected")
    # Hashing a Subs puts symbols for its variables: that must find nothing to do, and so
    # evaluate nothing.
    names = {v.name for v in variables.args if is_kind("symbol", v)}
    if len(names) != len(variables.args) or _mentions(neutral, names):
        raise damaged("a Subs was expected")
    node = Expr.__new__(Subs, expr, variables, point)
    node._expr = neutral
    return node


def _mentions(node: Any, names: set[str]) -> bool:
    todo = [node]
    while todo:
        node = todo.pop()
        if is_kind("symbol", node) and node.name in names:
            return True
        todo.extend(a for a in node.args if hasattr(a, "args"))
        if type(node).__name__ == "Subs":
            todo.append(node._expr)
    return False


def _matrix(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy import Expr

    if len(parts) < 3 or type(parts[0]) is not str:
        raise damaged("a matrix was expected")
    cls = matrix_classes()[0].get(parts[0])
    rows, columns = read_shape(parts[1:3])
    count = room.take_array((rows, columns), 8)
    if cls is None or count != len(parts) - 3:
        raise damaged("a matrix was expected")
    entries = [read_sympy(a, room, depth + 1) for a in parts[3:]]
    if not all(isinstance(a, Expr) for a in entries):
        raise damaged("entries of a matrix are expressions")
    if "Sparse" in parts[0]:
        return cls(rows, columns, entries)
    return cls._new(rows, columns, entries, copy=False)


def _array(parts: list[Any], room: Room, depth: int) -> Any:
    from sympy import Expr
    from sympy.matrices.expressions import MatrixExpr

    if len(parts) < 2 or type(parts[0]) is not str:
        raise damaged("an array was expected")
    cls = matrix_classes()[1].get(parts[0])
    shape = read_shape(parts[1])
    count = room.take_array(shape, 8)
    if cls is None or count != len(parts) - 2:
        raise damaged("an array was expected")
    entries = [read_sympy(a, room, depth + 1) for a in parts[2:]]
    if not all(isinstance(a, Expr) and not isinstance(a, MatrixExpr) for a in entries):
        raise damaged("entries of an array are scalar expressions")
    return cls(entries, shape)


_READERS = {
    "Symbol": _symbol,
    "Dummy": _dummy,
    "Str": _str,
    "Integer": _integer,
    "Rational": _rational,
    "Float": _float,
    "call": _call,
    "function": _function,
    "Indexed": _indexed,
    "IndexedBase": _indexed_base,
    "Subs": _subs,
    "matrix": _matrix,
    "array": _array,
}
