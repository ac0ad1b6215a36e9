"""Laws of exponentials, logarithms, roots and other functions of one number."""

from __future__ import annotations

import math
from fractions import Fraction

from flint import fmpz

from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.ring import MAX_FACTOR, NotCoveredError, Ratio, factored
from mathgrade.equality.symbolic.signs import Sign, sign
from mathgrade.equality.symbolic.terms import Atom, Term

__all__ = [
    "ScaleError",
    "absolute",
    "absolute_of_product",
    "even",
    "exp_multiple",
    "exp_of_log",
    "exp_of_sum",
    "exp_quotient",
    "in_any_order",
    "larger",
    "log_of_exp",
    "log_of_fold",
    "log_of_one",
    "log_of_product",
    "odd",
    "root_of_exp",
    "root_of_product",
    "smaller",
]

MAX_EXPONENT = 240
MAX_SCALE = 60
MAX_NUMBER_BITS = 48


class ScaleError(Exception):
    """An exponential of a fraction of a term: start again with unknowns so small."""

    def __init__(self, scale: int) -> None:
        super().__init__(f"scale {scale}")
        self.scale = scale


# -- exponentials ----------------------------------------------------------------------------


def exp_quotient(_a: Algebra, _term: Term) -> Ratio | None:
    """Speaks of quotients, where the evaluator asks whether it holds; never of one exponential."""
    return None


def exp_of_sum(a: Algebra, term: Term) -> Ratio | None:
    pieces = a.pieces(term.args[0])
    if len(pieces) == 1:
        return None
    result = a.number(1)
    for coefficient, piece in pieces:
        result = result * a.call("exp", a.number(coefficient) * piece)
    return result


def exp_of_log(a: Algebra, term: Term) -> Ratio | None:
    """The logarithm was asked for, so its argument is known to be positive."""
    pieces = a.pieces(term.args[0])
    if len(pieces) != 1:
        return None
    coefficient, piece = pieces[0]
    k = a.ring.single(piece)
    if k is None or a.atom(k).head != "log":
        return None
    inner = a.ring.thaw(a.atom(k).args[0])
    degree = int(coefficient.q)
    times = int(coefficient.p)
    if abs(times) > 64 or degree > 12:
        raise NotCoveredError("a power is too large")
    return (inner if degree == 1 else a.call("root", inner, label=degree)) ** times


def exp_multiple(a: Algebra, term: Term) -> Ratio | None:
    """Unknowns are e^(piece/scale); the exponent of one counts how often."""
    pieces = a.pieces(term.args[0])
    if len(pieces) != 1:
        return None
    coefficient, piece = pieces[0]
    times = coefficient * a.scale
    scale = math.lcm(a.scale, int(coefficient.q))
    if times.q != 1 and scale <= MAX_SCALE:
        raise ScaleError(scale)
    if times.q != 1 or abs(int(times)) > MAX_EXPONENT:
        if a.scale != 1:  # what an unknown of its own stands for is only clear at scale 1
            raise NotCoveredError("an exponent too large or too fine")
        return None
    return a.intern(Atom("exp", "", (), (a.ring.freeze(piece),))) ** int(times)


# -- logarithms ------------------------------------------------------------------------------


def log_of_one(a: Algebra, term: Term) -> Ratio | None:
    value = a.ring.reduced(term.args[0])
    return a.number(0) if value.n.is_one() and value.d.is_one() else None


def _positive(a: Algebra, value: Ratio) -> bool:
    return sign(a, value) is Sign.POSITIVE


def _factors(a: Algebra, value: Ratio) -> tuple[Fraction, list[tuple[Ratio, int]]]:
    """A number and polynomials with their exponents, each of the sign it is sure to have."""
    value = a.ring.reduced(value)
    number = Fraction(1)
    found: list[tuple[Ratio, int]] = []
    for polynomial, side in ((value.n, 1), (value.d, -1)):
        if polynomial.is_constant():
            lead = polynomial.leading_coefficient()
            number *= Fraction(int(lead.p), int(lead.q)) ** side
            continue
        coefficient, parts = factored(polynomial)
        number *= Fraction(int(coefficient.p), int(coefficient.q)) ** side
        for part, times in parts:
            one = Ratio(part, a.ring.one)
            if not _positive(a, one) and _positive(a, -one):
                one, number = -one, number * (-1) ** int(times)
            found.append((one, side * int(times)))
    return number, found


def _primes(number: Fraction) -> list[tuple[int, int]]:
    found = []
    for part, side in ((number.numerator, 1), (number.denominator, -1)):
        if part.bit_length() > MAX_NUMBER_BITS:
            raise NotCoveredError("a number is too large")
        found += [(int(p), side * int(e)) for p, e in fmpz(part).factor()]
    return found


def log_of_product(a: Algebra, term: Term) -> Ratio | None:
    """Factors sure to be positive are taken out; the rest stays together."""
    value = a.ring.reduced(term.args[0])
    number, found = _factors(a, value)
    sure = [(f, times) for f, times in found if _positive(a, f)]
    rest = a.number(1 if number > 0 else -1)
    for f, times in found:
        if not _positive(a, f):
            rest = rest * f**times
    primes = _primes(abs(number))
    alone = not primes and not sure
    if alone or (rest.n.is_one() and not primes and len(sure) == 1 and sure[0][1] == 1):
        return None
    if not sure and len(primes) == 1 and primes[0][1] == 1 and rest.n.is_one():
        return None
    result = a.number(0) if rest.n.is_one() and rest.d.is_one() else a.call("log", rest)
    for prime, times in primes:
        result = result + a.number(times) * a.call("log", a.number(prime))
    for f, times in sure:
        result = result + a.number(times) * a.call("log", f)
    return result


def log_of_exp(a: Algebra, term: Term) -> Ratio | None:
    k = a.ring.single(a.ring.reduced(term.args[0]))
    if k is None or a.atom(k).head != "exp":
        return None
    return a.ring.thaw(a.atom(k).args[0]) / a.number(a.scale)


def log_of_fold(a: Algebra, term: Term) -> Ratio | None:
    k = a.ring.single(a.ring.reduced(term.args[0]))
    if k is None or a.atom(k).head != "product":
        return None
    with a.scope():
        names, body = a.reopen(k)
        if not _positive(a, a.ring.reduced(body)):
            return None
        return a.fold("sum", a.atom(k).label[0], names, a.call("log", body))


# -- roots -----------------------------------------------------------------------------------


def root_of_product(a: Algebra, term: Term) -> Ratio | None:
    """What is sure not to be negative is taken out, and of the rest what is squared."""
    degree = term.label
    if term.args[0].n.is_zero():
        return a.number(0)
    number, found = _factors(a, term.args[0])
    if number == 1 and not found:
        return a.number(1)
    if number == 1 and len(found) == 1 and found[0][1] == 1:
        return _root_of_root(a, *found[0], degree)
    out, rest, changed = a.number(1), a.number(1), False
    for prime, times in _primes(abs(number)):
        found.append((a.number(prime), times))
    for f, times in found:
        sure = sign(a, f) >= Sign.NONNEGATIVE
        whole, left = divmod(times, degree)
        if sure or (degree % 2 == 0 and whole % 2 == 0):
            out = out * f**whole
        elif degree % 2 == 0:
            out = out * a.call("abs", f) ** whole
        else:
            rest, left = rest * f**times, 0
        changed |= whole != 0
        if left and sure and (len(found) > 1 or times > 1 or times < 0):
            out = out * a.call("root", f, label=degree) ** left
            changed = True
        elif left:
            rest = rest * f**left
    if number < 0:
        rest = -rest
    if not changed:
        return None
    plain = a.ring.reduced(rest)
    if not (plain.n.is_one() and plain.d.is_one()):
        out = out * a.call("root", plain, label=degree)
    return out


def _root_of_root(a: Algebra, factor: Ratio, _: int, degree: int) -> Ratio | None:
    k = a.ring.single(factor)
    if k is None or a.atom(k).head != "root":
        return None
    return a.call("root", a.ring.thaw(a.atom(k).args[0]), label=degree * a.atom(k).label)


def root_of_exp(a: Algebra, term: Term) -> Ratio | None:
    value = a.ring.reduced(term.args[0])
    used = list(a.ring.used(value.n))
    if not value.d.is_one() or len(value.n) != 1 or len(used) != 1:
        return None
    k, times = used[0]
    if a.atom(k).head != "exp" or value.n.leading_coefficient() != 1:
        return None
    exponent = a.ring.thaw(a.atom(k).args[0]) * a.number(times)
    return a.call("exp", exponent / a.number(a.scale * term.label))


# -- other functions -------------------------------------------------------------------------


def _flipped(a: Algebra, value: Ratio) -> Ratio | None:
    """The negative, if the value starts with a minus sign."""
    value = a.ring.reduced(value)
    return -value if not value.n.is_zero() and value.n.leading_coefficient() < 0 else None


def absolute(a: Algebra, term: Term) -> Ratio | None:
    value = a.ring.reduced(term.args[0])
    if value.n.is_zero() or sign(a, value) >= Sign.NONNEGATIVE:
        return value
    if sign(a, -value) >= Sign.NONNEGATIVE:
        return -value
    other = _flipped(a, value)
    return None if other is None else a.call("abs", other)


def absolute_of_product(a: Algebra, term: Term) -> Ratio | None:
    value = a.ring.reduced(term.args[0])
    if max(len(value.n), len(value.d)) > MAX_FACTOR:
        return None
    number, found = _factors(a, value)
    if abs(number) == 1 and (not found or (len(found) == 1 and found[0][1] == 1)):
        return None
    result = a.number(abs(number))
    for factor, times in found:
        result = result * a.call("abs", factor) ** times
    return result


def larger(a: Algebra, term: Term) -> Ratio | None:
    return _by_absolute(a, term, 1)


def smaller(a: Algebra, term: Term) -> Ratio | None:
    return _by_absolute(a, term, -1)


def _by_absolute(a: Algebra, term: Term, side: int) -> Ratio | None:
    if len(term.args) != 2:
        return None
    left, right = term.args
    gap = a.call("abs", left - right)
    return (left + right + a.number(side) * gap) / a.number(2)


def odd(a: Algebra, term: Term) -> Ratio | None:
    value = a.ring.reduced(term.args[0])
    if value.n.is_zero():
        return value
    other = _flipped(a, value)
    return None if other is None else -a.call(term.head, other)


def even(a: Algebra, term: Term) -> Ratio | None:
    if a.ring.reduced(term.args[0]).n.is_zero():
        return a.number(1)
    other = _flipped(a, term.args[0])
    return None if other is None else a.call(term.head, other)


def in_any_order(a: Algebra, term: Term) -> Ratio | None:
    ordered = tuple(sorted(set(map(a.ring.freeze, term.args))))
    if len(ordered) == 1:
        return term.args[0]
    if len(ordered) == len(term.args) and ordered == tuple(map(a.ring.freeze, term.args)):
        return None
    return a.make(term._replace(args=tuple(map(a.ring.thaw, ordered))))
