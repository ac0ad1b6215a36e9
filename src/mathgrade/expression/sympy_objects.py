"""Reads SymPy objects by walking them; nothing is evaluated, simplified or printed.

Imported only when a SymPy object arrives, so that marking text and numbers never pays
for SymPy. A head is read by its row in ``_HEADS``; what has no row is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from mathgrade.errors import ResponseError
from mathgrade.expression.functions import FUNCTIONS, SPELLINGS
from mathgrade.expression.limits import MAX_DEPTH, MAX_DIGITS, MAX_ENTRIES, MAX_NODES, number
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
    FiniteSet,
    Fold,
    Identity,
    Interval,
    Inverse,
    Listing,
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
    Union,
    Zeros,
)

__all__ = ["read_sympy"]

_ONE = Number(Fraction(1))


def read_sympy(value: Any, context: Context | None) -> Node:
    """The tree of a SymPy expression or matrix.

    Raises:
        ResponseError: a head that is not part of a formula here, or too much nesting.

    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> from mathgrade.expression.text import to_text
    >>> to_text(read_sympy(sympy.exp(-x) / (1 + x) ** 2, None))
    'exp(-x)/(x + 1)**2'
    """
    return _Walker(context).read(value)


def _refuse(value: Any, reason: str) -> ResponseError:
    return ResponseError(f"Cannot read {_brief(value)} as a formula: {reason}.")


def _brief(value: Any) -> str:
    return f"an object of type {type(value).__name__}"


class _Walker:
    def __init__(self, context: Context | None) -> None:
        self.context = context
        self.seen: dict[tuple[int, tuple[str, ...]], Node] = {}
        self.kept: list[Any] = []  # holds what `seen` knows by id
        self.bound: tuple[str, ...] = ()
        self.depth = 0

    def read(self, value: Any) -> Node:
        key = (id(value), self.bound)
        if key in self.seen:
            return self.seen[key]
        self.depth += 1
        if len(self.seen) > MAX_NODES:
            raise ResponseError(
                f"The formula has more than {MAX_NODES} pieces; that is too long to be read.",
                "expression.too-big",
            )
        if self.depth > MAX_DEPTH:
            raise ResponseError("The formula is nested too deeply.", "expression.too-big")
        try:
            node = self._read(value)
        finally:
            self.depth -= 1
        self.seen[key] = node
        self.kept.append(value)
        return node

    def _read(self, value: Any) -> Node:
        for head in type(value).__mro__:
            reader = _HEADS.get(head.__name__)
            # A head counts only if it is SymPy's own; a declared function has no module.
            if reader is not None and str(head.__module__).startswith("sympy."):
                return reader(self, value)
        name = type(value).__name__
        if isinstance(value, sympy.core.function.AppliedUndef):
            return Apply(str(value.func.__name__), self.all(value.args))
        if name in SPELLINGS and str(type(value).__module__).startswith("sympy."):
            return self.function(SPELLINGS[name], value)
        raise _refuse(value, "it is not a kind of expression this course uses")

    def all(self, values: Any) -> tuple[Node, ...]:
        return tuple(self.read(v) for v in values)

    def integer(self, value: Any) -> Node:
        if value.p.bit_length() > 4 * MAX_DIGITS or value.q.bit_length() > 4 * MAX_DIGITS:
            raise ResponseError("A number has too many digits.", "expression.too-big")
        return Number(Fraction(int(value.p), int(value.q)))

    def decimal(self, value: Any) -> Node:
        # The shortest decimal that stands for the float: what the student typed.
        if not value.is_finite:
            raise _refuse(value, "it is not a finite number")
        digits = repr(float(value)) if value._prec <= 53 else str(value)
        return number(digits)

    def symbol(self, value: Any) -> Node:
        # str: a dummy of SymPy's own prints as _x, apart from a student's x
        name = str(value)
        if name in self.bound or self.context is None or name in self.context:
            return Name(name)
        stem, _, tail = name.rpartition("_")
        declared = self.context.get(stem)
        if declared is not None and declared.shape and tail:
            index = self.context.get(tail)
            if tail.isdigit() or tail in self.bound or (index and index.kind == "index"):
                return Entry(Name(stem), (number(tail) if tail.isdigit() else Name(tail),))
        return Name(name)  # refused, with the names that may be used, when shapes are checked

    def add(self, value: Any) -> Node:
        terms = value.as_ordered_terms() if len(value.args) <= 50 else value.args
        return Add(self.all(terms))

    def mul(self, value: Any) -> Node:
        """A product, with negative powers shown below a fraction bar and -1 as a sign."""
        sign, top, bottom = 1, [], []
        for factor in value.args:
            if factor.is_Rational:
                if factor < 0:
                    sign = -sign
                if abs(factor.p) != 1:
                    top.append(self.integer(sympy.Integer(abs(factor.p))))
                if factor.q != 1:
                    bottom.append(self.integer(sympy.Integer(factor.q)))
            elif factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
                bottom.append(self._power(factor.base, -factor.exp))
            else:
                top.append(self.read(factor))
        node = _product(top)
        if bottom:
            node = Div(node, _product(bottom))
        return Neg(node) if sign < 0 else node

    def power(self, value: Any) -> Node:
        base, exponent = value.base, value.exp
        if exponent.is_Rational and exponent < 0:
            return Div(_ONE, self._power(base, -exponent))
        return self._power(base, exponent)

    def _power(self, base: Any, exponent: Any) -> Node:
        if exponent == 1:
            return self.read(base)
        if exponent == sympy.Rational(1, 2):
            return Call("sqrt", (self.read(base),))
        if base is sympy.E:
            return Call("exp", (self.read(exponent),))
        return Power(self.read(base), self.read(exponent))

    def function(self, name: str, value: Any) -> Node:
        args = value.args
        if name == "heaviside" and len(args) == 2 and args[1] == sympy.Rational(1, 2):
            args = args[:1]
        if name == "log" and len(args) == 2:
            return Div(Call("log", self.all(args[:1])), Call("log", self.all(args[1:])))
        function = FUNCTIONS[name]
        if not function.least <= len(args) <= function.most:
            raise _refuse(value, "it has the wrong number of arguments")
        return Call(name, self.all(args))

    def indexed(self, value: Any) -> Node:
        base = value.base
        label = getattr(base, "label", base)
        return Entry(Name(str(label)), self.all(value.indices))

    def fold(self, value: Any, kind: str) -> Node:
        limits = list(value.limits)
        outer = self.bound
        ends: list[tuple[str, Node, Node]] = []
        # As in SymPy, the last limits are the outermost sum.
        for limit in reversed(limits):
            if len(limit) != 3:
                raise _refuse(value, "a sum needs its limits: Sum(body, (k, 1, K))")
            index, low, high = limit
            ends.append((str(index), self.read(low), self.read(high)))
            self.bound = (*self.bound, str(index))
        node = self.read(value.function)
        self.bound = outer
        for name, low_node, high_node in reversed(ends):
            node = Fold(kind, node, name, low_node, high_node)
        return node

    def piecewise(self, value: Any) -> Node:
        return Cases(tuple((self.read(v), self.read(c)) for v, c in value.args))

    def delta(self, value: Any) -> Node:
        if len(value.args) != 2:
            raise _refuse(value, "a delta takes two indices")
        return Delta(*self.all(value.args))

    def derivative(self, value: Any) -> Node:
        by: list[Node] = []
        for variable, times in value.variable_count:
            if not times.is_Integer or not 1 <= times <= 4:
                raise _refuse(value, "a derivative is taken 1 to 4 times")
            by.extend([self.read(variable)] * int(times))
        return Derivative(self.read(value.expr), tuple(by))

    def subs(self, value: Any) -> Node:
        names = [str(v) for v in value.variables]
        outer = self.bound
        points = self.all(value.point)
        self.bound = (*outer, *names)
        node = self.read(value.expr)
        self.bound = outer
        for name, point in zip(names, points, strict=True):
            node = Subst(node, name, point)
        return node

    def relation(self, value: Any) -> Node:
        op = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}[value.rel_op]
        return Relation(op, self.read(value.lhs), self.read(value.rhs))

    def matrix(self, value: Any) -> Node:
        rows, columns = (int(n) for n in value.shape)
        if not 1 <= rows * columns <= MAX_ENTRIES:
            raise _refuse(value, f"it has {rows} rows and {columns} columns")
        flat = [value[r, c] for r in range(rows) for c in range(columns)]
        entries = self.all(flat)
        return Matrix(tuple(entries[r * columns : (r + 1) * columns] for r in range(rows)))

    def array(self, value: Any) -> Node:
        if value.rank() not in (1, 2):
            raise _refuse(value, f"it has {value.rank()} dimensions; a matrix has two")
        matrix = sympy.Matrix(value.tolist())
        return self.matrix(matrix)

    def matrix_symbol(self, value: Any) -> Node:
        name = str(value.name)
        declared = self.context.get(name) if self.context else None
        if declared is not None:
            shape = declared.shape if len(declared.shape) == 2 else (*declared.shape, 1)
            given = tuple(value.shape)
            if declared.kind == "real":
                shape = (1, 1)
            clash = [
                s for s, g in zip(shape, given, strict=False) if g.is_Integer and str(g) != str(s)
            ]
            if clash and all(isinstance(s, int) for s in shape):
                raise ResponseError(
                    f"{name} is declared here as {shape[0]} by {shape[1]}, but your "
                    f"MatrixSymbol is {given[0]} by {given[1]}.",
                    "expression.shape",
                )
        return Name(name) if declared is not None else self.symbol(value)  # x_j of a family

    def matrix_product(self, value: Any) -> Node:
        factors: list[Node] = []
        sign = 1
        for factor in value.args:
            if factor == -1:
                sign = -sign
            else:
                factors.append(self.read(factor))
        node = _product(factors)
        return Neg(node) if sign < 0 else node

    def matrix_power(self, value: Any) -> Node:
        if value.exp == -1:
            return Inverse(self.read(value.base))
        return Power(self.read(value.base), self.read(value.exp))

    def element(self, value: Any) -> Node:
        # SymPy counts the entries of a MatrixSymbol from 0; formulas count from 1.
        indices = tuple(self.read(i + 1) for i in value.indices)
        return Entry(self.read(value.parent), indices)

    def finite_set(self, value: Any) -> Node:
        if len(value.args) > MAX_ENTRIES:
            raise _refuse(value, f"it has {len(value.args)} elements")
        return FiniteSet(self.all(value.args))

    def interval(self, value: Any) -> Node:
        low, high = (None if e.is_infinite else self.read(e) for e in (value.start, value.end))
        return Interval(low, high, bool(value.left_open), bool(value.right_open))


def _product(factors: list[Node]) -> Node:
    if not factors:
        return _ONE
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


_HEADS: dict[str, Callable[[_Walker, Any], Node]] = {
    "Rational": _Walker.integer,
    "Float": _Walker.decimal,
    "Exp1": lambda _w, _v: Constant("E"),
    "Pi": lambda _w, _v: Constant("pi"),
    "Symbol": _Walker.symbol,
    "Idx": lambda w, v: w.symbol(v.label if hasattr(v.label, "name") else v),
    "Add": _Walker.add,
    "Mul": _Walker.mul,
    "Pow": _Walker.power,
    "Indexed": _Walker.indexed,
    "IndexedBase": lambda _w, v: Name(str(v.label)),
    "Sum": lambda w, v: w.fold(v, "sum"),
    "Product": lambda w, v: w.fold(v, "product"),
    "Piecewise": _Walker.piecewise,
    "KroneckerDelta": _Walker.delta,
    "Derivative": _Walker.derivative,
    "Subs": _Walker.subs,
    "Relational": _Walker.relation,
    "And": lambda w, v: Logic("and", w.all(v.args)),
    "Or": lambda w, v: Logic("or", w.all(v.args)),
    "Not": lambda w, v: Logic("not", w.all(v.args)),
    "BooleanTrue": lambda _w, _v: Truth(True),
    "BooleanFalse": lambda _w, _v: Truth(False),
    "Tuple": lambda w, v: Listing(w.all(v.args)),
    "FiniteSet": _Walker.finite_set,
    "EmptySet": lambda _w, _v: FiniteSet(()),
    "Interval": _Walker.interval,  # of Reals too
    "Union": lambda w, v: Union(w.all(v.args)),
    "MatrixBase": _Walker.matrix,
    "ImmutableDenseMatrix": _Walker.matrix,
    "NDimArray": _Walker.array,
    "MatrixSymbol": _Walker.matrix_symbol,
    "MatMul": _Walker.matrix_product,
    "MatAdd": lambda w, v: Add(w.all(v.args)),
    "MatPow": _Walker.matrix_power,
    "Transpose": lambda w, v: Transpose(w.read(v.arg)),
    "Inverse": lambda w, v: Inverse(w.read(v.arg)),
    "Identity": lambda w, v: Identity(w.read(v.rows)),
    "ZeroMatrix": lambda w, v: Zeros(*w.all(v.shape)),
    "MatrixElement": _Walker.element,
    "Trace": lambda w, v: Call("trace", (w.read(v.arg),)),
    "Determinant": lambda w, v: Call("det", (w.read(v.arg),)),
    "DiagMatrix": lambda w, v: Call("diag", (w.read(v.args[0]),)),
}
