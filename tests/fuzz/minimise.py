"""Makes a disagreement small: the same fault with fewer and simpler parts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace as changed

from tests.fuzz.formula import F, num, replace, text, var, walk, weight
from tests.fuzz.rewrites import _placed_badly, _scalar
from tests.fuzz.settings import Setting, used_names

__all__ = ["minimise"]


def _smaller(f: F, s: Setting) -> Iterator[F]:
    """The formula with one place made simpler, large cuts first."""
    places = sorted(walk(f), key=lambda item: -weight(item[1]))
    for path, node in places:
        if _placed_badly(f, path, node) or weight(node) == 1:
            continue
        if _scalar(node, s):
            for simple in (num(1), num(0), *(var(n) for n in s.scalars[:2])):
                yield replace(f, path, simple)
        if node.op in ("add", "mul") and len(node.parts) > 2:
            for k in range(len(node.parts)):
                yield replace(f, path, F(node.op, node.parts[:k] + node.parts[k + 1 :]))
        for part in node.parts:
            if _scalar(part, s) == _scalar(node, s) and node.op not in ("sum", "product"):
                yield replace(f, path, part)


def minimise(result, seconds: float = 8.0):  # type: ignore[no-untyped-def]
    """A smaller :class:`~tests.fuzz.equality.Result` with the same fault.

    Only faults whose truth does not rest on how the pair was made can be kept while parts
    are taken away: a certain difference, or a witness the oracle refutes. Equal pairs that
    were rejected without a witness stay as they are.
    """
    from tests.fuzz.equality import judge

    end = time.perf_counter() + seconds
    best = result
    if result.fault in ("false reject", "undecided") and result.truth != "different":
        # Truth by construction would not survive; as "open" only refuted witnesses count.
        best = judge(changed(result.pair, slip="minimised"), 0)
        if best is None or best.fault != result.fault:
            return result
    going = True
    while going and time.perf_counter() < end:
        going = False
        pair = best.pair
        both = [(a, b) for a, b in _together(pair.left, pair.right, pair.setting)]
        tries = [
            *both,
            *((f, pair.right) for f in _smaller(pair.left, pair.setting)),
            *((pair.left, f) for f in _smaller(pair.right, pair.setting)),
        ]
        for left, right in tries:
            if time.perf_counter() > end:
                break
            if weight(left) + weight(right) >= weight(pair.left) + weight(pair.right):
                continue
            setting = pair.setting.only(used_names(left, right))
            try:
                found = judge(changed(pair, left=left, right=right, setting=setting), 0)
            except (AssertionError, KeyError, IndexError):
                continue  # cut to something that means nothing
            if found is not None and found.fault == best.fault:
                best, going = found, True
                break
    return best


def _together(left: F, right: F, s: Setting) -> Iterator[tuple[F, F]]:
    """The same part of both sides made simple."""
    there = {text(g) for _, g in walk(right)}
    seen = set()
    for _, node in sorted(walk(left), key=lambda item: -weight(item[1])):
        key = text(node)
        if key in seen or key not in there or weight(node) < 2 or not _scalar(node, s):
            continue
        seen.add(key)
        for simple in (*(var(n) for n in s.scalars[:2]), num(1)):
            yield _put(left, node, simple), _put(right, node, simple)


def _put(f: F, old: F, new: F) -> F:
    if f == old:
        return new
    return F(f.op, tuple(_put(p, old, new) for p in f.parts), f.name)
