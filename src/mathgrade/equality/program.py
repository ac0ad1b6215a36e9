"""A formula with every size and index filled in: a list of steps on real numbers.

Sums are written out, deltas and index cases decided, matrices taken entry by entry, so
what is left is arithmetic on unknowns (*atoms*). Equal steps are made once; a step knows
what is certain about it wherever the atoms lie in their domains (it is always defined,
positive, …). Derivatives are made here, step by step. Only what is true on the reals is
rewritten: ``log(exp(u))`` is ``u``, but ``exp(log(u))`` stays undefined where u ≤ 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from mathgrade.equality.logarithms import exp_of, log_of, rational_root
from mathgrade.equality.steps import POSITIVE, Atom, Fact, Op, Step, TooBigError

__all__ = ["Atom", "Fact", "Op", "Program", "Step", "TooBigError"]

MAX_STEPS = 50_000
MAX_BITS = 4_000


_SURE = Fact.TOTAL | Fact.NONNEGATIVE
_KEPT = Fact.TOTAL | Fact.FIXED
_ALL = _KEPT | POSITIVE
_EVERYWHERE = frozenset(
    ("exp", "sin", "cos", "sinh", "cosh", "tanh", "atan", "asinh", "erf", "floor", "ceil")
)
_POSITIVE_VALUED = frozenset(("exp", "cosh"))
_OF_NO_STEP = frozenset((Op.NUMBER, Op.ATOM, Op.UNDEFINED, Op.TRUTH, Op.CONSTANT))
_OF_STEPS_ONLY = frozenset(Op) - _OF_NO_STEP - {Op.POWER, Op.ROOT, Op.FUNCTION}


@dataclass(slots=True)
class Program:
    """Steps, each made of earlier ones; methods add a step and return its number."""

    steps: list[Step] = field(default_factory=list)
    facts: list[int] = field(default_factory=list)
    atoms: dict[int, Atom] = field(default_factory=dict)
    known: dict[Step, int] = field(default_factory=dict)
    never: int | None = None  # the step that has no value
    whole: dict[int, int] = field(default_factory=dict)  # the steps of whole numbers

    def _add(self, step: Step, facts: int) -> int:
        found = self.known.get(step)
        if found is not None:
            return found
        if len(self.steps) >= MAX_STEPS:
            raise TooBigError(f"more than {MAX_STEPS} steps of arithmetic")
        place = len(self.steps)
        self.known[step] = place
        self.steps.append(step)
        self.facts.append(facts)
        return place

    def sure(self, step: int, facts: int) -> bool:
        """Whether all of the facts are known of a step."""
        return self.facts[step] & facts == facts

    def value(self, step: int) -> Fraction | None:
        """The number a step always is, if it is one."""
        op, args = self.steps[step]
        return args[0] if op is Op.NUMBER else None  # type: ignore[return-value]

    def _shared(self, steps: tuple[int, ...]) -> int:
        """TOTAL and FIXED as far as all of the steps have them."""
        facts = int(Fact.TOTAL | Fact.FIXED)
        for step in steps:
            facts &= self.facts[step]
        return facts

    def _undefined(self, steps: tuple[int, ...]) -> bool:
        never = self.never
        return never is not None and never in steps

    # -- numbers ---------------------------------------------------------------------

    def number(self, value: Fraction | int) -> int:
        top = value.numerator
        if type(value) is not int and value.denominator != 1:
            return self._number(value)
        place = self.whole.get(top)
        if place is None:
            place = self.whole[top] = self._number(Fraction(top))
        return place

    def _number(self, value: Fraction | int) -> int:
        top = value.numerator
        facts = _KEPT | (Fact.NONNEGATIVE if top >= 0 else 0) | (Fact.NONZERO if top else 0)
        return self._add((Op.NUMBER, (value,)), facts)

    def constant(self, name: str) -> int:
        return self._add((Op.CONSTANT, (name,)), Fact.TOTAL | Fact.FIXED | POSITIVE)

    def undefined(self) -> int:
        self.never = self._add((Op.UNDEFINED, ()), Fact.FIXED)
        return self.never

    def atom(self, atom: Atom) -> int:
        place = self.known.get((Op.ATOM, (atom.key,)))
        if place is not None:
            return place
        domain = atom.domain
        facts = int(Fact.TOTAL)
        if domain.low is not None and domain.low >= 0:
            facts |= Fact.NONNEGATIVE
        if not domain.holds(Fraction(0)):
            facts |= Fact.NONZERO
        place = self._add((Op.ATOM, (atom.key,)), facts)
        self.atoms[place] = atom
        return place

    # -- arithmetic ------------------------------------------------------------------

    def sum(self, *terms: int) -> int:
        if self._undefined(terms):
            return self.undefined()
        rest = [t for t in terms if self.steps[t][0] is not Op.NUMBER]
        if len(rest) < len(terms):
            constant = sum(self._values(terms))
            if constant or not rest:
                rest.append(self.number(constant))
        if len(rest) == 1:
            return rest[0]
        rest.sort()
        every, some = self._all_and_any(rest)
        facts = every & _KEPT
        if every & Fact.NONNEGATIVE:
            facts |= Fact.NONNEGATIVE | some & Fact.NONZERO
        return self._add((Op.SUM, tuple(rest)), facts)

    def product(self, *factors: int) -> int:
        if self._undefined(factors):
            return self.undefined()
        rest = [f for f in factors if self.steps[f][0] is not Op.NUMBER]
        if len(rest) < len(factors):
            constant = math.prod(self._values(factors))
            if constant == 0:
                rest = [f for f in rest if not self.sure(f, Fact.TOTAL)]
            if constant != 1 or not rest:
                rest.append(self.number(constant))
        if len(rest) == 1:
            return rest[0]
        rest.sort()
        if len(set(rest)) < len(rest):
            twice = [a for a, b in pairwise(rest) if a == b and self.steps[a][0] is Op.ROOT]
            if twice:
                rest.remove(twice[0])
                rest.remove(twice[0])
                return self.product(self.power(twice[0], 2), *rest)
        every, _ = self._all_and_any(rest)
        return self._add((Op.PRODUCT, tuple(rest)), every)

    def _values(self, steps: tuple[int, ...]) -> list[Fraction]:
        """Of those of the steps that are numbers."""
        found = [self.steps[s] for s in steps]
        return [args[0] for op, args in found if op is Op.NUMBER]  # type: ignore[misc]

    def _all_and_any(self, steps: list[int]) -> tuple[int, int]:
        """The facts all of the steps have, and those some of them have."""
        every, some = _ALL, 0
        for step in steps:
            facts = self.facts[step]
            every &= facts
            some |= facts
        return every, some

    def negative(self, step: int) -> int:
        return self.product(self.number(-1), step)

    def difference(self, left: int, right: int) -> int:
        return self.sum(left, self.negative(right))

    def inverse(self, step: int) -> int:
        value = self.value(step)
        if value == 0 or self._undefined((step,)):
            return self.undefined()
        if value is not None:
            return self.number(1 / value)
        facts = self.facts[step] & (Fact.NONNEGATIVE | Fact.FIXED) | Fact.NONZERO
        if self.sure(step, Fact.TOTAL | Fact.NONZERO):
            facts |= Fact.TOTAL
        return self._add((Op.INVERSE, (step,)), facts)

    def quotient(self, top: int, bottom: int) -> int:
        return self.product(top, self.inverse(bottom))

    def power(self, base: int, exponent: int) -> int:
        """Base to a whole power; anything to the power 0 is 1, as in a power series."""
        if exponent < 0:
            return self.inverse(self.power(base, -exponent))
        if exponent == 1 or self._undefined((base,)):
            return base
        if exponent == 0 and self.sure(base, Fact.TOTAL):
            return self.number(1)
        value = self.value(base)
        if value is not None:
            bits = max(value.numerator.bit_length(), value.denominator.bit_length())
            if value in (0, 1, -1):
                return self.number(value if exponent % 2 else abs(value))
            if bits * exponent <= MAX_BITS:
                return self.number(value**exponent)
        op, args = self.steps[base]
        if op is Op.ROOT and (args[1] * exponent).denominator == 1:  # type: ignore[union-attr]
            whole = int(args[1] * exponent)
            return self.guard(self.power(args[0], whole), base)  # type: ignore[arg-type]
        facts = self.facts[base] & ~Fact.NONNEGATIVE
        if exponent % 2 == 0 or self.sure(base, Fact.NONNEGATIVE):
            facts |= Fact.NONNEGATIVE
        return self._add((Op.POWER, (base, exponent)), facts)

    def root(self, base: int, exponent: Fraction) -> int:
        """Base to a power that is not whole; defined for a base ≥ 0 (> 0 if negative)."""
        if exponent < 0:
            return self.inverse(self.root(base, -exponent))
        value = self.value(base)
        if value is not None:
            if value < 0:
                return self.undefined()
            exact = rational_root(value, exponent)
            if exact is not None:
                return self.number(exact)
        op, args = self.steps[base]
        if op is Op.POWER and exponent == Fraction(1, 2) and args[1] == 2:
            return self.absolute(args[0])  # type: ignore[arg-type]
        if op is Op.FUNCTION and args[0] == "exp":
            return self.function("exp", self.product(self.number(exponent), args[1]))  # type: ignore[arg-type]
        if self._undefined((base,)):
            return base
        facts = self.facts[base] & (Fact.FIXED | Fact.NONZERO) | Fact.NONNEGATIVE
        if self.sure(base, _SURE):
            facts |= Fact.TOTAL
        return self._add((Op.ROOT, (base, exponent)), facts)

    def raised(self, base: int, exponent: int) -> int:
        """Base to any real power."""
        value = self.value(exponent)
        if value is not None:
            whole = value.denominator == 1
            return self.power(base, int(value)) if whole else self.root(base, value)
        if self.sure(base, POSITIVE):
            return self.function("exp", self.product(exponent, self.function("log", base)))
        if self._undefined((base, exponent)):
            return self.undefined()
        facts = self._shared((base, exponent)) & Fact.FIXED | Fact.NONNEGATIVE
        return self._add((Op.RAISE, (base, exponent)), facts)

    # -- functions -------------------------------------------------------------------

    def function(self, name: str, step: int) -> int:
        if self._undefined((step,)):
            return step
        value = self.value(step)
        if value == 0 and name in _AT_ZERO:
            return self.number(_AT_ZERO[name])
        if name == "exp":
            return exp_of(self, step)
        if name == "log":
            return log_of(self, step)
        return self.plain(name, step)

    def plain(self, name: str, step: int) -> int:
        """A function as it stands."""
        facts = self.facts[step] & Fact.FIXED
        if name in _POSITIVE_VALUED:
            facts |= POSITIVE
        total = name in _EVERYWHERE or (name == "log" and self.sure(step, POSITIVE))
        if total and self.sure(step, Fact.TOTAL):
            facts |= Fact.TOTAL
        return self._add((Op.FUNCTION, (name, step)), facts)

    def absolute(self, step: int) -> int:
        value = self.value(step)
        if value is not None:
            return self.number(abs(value))
        if self.sure(step, Fact.NONNEGATIVE) or self._undefined((step,)):
            return step
        return self._add((Op.ABS, (step,)), self.facts[step] | Fact.NONNEGATIVE)

    def extreme(self, op: Op, *steps: int) -> int:
        """MAX or MIN of the steps."""
        if self._undefined(steps):
            return self.undefined()
        distinct = tuple(sorted(set(steps)))
        values = [self.value(s) for s in distinct]
        if len(distinct) == 1:
            return distinct[0]
        if None not in values:
            pick = max if op is Op.MAX else min
            return self.number(pick(v for v in values if v is not None))
        facts = self._shared(distinct)
        some = any if op is Op.MAX else all
        for fact in (Fact.NONNEGATIVE, POSITIVE):
            if some(self.sure(s, fact) for s in distinct):
                facts |= fact
        return self._add((op, distinct), facts)

    def step(self, step: int, middle: int) -> int:
        """Heaviside: 0 below, 1 above, ``middle`` at 0."""
        value = self.value(step)
        if value is not None:
            return middle if value == 0 else self.number(int(value > 0))
        return self._add((Op.STEP, (step, middle)), self._shared((step, middle)))

    def guard(self, step: int, *needed: int) -> int:
        """The first, where all of the others are defined too."""
        if self._undefined(needed):
            return self.undefined()
        needed = tuple(n for n in needed if not self.sure(n, Fact.TOTAL) and n != step)
        if not needed:
            return step
        return self._add((Op.GUARD, (step, *needed)), self.facts[step] & ~Fact.TOTAL)

    # -- conditions ------------------------------------------------------------------

    def truth(self, value: bool) -> int:
        return self._add((Op.TRUTH, (value,)), Fact.TOTAL | Fact.FIXED)

    def compare(self, op: str, left: int, right: int) -> int:
        if op in ("<=", ">="):
            return self.negation(self.compare(">" if op == "<=" else "<", left, right))
        if op == "!=":
            return self.negation(self.compare("==", left, right))
        if op == ">":
            left, right = right, left
        gap = self.difference(left, right)
        value = self.value(gap)
        if value is not None:
            return self.truth(value == 0 if op == "==" else value < 0)
        if left == right:
            return self.truth(op == "==")
        kind = Op.ZERO if op == "==" else Op.BELOW
        return self._add((kind, (gap,)), self._shared((gap,)))

    def negation(self, condition: int) -> int:
        op, args = self.steps[condition]
        if op is Op.TRUTH:
            return self.truth(not args[0])
        if op is Op.NOT:
            return args[0]  # type: ignore[return-value]
        return self._add((Op.NOT, (condition,)), self.facts[condition])

    def logic(self, op: Op, *conditions: int) -> int:
        """AND or OR of conditions."""
        decisive = self.truth(op is Op.OR)
        if decisive in conditions:
            return decisive
        rest = tuple(sorted({c for c in conditions if self.steps[c][0] is not Op.TRUTH}))
        if not rest:
            return self.truth(op is Op.AND)
        return rest[0] if len(rest) == 1 else self._add((op, rest), self._shared(rest))

    def choose(self, condition: int, yes: int, no: int) -> int:
        op, args = self.steps[condition]
        if op is Op.TRUTH:
            return yes if args[0] else no
        if yes == no and self.sure(condition, Fact.TOTAL):
            return yes
        facts = self.facts[yes] & self.facts[no] & self.facts[condition] & Fact.TOTAL
        facts |= self.facts[yes] & self.facts[no] & ~Fact.TOTAL
        return self._add((Op.CHOOSE, (condition, yes, no)), facts)

    # -- looking at it ---------------------------------------------------------------

    def parts(self, step: int) -> tuple[int, ...]:
        """The steps a step is made of."""
        op, args = self.steps[step]
        if op in _OF_STEPS_ONLY:
            return args  # type: ignore[return-value]
        if op in _OF_NO_STEP:
            return ()
        return args[1:] if op is Op.FUNCTION else args[:1]  # type: ignore[return-value]

    def reachable(self, outputs: list[int]) -> list[int]:
        """The steps the outputs need, in the order they can be taken."""
        needed, stack, steps = set(outputs), list(outputs), self.steps
        while stack:
            op, args = steps[stack.pop()]  # as in `parts`, without a call for each step
            if op in _OF_NO_STEP:
                continue
            if op not in _OF_STEPS_ONLY:
                args = args[1:] if op is Op.FUNCTION else args[:1]
            for part in args:
                if part not in needed:
                    needed.add(part)  # type: ignore[arg-type]
                    stack.append(part)  # type: ignore[arg-type]
        return sorted(needed)


_AT_ZERO: dict[str, int] = {
    **dict.fromkeys(("sin", "sinh", "tanh", "asin", "atan", "asinh", "atanh", "erf"), 0),
    **dict.fromkeys(("floor", "ceil"), 0),
    **dict.fromkeys(("exp", "cos", "cosh"), 1),
}
