"""Calls in Python text: ``exp(x)``, ``Sum(body, k, 1, K)``, ``Eq(a, b)``, ``Interval(0, 1)``.

To read another spelling, add a row to ``_CALLS``; to read another elementary function, see
:mod:`mathgrade.expression.functions`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from mathgrade.expression.functions import FUNCTIONS, SPELLINGS
from mathgrade.expression.nodes import (
    Apply,
    Call,
    Cases,
    Delta,
    Derivative,
    Div,
    FiniteSet,
    Fold,
    Identity,
    Interval,
    Inverse,
    Listing,
    Logic,
    Matrix,
    Mul,
    Node,
    Number,
    Relation,
    Subst,
    Transpose,
    Truth,
    Union,
    Zeros,
)
from mathgrade.expression.python_chains import quotient

if TYPE_CHECKING:
    from mathgrade.expression.python_text import Reader

__all__ = ["MODULES", "read_call"]

MODULES = frozenset({"np", "numpy", "sp", "sympy", "math"})
_RELATIONS = {"Eq": "==", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}
_LOGIC = {"And": "and", "Or": "or", "Not": "not"}
_OPEN = {"open": (True, True), "Lopen": (True, False), "Ropen": (False, True)}


def read_call(reader: Reader, node: ast.Call) -> Node:
    """The tree of a call; ``reader`` reads its arguments and says where a fault stands."""
    function = node.func
    if isinstance(function, ast.Attribute):
        inner = function.value
        if isinstance(inner, ast.Name) and inner.id in MODULES:
            return _named(reader, node, function.attr)
        if isinstance(inner, ast.Name) and inner.id == "Interval" and function.attr in _OPEN:
            return _interval(reader, node, _OPEN[function.attr])
        if function.attr in ("transpose", "inv") and not node.args:
            body = reader.read(inner)
            return Inverse(body) if function.attr == "inv" else Transpose(body)
        if function.attr == "diff":
            return _derivative(reader, node, [inner, *node.args])
        if function.attr == "dot" and len(node.args) == 1:
            return Mul((reader.read(inner), reader.read(node.args[0])))
        raise reader.fault(node, "this call is not part of a formula")
    if not isinstance(function, ast.Name):
        raise reader.fault(node, "a product is written with *")
    return _named(reader, node, function.id)


def _named(reader: Reader, node: ast.Call, name: str) -> Node:
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        raise reader.fault(node, "write the arguments one by one, without = or *")
    declared = reader.context.get(name) if reader.context else None
    if declared is not None:
        if declared.kind == "function":
            return Apply(name, tuple(reader.read(a) for a in node.args))
        raise reader.fault(node, f"{name} is not a function; a product is written with *")
    special = _CALLS.get(name)
    if special is not None:
        return special(reader, node)
    if name in SPELLINGS:
        return _known(reader, node, name)
    if name in _RELATIONS:
        left, right = _arguments(reader, node, 2)
        return Relation(_RELATIONS[name], left, right)
    if name in _LOGIC:
        return Logic(_LOGIC[name], tuple(reader.read(a) for a in node.args))
    if reader.context is None:
        return Apply(name, tuple(reader.read(a) for a in node.args))
    raise reader.fault(node, f"the function {name} is not known here", "expression.undeclared")


def _known(reader: Reader, node: ast.Call, name: str) -> Node:
    function = FUNCTIONS[SPELLINGS[name]]
    args = tuple(reader.read(a) for a in node.args)
    if function.name in ("max", "min") and len(args) == 1 and isinstance(args[0], Matrix):
        args = tuple(e for row in args[0].rows for e in row)
    if function.name == "log" and len(args) == 2:
        return Div(Call("log", args[:1]), Call("log", args[1:]))
    if not function.least <= len(args) <= function.most:
        wanted = str(function.least) if function.most < 9 else f"{function.least} or more"
        raise reader.fault(
            node, f"{name} takes {wanted} argument(s), not {len(args)}", "expression.arity"
        )
    return Call(function.name, args)


def _arguments(reader: Reader, node: ast.Call, count: int) -> tuple[Node, ...]:
    if len(node.args) != count:
        raise reader.fault(
            node, f"it takes {count} argument(s), not {len(node.args)}", "expression.arity"
        )
    return tuple(reader.read(a) for a in node.args)


def _fold(reader: Reader, node: ast.Call, kind: str) -> Node:
    args = list(node.args)
    if len(args) == 4:
        args = [args[0], ast.Tuple(args[1:], ast.Load())]
    if len(args) < 2 or not all(isinstance(a, ast.Tuple) for a in args[1:]):
        raise reader.fault(
            node, f"write {kind.capitalize()}(body, k, low, high)", "expression.arity"
        )
    limits = [a.elts for a in args[1:] if isinstance(a, ast.Tuple)]
    return _nest(reader, node, kind, args[0], limits)


def _nest(
    reader: Reader, node: ast.Call, kind: str, body: ast.expr, limits: list[list[ast.expr]]
) -> Node:
    # As in SymPy, the last limits are the outermost sum.
    if not limits:
        return reader.read(body)
    *inner, outer = limits
    if len(outer) != 3 or not isinstance(outer[0], ast.Name):
        raise reader.fault(
            node, f"write {kind.capitalize()}(body, k, low, high)", "expression.arity"
        )
    index, low, high = outer[0].id, reader.read(outer[1]), reader.read(outer[2])
    reader.bound.append(index)
    try:
        return Fold(kind, _nest(reader, node, kind, body, inner), index, low, high)
    finally:
        reader.bound.pop()


def _derivative(reader: Reader, node: ast.Call, args: list[ast.expr]) -> Node:
    if len(args) < 2:
        raise reader.fault(node, "write diff(f, x)", "expression.arity")
    by: list[Node] = []
    for arg in args[1:]:
        parts = arg.elts if isinstance(arg, ast.Tuple) else [arg]
        variable = reader.read(parts[0])
        if isinstance(variable, Number) and by and len(parts) == 1:
            parts, variable = [parts[0], parts[0]], by.pop()  # diff(f, x, 2)
        times = reader.read(parts[1]) if len(parts) == 2 else Number(Fraction(1))
        if not isinstance(times, Number) or times.value not in (1, 2, 3, 4):
            raise reader.fault(node, "a derivative is taken 1 to 4 times by a name")
        by.extend([variable] * int(times.value))
    return Derivative(reader.read(args[0]), tuple(by))


def _diff(reader: Reader, node: ast.Call) -> Node:
    return _derivative(reader, node, node.args)


def _piecewise(reader: Reader, node: ast.Call) -> Node:
    branches = []
    for arg in node.args:
        if not isinstance(arg, ast.Tuple) or len(arg.elts) != 2:
            raise reader.fault(node, "write Piecewise((value, condition), …, (value, True))")
        branches.append((reader.read(arg.elts[0]), reader.read(arg.elts[1])))
    if not branches:
        raise reader.fault(node, "write Piecewise((value, condition), …, (value, True))")
    return Cases(tuple(branches))


def _ifeq(reader: Reader, node: ast.Call) -> Node:
    left, right, same, other = _arguments(reader, node, 4)
    return Cases(((same, Relation("==", left, right)), (other, Truth(True))))


def _subs(reader: Reader, node: ast.Call) -> Node:
    if len(node.args) != 3 or not isinstance(node.args[1], ast.Name):
        raise reader.fault(node, "write Subs(body, x, value)", "expression.arity")
    value = reader.read(node.args[2])
    reader.bound.append(node.args[1].id)
    try:
        return Subst(reader.read(node.args[0]), node.args[1].id, value)
    finally:
        reader.bound.pop()


def _matrix(reader: Reader, node: ast.Call) -> Node:
    if len(node.args) != 1 or not isinstance(node.args[0], ast.List):
        raise reader.fault(node, "write a matrix as [[1, 2], [3, 4]]", "expression.matrix")
    return reader.read(node.args[0])


def _interval(reader: Reader, node: ast.Call, sides: tuple[bool, bool] = (False, False)) -> Node:
    """``Interval(low, high)`` with both ends in; two more arguments say which are left out."""
    flags = [a.value for a in node.args[2:] if isinstance(a, ast.Constant)]
    known = all(isinstance(f, bool) for f in flags) and len(flags) == max(len(node.args) - 2, 0)
    if not known or len(node.args) not in (2, 3, 4):
        raise reader.fault(
            node,
            "write Interval(low, high); with the low end out, Interval(low, high, True, False)",
            "expression.arity",
        )
    low, high = (_end(reader, end) for end in node.args[:2])
    open_low, open_high = (bool(f) for f in (*flags, *sides[len(flags) :]))
    return Interval(low, high, open_low, open_high)


def _end(reader: Reader, node: ast.expr) -> Node | None:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
        name = inner.attr if inner.value.id in MODULES else ""
    else:
        name = inner.id if isinstance(inner, ast.Name) else ""
    return None if name in ("oo", "inf") else reader.read(node)


def _set(reader: Reader, node: ast.Call) -> Node:
    """``set()``, or ``set`` of what stands in one pair of brackets."""
    if not node.args:
        return FiniteSet(())
    if len(node.args) != 1 or not isinstance(node.args[0], ast.List | ast.Tuple | ast.Set):
        raise reader.fault(node, "write a set as {1, 2}", "expression.collection")
    return FiniteSet(tuple(reader.read(a) for a in node.args[0].elts))


_CALLS: dict[str, Callable[[Reader, ast.Call], Node]] = {
    "Sum": lambda r, n: _fold(r, n, "sum"),
    "summation": lambda r, n: _fold(r, n, "sum"),
    "Product": lambda r, n: _fold(r, n, "product"),
    "product": lambda r, n: _fold(r, n, "product"),
    "delta": lambda r, n: Delta(*_arguments(r, n, 2)),
    "KroneckerDelta": lambda r, n: Delta(*_arguments(r, n, 2)),
    "ifeq": _ifeq,
    "diff": _diff,
    "Derivative": _diff,
    "Piecewise": _piecewise,
    "Subs": _subs,
    "T": lambda r, n: Transpose(*_arguments(r, n, 1)),
    "transpose": lambda r, n: Transpose(*_arguments(r, n, 1)),
    "Transpose": lambda r, n: Transpose(*_arguments(r, n, 1)),
    "inv": lambda r, n: Inverse(*_arguments(r, n, 1)),
    "Inverse": lambda r, n: Inverse(*_arguments(r, n, 1)),
    "Identity": lambda r, n: Identity(*_arguments(r, n, 1)),
    "eye": lambda r, n: Identity(*_arguments(r, n, 1)),
    "ZeroMatrix": lambda r, n: Zeros(*_arguments(r, n, 2)),
    "zeros": lambda r, n: Zeros(*_arguments(r, n, 2)),
    "Rational": lambda r, n: quotient(*_arguments(r, n, 2)),
    "Integer": lambda r, n: _arguments(r, n, 1)[0],
    "Matrix": _matrix,
    "array": _matrix,
    "FiniteSet": lambda r, n: FiniteSet(tuple(r.read(a) for a in n.args)),
    "set": _set,
    "Interval": _interval,
    "Union": lambda r, n: Union(tuple(r.read(a) for a in n.args)),
    "Tuple": lambda r, n: Listing(tuple(r.read(a) for a in n.args)),
}
