r"""Fractions and derivatives: ``\frac{\partial y}{\partial z_j}``, ``\frac{d}{dx} x^2``, ``dy/dx``.

``\frac{d}{dx}`` differentiates what stands side by side behind it, up to a sign, a
relation or a ``\cdot``; of a bracket, the bracket alone.
"""

from __future__ import annotations

from mathgrade.expression.latex_text.commands import GREEK
from mathgrade.expression.latex_text.joins import quotient
from mathgrade.expression.latex_text.parser import PRODUCT, Parser, Reader
from mathgrade.expression.latex_text.scripts import read_argument
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.nodes import Derivative, Name, Node, Number, Power

__all__ = ["DERIVATIVE_STARTS", "read_differential"]

_MOST = 4  # times something is differentiated
_OPEN, _SHUT = ("{", "(", "["), ("}", ")", "]")
_FAR = 16  # tokens between d and / in dy/dx


def _is_d(token: Token) -> bool:
    return token.text == r"\partial" or (
        token.kind in ("letter", "word", "text") and token.text == "d"
    )


def _operator_at(parser: Parser, at: int) -> bool:
    """Whether a fraction with the numerator at a position is a derivative."""
    tokens = parser.tokens
    if tokens[at].text != "{" or not _is_d(tokens[at + 1]):
        return False
    below = parser.closers[at] + 1
    if tokens[below].text != "{":
        return False
    if tokens[at + 1].text == r"\partial":
        return True
    by = tokens[below + 2]
    if not _is_d(tokens[below + 1]) or not (by.kind in ("letter", "word") or by.text in GREEK):
        return False
    return tokens[at + 2].text in ("}", "^") or not _is_number(parser)


def _is_number(parser: Parser) -> bool:
    """Whether d is declared, and not as a size."""
    declared = parser.context.get("d") if parser.context is not None else None
    return "d" in parser.bound or (declared is not None and declared.kind != "size")


def _fraction(parser: Parser, token: Token) -> Node:
    if parser.token.text == "(":  # frac(a)(b), as some type it
        reason = r"a fraction is written \frac{a}{b}"
        raise parser.fault(token, reason, "expression.syntax")
    if _operator_at(parser, parser.at):
        return _derivative(parser, token)
    top = read_argument(parser, token, "the numerator")
    return quotient(top, read_argument(parser, token, "the denominator"))


def _derivative(parser: Parser, token: Token) -> Node:
    r"""``\frac{\partial …}{\partial …}``, with the body above or behind."""
    opened = parser.next()
    order = _order(parser)
    body = None if parser.token.text == "}" else parser.expression()
    parser.expect("}", opened)
    opened = parser.next()
    by: list[Node] = []
    while parser.token.text != "}":
        if not _is_d(parser.token):
            shown = parser.tokens[parser.at].text
            reason = rf"∂ or d is missing in the denominator, before {shown}"
            raise parser.fault(parser.token, reason, "expression.derivative")
        by.extend(_variable(parser))
    parser.expect("}", opened)
    _agree(parser, token, order, by)
    return Derivative(_body(parser, token) if body is None else body, tuple(by))


def _order(parser: Parser) -> int:
    """Takes the d or ∂ and how often: 2 in ∂²."""
    mark = parser.next()
    if not parser.take("^"):
        return 1
    order = read_argument(parser, parser.before, "the order")
    if isinstance(order, Number) and order.value in range(1, _MOST + 1):
        return int(order.value)
    reason = f"a derivative is taken 1 to {_MOST} times"
    raise parser.fault(mark, reason, "expression.derivative", parser.before.end)


def _variable(parser: Parser) -> list[Node]:
    """Takes ``∂x`` or ``dx^2``: the variable, as often as it says."""
    mark = parser.next()
    token = parser.token
    if not parser.starts(token):
        reason = "what it is differentiated by is missing"
        raise parser.fault(mark, reason, "expression.derivative")
    if token.kind == "letter" and _is_d(parser.peek()):  # dxdy
        parser.words[parser.at] = 1
    node = parser.expression(PRODUCT)
    times = 1
    match node:
        case Power(base, Number(value)) if value in range(1, _MOST + 1):
            node, times = base, int(value)
        case Number():
            reason = "a derivative is taken by a name, not by a number"
            raise parser.fault(token, reason, "expression.derivative", parser.before.end)
    return [node] * times


def _agree(parser: Parser, token: Token, order: int, by: list[Node]) -> None:
    if not by:
        reason = "what it is differentiated by is missing"
        raise parser.fault(token, reason, "expression.derivative", parser.before.end)
    if len(by) != order or len(by) > _MOST:
        above, below = f"{order} time(s)", f"{len(by)} time(s)"
        reason = f"it is differentiated {above} above the line and {below} below"
        raise parser.fault(token, reason, "expression.derivative", parser.before.end)


def _body(parser: Parser, token: Token) -> Node:
    """What an operator such as ``\\frac{d}{dx}`` stands before."""
    start = parser.token
    if not parser.starts(start) and start.text != "-":
        reason = "what is differentiated is missing behind it"
        raise parser.fault(token, reason, "expression.derivative", parser.before.end)
    first = parser.expression(PRODUCT)
    if start.text in ("(", "[", "-") or start.side == "left":
        if start.text in ("(", "[") and parser.token.text in ("(", "["):
            message = "Only the first bracket is differentiated; put all of it in one bracket "
            parser.remark(token, message + "if more is meant.")
        return first
    whole = parser.factors(first, lambda t: _starts_operator(parser, t))
    if parser.token.text in (r"\cdot", r"\times", "*") and not _called(parser):
        message = "Only what stands before the sign of the product is differentiated; put all "
        parser.remark(token, message + "of it in brackets if more is meant.")
    return whole


def _called(parser: Parser) -> bool:
    return parser.before.text in (")", "]", "}")


def _starts_operator(parser: Parser, token: Token) -> bool:
    if token.text == r"\partial":
        return True
    return token.text == r"\frac" and _operator_at(parser, parser.at + 1)


# ---- ∂ and d in a line


def _partial(parser: Parser, token: Token) -> Node:
    parser.at -= 1
    return _inline(parser, token)


def _inline(parser: Parser, token: Token) -> Node:
    """``∂y_i/∂z_j``, ``d/dx (…)``, ``∂_x f``; the d or ∂ comes next."""
    order = _order(parser)
    if order == 1 and parser.take("_"):
        variable = read_argument(parser, parser.before, "what it is differentiated by")
        if isinstance(variable, Name | Number) and parser.index(variable):
            shown = parser.source[token.start : parser.before.end]
            reason = f"{shown} does not say which variable is meant; write \\partial_{{z_j}}"
            raise parser.fault(token, reason, "expression.derivative", parser.before.end)
        return Derivative(_body(parser, token), (variable,))
    body = None if parser.token.text == "/" else parser.expression(PRODUCT)
    slash = parser.take("/", r"\div")
    if slash is None or not (_is_d(parser.token) or parser.token.text == "("):
        reason = r"a derivative is written \frac{\partial y}{\partial x}, or ∂y/∂x in a line"
        raise parser.fault(token, reason, "expression.derivative", parser.before.end)
    opened = parser.take("(")
    by: list[Node] = []
    while _is_d(parser.token):
        by.extend(_variable(parser))
        if opened is None and len(by) >= order:
            break
    if opened is not None:
        parser.expect(")", opened)
    _agree(parser, token, order, by)
    return Derivative(_body(parser, token) if body is None else body, tuple(by))


def read_differential(parser: Parser, token: Token) -> Node | None:
    """``dy/dx`` and ``d/dx``, whose d was taken; None (and the d only) if it is none of them."""
    tokens, at = parser.tokens, parser.at
    declared, depth = _is_number(parser), 0
    for ahead in range(at, min(at + _FAR, len(tokens) - 2)):
        piece = tokens[ahead]
        depth += (piece.text in _OPEN) - (piece.text in _SHUT)
        if depth < 0:
            return None
        if piece.text == "/" and not depth:
            under = tokens[ahead + 1]
            touching = tokens[ahead + 2].start == under.end
            if not _is_d(under) or not touching or tokens[ahead + 2].kind == "symbol":
                return None
            parser.at = at - 1
            return _inline(parser, token)
        if declared or piece.text in ("+", "-", "=", r"\cdot", "*", ",") or piece.kind == "stop":
            return None
    return None


DERIVATIVE_STARTS: dict[str, Reader] = {r"\frac": _fraction, r"\partial": _partial}
