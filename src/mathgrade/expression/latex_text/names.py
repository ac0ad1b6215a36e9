r"""Names: letters, Greek letters and words, by what the context declares.

``xy`` is x times y, unless ``xy`` is declared; ``softmax`` is one name if it is declared,
and ``sin`` or ``sum`` without a backslash are what they say, unless the declared names
spell them. ``x_1`` is an entry of a vector x, or the number declared as ``x_1``.
"""

from __future__ import annotations

from collections.abc import Callable

from mathgrade.errors import ResponseError
from mathgrade.expression.functions import FUNCTIONS, SPELLINGS
from mathgrade.expression.latex_text.brackets import read_delta, read_indicator
from mathgrade.expression.latex_text.calls import read_apply, read_arguments, read_call
from mathgrade.expression.latex_text.commands import GREEK, PLAIN_LETTERS, PLAIN_WORDS
from mathgrade.expression.latex_text.derivatives import read_differential
from mathgrade.expression.latex_text.faults import LatexError
from mathgrade.expression.latex_text.parser import Parser, Reader
from mathgrade.expression.latex_text.scripts import read_entry, read_indices, whole_name
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.limits import number
from mathgrade.expression.nodes import Call, Constant, Entry, Identity, Mul, Name, Node, Zeros

__all__ = ["NAME_KINDS", "NAME_STARTS", "is_word", "read_name"]

_LONGEST = 60  # letters of a word
_LATEX_FUNCTIONS = {
    f.latex: f.name for f in FUNCTIONS.values() if f.latex[0] == "\\" and f.latex[1:].isalpha()
}


def is_word(parser: Parser, token: Token) -> bool:
    """Whether ``\\text{…}`` holds the name of something."""
    word = _joined(token.text)
    return _declared(parser, (word,)) is not None or word in SPELLINGS


def _joined(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


def _declared(parser: Parser, names: tuple[str, ...]) -> str | None:
    for name in names:
        if name in parser.bound or (parser.context is not None and name in parser.context):
            return name
        if name in parser.setting.aliases:
            return parser.setting.aliases[name]
    return None


# ---- runs of letters


def _letters(parser: Parser, token: Token) -> Node:
    """A letter that starts a word, or stands for itself."""
    if token.text == "d":
        derivative = read_differential(parser, token)
        if derivative is not None:
            return derivative
    at = parser.at - 1
    length = parser.words.get(at)
    if length is None:
        length = _split(parser, at)
    tokens = parser.tokens[at : at + length]
    parser.at = at + length
    word = "".join(t.text for t in tokens)
    return read_name(parser, Token("word", word, token.start, tokens[-1].end), (word,))


def _run(parser: Parser, at: int) -> str:
    """The letters from a token on that stand directly side by side."""
    tokens, end = parser.tokens, at + 1
    while tokens[end].kind == "letter" and tokens[end].start == tokens[end - 1].end:
        end += 1
        if end - at > _LONGEST:
            reason = f"a word has more than {_LONGEST} letters"
            raise parser.fault(tokens[at], reason, "expression.too-big", tokens[end].start)
    return "".join(t.text for t in tokens[at:end])


def _split(parser: Parser, at: int) -> int:
    """How many letters the name at a token has; the rest of the run is split with it."""
    run = _run(parser, at)
    after = parser.tokens[at + len(run)]
    if after.kind == "number" and after.start == parser.tokens[at + len(run) - 1].end:
        # x2 may be declared as one name.
        for start in range(len(run)):
            if _declared(parser, (run[start:] + after.text,)):
                lengths = _pieces(parser, run[:start], False) if start else []
                _note(parser, at, [*lengths, len(run) - start + 1])
                return parser.words[at]
    applied = after.text == "(" and after.start == parser.tokens[at + len(run) - 1].end
    _note(parser, at, _pieces(parser, run, applied))
    return parser.words[at]


def _note(parser: Parser, at: int, lengths: list[int]) -> None:
    for length in lengths:
        parser.words[at] = length
        at += length


def _pieces(parser: Parser, run: str, applied: bool) -> list[int]:
    """Splits letters into names: declared ones if they will do, else with known words."""
    if len(run) == 1 or _declared(parser, (run,)):
        return [len(run)]
    # sin is s times i times n only where all of them are numbers.
    found = _fewest(run, lambda word: _is_number(parser, word))
    if found:
        return found
    if parser.context is None:
        if applied or run in SPELLINGS or run in PLAIN_WORDS or run in PLAIN_LETTERS:
            return [len(run)]
        return [1] * len(run)
    found = _fewest(run, lambda word: _known(parser, word))
    if found:
        return found
    if sum(_declared(parser, (letter,)) is None for letter in run) < 2:
        return _fewest(run, lambda word: len(word) == 1 or _known(parser, word)) or [len(run)]
    return [len(run)]


def _is_number(parser: Parser, word: str) -> bool:
    declared = parser.context.get(word) if parser.context and word not in parser.bound else None
    return declared is not None and declared.kind in ("real", "integer")


def _known(parser: Parser, word: str) -> bool:
    declared = _declared(parser, (word,)) is not None
    return declared or word in SPELLINGS or word in PLAIN_WORDS or word in PLAIN_LETTERS


def _fewest(run: str, known: Callable[[str], bool]) -> list[int]:
    """The lengths of the fewest known words that make up a run; none if nothing does."""
    best: list[list[int] | None] = [[]]
    for end in range(1, len(run) + 1):
        choice: list[int] | None = None
        for start in range(end):
            front = best[start]
            if (
                front is not None
                and (choice is None or len(front) + 1 < len(choice))
                and known(run[start:end])
            ):
                choice = [*front, end - start]
        best.append(choice)
    return best[-1] or []


# ---- what a name stands for


def read_name(parser: Parser, token: Token, names: tuple[str, ...]) -> Node:
    """What stands for itself, is indexed or is applied, by one of the possible names."""
    name = _declared(parser, names)
    whole = whole_name(parser, (name,) if name else names)
    if whole is not None:
        return Name(whole)
    if name is not None:
        return _meaning(parser, token, name)
    word = names[0]
    if word == "delta":
        return read_delta(parser, token)
    if word in PLAIN_WORDS and token.kind == "word":
        return parser.grammar.starts[PLAIN_WORDS[word]](parser, token)
    if word in SPELLINGS and (token.kind != "command" or parser.token.text == "("):
        return read_call(parser, token, SPELLINGS[word])
    if word == "pi":
        return Constant("pi")
    if word == "e":
        return _base(parser, token)
    if word == "I" and parser.token.text == "_":
        parser.next()
        return Identity(read_indices(parser, token, 1)[0])
    if word == "I" and parser.setting.identity is not None:
        return Identity(parser.setting.identity)
    if parser.context is None:
        applied = parser.token.text == "(" and (len(word) > 1 or word in "fghFGH")
        if applied or (word in "fgh" and parser.token.text == "'"):
            return read_apply(parser, token, word, 0)
        return Name(word)
    raise _undeclared(parser, token, word)


def _undeclared(parser: Parser, token: Token, name: str) -> LatexError:
    """The error for a name that is not declared."""
    assert parser.context is not None
    if name == "I":
        reason = r"say how big the identity is: I_{n}"
        return parser.fault(token, reason, "expression.undeclared")
    listing = parser.context.listing()
    reason = f"the name {name} is not known here; names that may be used: {listing}"
    return parser.fault(token, reason, "expression.undeclared")


def _meaning(parser: Parser, token: Token, name: str) -> Node:
    declared = parser.context.get(name) if parser.context and name not in parser.bound else None
    if declared is None:
        return Name(name)
    if declared.kind == "function":
        return read_apply(parser, token, name, declared.arity)
    node: Node = Name(name)
    if name in parser.setting.primed:
        return _primed(parser, token, name)
    if parser.take("_"):
        return read_entry(parser, node, token)
    if parser.token.text == "[" and declared.shape and not parser.token.side:
        return _subscripted(parser, token, node)
    return node


def _primed(parser: Parser, token: Token, name: str) -> Node:
    """``z'_i`` and ``z_i'``, where ``z'`` is a name of its own."""
    behind = parser.take("'") is not None
    base = Name(parser.setting.primed[name] if behind else name)
    if not parser.take("_"):
        return base
    entry = read_entry(parser, base, token)
    if not behind and isinstance(entry, Entry) and parser.take("'"):
        return Entry(Name(parser.setting.primed[name]), entry.indices)
    return entry


def _subscripted(parser: Parser, token: Token, node: Node) -> Node:
    """``z[i]``, as in Python; anything but indices in the brackets is a factor."""
    at, bracket = parser.at, parser.token
    indices = read_arguments(parser, parser.next()) if bracket.start == token.end else ()
    if not indices or not all(parser.index(index) for index in indices):
        parser.at = at
        return node
    shown = parser.source[token.start : parser.before.end]
    parser.remark(token, f"{shown} is read as an entry; write it with _{{…}}.")
    return Entry(node, indices)


def _base(parser: Parser, token: Token) -> Node:
    """Euler's number; ``e^z_i`` is e to the z_i, though it is not set so."""
    if parser.token.text == "^" and (
        parser.peek().kind in ("letter", "word") or parser.peek().text in GREEK
    ):
        after = parser.peek(2)
        if after.text == "_" and after.kind == "symbol":
            parser.next()
            inner = parser.tokens[parser.at]
            reader = parser.grammar.starts.get(inner.text) or parser.grammar.kinds[inner.kind]
            exponent = reader(parser, parser.next())
            if isinstance(exponent, Entry | Name):
                text = parser.source[inner.start : parser.before.end]
                message = f"This is read as e^{{{text}}}; put the exponent in braces."
                parser.remark(token, message)
            return Call("exp", (exponent,))
    if parser.token.text == "_":
        reason = "e is a number and has no entries"
        raise parser.fault(token, reason, "expression.index", parser.token.end)
    return Constant("E")


# ---- the other starts


def _greek(parser: Parser, token: Token) -> Node:
    names = GREEK[token.text]
    sign = {r"\Sigma": r"\sum", r"\Pi": r"\prod"}.get(token.text)
    if sign and parser.token.text == "_" and _declared(parser, names) is None:
        node = parser.grammar.starts[sign](parser, token)
        parser.remark(token, f"The letter {token.text} is read as the sign {sign}.")
        return node
    if _declared(parser, names) is None and parser.token.text == "(":
        function = _LATEX_FUNCTIONS.get(token.text)
        if function is not None:
            return read_call(parser, token, function)
    return read_name(parser, token, names)


def _word(parser: Parser, token: Token) -> Node:
    names: tuple[str, ...] = (token.text,)
    stem, _, accent = token.text.partition("_")
    if accent:
        names = (token.text, stem + accent, f"{accent}_{stem}")
    return read_name(parser, token, names)


def _text(parser: Parser, token: Token) -> Node:
    return read_name(parser, token, (_joined(token.text),))


def _number(parser: Parser, token: Token) -> Node:
    if parser.token.text == "_" and token.text == "0":
        mark = parser.next()
        inner = read_indices(parser, token, 1)[0]
        if isinstance(inner, Mul) and len(inner.factors) == 2:
            return Zeros(*inner.factors)
        reason = r"a matrix of zeros is written 0_{m \times n}"
        raise parser.fault(mark, reason, end=parser.before.end)
    if parser.token.text == "_" and token.text == "1":
        return read_indicator(parser, token)
    if "{,}" in token.text and len(token.text.partition("{,}")[2]) == 3:
        message = "{,} is read as the decimal point, not between thousands."
        parser.remark(token, message)
    try:
        return number(token.text.replace("{,}", "."))
    except ResponseError as error:
        reason = "the number has too many digits"
        raise parser.fault(token, reason, error.note) from None


NAME_KINDS: dict[str, Reader] = {
    "letter": _letters,
    "word": _word,
    "text": _text,
    "number": _number,
}
NAME_STARTS: dict[str, Reader] = dict.fromkeys(GREEK, _greek)
