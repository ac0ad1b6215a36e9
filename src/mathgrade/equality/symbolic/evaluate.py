"""Reads a formula into an :class:`Algebra`, sizes and indices left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mathgrade.equality.definitions import Definitions
from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.elementary import RULES
from mathgrade.equality.symbolic.grids import (
    FIRST,
    Grid,
    Value,
    added,
    number_of,
    over_range,
    scaled,
    times,
)
from mathgrade.equality.symbolic.indices import (
    Environment,
    Mirror,
    holds,
    place_of,
    runs_back,
)
from mathgrade.equality.symbolic.places import Place, is_bound
from mathgrade.equality.symbolic.ranges import lies_within, whole_range
from mathgrade.equality.symbolic.ring import NotCoveredError, Ratio
from mathgrade.equality.symbolic.signs import TOTAL, Sign, sign
from mathgrade.equality.symbolic.terms import Atom, Term
from mathgrade.equality.symbolic.vanishing import simplest
from mathgrade.expression.names import Size
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
    Matrix,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Subst,
    Transpose,
    Zeros,
)

__all__ = ["Evaluator"]

MAX_WRITTEN_OUT = 16
MAX_POWER = 64
MAX_DET = 3  # rows of a determinant that is written out


@dataclass(slots=True)
class Evaluator:
    """Gives formulas their value in an algebra.

    Args:
        algebra: where the values live.
        definitions: formulas that stand for names.
    """

    algebra: Algebra
    definitions: Definitions
    _defined: dict[tuple[str, tuple[Place, ...]], tuple[Ratio, Counter[str]]] = field(
        default_factory=dict
    )

    def go(self, node: Node, env: Environment) -> Value:
        """The value of a formula; ``env`` holds the indices and names bound around it.

        Raises:
            NotCoveredError: something the laws say nothing about.
        """
        a = self.algebra
        match node:
            case Number(number):
                return a.number(number)
            case Name(name):
                return self._name(name, env)
            case Entry(base, indices):
                return self._entry(base, [place_of(a, i, env) for i in indices], env)
            case Add(terms):
                return added([self.go(t, env) for t in terms])
            case Neg(term):
                return scaled(a.number(-1), self.go(term, env))
            case Mul(factors):
                return self._joined("product", [self.go(f, env) for f in factors])
            case Div(top, bottom):
                over = self.scalar(bottom, env)
                a.need("nonzero", over)
                above = self.go(top, env)
                if a.has("exp.quotient") and _exponential(a, over) and _exponential(a, above):
                    a.used["exp.quotient"] += 1
                    return a.ring.reduced(number_of(above) / over)  # e^a / e^b = e^(a - b)
                return scaled(a.number(1) / over, above)
            case Power(base, exponent):
                return self._power(self.go(base, env), self.scalar(exponent, env))
            case Delta(left, right):
                return a.delta(place_of(a, left, env), place_of(a, right, env))
            case Fold():
                return self._fold(node, env)
            case Cases(branches):
                return self._cases(branches, env)
            case Call(function, args):
                return self._call(function, [self.go(x, env) for x in args])
            case Apply(function, args):
                numbers = tuple(self.scalar(x, env) for x in args)
                return a.make(Term("apply", (function, (0,) * len(args)), (), numbers))
            case Constant(name):
                if name == "pi":
                    return a.intern(Atom("constant", "pi"))
                return a.call("exp", a.number(1))
            case Matrix(lines):
                return self._matrix(lines, env)
            case Transpose(body):
                value = self.go(body, env)
                if isinstance(value, Ratio):
                    return value
                at = value.at
                return Grid(value.columns, value.rows, lambda r, c: at(c, r))
            case Identity(size):
                n = self._size(size, env)
                return Grid(n, n, a.delta)
            case Zeros(rows, columns):
                zero = a.number(0)
                return Grid(self._size(rows, env), self._size(columns, env), lambda *_: zero)
            case Derivative(body, by):
                return self._derivative(body, by, env)
            case Subst(body, name, put):
                return self._put(body, name, self.scalar(put, env), env)
        raise NotCoveredError(f"no rule for {type(node).__name__}")

    def scalar(self, node: Node, env: Environment) -> Ratio:
        return number_of(self.go(node, env))

    # -- names and places --------------------------------------------------------------

    def _size(self, node: Node, env: Environment) -> Size:
        name, offset = place_of(self.algebra, node, env)
        if name and offset:
            raise NotCoveredError("a size that is no name")
        return name or offset

    def _name(self, name: str, env: Environment) -> Value:
        if name in env:
            bound = env[name]
            if isinstance(bound, Mirror):
                low, high, at = map(self.algebra.counted, (bound.low, bound.high, bound.at))
                return low + high - at
            return bound if isinstance(bound, Ratio) else self.algebra.counted(bound)
        if name in self.definitions and name not in self.algebra.hidden:
            indices, body = self.definitions[name]
            if not indices:
                return self.go(body, {})
        declared = self.algebra.context[name]
        if declared.kind in ("index", "size"):
            return self.algebra.counted((name, 0))
        if declared.kind in ("vector", "simplex"):
            return Grid(declared.shape[0], 1, lambda r, _: self._item(name, (r,)))
        if declared.kind in ("matrix", "family"):
            rows, columns = declared.shape
            return Grid(rows, columns, lambda r, c: self._item(name, (r, c)))
        return self._item(name, ())

    def _item(self, name: str, places: tuple[Place, ...]) -> Ratio:
        if name in self.definitions and name not in self.algebra.hidden:
            indices, body = self.definitions[name]
            if len(indices) == len(places):
                bound = dict(zip(indices, places, strict=True))
                if self.algebra.noting or any(map(is_bound, places)):
                    return self.scalar(body, bound)
                return self._once((name, places), body, bound)
            grid = self.go(body, {})
            if isinstance(grid, Grid):
                return grid.at(places[0], places[1] if len(places) > 1 else FIRST)
            raise NotCoveredError("a definition of another shape")
        declared = self.algebra.context[name]
        for place, size in zip(places, declared.shape, strict=True):
            self._check(place, size)
        if declared.kind == "simplex" and declared.shape[0] == 1:
            return self.algebra.number(1)
        return self.algebra.intern(Atom("entry", name, places))

    def _once(
        self, key: tuple[str, tuple[Place, ...]], body: Node, bound: Mapping[str, Place]
    ) -> Ratio:
        """What a defined entry is at places that no sum runs over; the laws count each time."""
        a = self.algebra
        found = self._defined.get(key)
        if found is None:
            before, a.used = a.used, Counter()
            try:
                found = self._defined[key] = (self.scalar(body, bound), a.used)
            finally:
                before += a.used
                a.used = before
        else:
            a.used += found[1]
        return found[0]

    def _check(self, place: Place, size: Size) -> None:
        """Only places that lie in the range for every size."""
        if not lies_within(self.algebra, place, size):
            raise NotCoveredError("a place that may be outside its range")

    def _entry(self, base: Node, places: list[Place], env: Environment) -> Value:
        if isinstance(base, Name) and base.name not in env:
            declared = self.algebra.context[base.name]
            if declared.kind == "family" and len(places) == 1:
                first = places[0]
                return Grid(declared.shape[1], 1, lambda r, _: self._item(base.name, (first, r)))
            shape = len(declared.shape)
            if len(places) > shape:
                self._check(places[1], 1)
            if len(places) >= shape:
                return self._item(base.name, tuple(places[:shape]))
        grid = self.go(base, env)
        if not isinstance(grid, Grid):
            raise NotCoveredError("an entry of a number")
        if len(places) == 1:
            places = [FIRST, places[0]] if grid.rows == 1 else [places[0], FIRST]
        self._check(places[0], grid.rows)
        self._check(places[1], grid.columns)
        return grid.at(places[0], places[1])

    # -- powers --------------------------------------------------------------------------

    def _power(self, base: Value, exponent: Ratio) -> Value:
        a = self.algebra
        n = _constant(a, exponent)
        if isinstance(base, Grid):
            if base.rows == base.columns == 1:
                return self._power(number_of(base), exponent)
            if n is None or n.denominator != 1 or not 1 <= n <= 8:
                raise NotCoveredError("a power of a matrix")
            result: Value = base
            for _ in range(int(n) - 1):
                result = times(a, result, base)
            return result
        if n is None:
            if sign(a, a.ring.reduced(base)) is not Sign.POSITIVE:
                raise NotCoveredError("a power with an unknown exponent")
            return a.call("exp", exponent * a.call("log", base))
        if abs(n.numerator) > MAX_POWER or n.denominator > 12:
            raise NotCoveredError("a power is too large")
        if n < 0:
            a.need("nonzero", base)
        if n.denominator == 1:
            return base ** int(n)
        a.need("nonnegative", base)
        return a.call("root", base, label=n.denominator) ** n.numerator

    # -- sums ------------------------------------------------------------------------------

    def _fold(self, node: Fold, env: Environment) -> Value:
        a, body, index = self.algebra, node.body, node.index
        low, high = place_of(a, node.low, env), place_of(a, node.high, env)
        if not low[0] and not high[0]:
            if high[1] - low[1] >= MAX_WRITTEN_OUT:
                raise NotCoveredError("a sum that is too long to write out")
            places = [("", k) for k in range(low[1], high[1] + 1)]
            return self._joined(node.kind, [self.go(body, {**env, index: k}) for k in places])
        if low[0] or high[0] not in a.pattern.sizes:
            raise NotCoveredError("a range that does not run from a number to a size")
        back = runs_back(body, index)

        def opened() -> Value:
            place = (a.push(low, high), 0)
            # Summed from the other end, so that places go up with the index.
            return self.go(body, {**env, index: Mirror(place, low, high) if back else place})

        with a.scope():
            value = opened()
            if isinstance(value, Ratio):
                return whole_range(a, node.kind, value)
        if node.kind != "sum":
            raise NotCoveredError("a product of matrices over a range")

        def at(r: Place, c: Place) -> Ratio:
            with a.scope():
                grid = opened()
                assert isinstance(grid, Grid)
                return whole_range(a, "sum", grid.at(r, c))

        return Grid(value.rows, value.columns, at)

    def _joined(self, kind: str, values: list[Value]) -> Value:
        if not values:
            return self.algebra.number(0 if kind == "sum" else 1)
        if kind == "sum":
            return added(values)
        result = values[0]
        for value in values[1:]:
            result = times(self.algebra, result, value)
        return result

    # -- cases -----------------------------------------------------------------------------

    def _cases(self, branches: tuple[tuple[Node, Node], ...], env: Environment) -> Value:
        a = self.algebra
        result: Ratio | None = None
        left = a.number(1)  # 1 where no condition so far holds
        one = a.number(1)
        for node, condition in branches:
            met = holds(a, condition, env)
            share = a.ring.reduced(left * met)
            if share.n.is_zero():
                continue
            if share.n.is_one() and result is None:
                return self.go(node, env)
            with a.where(share):
                value = self.scalar(node, env)
            result = share * value if result is None else result + share * value
            left = a.ring.reduced(left * (one - met))
            if left.n.is_zero():
                break
        if result is None or not left.n.is_zero():
            raise NotCoveredError("cases that may leave out some indices")
        return result

    # -- functions -------------------------------------------------------------------------

    def _call(self, name: str, args: list[Value]) -> Value:
        a = self.algebra
        if name == "trace":
            grid = args[0]
            if isinstance(grid, Ratio):
                return grid
            return over_range(a, grid.rows, lambda k: grid.at(k, k))
        if name == "det":
            return self._det(args[0])
        if name == "diag":
            return args[0] if isinstance(args[0], Ratio) else self._diagonal(args[0])
        values = [simplest(a, number_of(v)) for v in args]
        rule = RULES.get(name)
        if rule is not None:
            return rule(a, values[0])
        if name in TOTAL:
            return a.call(name, *values)
        raise NotCoveredError(f"nothing is known of {name}")

    def _det(self, value: Value) -> Ratio:
        """A determinant, written out by its first row."""
        if isinstance(value, Ratio):
            return value
        n = value.rows
        if not isinstance(n, int) or n != value.columns or n > MAX_DET:
            raise NotCoveredError("a determinant that is not written out")

        def minor(row: int, columns: tuple[int, ...]) -> Ratio:
            if not columns:
                return self.algebra.number(1)
            total = self.algebra.number(0)
            for k, c in enumerate(columns):
                entry = value.at(("", row), ("", c))
                rest = minor(row + 1, columns[:k] + columns[k + 1 :])
                total = total + self.algebra.number((-1) ** k) * entry * rest
            return total

        return minor(1, tuple(range(1, n + 1)))

    def _diagonal(self, grid: Grid) -> Grid:
        a, upright = self.algebra, grid.columns == 1
        size = grid.rows if upright else grid.columns

        def at(r: Place, c: Place) -> Ratio:
            same = a.delta(r, c)
            if same.n.is_zero():
                return same
            with a.where(same):
                return same * (grid.at(r, FIRST) if upright else grid.at(FIRST, r))

        return Grid(size, size, at)

    def _matrix(self, rows: tuple[tuple[Node, ...], ...], env: Environment) -> Grid:
        def at(r: Place, c: Place) -> Ratio:
            if r[0] or c[0]:
                raise NotCoveredError("an entry of a written matrix at an open place")
            return self.scalar(rows[r[1] - 1][c[1] - 1], env)

        return Grid(len(rows), len(rows[0]), at)

    # -- calculus --------------------------------------------------------------------------

    def _derivative(self, body: Node, by: tuple[Node, ...], env: Environment) -> Value:
        a = self.algebra
        value = self.go(body, env)
        for variable in by:
            k = a.ring.single(a.ring.reduced(self.scalar(variable, env)))
            atom = None if k is None else a.atom(k)
            if atom is None or atom.head != "entry":
                raise NotCoveredError("a derivative by something that is not free")
            declared = a.context.get(atom.label)
            if declared and declared.kind not in ("real", "vector", "matrix", "family"):
                raise NotCoveredError(f"a derivative by an entry of {atom.label}")
            value = self._by(value, atom)
        return value

    def _put(self, body: Node, name: str, put: Ratio, env: Environment) -> Value:
        """The body with a value for a name, once its derivatives are taken."""
        a = self.algebra
        fresh = f"{name}'{len(env)}"
        before, a.needs = a.needs, {}
        value = self.go(body, {**env, name: a.intern(Atom("entry", fresh))})
        inside, a.needs = a.needs, before
        for need in inside:
            inner = a.substitute(a.ring.thaw(need.value), {}, names={fresh: put})
            a.needs[need._replace(value=a.ring.freeze(inner))] = None
        if isinstance(value, Ratio):
            return a.substitute(value, {}, names={fresh: put})
        return value.each(lambda entry: a.substitute(entry, {}, names={fresh: put}))

    def _by(self, value: Value, atom: Atom) -> Value:
        a = self.algebra
        if isinstance(value, Grid):
            return value.each(lambda entry: number_of(self._by(entry, atom)))
        return a.make(Term("derivative", atom.label, atom.places, (value,)))


def _exponential(a: Algebra, value: Value) -> bool:
    """Whether a value is a product of powers of exponentials."""
    return (
        isinstance(value, Ratio)
        and len(value.n) == len(value.d) == 1
        and all(a.atom(k).head == "exp" for k in a.atoms(value))
    )


def _constant(a: Algebra, value: Ratio) -> Fraction | None:
    value = a.ring.reduced(value)
    if not value.n.is_constant() or not value.d.is_one():
        return None
    if value.n.is_zero():
        return Fraction(0)
    lead = value.n.leading_coefficient()
    return Fraction(int(lead.p), int(lead.q))
