r"""Sums and products with their limits, in the forms they are written in.

``\sum_{k=1}^{n}``, ``\sum_k``, ``\sum_{k \neq i}``, ``\sum_{i<j}``, ``\sum_{i,j}``,
``\sum_{k=1, k\neq i}^{n}``, ``\sum_{1 \le k \le n}``. The body goes on over products, up
to a ``+``, a ``-`` or a relation. An index without limits runs over all there is: the
entries it picks in the body, or else what it is declared for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from mathgrade.expression.latex_text.commands import GREEK, RELATIONS
from mathgrade.expression.latex_text.parser import PRODUCT, RELATION, SUM, Parser, Reader
from mathgrade.expression.latex_text.scripts import read_argument
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.names import Size
from mathgrade.expression.nodes import (
    Cases,
    Delta,
    Entry,
    Fold,
    Logic,
    Mul,
    Name,
    Node,
    Number,
    Relation,
    Truth,
    children,
    free_names,
)

__all__ = ["FOLD_STARTS", "read_fold"]

_ONE, _ZERO = Number(Fraction(1)), Number(Fraction(0))


@dataclass
class _Limits:
    """What stands under and over the sign."""

    indices: list[str] = field(default_factory=list)
    low: Node | None = None
    high: Node | None = None
    conditions: list[Node] = field(default_factory=list)


def read_fold(parser: Parser, token: Token, kind: str) -> Node:
    """A sum or product, whose sign was taken."""
    limits = _Limits()
    above: Node | None = None
    bound = len(parser.bound)
    try:
        while parser.token.text in ("_", "^") and parser.token.kind == "symbol":
            if parser.next().text == "_":
                _below(parser, token, limits)
            else:
                above = _above(parser)
        if not limits.indices and above is None and parser.setting.size is not None:
            return _without_index(parser, token, kind)
        if not limits.indices:
            reason = rf"say which index runs, such as {token.text}_{{k=1}}^{{n}}"
            raise parser.fault(token, reason, "expression.limits", parser.before.end)
        if above is not None and limits.high is not None:
            reason = "the upper limit is given twice"
            raise parser.fault(token, reason, "expression.limits", parser.before.end)
        head = parser.before.end
        if not parser.starts(parser.token) and parser.token.text != "-":
            reason = "what is added up is missing" if kind == "sum" else "the factors are missing"
            raise parser.fault(token, reason, "expression.syntax", head)
        plain = token.kind != "command"
        body = _typed_body(parser, limits) if plain else parser.expression(SUM)
    finally:
        del parser.bound[bound:]
    limits.high = above if limits.high is None else limits.high
    return _folded(parser, token, limits, kind, body, head=head)


def _typed_body(parser: Parser, limits: _Limits) -> Node:
    """What is added up in a sum that is typed as a word: ``a/sum_k b_k * c`` is (a/Σ b_k) c.

    A factor behind ``*`` belongs to the sum if its index stands in it.
    """
    body = parser.factors(parser.expression(PRODUCT), lambda _: False)
    while parser.token.text in ("*", r"\cdot"):
        at = parser.at
        parser.next()
        more = parser.factors(parser.expression(PRODUCT), lambda _: False)
        if free_names(more).isdisjoint(limits.indices):
            parser.at = at
            break
        body = Mul((body, more))
    return body


def _without_index(parser: Parser, token: Token, kind: str) -> Node:
    """``sum(exp(z_j))``: runs over the only index in what is added up."""
    bracket = parser.token.text == "(" and token.kind != "command"
    body = parser.expression(PRODUCT if bracket else SUM)
    indices = [name for name in sorted(free_names(body)) if parser.index(Name(name))]
    indices = [name for name in indices if name not in parser.bound]
    found = _extent(parser, body, _Limits(), indices[0]) if len(indices) == 1 else None
    if found is None:
        reason = rf"say which index runs, such as {token.text}_{{k=1}}^{{n}}"
        raise parser.fault(token, reason, "expression.limits", parser.before.end)
    parser.remark(token, f"This is read as a sum over {indices[0]}; write the index.")
    return Fold(kind, body, indices[0], *found)


def _above(parser: Parser) -> Node | None:
    mark = parser.before
    if parser.token.text == "{" and parser.peek().text == "}":
        parser.at += 2
        return None
    return read_argument(parser, mark, "the upper limit")


# ---- under the sign


def _below(parser: Parser, token: Token, limits: _Limits) -> None:
    if parser.token.text not in ("{", "("):
        limits.indices.append(_index(parser))
        return
    opened = parser.next()
    if parser.take(r"\substack"):
        inner = parser.next()
        _rows(parser, limits, inner)
        parser.expect("}", inner)
    else:
        _rows(parser, limits, opened)
    parser.expect("}" if opened.text == "{" else ")", opened)
    if limits.conditions and not limits.indices:
        parser.unexpected(rf"an index belongs here, such as {token.text}_{{k=1}}")


def _rows(parser: Parser, limits: _Limits, opened: Token) -> None:
    """The parts between commas: an index with or without a range, then conditions."""
    closer = "}" if opened.text == "{" else ")"
    if parser.token.text == closer:
        reason = "the index is missing"
        raise parser.fault(opened, reason, "expression.limits", parser.token.end)
    while True:
        if not limits.conditions and _starts_index(parser, limits):
            _range(parser, limits)
        else:
            limits.conditions.append(_condition(parser, limits))
        if not parser.take(",", ":", "|", r"\\"):
            return


def _starts_index(parser: Parser, limits: _Limits) -> bool:
    token, after = parser.token, parser.peek()
    plain = token.kind in ("letter", "word") or token.text in GREEK
    ends = after.text in RELATIONS or after.text in ("}", ")", ",", ":", "|", r"\\", r"\in")
    return plain and ends and not (limits.low is not None or token.text in limits.indices)


def _index(parser: Parser) -> str:
    token = parser.next()
    if token.text in GREEK:
        name = GREEK[token.text][0]
    elif token.kind in ("letter", "word"):
        name = token.text
    else:
        parser.at -= 1
        parser.unexpected("the index of the sum belongs here, such as k")
    parser.bound.append(name)
    return name


def _range(parser: Parser, limits: _Limits) -> None:
    """``k``, ``k = 1``, ``k \\ne i``, ``k < i``, ``k \\in \\{1, …, n\\}``."""
    first = parser.token
    name = _index(parser)
    limits.indices.append(name)
    sign = parser.token.text
    if parser.take(r"\in"):
        limits.low, limits.high = _set(parser)
    elif RELATIONS.get(sign) == "==":
        parser.next()
        limits.low = parser.expression(RELATION)
        if parser.take(r"\dots"):
            limits.high = parser.expression(RELATION)
    elif sign in RELATIONS:
        parser.next()
        other = parser.expression(RELATION)
        limits.conditions.append(Relation(RELATIONS[sign], Name(name), other))
        if sign not in (r"\ne", r"\neq", "!="):
            parser.remark(first, f"Only {name} runs; a sum over both is written with two signs.")
        if parser.token.text in RELATIONS:
            raise parser.fault(
                first, f"write {name}=1 below and the end above", "expression.limits"
            )


def _set(parser: Parser) -> tuple[Node, Node]:
    """``\\{1, \\dots, n\\}``: where it starts and ends."""
    opened = parser.take(r"\{")
    if opened is None:
        parser.unexpected(r"an index runs from one number to another, such as _{k=1}^{n}")
    low = parser.expression()
    while parser.take(","):
        if parser.take(r"\dots", "."):
            while parser.take(r"\dots", ".", ","):
                pass
            high = parser.expression()
            parser.expect(r"\}", opened)
            return low, high
        parser.expression()
    return parser.unexpected(r"an index runs from one number to another, such as _{k=1}^{n}")


def _condition(parser: Parser, limits: _Limits) -> Node:
    """``k \\ne i``; or ``1 \\le k \\le n``, whose index is in the middle."""
    token = parser.token
    if not limits.indices:
        ahead = 0
        while parser.peek(ahead).text not in ("}", ")") and parser.peek(ahead).kind != "stop":
            if parser.peek(ahead).text in RELATIONS:
                after = parser.peek(ahead + 1)
                if after.kind == "letter" or after.text in GREEK:
                    name = GREEK[after.text][0] if after.text in GREEK else after.text
                    limits.indices.append(name)
                    parser.bound.append(name)
                    break
            ahead += 1
    found = parser.expression()
    match found:
        case Logic("and", (Relation("<=", low, Name(index)), Relation("<=", _, high))) if (
            index in limits.indices and limits.low is None
        ):
            limits.low, limits.high = low, high
            return Truth(True)
        case Relation() | Logic():
            return found
    reason = "an index belongs under the sign, such as k=1"
    raise parser.fault(token, reason, "expression.limits", parser.before.end)


# ---- from where to where


def _folded(
    parser: Parser, token: Token, limits: _Limits, kind: str, body: Node, *, head: int
) -> Node:
    holds = [c for c in limits.conditions if c != Truth(True)]
    if holds:
        condition = holds[0] if len(holds) == 1 else Logic("and", tuple(holds))
        other = _ZERO if kind == "sum" else _ONE
        whole: Node = Cases(((body, condition), (other, Truth(True))))
    else:
        whole = body
    for index in reversed(limits.indices):
        low, high = limits.low, limits.high
        if high is None:
            found = _extent(parser, body, limits, index)
            if found is None and parser.setting.size is not None:
                found = (_ONE, Name(parser.setting.size))
            if found is None:
                reason = f"it does not say from where to where {index} runs; write "
                reason += rf"{token.text}_{{{index}=1}}^{{n}}"
                raise parser.fault(token, reason, "expression.limits", head)
            low, high = low or found[0], found[1]
        whole = Fold(kind, whole, index, low or _ONE, high)
    return whole


def _extent(parser: Parser, body: Node, limits: _Limits, index: str) -> tuple[Node, Node] | None:
    """All there is for an index: the size it picks in the body, or what it is declared for."""
    declared = parser.context.get(index) if parser.context is not None else None
    own = None
    if declared is not None and declared.kind == "index" and declared.high is not None:
        own = (_node(declared.low or 1), _node(declared.high))
    sizes = set(_picked(parser, body, index))
    if len(sizes) == 1:
        found = (_ONE, _node(sizes.pop()))
        return own if own is not None and own[1] == found[1] else found
    if own is not None or sizes:
        return own
    if parser.context is None:
        return None
    for part in _nodes(body, *limits.conditions):
        match part:
            case Delta(Name(left), Name(right)) | Relation(_, Name(left), Name(right)) if index in (
                left,
                right,
            ):
                other = parser.context.get(right if left == index else left)
                if other is not None and other.kind == "index" and other.high is not None:
                    return (_node(other.low or 1), _node(other.high))
    return None


def _picked(parser: Parser, body: Node, index: str) -> Iterator[Size]:
    """The sizes of what the index picks entries of."""
    if parser.context is None:
        return
    for part in _nodes(body):
        if isinstance(part, Entry) and isinstance(part.base, Name):
            declared = parser.context.get(part.base.name)
            if declared is not None and part.base.name not in parser.bound:
                for place, inner in enumerate(part.indices):
                    if inner == Name(index) and place < len(declared.shape):
                        yield declared.shape[place]


def _nodes(*roots: Node) -> Iterator[Node]:
    stack = list(roots)
    while stack:
        node = stack.pop()
        yield node
        stack.extend(children(node))


def _node(size: Size) -> Node:
    return Name(size) if isinstance(size, str) else Number(Fraction(size))


def _reader(kind: str) -> Reader:
    return lambda parser, token: read_fold(parser, token, kind)


FOLD_STARTS: dict[str, Reader] = {r"\sum": _reader("sum"), r"\prod": _reader("product")}
