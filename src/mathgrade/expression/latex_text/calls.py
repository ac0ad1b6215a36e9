r"""Functions: known ones (``\sin^2 2x``, ``\max(a, b)``) and declared ones (``f'(x)``).

A known function without brackets takes what stands side by side behind it, up to the
next function, bracket, sign or ``\cdot``: ``\sin 2x`` is sin(2x), ``\sin x \cos x`` is
sin(x) cos(x).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, count

from mathgrade.expression.functions import FUNCTIONS, SPELLINGS
from mathgrade.expression.latex_text.commands import NAMED
from mathgrade.expression.latex_text.joins import quotient
from mathgrade.expression.latex_text.parser import PRODUCT, Parser, Reader
from mathgrade.expression.latex_text.scripts import exponent_mark, read_argument, read_indices
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.nodes import (
    Apply,
    Call,
    Constant,
    Derivative,
    Div,
    Entry,
    Mul,
    Name,
    Node,
    Number,
    Power,
    Subst,
    free_names,
)

__all__ = ["CALL_STARTS", "read_apply", "read_arguments", "read_call"]

_FAR = 200  # tokens of a bracket that are looked through
_INVERSE = {"sin", "cos", "tan", "sinh", "cosh", "tanh"}
_STOPS = frozenset({"(", "[", r"\{", "|", r"\lfloor", r"\lceil", r"\partial"})


def read_arguments(parser: Parser, opened: Token) -> tuple[Node, ...]:
    """The arguments in the bracket that was opened."""
    closer = {"(": ")", "[": "]", "{": "}", r"\{": r"\}"}[opened.text]
    if parser.take(closer):
        reason = "nothing stands in the brackets"
        raise parser.fault(opened, reason, "expression.syntax", parser.before.end)
    with parser.inside():
        found = [parser.expression()]
        while parser.take(","):
            found.append(parser.expression())
    parser.expect(closer, opened)
    return tuple(found)


# ---- known functions


def read_call(parser: Parser, token: Token, function: str) -> Node:
    """A known function, whose name was taken, with its power and its arguments."""
    exponent: Node | None = None
    base: Node | None = None
    while True:
        if parser.take("^"):
            sign, end = exponent_mark(parser)
            if sign == "-1" and function in _INVERSE:
                parser.at = end
                message = f"This is read as the inverse function of {function}, arc{function}."
                parser.remark(token, message)
                function = f"a{function}"
                continue
            if sign.startswith("'"):
                _no_prime(parser, token, function)
            exponent = read_argument(parser, parser.before, "the exponent")
        elif parser.token.text == "_" and parser.token.kind == "symbol":
            parser.next()
            if function != "log":
                over = function in ("max", "min")
                reason = "it takes no index" if not over else f"a {function} over an index"
                reason = f"{reason} is not read; write its arguments, such as {function}(a, b)"
                raise parser.fault(token, reason if over else "it takes no index", end=token.end)
            base = read_argument(parser, parser.before, "the base")
        elif parser.token.text == "'":
            _no_prime(parser, token, function)
        else:
            break
    call = _checked(parser, token, function, _call_arguments(parser, token, function))
    if base is not None:
        call = Div(call, Call("log", (base,)))
    return call if exponent is None else Power(call, exponent)


def _no_prime(parser: Parser, token: Token, function: str) -> None:
    reason = f"write the derivative of {function} as \\frac{{d}}{{dx}}"
    raise parser.fault(token, reason, "expression.derivative", parser.token.end)


def _call_arguments(parser: Parser, token: Token, function: str) -> tuple[Node, ...]:
    opened = parser.take("(", "[", "{", *([r"\{"] if function in ("max", "min") else []))
    if opened is not None:
        return read_arguments(parser, opened)
    if FUNCTIONS[function].most > 1:
        reason = f"{function} needs brackets around its arguments, such as {function}(a, b)"
        raise parser.fault(token, reason, "expression.arity")
    if not parser.starts(parser.token) and parser.token.text != "-":
        reason = f"{function} needs something it is applied to, such as {function}(x)"
        raise parser.fault(token, reason, "expression.arity")
    return (_bare(parser, token, function),)


def _bare(parser: Parser, token: Token, function: str) -> Node:
    """The argument of a function without brackets."""
    start = parser.token
    signed = start.text == "-"
    if start.kind == "number" and function == "log" and start.start == token.end:
        reason = f"a base is written as an index: \\log_{{{start.text}}}(x)"
        raise parser.fault(token, reason, "expression.function", start.end)
    first = parser.expression(PRODUCT)
    applied = isinstance(first, Apply | Entry) and parser.before.text == ")"
    called = isinstance(first, Call) and first.function not in ("exp", "sqrt")
    if signed or applied or called or start.text in _STOPS or start.text == "{":
        return first
    if isinstance(first, Number | Constant) and parser.token.text in ("(", "["):
        return Mul((first, parser.expression(PRODUCT)))  # sin 2(x + 1)
    whole = parser.factors(first, lambda t: t.text in _STOPS or _is_function(parser, t))
    if isinstance(whole, Mul) and sum(_varies(f) for f in whole.factors) > 1:
        message = f"All that stands side by side is read as the argument of {function}; write "
        parser.remark(token, message + "brackets if that is not meant.")
    return whole


def _varies(node: Node) -> bool:
    return not isinstance(node, Number | Constant)


def _is_function(parser: Parser, token: Token) -> bool:
    """Whether a function starts at the next token, which ends the argument of the last."""
    if token.kind == "command":
        name = token.text[1:]
    elif token.kind == "letter":
        name = "".join(
            t.text for t in parser.tokens[parser.at : parser.at + 6] if t.kind == "letter"
        )
        name = next((name[:k] for k in range(len(name), 1, -1) if name[:k] in SPELLINGS), name[:1])
    else:
        name = token.text
    declared = parser.context.get(name) if parser.context is not None else None
    if declared is not None:
        return declared.kind == "function"
    return name in SPELLINGS and name not in ("sqrt", "gamma", "exp")


def _checked(parser: Parser, token: Token, function: str, args: tuple[Node, ...]) -> Node:
    known = FUNCTIONS[function]
    if not known.least <= len(args) <= known.most:
        wanted = str(known.least) if known.most < 9 else f"{known.least} or more"
        reason = f"{function} takes {wanted} argument(s), not {len(args)}"
        raise parser.fault(token, reason, "expression.arity", parser.before.end)
    return Call(function, args)


def _command(parser: Parser, token: Token) -> Node:
    name = token.text[1:]
    return read_call(parser, token, NAMED.get(token.text) or SPELLINGS[name])


def _square_root(parser: Parser, token: Token) -> Node:
    degree: Node | None = None
    if opened := parser.take("["):
        with parser.inside():
            degree = parser.expression()
        parser.expect("]", opened)
    bracket = parser.token.text == "("
    if bracket:  # √(x + 1)
        inner = read_arguments(parser, parser.next())
        if len(inner) != 1:
            reason = f"sqrt takes 1 argument(s), not {len(inner)}"
            raise parser.fault(token, reason, "expression.arity", parser.before.end)
        body = inner[0]
    else:
        digits = parser.token
        body = read_argument(parser, token, "what the root is taken of")
        if digits.kind == "number" and len(digits.text) > 1:
            message = f"Only {digits.text[0]} stands under the root; write \\sqrt{{{digits.text}}}."
            parser.remark(token, message)
    if degree is None or (isinstance(degree, Number) and degree.value == 2):
        return Call("sqrt", (body,))
    return Power(body, quotient(Number(Fraction(1)), degree))


# ---- declared functions


def read_apply(parser: Parser, token: Token, name: str, arity: int) -> Node:
    """A declared function, whose name was taken: primes, powers, index, arguments."""
    primes = 0
    exponent: Node | None = None
    indices: tuple[Node, ...] = ()
    while True:
        if parser.take("'"):
            primes += 1
        elif parser.token.text == "^" and parser.token.kind == "symbol":
            parser.next()
            sign, end = exponent_mark(parser)
            times = _order(parser)
            if sign.startswith("'"):
                primes, parser.at = primes + len(sign), end
            elif sign == "-1":
                reason = f"{name}^{{-1}} could be the inverse or 1/{name}; write what is meant"
                raise parser.fault(token, reason, "expression.function", parser.tokens[end - 1].end)
            elif times:
                primes += times
            else:
                exponent = read_argument(parser, parser.before, "the exponent")
        elif parser.token.text == "_" and parser.token.kind == "symbol":
            parser.next()
            indices = read_indices(parser, token, 0)
        else:
            break
    alone = name in parser.setting.arguments and _beside_itself(parser, name)
    opened = None if alone else parser.take("(", "[")
    if opened is None and name in parser.setting.arguments:
        args = parser.setting.arguments[name]
    elif opened is None:
        shown = parser.source[token.start : parser.before.end]
        example = f"{name}{chr(39) * min(primes, 3)}(x)"
        reason = f"{name} is a function; write what it is applied to, such as {example}"
        raise parser.fault(token, reason, "expression.function", token.start + len(shown))
    else:
        args = read_arguments(parser, opened)
    if arity and len(args) != arity:
        reason = f"{name} takes {arity} argument(s), not {len(args)}"
        raise parser.fault(token, reason, "expression.arity", parser.before.end)
    node = _primes(parser, token, name, args, primes)
    if indices:
        node = Entry(node, indices)
    return node if exponent is None else Power(node, exponent)


def _beside_itself(parser: Parser, name: str) -> bool:
    r"""Whether the bracket that comes next is a factor: ``\\sigma(1 - \\sigma)``, ``T_i(1 - T_j)``.

    It is if the function stands in it and is not applied to anything there; of a function
    that is never applied, if a number is added to or taken from in it.
    """
    tokens, at = parser.tokens, parser.at
    if tokens[at].text not in ("(", "["):
        return False
    if name in parser.setting.bare and tokens[at + 1].kind == "number":
        return tokens[at + 2].text in ("+", "-")
    depth = 0
    for k in range(at, min(at + _FAR, len(tokens) - 1)):
        token = tokens[k]
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if not depth:
            return False
        if token.text.lstrip("\\") == name:
            end = k + 1
            while tokens[end].text in ("_", "'"):
                end += 1
                end = parser.closers.get(end, end) + (tokens[end - 1].text == "_")
            if tokens[min(end, len(tokens) - 1)].text not in ("(", "["):
                return True
    return False


def _order(parser: Parser) -> int:
    """How often ``f^{(2)}`` is differentiated; 0 if it is a power."""
    texts = [parser.peek(k).text for k in range(5)]
    if texts[:2] == ["{", "("] and texts[3:] == [")", "}"] and texts[2] in ("1", "2", "3", "4"):
        parser.at += 5
        return int(texts[2])
    return 0


def _primes(parser: Parser, token: Token, name: str, args: tuple[Node, ...], primes: int) -> Node:
    if not primes:
        return Apply(name, args)
    if primes > 4 or len(args) != 1:
        reason = "a prime belongs to a function of one number; write \\frac{\\partial}{\\partial x}"
        raise parser.fault(token, reason, "expression.derivative", parser.before.end)
    inner = args[0]
    if isinstance(inner, Entry) or (isinstance(inner, Name) and not parser.index(inner)):
        return Derivative(Apply(name, args), (inner,) * primes)
    # f'(g(x)): differentiate first, put the argument in afterwards.
    taken = free_names(inner) | set(parser.bound)
    variable = next(
        word
        for word in chain("uvst", (f"u{k}" for k in count(1)))
        if word not in taken and (parser.context is None or word not in parser.context)
    )
    body = Derivative(Apply(name, (Name(variable),)), (Name(variable),) * primes)
    return Subst(body, variable, inner)


CALL_STARTS: dict[str, Reader] = {
    **{"\\" + word: _command for word in SPELLINGS if word not in ("gamma", "sqrt")},
    **dict.fromkeys(NAMED, _command),
    r"\sqrt": _square_root,
}
