"""Reads formulas written as Python: ``exp(z[i])/Sum(exp(z[k]), k, 1, K)``.

The text is parsed with :mod:`ast` and walked; nothing in it is ever run. What the walk
does not know it refuses, with the place and the reason. Numbers are exact: ``0.1`` is
one tenth, and ``1/3`` a third.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mathgrade.errors import ResponseError
from mathgrade.expression.functions import FUNCTIONS, SPELLINGS
from mathgrade.expression.limits import MAX_DEPTH, MAX_LENGTH, number
from mathgrade.expression.names import Context
from mathgrade.expression.nodes import (
    Add,
    Apply,
    Call,
    Cases,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    Fold,
    Identity,
    Inverse,
    Logic,
    Matrix,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Relation,
    Subst,
    Transpose,
    Truth,
    Zeros,
)

__all__ = ["read_text"]

_RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_RELATION_CALLS = {"Eq": "==", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}
_LOGIC_CALLS = {"And": "and", "Or": "or", "Not": "not"}
_CONSTANTS = {"pi": Constant("pi"), "E": Constant("E")}
_MODULES = frozenset({"np", "numpy", "sp", "sympy", "math"})


def read_text(text: str, context: Context | None) -> Node:
    """The tree of a formula in Python text.

    Args:
        text: one expression; line breaks inside are allowed.
        context: the declared names; None takes any name as it comes.

    Raises:
        ResponseError: what could not be read, where, and what to write instead.

    >>> read_text("x^2", None)
    Traceback (most recent call last):
        ...
    mathgrade.errors.ResponseError: Cannot read the formula at character 1, 'x^2': \
write a power as x**2, not x^2.
    """
    if len(text) > MAX_LENGTH:
        raise ResponseError(
            f"The formula has {len(text)} characters; at most {MAX_LENGTH} can be read.",
            "expression.too-big",
        )
    if not text.strip():
        raise ResponseError("The formula is empty.", "expression.empty")
    source = "(" + text.strip().replace("\r", "") + "\n)"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, mode="eval")
    except SyntaxError as error:
        raise _syntax(text, error) from None
    except (RecursionError, MemoryError, ValueError):
        raise ResponseError(
            "The formula is nested too deeply or holds characters that cannot be read.",
            "expression.too-big",
        ) from None
    return _Reader(source, context).read(tree.body)


def _syntax(text: str, error: SyntaxError) -> ResponseError:
    lines = text.strip().split("\n")
    row = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
    column = max((error.offset or 1) - (2 if row == 0 else 1), 0)
    before = sum(len(line) + 1 for line in lines[:row]) + min(column, len(lines[row]))
    near = text.strip()[max(before - 8, 0) : before + 8]
    reason = "check brackets, commas and operators; a product is written with *"
    if "nested" in str(error.msg):
        reason = "the brackets are nested too deeply"
    return ResponseError(
        f"Cannot read the formula near character {before + 1}, {near!r}: {reason}.",
        "expression.syntax",
    )


class _Reader:
    def __init__(self, source: str, context: Context | None) -> None:
        self.source = source
        self.lines = source.split("\n")
        self.bytes = [line.encode() for line in self.lines]
        self.context = context
        self.bound: list[str] = []
        self.depth = 0

    def fault(self, node: ast.AST, reason: str, note: str = "expression.unknown") -> ResponseError:
        """The error for a piece of the text; positions count from 1 in what was written."""
        segment = (ast.get_source_segment(self.source, node) or "").strip()
        line = getattr(node, "lineno", 1) - 1
        prefix = self.lines[line].encode()[: getattr(node, "col_offset", 1)].decode()
        # The bracket put around the text stands before the first character.
        position = sum(len(part) + 1 for part in self.lines[:line]) + len(prefix)
        if len(segment) > 40:
            segment = segment[:37] + "…"
        return ResponseError(
            f"Cannot read the formula at character {position}, {segment!r}: {reason}.", note
        )

    def _text(self, node: ast.Constant) -> str:
        """What stands in the text for a number; ast counts columns in bytes."""
        if node.lineno != node.end_lineno:
            return ""
        return self.bytes[node.lineno - 1][node.col_offset : node.end_col_offset].decode()

    def read(self, node: ast.AST) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fault(node, "it is nested too deeply", "expression.too-big")
        try:
            reader = _READERS.get(type(node))
            if reader is None:
                raise self.fault(node, f"{_KINDS.get(type(node), 'this')} is not part of a formula")
            return reader(self, node)
        finally:
            self.depth -= 1

    def constant(self, node: ast.Constant) -> Node:
        value = node.value
        if isinstance(value, bool):
            return Truth(value)
        if isinstance(value, int | float):
            text = self._text(node)
            if re.fullmatch(r"[0-9_]*\.?[0-9_]*([eE][+-]?[0-9_]+)?", text):
                return number(text)
            return Number(Fraction(value))
        raise self.fault(node, "only numbers, names and operators are part of a formula")

    def name(self, node: ast.Name) -> Node:
        name = node.id
        if name in self.bound:
            return Name(name)
        if self.context is None:
            return _CONSTANTS.get(name, Name(name))
        if name in self.context:
            return Name(name)
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        stem, _, tail = name.rpartition("_")
        declared = self.context.get(stem)
        if declared is not None and declared.shape and tail:
            index = self._tail(tail)
            if index is not None:
                return Entry(Name(stem), (index,))
        if name in SPELLINGS:
            raise self.fault(node, f"{name} is a function; write {name}(…)")
        raise self.fault(
            node,
            f"the name {name} is not known here; names that may be used: {self.context.listing()}",
            "expression.undeclared",
        )

    def _tail(self, tail: str) -> Node | None:
        """The index in ``z_1`` or ``z_i``."""
        if tail.isdigit():
            return number(tail)
        declared = self.context.get(tail) if self.context else None
        return Name(tail) if tail in self.bound or (declared and declared.kind == "index") else None

    def binary(self, node: ast.BinOp) -> Node:
        # A long sum is a left-deep chain: walked with a loop, it costs no depth.
        chain: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and type(left.op) in _CHAINS:
            chain.append(left)
            left = left.left
        if not chain:
            return self.power(node)
        result = self.read(left)
        fresh = False  # whether `result` is a sum or product this loop has made
        for step in reversed(chain):
            right = self.read(step.right)
            result, fresh = _join(step.op, result, right, fresh)
        return _close(result)

    def power(self, node: ast.BinOp) -> Node:
        if isinstance(node.op, ast.BitXor):
            left = ast.get_source_segment(self.source, node.left) or "x"
            right = ast.get_source_segment(self.source, node.right) or "2"
            short = len(left) + len(right) < 20
            example = f"{left}**{right}, not {left}^{right}" if short else "x**2, not x^2"
            raise self.fault(node, f"write a power as {example}", "expression.caret")
        if not isinstance(node.op, ast.Pow):
            raise self.fault(node, "this operator is not part of a formula")
        base, exponent = self.read(node.left), self.read(node.right)
        if isinstance(node.right, ast.Name) and node.right.id == "T":
            raise self.fault(node, "write a transpose as T(A) or A.T")
        return Call("exp", (exponent,)) if base == Constant("E") else Power(base, exponent)

    def unary(self, node: ast.UnaryOp) -> Node:
        if isinstance(node.op, ast.USub):
            inner = self.read(node.operand)
            return Number(-inner.value) if isinstance(inner, Number) else Neg(inner)
        if isinstance(node.op, ast.UAdd):
            return self.read(node.operand)
        if isinstance(node.op, ast.Not):
            return Logic("not", (self.read(node.operand),))
        raise self.fault(node, "~ is not part of a formula")

    def compare(self, node: ast.Compare) -> Node:
        parts = [self.read(node.left), *(self.read(c) for c in node.comparators)]
        relations: list[Node] = []
        for k, op in enumerate(node.ops):
            if type(op) not in _RELATIONS:
                raise self.fault(node, "only ==, !=, <, <=, > and >= compare")
            relations.append(Relation(_RELATIONS[type(op)], parts[k], parts[k + 1]))
        return relations[0] if len(relations) == 1 else Logic("and", tuple(relations))

    def logic(self, node: ast.BoolOp) -> Node:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return Logic(op, tuple(self.read(v) for v in node.values))

    def choice(self, node: ast.IfExp) -> Node:
        condition = self.read(node.test)
        return Cases(((self.read(node.body), condition), (self.read(node.orelse), Truth(True))))

    def subscript(self, node: ast.Subscript) -> Node:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in parts:
            if isinstance(part, ast.Slice):
                raise self.fault(node, "an index is one number or name, not a range with :")
        base = self.read(node.value)
        indices = tuple(self.read(part) for part in parts)
        if not indices:
            raise self.fault(node, "the index is missing")
        if isinstance(base, Entry):
            return Entry(base.base, base.indices + indices)
        return Entry(base, indices)

    def attribute(self, node: ast.Attribute) -> Node:
        if isinstance(node.value, ast.Name) and node.value.id in _MODULES:
            if node.attr in _CONSTANTS or node.attr == "e":
                return _CONSTANTS.get(node.attr, Constant("E"))
            raise self.fault(node, "only functions and pi are taken from a module")
        if node.attr == "T":
            return Transpose(self.read(node.value))
        if node.attr == "I":
            return Inverse(self.read(node.value))
        raise self.fault(node, "of attributes only .T (transpose) is part of a formula")

    def rows(self, node: ast.List) -> Node:
        rows = [r.elts if isinstance(r, ast.List) else None for r in node.elts]
        if rows and all(r is None for r in rows):
            return Matrix(tuple((self.read(e),) for e in node.elts))
        lengths = {len(r) for r in rows if r is not None}
        if len(lengths) != 1 or None in rows or lengths == {0}:
            raise self.fault(
                node,
                "a matrix is a list of rows that are all of one length, such as [[1, 2], [3, 4]]",
                "expression.matrix",
            )
        return Matrix(tuple(tuple(self.read(e) for e in r) for r in rows if r is not None))

    def call(self, node: ast.Call) -> Node:
        function = node.func
        if isinstance(function, ast.Attribute):
            inner = function.value
            if isinstance(inner, ast.Name) and inner.id in _MODULES:
                return self.named(node, function.attr)
            if function.attr in ("transpose", "inv") and not node.args:
                body = self.read(inner)
                return Inverse(body) if function.attr == "inv" else Transpose(body)
            if function.attr == "diff":
                return self._derivative(node, [inner, *node.args])
            if function.attr == "dot" and len(node.args) == 1:
                return Mul((self.read(inner), self.read(node.args[0])))
            raise self.fault(node, "this call is not part of a formula")
        if not isinstance(function, ast.Name):
            raise self.fault(node, "a product is written with *")
        return self.named(node, function.id)

    def named(self, node: ast.Call, name: str) -> Node:
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.fault(node, "write the arguments one by one, without = or *")
        declared = self.context.get(name) if self.context else None
        if declared is not None:
            if declared.kind == "function":
                return Apply(name, tuple(self.read(a) for a in node.args))
            raise self.fault(node, f"{name} is not a function; a product is written with *")
        special = _CALLS.get(name)
        if special is not None:
            return special(self, node)
        if name in SPELLINGS:
            return self._known(node, name)
        if name in _RELATION_CALLS:
            left, right = self.arguments(node, 2)
            return Relation(_RELATION_CALLS[name], left, right)
        if name in _LOGIC_CALLS:
            return Logic(_LOGIC_CALLS[name], tuple(self.read(a) for a in node.args))
        if self.context is None:
            return Apply(name, tuple(self.read(a) for a in node.args))
        raise self.fault(node, f"the function {name} is not known here", "expression.undeclared")

    def _known(self, node: ast.Call, name: str) -> Node:
        function = FUNCTIONS[SPELLINGS[name]]
        args = tuple(self.read(a) for a in node.args)
        if function.name in ("max", "min") and len(args) == 1 and isinstance(args[0], Matrix):
            args = tuple(e for row in args[0].rows for e in row)
        if function.name == "log" and len(args) == 2:
            return Div(Call("log", args[:1]), Call("log", args[1:]))
        if not function.least <= len(args) <= function.most:
            wanted = str(function.least) if function.most < 9 else f"{function.least} or more"
            raise self.fault(
                node, f"{name} takes {wanted} argument(s), not {len(args)}", "expression.arity"
            )
        return Call(function.name, args)

    def arguments(self, node: ast.Call, count: int) -> tuple[Node, ...]:
        if len(node.args) != count:
            raise self.fault(
                node, f"it takes {count} argument(s), not {len(node.args)}", "expression.arity"
            )
        return tuple(self.read(a) for a in node.args)

    def fold(self, node: ast.Call, kind: str) -> Node:
        args = list(node.args)
        if len(args) == 4:
            args = [args[0], ast.Tuple(args[1:], ast.Load())]
        if len(args) < 2 or not all(isinstance(a, ast.Tuple) for a in args[1:]):
            raise self.fault(
                node, f"write {kind.capitalize()}(body, k, low, high)", "expression.arity"
            )
        limits = [a.elts for a in args[1:] if isinstance(a, ast.Tuple)]
        return self._nest(node, kind, args[0], limits)

    def _nest(
        self, node: ast.Call, kind: str, body: ast.expr, limits: list[list[ast.expr]]
    ) -> Node:
        # As in SymPy, the last limits are the outermost sum.
        if not limits:
            return self.read(body)
        *inner, outer = limits
        if len(outer) != 3 or not isinstance(outer[0], ast.Name):
            raise self.fault(
                node, f"write {kind.capitalize()}(body, k, low, high)", "expression.arity"
            )
        index, low, high = outer[0].id, self.read(outer[1]), self.read(outer[2])
        self.bound.append(index)
        try:
            return Fold(kind, self._nest(node, kind, body, inner), index, low, high)
        finally:
            self.bound.pop()

    def _derivative(self, node: ast.Call, args: list[ast.expr]) -> Node:
        if len(args) < 2:
            raise self.fault(node, "write diff(f, x)", "expression.arity")
        by: list[Node] = []
        for arg in args[1:]:
            parts = arg.elts if isinstance(arg, ast.Tuple) else [arg]
            variable = self.read(parts[0])
            if isinstance(variable, Number) and by and len(parts) == 1:
                parts, variable = [parts[0], parts[0]], by.pop()  # diff(f, x, 2)
            times = self.read(parts[1]) if len(parts) == 2 else Number(Fraction(1))
            if not isinstance(times, Number) or times.value not in (1, 2, 3, 4):
                raise self.fault(node, "a derivative is taken 1 to 4 times by a name")
            by.extend([variable] * int(times.value))
        return Derivative(self.read(args[0]), tuple(by))

    def derivative(self, node: ast.Call) -> Node:
        return self._derivative(node, node.args)

    def piecewise(self, node: ast.Call) -> Node:
        branches = []
        for arg in node.args:
            if not isinstance(arg, ast.Tuple) or len(arg.elts) != 2:
                raise self.fault(node, "write Piecewise((value, condition), …, (value, True))")
            branches.append((self.read(arg.elts[0]), self.read(arg.elts[1])))
        if not branches:
            raise self.fault(node, "write Piecewise((value, condition), …, (value, True))")
        return Cases(tuple(branches))

    def ifeq(self, node: ast.Call) -> Node:
        left, right, same, other = self.arguments(node, 4)
        return Cases(((same, Relation("==", left, right)), (other, Truth(True))))

    def subs(self, node: ast.Call) -> Node:
        if len(node.args) != 3 or not isinstance(node.args[1], ast.Name):
            raise self.fault(node, "write Subs(body, x, value)", "expression.arity")
        value = self.read(node.args[2])
        self.bound.append(node.args[1].id)
        try:
            return Subst(self.read(node.args[0]), node.args[1].id, value)
        finally:
            self.bound.pop()

    def matrix(self, node: ast.Call) -> Node:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.List):
            raise self.fault(node, "write a matrix as [[1, 2], [3, 4]]", "expression.matrix")
        return self.read(node.args[0])


_CHAINS = (ast.Add, ast.Sub, ast.Mult, ast.MatMult, ast.Div)


def _join(op: ast.operator, left: Node, right: Node, fresh: bool) -> tuple[Node, bool]:
    """One step of a chain; the terms of a growing sum are kept in :class:`_Growing`."""
    if isinstance(op, ast.Div):
        left = _close(left)
        if isinstance(left, Number) and isinstance(right, Number) and _short(left, right):
            return Number(left.value / right.value), False
        if isinstance(left, Neg):  # -a/b is read as -(a/b), as it is set
            return Neg(Div(left.term, right)), False
        return Div(left, right), False
    kind = "sum" if isinstance(op, ast.Add | ast.Sub) else "product"
    if isinstance(op, ast.Sub):
        right = Neg(right)
    if fresh and isinstance(left, _Growing) and left.kind == kind:
        left.parts.append(right)
        return left, True
    return _Growing(kind, [_close(left), right]), True


def _short(top: Number, bottom: Number) -> bool:
    """Whether a quotient of numbers is a fraction such as 1/3, to be read as one number."""
    whole = top.value.denominator == bottom.value.denominator == 1 and bottom.value != 0
    return whole and max(abs(top.value), abs(bottom.value)) < 10**30


class _Growing(Node):
    """A sum or product while it is read; never part of a finished tree."""

    __slots__ = ("kind", "parts")

    def __init__(self, kind: str, parts: list[Node]) -> None:
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "parts", parts)

    kind: str
    parts: list[Node]


def _close(node: Node) -> Node:
    if isinstance(node, _Growing):
        if node.kind == "sum":
            return Add(tuple(node.parts))
        first, *rest = node.parts
        if isinstance(first, Neg):  # -a*b is read as -(a*b), as it is set
            return Neg(Mul((first.term, *rest)))
        return Mul(tuple(node.parts))
    return node


_READERS: dict[type[ast.AST], Callable[[_Reader, Any], Node]] = {
    ast.Constant: _Reader.constant,
    ast.Name: _Reader.name,
    ast.BinOp: _Reader.binary,
    ast.UnaryOp: _Reader.unary,
    ast.Compare: _Reader.compare,
    ast.BoolOp: _Reader.logic,
    ast.IfExp: _Reader.choice,
    ast.Subscript: _Reader.subscript,
    ast.Attribute: _Reader.attribute,
    ast.List: _Reader.rows,
    ast.Call: _Reader.call,
}

_KINDS: dict[type[ast.AST], str] = {
    ast.Tuple: "a list with commas",
    ast.Lambda: "lambda",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.NamedExpr: "an assignment",
}

_CALLS: dict[str, Callable[[_Reader, ast.Call], Node]] = {
    "Sum": lambda r, n: r.fold(n, "sum"),
    "summation": lambda r, n: r.fold(n, "sum"),
    "Product": lambda r, n: r.fold(n, "product"),
    "product": lambda r, n: r.fold(n, "product"),
    "delta": lambda r, n: Delta(*r.arguments(n, 2)),
    "KroneckerDelta": lambda r, n: Delta(*r.arguments(n, 2)),
    "ifeq": _Reader.ifeq,
    "diff": _Reader.derivative,
    "Derivative": _Reader.derivative,
    "Piecewise": _Reader.piecewise,
    "Subs": _Reader.subs,
    "T": lambda r, n: Transpose(*r.arguments(n, 1)),
    "transpose": lambda r, n: Transpose(*r.arguments(n, 1)),
    "Transpose": lambda r, n: Transpose(*r.arguments(n, 1)),
    "inv": lambda r, n: Inverse(*r.arguments(n, 1)),
    "Inverse": lambda r, n: Inverse(*r.arguments(n, 1)),
    "Identity": lambda r, n: Identity(*r.arguments(n, 1)),
    "eye": lambda r, n: Identity(*r.arguments(n, 1)),
    "ZeroMatrix": lambda r, n: Zeros(*r.arguments(n, 2)),
    "zeros": lambda r, n: Zeros(*r.arguments(n, 2)),
    "Rational": lambda r, n: _quotient(*r.arguments(n, 2)),
    "Integer": lambda r, n: r.arguments(n, 1)[0],
    "Matrix": _Reader.matrix,
    "array": _Reader.matrix,
}


def _quotient(top: Node, bottom: Node) -> Node:
    return _join(ast.Div(), top, bottom, False)[0]
