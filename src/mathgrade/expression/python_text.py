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
from mathgrade.expression.functions import SPELLINGS
from mathgrade.expression.kinds import Kind, kind_of
from mathgrade.expression.limits import MAX_DEPTH, MAX_LENGTH, number
from mathgrade.expression.names import Context
from mathgrade.expression.nodes import (
    Call,
    Cases,
    Constant,
    Entry,
    FiniteSet,
    Interval,
    Inverse,
    Listing,
    Logic,
    Matrix,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Relation,
    Transpose,
    Truth,
    Union,
)
from mathgrade.expression.python_calls import MODULES, read_call
from mathgrade.expression.python_chains import CHAINS, close, join

__all__ = ["read_text"]

_RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_CONSTANTS = {"pi": Constant("pi"), "E": Constant("E")}
_SETS = {"EmptySet": FiniteSet(()), "Reals": Interval(None, None)}


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
    return Reader(source, context).read(tree.body)


def _syntax(text: str, error: SyntaxError) -> ResponseError:
    lines = text.strip().split("\n")
    row = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
    column = max((error.offset or 1) - (2 if row == 0 else 1), 0)
    before = sum(len(line) + 1 for line in lines[:row]) + min(column, len(lines[row]))
    near = text.strip()[max(before - 8, 0) : before + 8]
    reason = "check brackets, commas and operators; a product is written with *"
    if "nested" in str(error.msg):
        reason = "the brackets are nested too deeply"
    elif "'=='" in str(error.msg):
        reason = "write an equation with two signs, x == 1, or as Eq(x, 1)"
    return ResponseError(
        f"Cannot read the formula near character {before + 1}, {near!r}: {reason}.",
        "expression.syntax",
    )


class Reader:
    """Walks a parsed text; one method for each kind of piece."""

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
        if name in _SETS and (self.context is None or name not in self.context):
            return _SETS[name]
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
        while isinstance(left, ast.BinOp) and type(left.op) in CHAINS:
            chain.append(left)
            left = left.left
        if not chain:
            return self.power(node)
        result = self.read(left)
        fresh = False  # whether `result` is a sum or product this loop has made
        for step in reversed(chain):
            right = self.read(step.right)
            result, fresh = join(step.op, result, right, fresh)
        return close(result)

    def power(self, node: ast.BinOp) -> Node:
        if isinstance(node.op, ast.BitAnd | ast.BitOr):
            return self.joined(node)
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

    def joined(self, node: ast.BinOp) -> Node:
        """``a & b`` and ``a | b``, as SymPy joins conditions, and ``|`` as it joins sets."""
        parts = (self.read(node.left), self.read(node.right))
        kinds = {kind_of(part) for part in parts}
        if kinds == {Kind.SET} and isinstance(node.op, ast.BitOr):
            return Union(parts)
        if all(kind.holds for kind in kinds):
            return Logic("and" if isinstance(node.op, ast.BitAnd) else "or", parts)
        raise self.fault(node, "& and | join conditions, each in brackets: (x > 0) & (x < 1)")

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
        if isinstance(node.value, ast.Name) and node.value.id in MODULES:
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
            items = tuple(self.read(e) for e in node.elts)
            if all(kind_of(i) is Kind.FORMULA and not isinstance(i, Matrix) for i in items):
                return Matrix(tuple((i,) for i in items))
            return Listing(items)
        lengths = {len(r) for r in rows if r is not None}
        if len(lengths) != 1 or None in rows or lengths == {0}:
            raise self.fault(
                node,
                "a matrix is a list of rows that are all of one length, such as [[1, 2], [3, 4]]",
                "expression.matrix",
            )
        return Matrix(tuple(tuple(self.read(e) for e in r) for r in rows if r is not None))


_READERS: dict[type[ast.AST], Callable[[Reader, Any], Node]] = {
    ast.Constant: Reader.constant,
    ast.Name: Reader.name,
    ast.BinOp: Reader.binary,
    ast.UnaryOp: Reader.unary,
    ast.Compare: Reader.compare,
    ast.BoolOp: Reader.logic,
    ast.IfExp: Reader.choice,
    ast.Subscript: Reader.subscript,
    ast.Attribute: Reader.attribute,
    ast.List: Reader.rows,
    ast.Tuple: lambda r, n: Listing(tuple(r.read(e) for e in n.elts)),
    ast.Set: lambda r, n: FiniteSet(tuple(r.read(e) for e in n.elts)),
    ast.Call: read_call,
}

_KINDS: dict[type[ast.AST], str] = {
    ast.Lambda: "lambda",
    ast.Dict: "a dictionary",
    ast.NamedExpr: "an assignment",
}
