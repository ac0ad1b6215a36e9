r"""Brackets: ``( )``, ``[ ]``, ``\{ \}``, braces, bars, ``[i = j]``, ``\left. … \right|_{x=a}``."""

from __future__ import annotations

from mathgrade.expression.latex_text.commands import GREEK, RELATIONS
from mathgrade.expression.latex_text.environments import read_cases
from mathgrade.expression.latex_text.forms import is_array
from mathgrade.expression.latex_text.parser import Parser, Reader
from mathgrade.expression.latex_text.refused import REFUSED
from mathgrade.expression.latex_text.scripts import read_argument, read_indices
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.nodes import (
    Add,
    Call,
    Delta,
    Derivative,
    FiniteSet,
    Fold,
    Identity,
    Interval,
    Listing,
    Logic,
    Matrix,
    Mul,
    Name,
    Neg,
    Node,
    Power,
    Relation,
    Subst,
    Union,
)

__all__ = ["BRACKET_STARTS", "ONES", "read_delta", "read_indicator"]

ONES = "ones"  # the declared name of a vector of ones, written \\mathbf{1}
_LINED = ("array", "matrix", "aligned", "gathered")  # behind a brace, these hold cases
_LISTS = ("(", "[", r"\{")
_COLLECTED = Relation | Logic | Matrix | FiniteSet | Interval | Listing | Union
_BESIDE_SETS = {*RELATIONS, r"\cup"}
_LONG = Add | Neg | Mul | Fold | Derivative | Power
_CLOSE = {"(": ")", "[": "]", r"\{": r"\}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}


def _bracket(parser: Parser, opened: Token) -> Node:
    """``(a + b)``, and with commas a column, a list, a set or an interval."""
    at = parser.at - 1
    closer = _CLOSE[opened.text]
    begun = parser.token
    if opened.text == r"\{" and begun.kind == "begin" and begun.text in _LINED:
        cases = read_cases(parser, parser.next())
        if parser.token.side == "right":
            parser.next()
        return cases
    if parser.take(closer):
        if opened.text == r"\{":
            return FiniteSet(())
        reason = "nothing stands in the brackets"
        raise parser.fault(opened, reason, "expression.syntax", parser.before.end)
    with parser.inside():
        found = [_item(parser)]
        while opened.text in _LISTS and parser.take(","):
            found.append(_item(parser))
    # Only an interval may close with the other bracket.
    pair = len(found) == 2 and opened.text != r"\{"
    closed = parser.take(")", "]") if pair else None
    closed = closed or parser.expect(closer, opened)
    if len(found) > 1 and _names_something(parser.tokens[at - 1] if at else opened):
        before = parser.tokens[at - 1]
        reason = f"{before.text} is not a function"
        raise parser.fault(before, reason, "expression.arity", closed.end)
    square = opened.text == "[" and closed.text == "]" and None not in found
    if square and pair and parser.token.text != "^":
        message = "This is read as an interval; a column is written (a, b), or as a matrix."
        parser.remark(opened, message)
    row = square and parser.token.text == "^"  # [1, 0]^T
    if pair and not row and (None in found or "[" in opened.text or "]" in closed.text):
        return Interval(found[0], found[1], opened.text == "(", closed.text == ")")
    items = tuple(item for item in found if item is not None)
    if len(items) < len(found):
        raise parser.fault(opened, REFUSED[r"\infty"], end=closed.end)
    if opened.text == r"\{" and (len(items) > 1 or _stands_alone(parser, at)):
        return FiniteSet(items)
    if len(items) > 1:
        if any(isinstance(item, _COLLECTED) for item in items):
            return Listing(items)
        return Matrix(tuple((item,) for item in items))
    if opened.text in (r"\lfloor", r"\lceil"):
        return Call("floor" if opened.text == r"\lfloor" else "ceil", items)
    return parser.indicator(items[0]) if opened.text == "[" else items[0]


def _item(parser: Parser) -> Node | None:
    """What stands between commas; None for ∞, the end of an interval that has none."""
    signed = parser.token.text in ("+", "-") and parser.peek().text == r"\infty"
    if signed or parser.token.text == r"\infty":
        parser.at += 2 if signed else 1
        return None
    return parser.expression()


def _names_something(token: Token) -> bool:
    return token.kind in ("letter", "word", "text") or token.text in GREEK


def _stands_alone(parser: Parser, at: int) -> bool:
    """Whether ``\\{1\\}`` is all of a formula or of a side, and so a set."""
    first = at == 0 or parser.tokens[at - 1].text in _BESIDE_SETS
    return first and (parser.token.kind == "stop" or parser.token.text in _BESIDE_SETS)


def _nothing(_parser: Parser, _token: Token) -> Node:
    return FiniteSet(())


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
    elif parser.setting.identity is not None and "I" in parser.source[token.start : token.end]:
        return Identity(parser.setting.identity)
    elif parser.context is not None and ONES in parser.context:
        return Name(ONES)
    else:
        reason = r"an indicator needs its condition, such as \mathbb{1}_{i=j}"
        raise parser.fault(token, reason, "expression.condition")
    if isinstance(condition, Name) and parser.context is not None and ONES in parser.context:
        return Name(ONES)  # 1_n, with its size
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
    r"\emptyset": _nothing,
    r"\varnothing": _nothing,
    r"\mathbb{1}": read_indicator,
}
