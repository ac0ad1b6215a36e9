"""Decides whether two formulas are equal."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mathgrade.equality.case import Case, beyond, cases
from mathgrade.equality.comparing import Comparison, Pair
from mathgrade.equality.decision import Decision, Equality
from mathgrade.equality.definitions import Definitions, reached_from, read_definitions
from mathgrade.equality.derivative import NoDerivativeError
from mathgrade.equality.difference import Difference
from mathgrade.equality.ground import Grounder, IllFormedError, Value
from mathgrade.equality.points import points
from mathgrade.equality.polynomials import decide_polynomials
from mathgrade.equality.program import Op, Program, TooBigError
from mathgrade.equality.reach import stays_inside
from mathgrade.equality.search import MAX_WORK, search
from mathgrade.equality.symbolic import prove
from mathgrade.equality.symmetry import symmetric
from mathgrade.equality.whole import decide_whole
from mathgrade.equality.work import Work
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Context, Kind, Node, Shape, read_any, read_names, shape_text
from mathgrade.expression.nodes import Number, children, free_names

__all__ = ["decide"]


class _LateError(Exception):
    """The time limit has passed."""


def decide(
    left: Any,
    right: Any,
    context: Context | Mapping[str, str],
    given: Sequence[tuple[Any, Any]] = (),
    *,
    seed: int = 0,
    time_limit: float = 5.0,
) -> Decision:
    """Whether ``right`` equals ``left`` wherever ``left`` is defined.

    Equal means: at every point of the declared domain where the left side is defined, for
    every size from 1 up and every choice of indices, the right side is defined and has
    the same value. Numbers are real, decimals exact.

    Args:
        left: the reference, anything :func:`mathgrade.expression.read` reads.
        right: the response, likewise.
        context: what each name is.
        given: definitions ``(name or entry, formula)`` used on both sides, such as
            ``("y[i]", "exp(z[i])/Sum(exp(z[k]), k, 1, K)")``.
        seed: of the points that are drawn; same seed, same decision.
        time_limit: seconds of processor time, after which the outcome is UNDECIDED.

    Returns:
        The decision, with a proof or a witness. Never raises for what ``right`` holds.

    Raises:
        ItemError: the left side, the context or a definition is broken.

    >>> decide("1 - tanh(x)**2", "4/(exp(x) + exp(-x))**2", {"x": "real"}).outcome.value
    'equal'
    >>> d = decide("x", "sqrt(x**2)", {"x": "real"})
    >>> d.outcome.value, d.witness.text()
    ('different', 'at x = -1 yours is 1')
    """
    context = read_names(context)
    try:
        definitions = read_definitions(given, context)
        long = decide_polynomials(left, right, context, seed, frozenset(definitions))
        if long is not None:
            return long
        reference, due_kind, due = read_any(left, context)
    except ResponseError as error:
        raise ItemError(f"The reference cannot be read: {error}") from error
    try:
        response, kind, shape = read_any(right, context)
    except ResponseError as error:
        return Decision(Equality.ILL_FORMED, reason=error.message, note=error.note)
    except RecursionError:
        return Decision(Equality.ILL_FORMED, reason="The formula is nested too deeply.")
    if not due_kind is kind is Kind.FORMULA:
        end = time.thread_time() + time_limit

        def same(a: Node, b: Node) -> Decision:
            left_over = end - time.thread_time()
            if left_over <= 0:
                raise _LateError
            return decide(a, b, context, given, seed=seed, time_limit=left_over)

        try:
            return decide_whole(reference, response, context, same, frozenset(definitions))
        except _LateError:
            return _late(time_limit)
    clash = _shape_clash(due, shape)
    if clash:
        return Decision(Equality.DIFFERENT, "exact", reason=clash, note="shape")
    matrix = due not in ((), (1, 1))
    deadline = time.thread_time() + time_limit
    work = _Work(reference, response, context, definitions, seed, deadline, matrix)
    try:
        return work.decide()
    except _LateError:
        return _late(time_limit)
    except TooBigError as error:
        if reference == response:
            return Decision(Equality.EQUAL, "exact")
        return Decision(Equality.UNDECIDED, reason=str(error), note="too-big")
    except NoDerivativeError as error:
        return Decision(Equality.UNDECIDED, reason=str(error), note="derivative")
    except (RecursionError, MemoryError, ArithmeticError, ValueError):
        return Decision(Equality.UNDECIDED, reason="the formula is too large", note="too-big")


def _late(time_limit: float) -> Decision:
    reason = f"not settled within {time_limit:g} seconds"
    return Decision(Equality.UNDECIDED, reason=reason, note="time")


def _shape_clash(left: Shape, right: Shape) -> str:
    if left == right or {left, right} == {(), (1, 1)}:
        return ""
    if (
        left
        and right
        and all(
            a == b or isinstance(a, str) or isinstance(b, str)
            for a, b in zip(left, right, strict=True)
        )
    ):
        # K against 3, or K against d: nothing says they are the same.
        return f"Expected {shape_text(left)}, received {shape_text(right)}."
    return f"Expected {shape_text(left)}, received {shape_text(right)}."


@dataclass(slots=True)
class _Work:
    left: Node
    right: Node
    context: Context
    definitions: Definitions
    seed: int
    deadline: float
    matrix: bool
    rng: random.Random = field(init=False)
    proof: bool | None = None
    made: dict[tuple[tuple[str, int], ...], Comparison | Decision] = field(default_factory=dict)
    work: Work = field(default_factory=lambda: Work(MAX_WORK))

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def decide(self) -> Decision:
        used = self._used()
        kinds = {self.context[n].kind for n in used if n in self.context}
        indexed = not kinds.isdisjoint(("index", "size"))
        alike = indexed and self._alike()
        every, complete = cases(self.context, used, self.rng, alike=alike)
        if indexed and not all(stays_inside(s, self.context) for s in (self.left, self.right)):
            # An index such as i + 1 may run out of its range: known before values are compared.
            for case in every:
                grounded = self.case(case)
                if isinstance(grounded, Decision):
                    return grounded
        budget = max(3, 32 // max(len(every), 1))
        sized = any(n in self.context and self.context[n].kind == "size" for n in used)
        exact, agreed, needed, error = complete, 0, 1, 0.0
        doubt: tuple[Case, Comparison] | None = None
        for case in every:
            if sized and agreed and doubt is None and self._proved():
                # They agree where it was looked at, and do for every size.
                return Decision(Equality.EQUAL, "all sizes")
            comparison = self.case(case)
            if isinstance(comparison, Decision):
                return comparison
            if not comparison.pairs:
                agreed += 3
                continue
            found = search(
                comparison,
                self.rng,
                budget,
                self._tick,
                proof_first=agreed > 0,
                work=self.work,
                prove=self._proved,
            )
            if found.proved:
                return Decision(Equality.EQUAL, "all sizes" if sized else "exact")
            if comparison.differs or comparison.undefined_for_certain:
                return self._difference(every).clearest(case, comparison)
            if found.unequal:
                reason = "The two are not the same number or formula."
                return Decision(Equality.DIFFERENT, "exact", reason=reason, note="value")
            if comparison.clashes and doubt is None:
                doubt = (case, comparison)
            exact = exact and found.error is not None
            error += found.error or 0.0
            agreed += 3 if found.error is not None else comparison.agreed
            free = any(step in comparison.program.atoms for step in comparison.order)
            needed = max(needed, 3 if free else 1)
        if doubt is not None:
            certain = any(c.certain for c in doubt[1].clashes.values())
            if not certain and self._proved():
                return Decision(Equality.EQUAL, "all sizes" if sized else "exact")
            return self._difference(every).decision(*doubt)
        further = self._beyond(used, every)
        if further is not None:
            return further
        if agreed < needed:
            return Decision(
                Equality.UNDECIDED,
                reason="too few points were found where the reference is defined and comparable",
                note="no-point",
            )
        if exact:
            return Decision(Equality.EQUAL, "sizes 1 to 4" if sized else "exact", error=error)
        if self._proved():
            return Decision(Equality.EQUAL, "all sizes" if sized else "exact")
        return Decision(Equality.EQUAL, "numeric")

    def _beyond(self, used: frozenset[str], every: list[Case]) -> Decision | None:
        """A difference at larger sizes or whole numbers than are gone through, if one shows."""
        kinds = {self.context[n].kind for n in used if n in self.context}
        if kinds.isdisjoint(("size", "integer")):
            return None
        numbers = frozenset(_whole_numbers(self.left) | _whole_numbers(self.right))
        try:
            for case in beyond(self.context, used, numbers, self.rng):
                comparison = self.case(case)
                if isinstance(comparison, Decision):
                    return comparison
                for point in points(comparison.program.atoms, self.rng, 2):
                    comparison.look(point)
                if comparison.differs:
                    return self._difference(every).decision(case, comparison)
        except TooBigError:
            pass  # what was gone through before stands
        return None

    def _proved(self) -> bool:
        """Whether the two are equal by the laws of :mod:`mathgrade.equality.symbolic`."""
        if self.proof is None:
            sides = (self.left, self.right, self.context, self.definitions)
            self.proof = prove(*sides, tick=self._tick) is not None
        return self.proof

    def _alike(self) -> bool:
        """Whether only the equality of indices matters; holds for definitions too."""
        if not all(symmetric(side, self.context) for side in (self.left, self.right)):
            return False
        for name, (indices, body) in self.definitions.items():
            bound = dict(zip(indices, self.context[name].shape, strict=False))
            if not symmetric(body, self.context, bound):
                return False
        return True

    def _used(self) -> frozenset[str]:
        """Names that matter, with the sizes their shapes and ranges name."""
        used = set(free_names(self.left) | free_names(self.right))
        for name in list(used):
            if name in self.definitions:
                for reached in {name} | reached_from(name, self.definitions):
                    indices, body = self.definitions[reached]
                    used |= free_names(body) - set(indices)
        for name in list(used):
            declared = self.context.get(name)
            if declared is not None:
                ends = (*declared.shape, declared.low, declared.high)
                used |= {s for s in ends if isinstance(s, str)}
        return frozenset(used)

    def case(self, case: Case) -> Comparison | Decision:
        """Both sides grounded in one program; a Decision where that settles it."""
        key = tuple(case.values.items())
        found = self.made.get(key)
        if found is None:
            found = self.made[key] = self._case(case)
        return found

    def _case(self, case: Case) -> Comparison | Decision:
        self._tick()
        program = Program()
        grounder = Grounder(program, self.context, case, self.definitions)
        try:
            left = _rows(grounder.ground(self.left))
        except IllFormedError as error:
            raise ItemError(f"The reference means nothing for {_named(case)}: {error}.") from error
        try:
            right = _rows(grounder.ground(self.right))
        except IllFormedError as error:
            reason = f"{error}".capitalize() if not case.values else f"For {_named(case)}, {error}"
            return Decision(Equality.ILL_FORMED, reason=reason + ".", note="expression.index")
        if (len(left), len(left[0])) != (len(right), len(right[0])):
            reason = (
                f"Expected {len(left)} by {len(left[0])}, received {len(right)} by "
                f"{len(right[0])} for {_named(case)}."
            )
            return Decision(Equality.DIFFERENT, "exact", reason=reason, note="shape")
        pairs = [
            Pair(left[r][c], right[r][c], r, c)
            for r in range(len(left))
            for c in range(len(left[0]))
            # Equal steps are equal values, unless there never is a value.
            if left[r][c] != right[r][c] or program.steps[left[r][c]][0] is Op.UNDEFINED
        ]
        return Comparison(program, pairs)

    def _difference(self, every: list[Case]) -> Difference:
        return Difference(self.case, every, self.rng, self.matrix)

    def _tick(self) -> None:
        if time.thread_time() > self.deadline:
            raise _LateError


def _whole_numbers(node: Node) -> set[int]:
    """The whole numbers that stand in a formula."""
    if isinstance(node, Number):
        return {int(node.value)} if node.value.denominator == 1 else set()
    return set().union(*map(_whole_numbers, children(node)))


def _rows(value: Value) -> list[list[int]]:
    return [[value]] if isinstance(value, int) else value


def _named(case: Case) -> str:
    return ", ".join(f"{n} = {v}" for n, v in case.values.items()) or "these names"
