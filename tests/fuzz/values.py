"""What a formula of a derivation is worth at a point: an evaluation of its own.

It walks the tree as it was read, in some sixty digits, and shares nothing with the engine:
definitions are looked up, sums are added up, derivatives are central differences. So a
difference found here is one; agreement is only agreement at the points looked at.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from mpmath import mp, mpf

from mathgrade.derivation.statements import Document
from mathgrade.expression import Node
from mathgrade.expression.nodes import (
    Add,
    Apply,
    Call,
    Cases,
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
    Number,
    Power,
    Relation,
    Subst,
    Transpose,
    Truth,
    children,
    free_names,
)

__all__ = ["NoValueError", "NotEvaluatedError", "Point", "compare", "points", "value"]

DIGITS = 60
STEP = Fraction(1, 10**18)  # of a central difference, which is then right to some 36 digits
NEAR = Fraction(1, 10**12)
SIZES = (2, 3)
UNIT = "unit"  # the identity matrix, as large as it must be

Rows = tuple[tuple[Any, ...], ...]
"""A matrix; a vector is a column. A number is an ``mpf``."""


class NoValueError(Exception):
    """The formula has no value here: a division by 0, the logarithm of a negative."""


class NotEvaluatedError(Exception):
    """The formula means nothing, or is of a kind that is not evaluated here."""


@dataclass(frozen=True, slots=True)
class Point:
    """Numbers for all names.

    Attributes:
        document: says what names stand for.
        numbers: of reals and sizes, rows of vectors and matrices.
        bound: what indices and arguments stand for; they hide everything else.
        moved: names or entries with what is added to them, for a derivative.
    """

    document: Document
    numbers: Mapping[str, Any]
    bound: Mapping[str, Any]
    moved: tuple[tuple[str, tuple[int, ...], Any], ...] = ()

    def under(self, **bound: Any) -> Point:
        """The same with more names bound."""
        return replace(self, bound={**self.bound, **bound})


def points(document: Document, rng: random.Random, count: int = 1) -> Iterator[Point]:
    """Points at all sizes, ``count`` for each choice of sizes."""
    names = document.context.names
    sizes = sorted(n for n, d in names.items() if d.kind == "size")
    for chosen in itertools.product(SIZES, repeat=len(sizes)):
        known: dict[str, Any] = dict(zip(sizes, chosen, strict=True))
        for _ in range(count):
            numbers = dict(known)
            for name, declared in names.items():
                shape = [n if isinstance(n, int) else known[n] for n in declared.shape]
                if name in document.definitions or declared.kind in ("size", "index", "function"):
                    continue
                if not shape:
                    numbers[name] = _drawn(rng)
                    continue
                rows = tuple(
                    tuple(_drawn(rng) for _ in range(shape[1] if len(shape) > 1 else 1))
                    for _ in range(shape[0])
                )
                if declared.kind == "simplex":
                    parts = [abs(row[0]) for row in rows]
                    rows = tuple((part / sum(parts),) for part in parts)
                numbers[name] = rows
            yield Point(document, numbers, {})


def _drawn(rng: random.Random) -> Any:
    return mpf(rng.choice((-1, 1)) * rng.randint(11, 199)) / mpf(rng.choice((71, 83, 97)))


def compare(
    left: Node,
    right: Node,
    document: Document,
    rng: random.Random,
    conditions: Sequence[Node] = (),
) -> str:
    """ "differ" where the right side is not what the left one is, "agree", else "unsure".

    Args:
        conditions: between indices, under which it is said.
    """
    seen = False
    free = free_names(left) | free_names(right)
    for condition in conditions:
        free |= free_names(condition)
    turns = any(_differentiates(side) for side in (left, right))
    with mp.workdps(DIGITS):
        for at in points(document, rng):
            for case in _index_cases(free, at):
                try:
                    if not all(_holds(c, case) for c in conditions):
                        continue
                    a = value(left, case)
                except NoValueError:
                    continue
                except NotEvaluatedError:
                    return "unsure"
                try:
                    near = _near(a, value(right, case), turns)
                except NoValueError:
                    near = False
                except NotEvaluatedError:
                    return "unsure"
                if not near:
                    return "differ"
                seen = True
    return "agree" if seen else "unsure"


def _index_cases(free: frozenset[str], at: Point) -> Iterator[Point]:
    names = at.document.context.names
    indices = sorted(n for n in free if n in names and names[n].kind == "index")
    spans = []
    for name in indices:
        low, high = names[name].low, names[name].high
        first, last = (n if isinstance(n, int) else at.numbers.get(n) for n in (low, high))
        if first is None or last is None:
            return
        spans.append(range(first, last + 1))
    for chosen in itertools.product(*spans):
        yield at.under(**dict(zip(indices, chosen, strict=True)))


def _near(a: Any, b: Any, turns: bool) -> bool:
    if a is UNIT or b is UNIT:
        if a is b:
            return True
        rows = _rows(b if a is UNIT else a)
        return len(rows) == len(rows[0]) and _near(_unit(len(rows)), rows, turns)
    first, second = _rows(a), _rows(b)
    if _shape(first) != _shape(second):
        if not turns or _shape(first) != _shape(second)[::-1]:
            raise NotEvaluatedError("shapes")
        second = tuple(zip(*second, strict=True))
    pairs = zip(itertools.chain(*first), itertools.chain(*second), strict=True)
    return all(
        abs(x - y) <= mpf(NEAR.numerator) / NEAR.denominator * (1 + abs(x)) for x, y in pairs
    )


def _differentiates(node: Node) -> bool:
    return isinstance(node, Derivative) or any(map(_differentiates, children(node)))


# -- matrices --------------------------------------------------------------------------------


def _rows(value: Any) -> Rows:
    return value if isinstance(value, tuple) else ((value,),)


def _shape(rows: Rows) -> tuple[int, int]:
    return len(rows), len(rows[0])


def _single(rows: Rows) -> Any:
    return rows[0][0] if _shape(rows) == (1, 1) else rows


def _unit(n: int) -> Rows:
    return tuple(tuple(mpf(i == j) for j in range(n)) for i in range(n))


def _plus(a: Any, b: Any) -> Any:
    if a is UNIT or b is UNIT:
        if a is b:
            raise NotEvaluatedError("of open size")
        rows = _rows(b if a is UNIT else a)
        a = _unit(len(rows))
        b = rows
    first, second = _rows(a), _rows(b)
    if _shape(first) != _shape(second):
        if not isinstance(a, tuple):
            first = tuple(tuple(a for _ in row) for row in second)
        elif not isinstance(b, tuple):
            second = tuple(tuple(b for _ in row) for row in first)
        if _shape(first) != _shape(second) or _shape(first)[1] != 1:
            raise NotEvaluatedError("shapes")
    return _single(
        tuple(
            tuple(x + y for x, y in zip(p, q, strict=True))
            for p, q in zip(first, second, strict=True)
        )
    )


def _times(a: Any, b: Any) -> Any:
    if a is UNIT or b is UNIT:
        other = b if a is UNIT else a
        if not isinstance(other, tuple) and other is not UNIT:
            raise NotEvaluatedError("of open size")
        return other
    if not isinstance(a, tuple) or not isinstance(b, tuple):
        number, rows = (a, b) if isinstance(b, tuple) else (b, a)
        return _single(tuple(tuple(number * x for x in row) for row in _rows(rows)))
    if _shape(a)[1] != _shape(b)[0]:
        raise NotEvaluatedError("shapes")
    columns = tuple(zip(*b, strict=True))
    return _single(
        tuple(
            tuple(sum(x * y for x, y in zip(row, column, strict=True)) for column in columns)
            for row in a
        )
    )


def _inverse(given: Any) -> Any:
    if given is UNIT:
        return given
    rows = [list(row) for row in _rows(given)]
    n = len(rows)
    if any(len(row) != n for row in rows):
        raise NotEvaluatedError("not square")
    rows = [row + [mpf(i == k) for k in range(n)] for i, row in enumerate(rows)]
    for c in range(n):
        best = max(range(c, n), key=lambda r: abs(rows[r][c]))
        if abs(rows[best][c]) < mpf(10) ** -30:
            raise NoValueError("singular")
        rows[c], rows[best] = rows[best], rows[c]
        rows[c] = [x / rows[c][c] for x in rows[c]]
        for r in range(n):
            if r != c:
                rows[r] = [x - rows[r][c] * y for x, y in zip(rows[r], rows[c], strict=True)]
    return _single(tuple(tuple(row[n:]) for row in rows))


# -- formulas --------------------------------------------------------------------------------


def value(node: Node, at: Point) -> Any:
    """The value of a formula at a point: a number or rows.

    Raises:
        NoValueError: it has none.
        NotEvaluatedError: it means nothing, or nothing that is known here.
    """
    match node:
        case Number(number):
            return mpf(number.numerator) / number.denominator
        case Name(name):
            return _named(name, at)
        case Entry(base, indices):
            return _entry(base, tuple(_whole(i, at) for i in indices), at)
        case Add(terms):
            return _folded(_plus, [value(t, at) for t in terms])
        case Mul(factors):
            return _folded(_times, [value(f, at) for f in factors])
        case Neg(term):
            return _times(mpf(-1), value(term, at))
        case Div(top, bottom):
            below = _number(value(bottom, at))
            if abs(below) < mpf(10) ** -30:
                raise NoValueError("division by 0")
            return _times(1 / below, value(top, at))
        case Power(base, exponent):
            return _power(value(base, at), _number(value(exponent, at)))
        case Call(function, args):
            return _call(function, [_number(value(a, at)) for a in args])
        case Apply(function, args):
            return _applied(function, args, at)
        case Delta(left, right):
            return mpf(_whole(left, at) == _whole(right, at))
        case Fold():
            return _fold(node, at)
        case Cases(branches):
            for branch, condition in branches:
                if _holds(condition, at):
                    return value(branch, at)
            raise NoValueError("no case")
        case Derivative(body, by):
            return _derivative(body, by, at)
        case Subst(body, name, inner):
            return value(body, at.under(**{name: value(inner, at)}))
        case Matrix(rows):
            return _single(tuple(tuple(_number(value(x, at)) for x in row) for row in rows))
        case Transpose(body):
            inside = value(body, at)
            return inside if inside is UNIT else _single(tuple(zip(*_rows(inside), strict=True)))
        case Inverse(body):
            return _inverse(value(body, at))
        case Identity():
            return UNIT
    raise NotEvaluatedError(type(node).__name__)


def _folded(step: Any, values: list[Any]) -> Any:
    total = values[0]
    for other in values[1:]:
        total = step(total, other)
    return total


def _number(found: Any) -> Any:
    if isinstance(found, tuple) or found is UNIT:
        raise NotEvaluatedError("a matrix where a number belongs")
    return found


def _whole(node: Node, at: Point) -> int:
    found = _number(value(node, at))
    if found != int(found):
        raise NotEvaluatedError("an index that is no whole number")
    return int(found)


def _moved(name: str, indices: tuple[int, ...], at: Point) -> Any:
    return sum((by for n, where, by in at.moved if (n, where) == (name, indices)), mpf(0))


def _named(name: str, at: Point) -> Any:
    if name in at.bound:
        found = at.bound[name]
        return mpf(found) if isinstance(found, int) else found
    definition = at.document.definitions.get(name)
    declared = at.document.context.get(name)
    if definition is not None and not definition.arguments and not definition.indices:
        found = value(definition.body, at)
    elif definition is None and name in at.numbers:
        found = at.numbers[name]
        found = mpf(found) if isinstance(found, int) else found
    elif declared is not None and len(declared.shape) == 1:
        size = declared.shape[0]
        count = size if isinstance(size, int) else at.numbers[size]
        return tuple((_entry(Name(name), (k,), at),) for k in range(1, count + 1))
    else:
        raise NotEvaluatedError(name)
    if not isinstance(found, tuple):
        return found if found is UNIT else found + _moved(name, (), at)
    if not any(n == name for n, _, _ in at.moved):
        return found
    vector = declared is not None and len(declared.shape) == 1
    return tuple(
        tuple(
            x + _moved(name, (r + 1,) if vector else (r + 1, c + 1), at) for c, x in enumerate(row)
        )
        for r, row in enumerate(found)
    )


def _entry(base: Node, indices: tuple[int, ...], at: Point) -> Any:
    if isinstance(base, Name) and base.name not in at.bound:
        definition = at.document.definitions.get(base.name)
        if definition is not None and definition.indices and not definition.arguments:
            if len(definition.indices) != len(indices):
                raise NotEvaluatedError("indices")
            inner = at.under(**dict(zip(definition.indices, indices, strict=True)))
            return _plus(value(definition.body, inner), _moved(base.name, indices, at))
    if isinstance(base, Apply):
        definition = at.document.definitions.get(base.function)
        if definition is not None and definition.indices:
            if len(definition.indices) != len(indices):
                raise NotEvaluatedError("indices")
            inner = at.under(**dict(zip(definition.indices, indices, strict=True)))
            return _with_arguments(base.function, base.args, at, inner)
    rows = _rows(value(base, at)) if base is not None else ()
    try:
        if min(indices) < 1:
            raise NotEvaluatedError("an index below 1")
        if len(indices) == 2:
            return rows[indices[0] - 1][indices[1] - 1]
        row = rows[indices[0] - 1]
        return row[0] if len(row) == 1 else tuple((x,) for x in row)
    except IndexError:
        raise NotEvaluatedError("an index above the size") from None


def _applied(function: str, args: tuple[Node, ...], at: Point) -> Any:
    definition = at.document.definitions.get(function)
    if definition is None:
        raise NotEvaluatedError(function)
    if not definition.indices:
        return _with_arguments(function, args, at, at)
    rows = _rows(value(args[0], at))
    entries = range(1, len(rows) + 1)
    return tuple((_entry(Apply(function, args), (k,), at),) for k in entries)


def _with_arguments(function: str, args: tuple[Node, ...], outer: Point, inner: Point) -> Any:
    definition = outer.document.definitions[function]
    if len(definition.arguments) != len(args):
        raise NotEvaluatedError("arguments")
    put = {name: value(a, outer) for name, a in zip(definition.arguments, args, strict=True)}
    return value(definition.body, inner.under(**put))


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(base, tuple) or base is UNIT:
        count = int(exponent)
        if count != exponent or count == 0:
            raise NotEvaluatedError("a power of a matrix")
        base = _inverse(base) if count < 0 else base
        return _folded(_times, [base] * abs(count))
    if exponent != int(exponent) and base < 0:
        raise NoValueError("root of a negative")
    if exponent < 0 and abs(base) < mpf(10) ** -30:
        raise NoValueError("division by 0")
    return base ** (int(exponent) if exponent == int(exponent) else exponent)


def _call(function: str, args: list[Any]) -> Any:
    x = args[0]
    if (function == "log" and x <= 0) or (function == "sqrt" and x < 0):
        raise NoValueError(function)
    known = {"exp": mp.exp, "log": mp.log, "sqrt": mp.sqrt, "abs": abs, "tanh": mp.tanh}
    if function not in known or len(args) != 1:
        raise NotEvaluatedError(function)
    if function == "exp" and abs(x) > 10**6:
        raise NotEvaluatedError("too large")
    return known[function](x)


def _fold(node: Fold, at: Point) -> Any:
    low, high = _whole(node.low, at), _whole(node.high, at)
    parts = [value(node.body, at.under(**{node.index: k})) for k in range(low, high + 1)]
    if not parts:
        return mpf(node.kind == "product")
    return _folded(_plus if node.kind == "sum" else _times, parts)


def _holds(condition: Node, at: Point) -> bool:
    match condition:
        case Truth(holds):
            return holds
        case Relation(op, left, right) if op in ("==", "!="):
            return (_whole(left, at) == _whole(right, at)) == (op == "==")
        case Logic("and", args):
            return all(_holds(a, at) for a in args)
        case Logic("or", args):
            return any(_holds(a, at) for a in args)
    raise NotEvaluatedError("condition")


# -- derivatives -----------------------------------------------------------------------------


def _derivative(body: Node, by: tuple[Node, ...], at: Point) -> Any:
    inner: Node = Derivative(body, by[:-1]) if len(by) > 1 else body
    match by[-1]:
        case Name(name):
            indices: tuple[int, ...] = ()
        case Entry(Name(name), places):
            indices = tuple(_whole(p, at) for p in places)
        case _:
            raise NotEvaluatedError("a variable")
    if name in at.bound:
        ahead, behind = (
            value(inner, at.under(**{name: _number(at.bound[name]) + step})) for step in _steps()
        )
        return _slope(ahead, behind)
    declared = at.document.context.get(name)
    shape = () if declared is None else declared.shape
    if len(indices) == len(shape):
        return _along(inner, name, indices, at)
    if len(indices) != len(shape) - 1:
        raise NotEvaluatedError("a derivative by a matrix")
    count = shape[-1] if isinstance(shape[-1], int) else at.numbers[shape[-1]]
    slopes = [_rows(_along(inner, name, (*indices, k), at)) for k in range(1, count + 1)]
    if any(_shape(s)[1] != 1 for s in slopes):
        raise NotEvaluatedError("a derivative of a matrix")
    return _single(tuple(tuple(s[r][0] for s in slopes) for r in range(len(slopes[0]))))


def _steps() -> tuple[Any, Any]:
    step = mpf(STEP.numerator) / STEP.denominator
    return step, -step


def _along(body: Node, name: str, indices: tuple[int, ...], at: Point) -> Any:
    ahead, behind = (
        value(body, replace(at, moved=(*at.moved, (name, indices, step)))) for step in _steps()
    )
    return _slope(ahead, behind)


def _slope(ahead: Any, behind: Any) -> Any:
    return _times(1 / (2 * _steps()[0]), _plus(ahead, _times(mpf(-1), behind)))
