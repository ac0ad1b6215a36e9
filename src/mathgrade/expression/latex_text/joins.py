r"""Sums, products, quotients, relations, ``and`` and ``or``: what holds pieces together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mathgrade.expression.latex_text.commands import AND, RELATIONS, TIMES
from mathgrade.expression.latex_text.dots import is_between, progression
from mathgrade.expression.latex_text.faults import Remark
from mathgrade.expression.latex_text.parser import LOGIC, PRODUCT, RELATION, SUM, UNION, Parser
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.nodes import (
    Add,
    Delta,
    Div,
    Logic,
    Mul,
    Neg,
    Node,
    Number,
    Relation,
    Union,
)

__all__ = ["JOINS", "quotient"]


def _sum(parser: Parser, left: Node) -> Node:
    terms = [left]
    while sign := parser.take("+", "-"):
        dots = parser.take(r"\dots")
        if dots is not None:
            between: list[Node] = []
            last = parser.expression(SUM) if parser.take(sign.text) else None
            while last and parser.token.text == sign.text == "+" and parser.peek().text == r"\dots":
                between.append(last)
                parser.at += 2
                last = parser.expression(SUM) if parser.take("+") else None
            last = Neg(last) if last and sign.text == "-" else last
            _left_out(parser, dots, "sum", terms, last, between=between)
            continue
        term = parser.expression(SUM)
        terms.append(Neg(term) if sign.text == "-" else term)
    return terms[0] if len(terms) == 1 else Add(tuple(terms))


def _left_out(
    parser: Parser,
    dots: Token,
    kind: str,
    terms: list[Node],
    last: Node | None,
    *,
    between: Sequence[Node] = (),
) -> None:
    """Puts the sum or product that dots stand for in place of the terms around them.

    Args:
        between: terms with dots on both sides: ``z_j`` in ``z_1 + … + z_j + … + z_n``.
    """
    first = terms[-1]
    names = frozenset(parser.bound)
    if parser.context is not None:
        names |= frozenset(parser.context.names)
    found = progression(kind, terms, last, names) if last is not None else None
    if found is None or not all(is_between(found, first, term) for term in between):
        sign = r"\sum" if kind == "sum" else r"\prod"
        reason = f"what stands around the dots follows no plain rule; write it with {sign}"
        raise parser.fault(dots, reason, "expression.dots")
    terms.append(found)


def _product(parser: Parser, left: Node) -> Node:
    factors = [left]
    while True:
        token = parser.token
        if sign := parser.take(*TIMES):
            dots = parser.take(r"\dots")
            if dots is not None:
                last = parser.expression(PRODUCT) if parser.take(sign.text) else None
                _left_out(parser, dots, "product", factors, last)
                continue
            factors.append(parser.expression(PRODUCT))
        elif dots := parser.take(r"\dots"):
            last = parser.expression(PRODUCT) if parser.starts(parser.token) else None
            _left_out(parser, dots, "product", factors, last)
        elif parser.take("/", r"\div"):
            if not (parser.starts(parser.token) or parser.token.text in ("+", "-")):
                parser.unexpected("what is divided by is missing here")
            factors = [quotient(_times(parser, factors), _divisor(parser, token, factors))]
        elif parser.starts(token):
            _beside(parser, factors, token)
        else:
            return _times(parser, factors)


def _beside(parser: Parser, factors: list[Node], token: Token) -> None:
    """Takes a factor that stands beside the last one."""
    left, before = factors[-1], parser.before
    _side_by_side(parser, left, token)
    factors.append(parser.expression(PRODUCT))
    numbers = isinstance(left, Number) and isinstance(factors[-1], Number)
    if numbers and token.text == r"\frac" and before.kind == "number":
        parser.remark(before, "A number before a fraction is read as a product, not as a sum.")


def _times(parser: Parser, factors: list[Node]) -> Node:
    if len(factors) == 1:
        return factors[0]
    # 1(x > 0) is 1 where x > 0.
    return Mul(tuple(parser.indicator(f) for f in factors))


def _side_by_side(parser: Parser, left: Node, token: Token) -> None:
    """Says so where two pieces stand side by side that hardly are a product."""
    before = parser.before
    if token.kind != "number":
        if token.text in ("e", "E") and before.kind == "number" and before.end == token.start:
            power, far = parser.peek(), parser.peek(2)
            signed = power.text in ("+", "-") and far.kind == "number" and power.end == far.start
            if (power.kind == "number" or signed) and power.start == token.end:
                reason = r"a power of ten is written 10^{-3}, not 1e-3"
                raise parser.fault(token, reason, "expression.number", power.end)
        return
    if isinstance(left, Number) and before.kind == "number":
        reason = r"two numbers stand side by side; write \cdot between them, or one number"
        raise parser.fault(before, reason, "expression.number", token.end)
    if before.kind == "letter" and before.end == token.start:
        if token.text.startswith("."):
            reason = r"a product with a decimal number is written 0.5x, or with \cdot"
            raise parser.fault(before, reason, "expression.number", token.end)
        text = before.text + token.text
        message = (
            f"{text} is read as {before.text} times {token.text}; "
            f"an index is written {before.text}_{{{token.text}}}, a power "
            f"{before.text}^{{{token.text}}}."
        )
        parser.remarks.append(Remark(before.start, token.end, message))


def _divisor(parser: Parser, slash: Token, before: list[Node]) -> Node:
    """What a ``/`` divides by: side by side holds tighter than ``/``, except after a bracket."""
    start = parser.token
    first = parser.expression(PRODUCT)
    bracket = start.text in ("(", "[") or isinstance(first, Delta)
    if not parser.starts(parser.token) or bracket:
        return first
    if isinstance(before[-1], Number) and isinstance(first, Number):
        message = "A quotient of numbers is read as one factor, as in (1/2)x; if the rest is "
        parser.remark(slash, message + "divided by too, put it in brackets.")
        return first
    whole = parser.factors(first, lambda _token: False)
    message = "All that stands side by side behind / is read as the denominator; put brackets, "
    parser.remark(slash, message + r"or write \frac{…}{…}, if that is not meant.")
    return whole


def quotient(top: Node, bottom: Node) -> Node:
    """A quotient; of two whole numbers, the fraction as one number."""
    if isinstance(top, Number) and isinstance(bottom, Number) and bottom.value:
        whole = top.value.denominator == bottom.value.denominator == 1
        if whole and max(abs(top.value), abs(bottom.value)) < 10**30:
            return Number(top.value / bottom.value)
    return Div(top, bottom)


def _relation(parser: Parser, left: Node) -> Node:
    """``a = b < c`` as Python reads it: each neighbouring pair holds."""
    found: list[Node] = []
    while parser.level() == RELATION:
        sign = parser.next()
        right = parser.expression(RELATION)
        found.append(Relation(RELATIONS[sign.text], left, right))
        left = right
    return found[0] if len(found) == 1 else Logic("and", tuple(found))


def _union(parser: Parser, left: Node) -> Node:
    parts = [left]
    while parser.take(r"\cup"):
        parts.append(parser.expression(UNION))
    return Union(tuple(parts))


def _logic(parser: Parser, left: Node) -> Node:
    """``and`` holds tighter than ``or``."""
    anyone: list[list[Node]] = [[left]]
    while parser.level() == LOGIC:
        word = parser.next().text.lower()
        right = parser.expression(LOGIC)
        if word in AND:
            anyone[-1].append(right)
        else:
            anyone.append([right])
    either = tuple(g[0] if len(g) == 1 else Logic("and", tuple(g)) for g in anyone)
    return either[0] if len(either) == 1 else Logic("or", either)


JOINS: dict[int, Callable[[Parser, Node], Node]] = {
    LOGIC: _logic,
    RELATION: _relation,
    UNION: _union,
    SUM: _sum,
    PRODUCT: _product,
}
