"""A few points at which wrong answers are told apart, before anything is decided.

Two formulas that differ at a point differ; two that agree at three awkward points are worth
a decision. All candidates share one list of steps, so what an edit leaves alone is worked
out once. The points hold for every size and index that is declared: all indices distinct,
all equal, and other sizes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import flint
from flint import arb

from mathgrade.equality.balls import UNDEFINED, evaluate, exact
from mathgrade.equality.case import Case
from mathgrade.equality.derivative import NoDerivativeError
from mathgrade.equality.diagnosis.edit import Candidate, Slack
from mathgrade.equality.ground import Grounder, IllFormedError, Value
from mathgrade.equality.program import Atom, Program, TooBigError
from mathgrade.expression import Context, Node

__all__ = ["Probe", "Rows"]

Rows = list[list[Any]]
"""Values entry by entry: balls, exact numbers, or UNDEFINED."""

BITS = 160
# A tolerance coarser than this part of a value lets too much agree by accident.
_FINE = Fraction(1, 500)
_SIZES = ((3, 2, 4, 5), (2, 3, 4, 5))
_FAILURES = (IllFormedError, TooBigError, NoDerivativeError, RecursionError, ArithmeticError)

Definitions = Mapping[str, tuple[tuple[str, ...], Node]]


@dataclass(slots=True)
class _Look:
    """One choice of sizes and indices with one point."""

    case: Case
    signs: tuple[int, ...]
    program: Program = field(default_factory=Program)
    point: dict[int, Any] = field(default_factory=dict)


class Probe:
    """Values of formulas at a few points.

    Args:
        context: what the names are.
        definitions: formulas that stand for names.
        numbers: whether there are no names at all, so that one look is enough.
    """

    def __init__(self, context: Context, definitions: Definitions, *, numbers: bool) -> None:
        self.context = context
        self.definitions = definitions
        cases = _cases(context)
        # Positive numbers first: roots and logarithms want them. Then of either sign.
        looks = list(zip(cases, ((1,), (1, -1), (-1,)), strict=True))
        self.looks = [_Look(case, signs) for case, signs in looks[: 1 if numbers else 3]]

    def values(self, nodes: Sequence[Node], look: int) -> list[Rows | None]:
        """The values of some formulas at one look; None for one that means nothing there."""
        here = self.looks[look]
        grounder = Grounder(here.program, self.context, here.case, self.definitions)
        memo: dict[int, Value] = {}
        grounded: list[list[list[int]] | None] = []
        for node in nodes:
            try:
                value = grounder.go(node, {}, memo)
            except _FAILURES:
                grounded.append(None)
                continue
            grounded.append([[value]] if isinstance(value, int) else value)
        _fill(here)
        outputs = [step for rows in grounded if rows for row in rows for step in row]
        order = here.program.reachable(outputs)
        found = evaluate(here.program, order, here.point, BITS, last=True)
        return [
            None if rows is None else [[found[step] for step in row] for row in rows]
            for rows in grounded
        ]

    def wrong(self, reference: Node, response: Node, slack: Slack | None) -> list[tuple[int, int]]:
        """Entries of two matrices of one shape, from 0, that are seen to differ."""
        found: set[tuple[int, int]] = set()
        for look in range(len(self.looks)):
            expected, received = self.values([reference, response], look)
            if expected is None or received is None:
                continue
            found |= {
                (r, c)
                for r, row in enumerate(expected)
                for c, value in enumerate(row)
                if not _same(value, received[r][c], slack)
            }
        return sorted(found)

    def agreeing(
        self, candidates: Sequence[Candidate], response: Node, slack: Slack | None
    ) -> list[Candidate]:
        """The candidates that agree with what was received wherever it is looked.

        A response that is 0 throughout agrees with none: too much comes to nothing.
        """
        left = list(candidates)
        compared = dict.fromkeys(map(id, left), False)
        for look in range(len(self.looks)):
            if not left:
                break
            nodes = [n for c in left for n in (c.expected, c.received or response)]
            values = self.values(nodes, look)
            still = []
            for candidate, expected, received in zip(left, values[::2], values[1::2], strict=True):
                if candidate.slack is None:
                    verdict = _agree(expected, received, slack, fine=True)
                else:
                    verdict = _agree(expected, received, candidate.slack, fine=False)
                if verdict is False:
                    continue
                compared[id(candidate)] |= verdict is True and _speaks(received)
                still.append(candidate)
            left = still
        return [c for c in left if compared[id(c)]]


def _same(a: Any, b: Any, slack: Slack | None) -> bool:
    """Whether two values of an entry agree; an entry undefined in the reference always does."""
    if a is UNDEFINED or b is UNDEFINED:
        return a is UNDEFINED
    with flint.ctx.workprec(BITS):
        if slack is None:
            return bool((arb(a) - arb(b)).contains(0))
        return _near([(a, b)], slack)


def _agree(
    expected: Rows | None, received: Rows | None, slack: Slack | None, *, fine: bool
) -> bool | None:
    """Whether two values agree; None where nothing could be compared.

    Args:
        fine: refuse a tolerance so coarse that much would agree by accident.
    """
    if expected is None or received is None or len(expected) != len(received):
        return False
    pairs = [
        pair
        for one, other in zip(expected, received, strict=True)
        for pair in zip(one, other, strict=False)
    ]
    if len(expected[0]) != len(received[0]):
        return False
    pairs = [(a, b) for a, b in pairs if a is not UNDEFINED]
    if any(b is UNDEFINED for _, b in pairs):
        return False
    if not pairs:
        return None
    with flint.ctx.workprec(BITS):
        if slack is None:
            return all((arb(a) - arb(b)).contains(0) for a, b in pairs)
        return not (fine and _coarse(pairs, slack)) and _near(pairs, slack)


def _speaks(received: Rows | None) -> bool:
    """Whether some value is certainly not 0."""
    values = [v for row in received or () for v in row if v is not UNDEFINED]
    with flint.ctx.workprec(BITS):
        return any(not arb(v).contains(0) for v in values)


def _coarse(pairs: list[tuple[Any, Any]], slack: Slack) -> bool:
    largest = arb(0)
    for a, _ in pairs:
        largest = largest.max(abs(arb(a)))
    allowed = arb(exact(slack.absolute)) + arb(exact(slack.relative)) * largest
    return not allowed <= largest * arb(exact(_FINE))


def _near(pairs: list[tuple[Any, Any]], slack: Slack) -> bool:
    absolute, relative = arb(exact(slack.absolute)), arb(exact(slack.relative))
    return all(abs(arb(a) - arb(b)) <= absolute + relative * abs(arb(a)) for a, b in pairs)


def _fill(look: _Look) -> None:
    """A number for each unknown that has none yet: the same for the same name."""
    totals: dict[str, Fraction] = {}
    drawn: dict[int, Fraction] = {}
    for step, atom in look.program.atoms.items():
        if step in look.point:
            continue
        drawn[step] = _draw(atom, look.signs)
        if atom.group:
            totals[atom.group] = totals.get(atom.group, Fraction(0)) + drawn[step]
    with flint.ctx.workprec(BITS):
        for step, value in drawn.items():
            group = look.program.atoms[step].group
            look.point[step] = arb(exact(value / totals[group] if group else value))


def _draw(atom: Atom, signs: tuple[int, ...]) -> Fraction:
    rng = random.Random(f"{atom.key} {signs}")
    size = Fraction(rng.randint(200, 1800), 1009)
    low, high = atom.domain.low, atom.domain.high
    if low is not None and high is not None:
        return low + (high - low) * size / 2
    if low is not None:
        return low + size
    return high - size if high is not None else rng.choice(signs) * size


def _cases(context: Context) -> list[Case]:
    """Indices distinct as far as they go, all equal, distinct again with other sizes."""
    rules: list[tuple[tuple[int, ...], Callable[[int, int, int], int]]] = [
        (_SIZES[0], lambda low, high, turn: low + turn % (high - low + 1)),
        (_SIZES[0], lambda low, high, _: min(low + 1, high)),
        (_SIZES[1], lambda low, high, turn: high - turn % (high - low + 1)),
    ]
    return [_case(context, numbers, rule) for numbers, rule in rules]


def _case(context: Context, numbers: tuple[int, ...], rule: Callable[[int, int, int], int]) -> Case:
    sizes = sorted(n for n, d in context.names.items() if d.kind == "size")
    values = {name: numbers[min(k, 3)] for k, name in enumerate(sizes)}
    turns: dict[object, int] = {}
    indices = []
    for name, declared in sorted(context.names.items()):
        if declared.kind not in ("index", "integer"):
            continue
        ends = (
            2 if declared.low is None else declared.low,
            5 if declared.high is None else declared.high,
        )
        low, high = (values[end] if isinstance(end, str) else int(end) for end in ends)
        turn = turns[declared.high] = turns.get(declared.high, -1) + 1
        values[name] = rule(low, max(low, high), turn)
        if declared.kind == "index":
            indices.append(name)
    return Case(values, tuple(indices))
