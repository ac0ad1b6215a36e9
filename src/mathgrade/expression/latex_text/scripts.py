r"""What stands behind a piece: ``^``, ``_``, ``'`` and ``!``.

TeX takes one token behind ``^`` and ``_``: ``x^10`` is set as x¹0, and is read so, with a
remark. Where the other reading is the only one that makes sense (``x^-1``,
``\delta_ij``) that one is taken, also with a remark.
"""

from __future__ import annotations

from mathgrade.expression.latex_text.forms import is_array
from mathgrade.expression.latex_text.parser import PRODUCT, Parser
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.limits import number
from mathgrade.expression.nodes import (
    Call,
    Constant,
    Derivative,
    Entry,
    Inverse,
    Mul,
    Name,
    Node,
    Number,
    Power,
    Transpose,
    free_names,
)

__all__ = ["BEHIND", "exponent_mark", "read_argument", "read_entry", "read_indices", "whole_name"]

_TRANSPOSES = frozenset({"T", r"\top", r"\intercal", r"\mathsf"})


# ---- what TeX takes


def _alone(parser: Parser) -> Node:
    """Reads the next token as if nothing stood behind it."""
    token = parser.next()
    reader = parser.grammar.starts.get(token.text) or parser.grammar.kinds.get(token.kind)
    if reader is None:
        parser.at -= 1
        parser.unexpected("a number, a name or a group in braces is missing here")
    behind = parser.token
    parser.words[parser.at - 1] = 1
    parser.tokens[parser.at] = Token("stop", "", behind.start, behind.start)
    try:
        return reader(parser, token)
    finally:
        parser.tokens[parser.at] = behind


def read_argument(parser: Parser, mark: Token, what: str) -> Node:
    r"""One argument, as TeX takes it: a group in braces, a digit, a letter, a command.

    Args:
        mark: the ``^``, ``\frac`` … it belongs to.
        what: what it is, for messages: "the exponent".
    """
    token = parser.token
    if token.text == "{" and token.kind == "symbol":
        return read_group(parser, parser.next(), what)
    if token.kind == "number" and len(token.text) > 1:
        return _first_digit(parser, mark, token, what)
    if mark.text in ("^", "_"):
        if token.text in ("+", "-"):
            node = parser.expression(PRODUCT)
            shown = parser.source[token.start : parser.before.end]
            parser.remark(mark, f"This is read as {mark.text}{{{shown}}}; write it so.")
            return node
        if token.text == "(":
            node = parser.grammar.starts["("](parser, parser.next())
            shown = parser.source[token.start : parser.before.end]
            message = f"All of {shown} is read as {what}; write {mark.text}{{…}} with braces."
            parser.remark(mark, message)
            return node
    if token.text in (r"\frac", r"\sqrt"):
        return parser.grammar.starts[token.text](parser, parser.next())
    if token.kind in ("letter", "number", "word", "text") or (
        token.kind == "command" and token.text in parser.grammar.starts
    ):
        return _alone(parser)
    return parser.unexpected(f"{what} is missing here")


def _first_digit(parser: Parser, mark: Token, token: Token, what: str) -> Node:
    shown = token.text
    if mark.text in ("^", "_"):
        if not shown.isdigit():
            reason = f"{what} belongs in braces: {mark.text}{{{shown}}}"
            raise parser.fault(mark, reason, "expression.braces", token.end)
        message = (
            f"{mark.text}{shown} is set as {mark.text}{shown[0]} followed by {shown[1:]} and read "
            f"so; write {mark.text}{{{shown}}} with braces."
        )
        parser.remark(mark, message)
        parser.remarks[-1] = type(parser.remarks[-1])(mark.start, token.end, message)
    elif not shown.isdigit():
        reason = f"{what} belongs in braces: {{{shown}}}"
        raise parser.fault(token, reason, "expression.braces")
    # The digit takes the place of the mark before it, which has been read.
    parser.tokens[parser.at - 1] = Token("number", shown[0], token.start, token.start + 1)
    parser.tokens[parser.at] = Token("number", shown[1:], token.start + 1, token.end)
    return number(shown[0])


def read_group(parser: Parser, opened: Token, what: str) -> Node:
    """The content of a group whose brace was taken."""
    if parser.token.text == "}":
        reason = f"{what} is missing"
        raise parser.fault(opened, reason, "expression.syntax", parser.token.end)
    with parser.inside():
        node = parser.expression()
    parser.expect("}", opened)
    return node


# ---- scripts that are words or marks


def _plain_script(parser: Parser) -> tuple[list[str], int]:
    """The parts of an index that is only letters and digits, and where it ends.

    ``_{max}``, ``_1``, ``_{a,b}``; no parts if it is anything else. Takes nothing.
    """
    tokens, at = parser.tokens, parser.at + 1
    if tokens[at].text != "{":
        token = tokens[at]
        if token.kind not in ("letter", "number", "word", "text"):
            return [], at
        text, end = token.text, at + 1
        if token.kind == "letter":  # x_max, typed without braces
            while tokens[end].kind == "letter" and tokens[end].start == tokens[end - 1].end:
                text += tokens[end].text
                end += 1
        return [text], end
    close = parser.closers.get(at, at)
    parts = [""]
    for token in tokens[at + 1 : close]:
        if token.text == ",":
            parts.append("")
        elif token.kind in ("letter", "number", "word", "text"):
            parts[-1] += token.text.replace(" ", "")
        else:
            return [], at
    return ([] if "" in parts else parts), close + 1


def whole_name(parser: Parser, names: tuple[str, ...]) -> str | None:
    """Takes the index of a name that is declared with it, such as ``x_1`` or ``rate_max``."""
    if parser.token.text != "_" or parser.context is None:
        return None
    script, end = _plain_script(parser)
    if not script:
        return None
    joined = "".join(script)
    for name in names:
        wholes = [f"{name}_{'_'.join(script)}", f"{name}_{joined}"]
        for whole in [*wholes, name + joined] if joined.isdigit() else wholes:
            if whole in parser.context:
                parser.at = end
                return whole
    return None


def exponent_mark(parser: Parser) -> tuple[str, int]:
    """A transpose, inverse or prime behind ``^``: "T", "-T", "-1", "'" or "", and its end."""
    tokens, at = parser.tokens, parser.at
    if tokens[at].text == "{" and tokens[at].kind == "symbol":
        close = parser.closers.get(at, at)
        inner, end = [t.text for t in tokens[at + 1 : close] if t.text not in "{}"], close + 1
    else:
        inner, end = [tokens[at].text], at + 1
    inner = ["T" if text in _TRANSPOSES else text for text in inner]
    if inner in (["T"], ["-", "T"], ["-", "1"]):
        return "".join(inner), end
    if inner and set(inner) == {"'"}:
        return "'" * len(inner), end
    return "", at


# ---- indices


def read_indices(parser: Parser, owner: Token, wanted: int) -> tuple[Node, ...]:
    r"""The indices behind ``_``, which was taken.

    Args:
        owner: what is indexed, for remarks.
        wanted: how many indices there should be; 0 if one or two. ``ij`` is i times j
            where one is wanted, and two indices elsewhere.
    """
    token = parser.token
    if token.text in ("{", "("):
        opened = parser.next()
        if opened.text == "(":
            parser.remark(owner, "The bracket is read as the index; write _{…} with braces.")
        return _listed(parser, opened, wanted)
    if token.kind == "number" and len(token.text) == 2 and wanted == 2:
        parser.next()
        parser.remark(owner, f"{token.text} is read as two indices; write _{{{token.text}}}.")
        return _digits(token.text)
    first = read_argument(parser, Token("symbol", "_", owner.start, owner.end), "the index")
    if wanted == 1 or isinstance(first, Entry):
        return (first,)
    second = parser.token
    if second.start == parser.before.end and second.kind in ("letter", "number"):
        known = second.text in parser.bound or (
            parser.context is not None
            and second.text in parser.context
            and parser.context[second.text].kind == "index"
        )
        if (known or wanted == 2) and len(second.text) == 1:
            text = parser.source[token.start : second.end]
            node = _alone(parser)
            parser.remark(owner, f"{text} is read as two indices; write _{{{text}}} with braces.")
            return (first, node)
    return (first,)


def _listed(parser: Parser, opened: Token, wanted: int) -> tuple[Node, ...]:
    closer = "}" if opened.text == "{" else ")"
    if parser.token.text == closer:
        raise parser.fault(opened, "the index is missing", "expression.index", parser.token.end)
    found: list[Node] = []
    remarks = len(parser.remarks)
    with parser.inside():
        found.append(parser.expression())
        while parser.take(","):
            found.append(parser.expression())
    parser.expect(closer, opened)
    del parser.remarks[remarks:]  # side by side means something else in an index
    if len(found) == 1:
        match found[0]:
            case Mul((Name(), Name()) as pair):  # z_{ij} is never z of i times j
                return pair
            case Mul((left, right)) if wanted == 2 or not (wanted or isinstance(left, Number)):
                return (left, right)
            case Number(value) if wanted == 2 and 10 < value < 100 and value.denominator == 1:
                return _digits(str(value))
    return tuple(found)


def _digits(text: str) -> tuple[Node, ...]:
    return tuple(number(digit) for digit in text)


def read_entry(parser: Parser, base: Node, owner: Token) -> Node:
    """The entry of a piece by the index behind ``_``, which was taken."""
    mark = parser.before
    name = base.name if isinstance(base, Name) and base.name not in parser.bound else ""
    declared = parser.context.get(name) if parser.context is not None and name else None
    wanted = 0
    if declared is not None and declared.shape:
        flat = declared.kind == "matrix" and 1 in declared.shape
        wanted = 0 if flat else {"matrix": 2, "family": 0}.get(declared.kind, 1)
    elif (
        isinstance(base, Number | Constant)
        or declared is not None
        or (isinstance(base, Name) and base.name in parser.bound)
    ):
        end = parser.closers.get(parser.at, parser.at)
        kind = declared.kind if declared is not None else "number"
        kind = {"index": "an index", "size": "a size"}.get(kind, "a number")
        shown = parser.source[owner.start : mark.start]
        reason = f"{shown} is {kind} and has no entries to index"
        raise parser.fault(owner, reason, "expression.index", parser.tokens[end].end)
    indices = read_indices(parser, owner, wanted)
    if wanted and len(indices) != wanted:
        kind = "a vector and takes one index" if wanted == 1 else "a matrix and takes two indices"
        reason = f"{name} is {kind}, not {len(indices)}"
        raise parser.fault(owner, reason, "expression.index", parser.before.end)
    if isinstance(base, Entry):
        return Entry(base.base, base.indices + indices)
    return Entry(base, indices)


# ---- readers of what stands behind a piece


def _raised(parser: Parser, base: Node, mark: Token, owner: Token) -> Node:
    sign, end = exponent_mark(parser)
    array = is_array(base, parser.context, parser.bound)
    if sign.startswith("'"):
        parser.at = end - 1
        return _primed(parser, base, mark, owner)
    if sign.endswith("T") and (array or not _means_number(parser)):
        parser.at = end
        return Transpose(Inverse(base) if sign == "-T" else base)
    if sign == "-1" and array:
        parser.at = end
        return Inverse(base)
    if parser.token.text == "*":
        raise parser.fault(mark, "^* is not read", "expression.syntax", parser.token.end)
    labelled = parser.token.text == "{" and parser.peek().text == "("
    exponent = read_argument(parser, mark, "the exponent")
    if labelled and parser.index(exponent) and isinstance(base, Name):
        if _is_family(parser, base):
            return Entry(base, (exponent,))  # x^{(j)}, the j-th of many vectors
        parser.remark(owner, "This is read as a power; an index is written with _{…}.")
    whole = whole_name(parser, (base.name,)) if isinstance(base, Name) else None
    if whole is not None:  # x^2_1, where x_1 is declared
        base = Name(whole)
    elif parser.take("_"):
        base = read_entry(parser, base, owner)
    if parser.token.text == "^":
        reason = "a second exponent needs brackets around what it belongs to"
        raise parser.fault(parser.token, reason, "expression.syntax")
    return _power(base, exponent)


def _is_family(parser: Parser, base: Name) -> bool:
    declared = parser.context.get(base.name) if parser.context is not None else None
    return declared is not None and declared.kind == "family"


def _means_number(parser: Parser) -> bool:
    """Whether T is declared, so that x^T can be a power."""
    return "T" in parser.bound or (parser.context is not None and "T" in parser.context)


def _power(base: Node, exponent: Node) -> Node:
    return Call("exp", (exponent,)) if base == Constant("E") else Power(base, exponent)


def _starred(parser: Parser, base: Node, _mark: Token, _owner: Token) -> Node:
    """``x**2``, as in Python."""
    return _power(base, parser.expression(PRODUCT))


def _indexed(parser: Parser, base: Node, _mark: Token, owner: Token) -> Node:
    return read_entry(parser, base, owner)


def _primed(parser: Parser, base: Node, mark: Token, _owner: Token) -> Node:
    if is_array(base, parser.context, parser.bound):
        return Transpose(base)
    variable = _only_variable(parser, base) if parser.setting.primes else None
    if variable is not None:
        times = 1
        while times < 4 and parser.take("'"):
            times += 1
        return Derivative(base, (Name(variable),) * times)
    reason = (
        "a prime belongs to a function, such as f'(x); write any other derivative as "
        r"\frac{d}{dx}"
    )
    raise parser.fault(mark, reason, "expression.derivative")


def _only_variable(parser: Parser, base: Node) -> str | None:
    """The one number a formula depends on that is no index and no constant of it."""
    context = parser.context
    if context is None:
        return None
    if isinstance(base, Name):
        found = parser.setting.variable
        return None if found is None or base.name in parser.bound else found(base.name)
    names = [name for name in free_names(base) if name in context]
    shaped = any(context[name].shape for name in names)
    reals = [name for name in names if context[name].kind == "real" and name not in parser.bound]
    return reals[0] if len(reals) == 1 and not shaped else None


def _factorial(_parser: Parser, base: Node, _mark: Token, _owner: Token) -> Node:
    return Call("factorial", (base,))


BEHIND = {"^": _raised, "**": _starred, "_": _indexed, "'": _primed, "!": _factorial}
