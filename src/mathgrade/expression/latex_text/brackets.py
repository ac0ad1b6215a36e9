r"""Brackets: ``( )``, ``[ ]``, braces, bars, floors, ``[i = j]`` and ``\left. … \right|_{x=a}``."""

from __future__ import annotations

from mathgrade.expression.latex_text.commands import GREEK
from mathgrade.expression.latex_text.forms import is_array
from mathgrade.expression.latex_text.parser import Parser, Reader
from mathgrade.expression.latex_text.scripts import read_argument, read_indices
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.nodes import (
    Add,
    Call,
    Delta,
    Derivative,
    Fold,
    Logic,
    Matrix,
    Mul,
    Neg,
    Node,
    Power,
    Relation,
    Subst,
)

__all__ = ["BRACKET_STARTS", "read_delta", "read_indicator"]

_LONG = Add | Neg | Mul | Fold | Derivative | Power
_CLOSE = {"(": ")", "[": "]", r"\{": r"\}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}


def _bracket(parser: Parser, opened: Token) -> Node:
    """``(a + b)``; with commas, a column."""
    closer = _CLOSE[opened.text]
    before = parser.tokens[max(parser.at - 2, 0)]
    if parser.take(closer):
        reason = "nothing stands in the brackets"
        raise parser.fault(opened, reason, "expression.syntax", parser.before.end)
    with parser.inside():
        found = [parser.expression()]
        while opened.text == "(" and parser.take(","):
            found.append(parser.expression())
    parser.expect(closer, opened)
    if len(found) > 1:
        if before.kind in ("letter", "word", "text") or before.text in GREEK:
            reason = f"{before.text} is not a function"
            raise parser.fault(before, reason, "expression.arity", parser.before.end)
        return Matrix(tuple((entry,) for entry in found))
    if opened.text in (r"\lfloor", r"\lceil"):
        return Call("floor" if opened.text == r"\lfloor" else "ceil", (found[0],))
    return parser.indicator(found[0]) if opened.text == "[" else found[0]


def _braces(parser: Parser, opened: Token) -> Node:
    if parser.take("}"):  # {} holds nothing; what comes next counts
        return parser.piece()
    with parser.inside():
        node = parser.expression()
    parser.expect("}", opened)
    beside = parser.starts(parser.token) or parser.token.text in ("/", r"\cdot")
    raised = parser.token.text == "^"
    if (beside and isinstance(node, Add | Neg)) or (raised and isinstance(node, _LONG)):
        message = "Braces are not seen when the formula is set; write brackets ( ) around it."
        parser.remark(opened, message)
    return node


def _bars(parser: Parser, opened: Token) -> Node:
    bars, parser.bars = parser.bars, 1 if opened.side != "left" else 0
    try:
        node = parser.expression()
    finally:
        parser.bars = bars
    closed = parser.take("|")
    if closed is None or closed.side == "left":
        raise parser.fault(opened, "this | is not closed", "expression.syntax")
    if is_array(node, parser.context, parser.bound):
        reason = r"bars around a matrix or vector are not read; write \det(A), or \sqrt{x^{\top} x}"
        raise parser.fault(opened, reason, "expression.shape", closed.end)
    return Call("abs", (node,))


def _evaluated(parser: Parser, opened: Token) -> Node:
    r"""``\left. f(u) \right|_{u = x}``."""
    if opened.side != "left":
        parser.at -= 1
        parser.unexpected("a point stands where a formula belongs")
    depth, end = 1, parser.at
    while depth and parser.tokens[end].kind != "stop":
        depth += {"left": 1, "right": -1}.get(parser.tokens[end].side, 0)
        end += 1
    name = parser.tokens[min(end + 2, len(parser.tokens) - 1)]
    texts = [t.text for t in parser.tokens[end - 1 : end + 4]]
    if texts[:3] != ["|", "_", "{"] or len(texts) < 5 or texts[4] != "=":
        reason = r"\left. goes with \right|_{x=a}, the place where the formula is taken"
        raise parser.fault(opened, reason, "expression.syntax")
    name = parser.tokens[end + 2]
    with parser.binding(name.text), parser.inside():
        body = parser.expression()
    if parser.at != end - 1:
        parser.unexpected("an operator is missing here, or a bracket")
    opened = parser.tokens[end + 1]
    parser.at = end + 4
    value = parser.expression()
    parser.expect("}", opened)
    return Subst(body, name.text, value)


def read_indicator(parser: Parser, token: Token) -> Node:
    r"""``\mathbb{1}_{i=j}``, ``\mathbb{1}[x > 0]``: 1 where the condition holds."""
    if parser.take("_"):
        condition = read_argument(parser, parser.before, "the condition")
    elif parser.token.text in ("(", "[", r"\{"):
        opened = parser.next()
        condition = parser.expression()
        parser.expect(_CLOSE[opened.text], opened)
    else:
        reason = r"an indicator needs its condition, such as \mathbb{1}_{i=j}"
        raise parser.fault(token, reason, "expression.condition")
    if not isinstance(condition, Relation | Logic | Delta):
        reason = r"an indicator needs a condition, such as \mathbb{1}_{i=j}"
        raise parser.fault(token, reason, "expression.condition", parser.before.end)
    return parser.indicator(condition)


def read_delta(parser: Parser, token: Token) -> Node:
    r"""``\delta_{ij}``, ``\delta_i^j``, ``delta(i, j)``."""
    found: list[Node] = []
    while parser.token.text in ("_", "^") and parser.token.kind == "symbol" and len(found) < 2:
        mark = parser.next()
        wanted = 1 if found or (mark.text == "^") else 2
        if mark.text == "^":
            found.append(read_argument(parser, mark, "the index"))
            continue
        inner = read_indices(parser, token, wanted)
        match inner:
            case (Relation("==", left, right),):
                inner = (left, right)
            case (Delta(left, right),):
                inner = (left, right)
        found.extend(inner)
    if not found and (opened := parser.take("(")):
        with parser.inside():
            found.append(parser.expression())
            while parser.take(","):
                found.append(parser.expression())
        parser.expect(")", opened)
    if len(found) != 2:
        reason = rf"δ takes two indices, such as \delta_{{ij}}, not {len(found)}"
        raise parser.fault(token, reason, "expression.arity", parser.before.end)
    return Delta(found[0], found[1])


BRACKET_STARTS: dict[str, Reader] = {
    **dict.fromkeys(_CLOSE, _bracket),
    "{": _braces,
    "|": _bars,
    ".": _evaluated,
    r"\mathbb{1}": read_indicator,
}
