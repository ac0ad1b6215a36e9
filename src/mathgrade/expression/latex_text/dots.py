r"""What dots leave out: ``z_1 + z_2 + \dots + z_n`` is a sum over k from 1 to n.

The term before the dots and the last one are laid over each other: where they differ, the
one must have one whole number and the other one end. The terms further to the left are
taken in as far as they follow the same rule.
"""

from __future__ import annotations

from fractions import Fraction

from mathgrade.expression.nodes import Fold, Name, Node, Number, Power, free_names

__all__ = ["is_between", "overlay", "progression"]

_LETTERS = ("k", "l", "m", "r", "s", "k1", "k2", "k3")


def progression(kind: str, terms: list[Node], last: Node, taken: frozenset[str]) -> Node | None:
    r"""The sum or product that dots stand for; the terms it takes in leave the list.

    Args:
        kind: "sum" or "product".
        terms: what stands before the dots.
        last: what stands behind them.
        taken: names the index must not have.

    Returns:
        None if the terms follow no rule.

    >>> from mathgrade.expression import read, to_text
    >>> terms = [read("x"), read("z[1]"), read("z[2]")]
    >>> to_text(progression("sum", terms, read("z[n]"), frozenset())), len(terms)
    ('Sum(z[k], k, 1, n)', 1)
    """
    used = taken | free_names(last) | free_names(terms[-1])
    index = next((name for name in _LETTERS if name not in used), None)
    if index is None:
        return None
    ends: set[tuple[Fraction, Node]] = set()
    body = overlay(terms[-1], last, Name(index), ends)
    if body is None or len(ends) != 1:
        return None
    low, high = ends.pop()
    if low.denominator != 1 or (isinstance(high, Number) and high.value <= low):
        return None
    terms.pop()
    while terms and low > 0 and terms[-1] in _at(body, index, low - 1):
        terms.pop()
        low -= 1
    if terms and overlay(terms[-1], last, Name(index), set()) == body:
        return None  # z_1 + z_3 + … leaves something out before the dots already
    return Fold(kind, body, index, Number(low), high)


def is_between(whole: Node, first: Node, term: Node) -> bool:
    """Whether a term is one of those a sum goes over, at an index that has a name.

    >>> from mathgrade.expression import read
    >>> whole, first = read("Sum(z[k], k, 1, n)"), read("z[1]")
    >>> is_between(whole, first, read("z[j]")), is_between(whole, first, read("y[j]"))
    (True, False)
    """
    if not isinstance(whole, Fold):
        return False
    ends: set[tuple[Fraction, Node]] = set()
    body = overlay(first, term, Name(whole.index), ends)
    return body == whole.body and len(ends) == 1 and isinstance(ends.pop()[1], Name)


def overlay(left: Node, right: Node, index: Name, ends: set[tuple[Fraction, Node]]) -> Node | None:
    """What both are, with the index where they differ; ``ends`` gets the numbers and ends there."""
    if left == right:
        return left
    if type(left) is type(right) and not isinstance(left, Number | Name):
        inner = _overlay_fields(left, right, index, ends)
        if inner is not None:
            return inner
    if isinstance(left, Number) and not isinstance(right, Fold):
        ends.add((left.value, right))
        return index
    return None


def _overlay_fields(
    left: Node, right: Node, index: Name, ends: set[tuple[Fraction, Node]]
) -> Node | None:
    found: list[object] = []
    names: tuple[str, ...] = type(left).__match_args__
    for name in names:
        part: object
        ours, theirs = getattr(left, name), getattr(right, name)
        if isinstance(ours, Node):
            part = overlay(ours, theirs, index, ends)
        elif (
            isinstance(ours, tuple)
            and len(ours) == len(theirs)
            and all(isinstance(n, Node) for n in ours)
        ):
            parts = [overlay(a, b, index, ends) for a, b in zip(ours, theirs, strict=True)]
            part = None if None in parts else tuple(parts)
        else:
            part = ours if ours == theirs else None
        if part is None:
            return None
        found.append(part)
    return type(left)(*found)


def _at(body: Node, index: str, value: Fraction) -> list[Node]:
    """The term for one value of the index, as it may be written: x for x^1.

    The 1 of ``1 + x + x^2 + …`` stays outside, as it is defined where x^0 is not.
    """
    term = _put(body, index, Number(value))
    match term:
        case Power(base, Number(exponent)) if exponent == 1:
            return [term, base]
    return [term]


def _put(node: Node, index: str, value: Node) -> Node:
    if node == Name(index):
        return value
    fields = []
    names: tuple[str, ...] = type(node).__match_args__
    for name in names:
        part = getattr(node, name)
        if isinstance(part, Node):
            part = _put(part, index, value)
        elif isinstance(part, tuple):
            part = tuple(_put(p, index, value) if isinstance(p, Node) else p for p in part)
        fields.append(part)
    return type(node)(*fields)
