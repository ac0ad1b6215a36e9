"""Writes a formula out for one choice of sizes and indices, as a :class:`Program`.

Sums over ``k = 1 … K`` become their terms, ``z[i]`` an unknown ``z_2``, matrices lists of
rows. An index outside its range, met here, makes the formula ill-formed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction

from mathgrade.equality.case import Case
from mathgrade.equality.derivative import differentiate, substitute
from mathgrade.equality.elementary import SHORTHAND
from mathgrade.equality.matrices import (
    IllFormedError,
    Matrices,
    Value,
    number_of,
    rows_of,
    transposed,
)
from mathgrade.equality.program import Atom, Op, Program, TooBigError
from mathgrade.expression import Context, Domain
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

__all__ = ["Grounder", "IllFormedError", "Value"]

MAX_TERMS = 2_000
MAX_VISITS = 50_000


class Grounder:
    """Grounds formulas into one program, so that equal pieces become the same step.

    Args:
        program: where the steps go.
        context: what the names are.
        case: sizes, indices and whole numbers.
        definitions: formulas that stand for names, put in wherever the name stands.
    """

    def __init__(
        self,
        program: Program,
        context: Context,
        case: Case,
        definitions: Mapping[str, tuple[tuple[str, ...], Node]] | None = None,
    ) -> None:
        self.p = program
        self.context = context
        self.case = case
        self.definitions = definitions or {}
        self.m = Matrices(program)
        self.names: dict[str, Value] = {}
        self.visits = 0
        self.copies = 1  # how often the piece that is looked at is written out

    def ground(self, node: Node) -> Value:
        """The steps of a formula: one for a number, rows of them for a matrix.

        Raises:
            IllFormedError: an index outside its range, shapes that do not fit here.
            TooBigError: more work than is done for one comparison.
        """
        return self.go(node, {}, {})

    def scalar(self, node: Node, env: Mapping[str, int], memo: dict[int, Value]) -> int:
        return number_of(self.go(node, env, memo))

    def whole(self, node: Node, env: Mapping[str, int], memo: dict[int, Value]) -> int:
        value = self.p.value(self.scalar(node, env, memo))
        if value is None or value.denominator != 1:
            raise IllFormedError("an index is not a whole number")
        return int(value)

    def size_of(self, size: int | str) -> int:
        return size if isinstance(size, int) else self.case.values[size]

    def go(self, node: Node, env: Mapping[str, int], memo: dict[int, Value]) -> Value:
        """``env`` holds bound names; ``memo`` what was made under just this ``env``."""
        found = memo.get(id(node))
        if found is None:
            found = memo[id(node)] = self._go(node, env, memo)
        return found

    def _go(self, node: Node, env: Mapping[str, int], memo: dict[int, Value]) -> Value:
        p = self.p
        self.visits += 1
        if self.visits > MAX_VISITS:
            raise TooBigError(f"more than {MAX_VISITS} pieces once its sums are written out")
        match node:
            case Number(value):
                return p.number(value)
            case Name(name):
                if name in env:
                    return env[name]
                if name not in self.names:
                    self.names[name] = self._name(name)
                return self.names[name]
            case Add(terms):
                return self.m.sum([self.go(t, env, memo) for t in terms])
            case Mul(factors):
                values = [self.go(f, env, memo) for f in factors]
                if not any(isinstance(v, list) for v in values):
                    return p.product(*(v for v in values if isinstance(v, int)))
                return self.m.chain(values)
            case Neg(term):
                return self.m.scale(p.number(-1), self.go(term, env, memo))
            case Div(top, bottom):
                inverse = p.inverse(self.scalar(bottom, env, memo))
                return self.m.scale(inverse, self.go(top, env, memo))
            case Power(base, exponent):
                return self.m.power(self.go(base, env, memo), self.scalar(exponent, env, memo))
            case Entry(base, indices):
                places = [self.whole(i, env, memo) for i in indices]
                return self._entry(base, places, env, memo)
            case Call(function, args):
                return self._call(function, [self.go(a, env, memo) for a in args])
            case Delta(left, right):
                return p.number(int(self.whole(left, env, memo) == self.whole(right, env, memo)))
            case Fold(kind, body, index, low, high):
                return self._fold(kind, body, index, self._span(low, high, env, memo), env)
            case Cases(branches):
                return self._cases(branches, env, memo)
            case Constant(name):
                return p.constant(name) if name == "pi" else p.function("exp", p.number(1))
            case Matrix(rows):
                return [[self.scalar(e, env, memo) for e in row] for row in rows]
            case Transpose(body):
                return transposed(self.go(body, env, memo))
            case Inverse(body):
                return self.m.inverse(self.go(body, env, memo))
            case Identity(size):
                n = self.whole(size, env, memo)
                return [[p.number(int(r == c)) for c in range(n)] for r in range(n)]
            case Zeros(rows, columns):
                m, n = self.whole(rows, env, memo), self.whole(columns, env, memo)
                return [[p.number(0)] * n for _ in range(m)]
            case Derivative(body, by):
                return self._derivative(body, by, env, memo)
            case Subst(body, name, put):
                return self._substitution(body, name, self.scalar(put, env, memo), env)
            case Apply(function, args):
                return self._stand_in(function, [self.scalar(a, env, memo) for a in args])
        raise AssertionError(f"no rule for {type(node).__name__}")  # pragma: no cover

    # -- names -----------------------------------------------------------------------

    def _name(self, name: str) -> Value:
        if name in self.case.values:
            return self.p.number(self.case.values[name])
        if name in self.definitions:
            indices, body = self.definitions[name]
            if not indices:
                return self.go(body, {}, {})
        declared = self.context[name]
        sizes = [self.size_of(s) for s in declared.shape]
        if not sizes:
            return self.p.atom(Atom(name, declared.domain))
        if len(sizes) == 1:
            return [[self._atom(name, (k,))] for k in range(1, sizes[0] + 1)]
        return [
            [self._atom(name, (j, k)) for k in range(1, sizes[1] + 1)]
            for j in range(1, sizes[0] + 1)
        ]

    def _atom(self, name: str, places: tuple[int, ...]) -> int:
        if name in self.definitions:
            indices, body = self.definitions[name]
            if len(indices) == len(places):
                bound = zip(indices, places, strict=True)
                return self.scalar(body, {i: self.p.number(n) for i, n in bound}, {})
            return self._pick(self.go(body, {}, {}), list(places), name)
        declared = self.context[name]
        domain, group = declared.domain, ""
        if declared.kind == "simplex":
            if self.size_of(declared.shape[0]) == 1:
                return self.p.number(1)
            domain, group = Domain(low=Fraction(0), open_low=True), name
            # All of them, used or not: their sum is 1.
            for k in range(1, self.size_of(declared.shape[0]) + 1):
                self.p.atom(Atom(f"{name}_{k}", domain, group))
        return self.p.atom(Atom(f"{name}_{','.join(map(str, places))}", domain, group))

    def _entry(
        self, base: Node, places: list[int], env: Mapping[str, int], memo: dict[int, Value]
    ) -> Value:
        if not isinstance(base, Name) or base.name in env:
            return self._pick(self.go(base, env, memo), places, "the matrix")
        declared = self.context[base.name]
        sizes = [self.size_of(s) for s in declared.shape]
        if declared.kind == "family" and len(places) == 1:
            _inside(places[0], sizes[0], base.name)
            return [[self._atom(base.name, (places[0], k))] for k in range(1, sizes[1] + 1)]
        if len(places) > len(sizes):  # z[i, 1] of a column, as of a one-column matrix
            sizes.append(1)
        elif len(places) < len(sizes):
            return self._pick(self._name(base.name), places, base.name)
        for place, limit in zip(places, sizes, strict=True):
            _inside(place, limit, base.name)
        return self._atom(base.name, tuple(places[: len(declared.shape)]))

    def _pick(self, value: Value, places: list[int], name: str) -> int:
        rows = rows_of(value)
        if len(places) == 1:
            places = [1, places[0]] if len(rows) == 1 else [places[0], 1]
        _inside(places[0], len(rows), name)
        _inside(places[1], len(rows[0]), name)
        return rows[places[0] - 1][places[1] - 1]

    # -- functions, sums, cases ----------------------------------------------------------

    def _call(self, name: str, args: list[Value]) -> Value:
        p = self.p
        if name == "diag":
            rows = rows_of(args[0])
            entries = rows[0] if len(rows) == 1 else [r[0] for r in rows]
            zero = p.number(0)
            return [
                [e if r == c else zero for c in range(len(entries))] for r, e in enumerate(entries)
            ]
        if name == "trace":
            rows = rows_of(args[0])
            return p.sum(*(row[k] for k, row in enumerate(rows)))
        if name == "det":
            return self.m.det(rows_of(args[0]))
        steps = [number_of(a) for a in args]
        if name in ("max", "min"):
            return p.extreme(Op.MAX if name == "max" else Op.MIN, *steps)
        if name == "sign":
            half = p.step(steps[0], p.number(Fraction(1, 2)))
            return p.sum(p.product(p.number(2), half), p.number(-1))
        if name == "heaviside":
            return p.step(steps[0], steps[1] if len(steps) == 2 else p.number(Fraction(1, 2)))
        rule = SHORTHAND.get(name)
        return rule(p, steps[0]) if rule else p.function(name, steps[0])

    def _span(self, low: Node, high: Node, env: Mapping[str, int], memo: dict[int, Value]) -> range:
        first, last = self.whole(low, env, memo), self.whole(high, env, memo)
        if last - first >= MAX_TERMS:
            raise TooBigError(f"a sum has more than {MAX_TERMS} terms")
        return range(first, last + 1)

    def _fold(
        self, kind: str, body: Node, index: str, span: range, env: Mapping[str, int]
    ) -> Value:
        around, self.copies = self.copies, self.copies * max(len(span), 1)
        if self.copies > MAX_VISITS:
            raise TooBigError(f"more than {MAX_VISITS} pieces once its sums are written out")
        values = [self.go(body, {**env, index: self.p.number(k)}, {}) for k in span]
        self.copies = around
        if not values:
            return self.p.number(0 if kind == "sum" else 1)
        if kind == "sum":
            return self.m.sum(values)
        return self.m.chain(values)

    def condition(self, node: Node, env: Mapping[str, int], memo: dict[int, Value]) -> int:
        p = self.p
        match node:
            case Relation(op, left, right):
                return p.compare(op, self.scalar(left, env, memo), self.scalar(right, env, memo))
            case Logic("not", (arg,)):
                return p.negation(self.condition(arg, env, memo))
            case Logic(op, args):
                kind = Op.AND if op == "and" else Op.OR
                return p.logic(kind, *(self.condition(a, env, memo) for a in args))
            case Truth(value):
                return p.truth(value)
        raise AssertionError(f"{type(node).__name__} is no condition")  # pragma: no cover

    def _cases(
        self,
        branches: tuple[tuple[Node, Node], ...],
        env: Mapping[str, int],
        memo: dict[int, Value],
    ) -> Value:
        """Branches that can be met; those ruled out by the indices are not looked at."""
        met: list[tuple[int, Value]] = []
        for branch, condition in branches:
            test = self.condition(condition, env, memo)
            if test == self.p.truth(False):
                continue
            met.append((test, self.go(branch, env, memo)))
            if test == self.p.truth(True):
                break
        if not met:
            return self.p.undefined()
        shape = rows_of(met[0][1])
        rows = [[self.p.undefined()] * len(shape[0]) for _ in shape]
        for test, value in reversed(met):
            rows = [
                [self.p.choose(test, a, b) for a, b in zip(new, old, strict=True)]
                for new, old in zip(rows_of(value), rows, strict=True)
            ]
        return rows[0][0] if isinstance(met[0][1], int) else rows

    # -- calculus ------------------------------------------------------------------------

    def _derivative(
        self,
        body: Node,
        by: tuple[Node, ...],
        env: Mapping[str, int],
        memo: dict[int, Value],
    ) -> Value:
        value = self.go(body, env, memo)
        for variable in by:
            atom = self.scalar(variable, env, memo)
            if self.p.steps[atom][0] is not Op.ATOM:
                raise IllFormedError("a derivative is taken by something that is not free")
            value = (
                differentiate(self.p, value, atom)
                if isinstance(value, int)
                else [[differentiate(self.p, e, atom) for e in row] for row in value]
            )
        return value

    def _substitution(self, body: Node, name: str, value: int, env: Mapping[str, int]) -> Value:
        fresh = self.p.atom(Atom(f"{name}'{len(self.p.steps)}", Domain()))
        result = self.go(body, {**env, name: fresh}, {})
        if isinstance(result, int):
            return substitute(self.p, result, fresh, value)
        return [[substitute(self.p, e, fresh, value) for e in row] for row in result]

    def _stand_in(self, name: str, args: list[int]) -> int:
        """A declared function, by an analytic one drawn from its name.

        Sines of affine maps with generic coefficients satisfy no identity that every
        function does not, up to the accuracy that is looked at.
        """
        rng, p = random.Random(f"function {name}"), self.p
        terms = [p.number(Fraction(rng.randint(-40, 40), 8))]
        for _ in range(3):
            inner = [p.number(Fraction(rng.randint(-16, 16), 8))]
            inner += [p.product(p.number(Fraction(rng.randint(3, 20), 8)), a) for a in args]
            weight = p.number(Fraction(rng.randint(4, 40), 8))
            terms.append(p.product(weight, p.function("sin", p.sum(*inner))))
        return p.sum(*terms)


def _inside(place: int, limit: int, name: str) -> None:
    if not 1 <= place <= limit:
        raise IllFormedError(f"index {place} of {name} is outside 1 to {limit}")
