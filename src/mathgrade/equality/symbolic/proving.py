"""Proves two formulas equal for every size, or does not."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from mathgrade.equality.definitions import Definitions, reached_from
from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.evaluate import Evaluator
from mathgrade.equality.symbolic.functions import ScaleError
from mathgrade.equality.symbolic.grids import Value
from mathgrade.equality.symbolic.laws import by_head
from mathgrade.equality.symbolic.needs import unmet
from mathgrade.equality.symbolic.places import NeedCaseError, Pattern, Place
from mathgrade.equality.symbolic.ring import FullRingError, NotCoveredError, Ratio, Ring
from mathgrade.equality.symbolic.vanishing import vanishes
from mathgrade.expression import Context, Node
from mathgrade.expression.names import Declaration
from mathgrade.expression.nodes import free_names

__all__ = ["Proof", "led_to", "prove"]

RINGS = (20, 64, 160)
MAX_PATTERNS = 60
MAX_ENTRIES = 100
_ALL = by_head()


@dataclass(frozen=True, slots=True)
class Proof:
    """That two formulas are equal, for every size and all indices.

    Attributes:
        laws: how often each law was used, over all cases of equal and distinct indices.
        patterns: how many such cases there were.
    """

    laws: Counter[str] = field(default_factory=Counter)
    patterns: int = 1


def prove(
    left: Node,
    right: Node,
    context: Context,
    definitions: Definitions,
    *,
    laws: Iterable[str] | None = None,
    hidden: Iterable[str] = (),
    tick: Callable[[], None] = lambda: None,
) -> Proof | None:
    """A proof that both sides have the same value wherever the left is defined.

    Both sides are well formed and of one shape. Sound: each law holds for all real
    numbers and every size from 1 up, and what the right side needs to be defined is
    checked against what the left needs. Not complete: None means nothing.

    Args:
        laws: names of the laws that may be used; all if not given.
        hidden: defined names whose definition may not be used.
        tick: called now and then; raises when time is up.
    """
    kept = _ALL if laws is None else by_head(laws)
    shut = {name: led_to(name, definitions) for name in hidden}
    sizes = frozenset(n for n, d in context.names.items() if d.kind == "size")
    context = _with_rows(context)
    todo = [Pattern(sizes=sizes)]
    used: Counter[str] = Counter()
    done, ring, scale = 0, 0, 1
    while todo:
        tick()
        pattern = todo.pop()
        if done + len(todo) > MAX_PATTERNS:
            return None
        algebra = Algebra(
            Ring(RINGS[ring]),
            context,
            pattern,
            kept,
            complete=laws is None,
            hidden=shut,
            scale=scale,
            tick=tick,
        )
        try:
            if not _same(algebra, left, right, definitions):
                return None
        except NeedCaseError as question:
            todo += pattern.split(question.left, question.right)
            continue
        except ScaleError as error:
            scale = error.scale
            todo.append(pattern)
            continue
        except FullRingError:
            ring += 1
            if ring == len(RINGS):
                return None
            todo.append(pattern)
            continue
        except (NotCoveredError, RecursionError, OverflowError):
            return None
        done += 1
        used += algebra.used
    return Proof(used, done)


def led_to(name: str, definitions: Definitions) -> frozenset[str]:
    """Every name that the definition of a name is made of in the end."""
    heads = {name} | reached_from(name, definitions)
    return frozenset().union(*(free_names(definitions[head][1]) for head in heads))


def _same(algebra: Algebra, left: Node, right: Node, definitions: Definitions) -> bool:
    evaluator = Evaluator(algebra, definitions)
    for fixed in _fixed(algebra.context, left, right):
        algebra.positive = frozenset()
        if _agree(evaluator, left, right, fixed):
            continue
        # Once more, with what the reference asks for as known.
        known = [n for n in algebra.needs if n.kind == "positive"]
        algebra.positive = frozenset(n.value for n in known if not n.spans and not n.conditions)
        if not algebra.positive or not _agree(evaluator, left, right, fixed):
            return False
    return True


def _agree(evaluator: Evaluator, left: Node, right: Node, fixed: dict[str, Place]) -> bool:
    """Whether all entries agree; leaves what the left side needs in the algebra if not."""
    a = evaluator.algebra
    values, needs = [], []
    for side in (left, right):
        a.needs = {}
        values.append(evaluator.go(side, fixed))
        needs.append(a.needs)
    for row, column in _places(values[0], a):
        entries, asked = [], []
        for value, before in zip(values, needs, strict=True):
            a.needs = dict(before)
            entries.append(value if isinstance(value, Ratio) else value.at(row, column))
            asked.append(list(a.needs))
        a.noting = False
        same = vanishes(a, entries[0] - entries[1]) and not unmet(a, *asked)
        a.noting = True
        if not same:
            a.needs = dict.fromkeys(asked[0])
            return False
    return True


def _fixed(context: Context, left: Node, right: Node) -> Iterator[dict[str, Place]]:
    """Every choice of the indices that run between two numbers."""
    names = sorted(free_names(left) | free_names(right))
    spans: dict[str, range] = {}
    for name in names:
        declared = context.get(name)
        if declared is not None and declared.kind == "index":
            low, high = declared.low, declared.high
            if isinstance(low, int) and isinstance(high, int):
                spans[name] = range(low, high + 1)
    count = 1
    for span in spans.values():
        count *= len(span)
    if count > MAX_PATTERNS:
        raise NotCoveredError("too many indices")
    for places in itertools.product(*spans.values()):
        yield {name: ("", k) for name, k in zip(spans, places, strict=True)}


def _places(value: Value, algebra: Algebra) -> list[tuple[Place, Place]]:
    """Every place of an entry; one that stands for all where they cannot be counted."""
    if isinstance(value, Ratio):
        return [(("", 1), ("", 1))]
    size = [s if isinstance(s, int) else 1 for s in (value.rows, value.columns)]
    if size[0] * size[1] > MAX_ENTRIES:
        raise NotCoveredError("too many entries")
    lines: list[list[Place]] = []
    for name, length in (("row", value.rows), ("column", value.columns)):
        if isinstance(length, int):
            lines.append([("", k) for k in range(1, length + 1)])
        else:
            lines.append([algebra.pattern.resolve((f"{name} of {length}", 0))])
    return [(row, column) for row in lines[0] for column in lines[1]]


def _with_rows(context: Context) -> Context:
    """The context with an index for the rows and columns of what is compared."""
    more = {
        f"{name} of {size}": Declaration("index", low=1, high=size)
        for size, declared in context.names.items()
        if declared.kind == "size"
        for name in ("row", "column")
    }
    return Context({**context.names, **more}) if more else context
