"""Whether every index surely points inside its range, for all sizes.

Indices are sums of names and numbers, so they are smallest and largest at the ends of
their ranges: ``z[K + 1 - k]`` with k from 1 to K points at K at most and at 1 at least.
Where this says no, the cases are gone through.
"""

from __future__ import annotations

from collections.abc import Mapping

from mathgrade.expression import Context
from mathgrade.expression.names import Size
from mathgrade.expression.nodes import (
    Add,
    Entry,
    Fold,
    Name,
    Neg,
    Node,
    Number,
    children,
)

__all__ = ["stays_inside"]

Form = Mapping[str, int]
"""A sum of names, each so often; the number stands under the name ""."""

Ranges = dict[str, tuple[Form, Form]]


def stays_inside(node: Node, context: Context) -> bool:
    """Whether each entry of a formula exists, whatever the sizes and indices are.

    >>> from mathgrade.expression import read, read_names
    >>> context = read_names({"z": "vector K"})
    >>> inside = read("Sum(z[K + 1 - k], k, 1, K)", context)
    >>> outside = read("Sum(z[k + 1], k, 1, K)", context)
    >>> stays_inside(inside, context), stays_inside(outside, context)
    (True, False)
    """
    ranges: Ranges = {}
    for name, declared in context.names.items():
        if declared.kind == "index" and declared.low is not None and declared.high is not None:
            ranges[name] = (_size(declared.low), _size(declared.high))
    return _inside(node, context, ranges)


def _size(size: Size) -> Form:
    return {"": size} if isinstance(size, int) else {size: 1}


def _inside(node: Node, context: Context, ranges: Ranges) -> bool:
    if isinstance(node, Fold):
        ends = _form(node.low), _form(node.high)
        if ends[0] is None or ends[1] is None:
            return False
        return _inside(node.body, context, {**ranges, node.index: (ends[0], ends[1])})
    if isinstance(node, Entry):
        declared = context.get(node.base.name) if isinstance(node.base, Name) else None
        if declared is None or len(node.indices) > len(declared.shape):
            return False
        places = zip(node.indices, declared.shape, strict=False)
        return all(_fits(_form(index), size, ranges, context) for index, size in places)
    return all(_inside(child, context, ranges) for child in children(node))


def _form(node: Node) -> Form | None:
    match node:
        case Number(value) if value.denominator == 1:
            return {"": int(value)}
        case Name(name):
            return {name: 1}
        case Neg(term):
            inner = _form(term)
            return None if inner is None else {n: -times for n, times in inner.items()}
        case Add(terms):
            total: Form = {}
            for term in terms:
                part = _form(term)
                if part is None:
                    return None
                total = _added(total, part, 1)
            return total
    return None


def _added(left: Form, right: Form, times: int) -> Form:
    total = dict(left)
    for name, count in right.items():
        total[name] = total.get(name, 0) + times * count
    return total


def _fits(form: Form | None, size: Size, ranges: Ranges, context: Context) -> bool:
    if form is None:
        return False
    above = _added(form, {"": 1}, -1)
    below = _added(_size(size), form, -1)
    return all(_never_negative(f, ranges, context) for f in (above, below))


def _never_negative(form: Form, ranges: Ranges, context: Context) -> bool:
    # Innermost indices first: their ranges may name the others.
    for name in reversed(ranges):
        times = form.get(name, 0)
        if times:
            end = ranges[name][0 if times > 0 else 1]
            form = _added({n: t for n, t in form.items() if n != name}, end, times)
    least = 0
    for name, times in form.items():
        if name and times:
            declared = context.get(name)
            if times < 0 or declared is None or declared.kind != "size":
                return False
        least += times  # a size is 1 at least
    return least >= 0
