r"""Cuts LaTeX into tokens, each with its place in the text.

What only changes the look (spacing, ``\left``, colours, ``\cancel``) is dropped here,
and what can be typed in several ways comes out in one: ``\dfrac`` as ``\frac``, ``−``
as ``-``, ``x²`` as ``x^{2}``. Macros are refused, so nothing expands. The tokens of
several lines, with ``&``, ``\\`` and tags, are what a derivation is cut into steps from.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mathgrade.expression.latex_text.characters import CHARACTERS, SUBSCRIPTS, SUPERSCRIPTS
from mathgrade.expression.latex_text.commands import (
    ACCENTS,
    DROPPED,
    DROPPED_FIRST,
    DROPPED_GROUP,
    FONTS,
    MACROS,
    SAME,
    SIDES,
    TEXTS,
)
from mathgrade.expression.latex_text.faults import LatexError, fault

__all__ = ["MAX_LENGTH", "MAX_TOKENS", "Token", "tokenize"]

MAX_LENGTH = 20_000  # characters
MAX_TOKENS = 10_000


class Token(NamedTuple):
    r"""One piece of LaTeX.

    Attributes:
        kind: "number", "letter" (one Latin letter), "word" (a name set as one, as in
            ``\mathrm{rate}``), "command", "symbol", "text", "begin", "end" (of an
            environment), "tag" or "stop" (behind the last one).
        text: the piece in its one spelling.
        start, end: offsets in the source.
        side: "left" or "right" of a delimiter that says which it is.
    """

    kind: str
    text: str
    start: int
    end: int
    side: str = ""


_PIECE = re.compile(
    r"""(?P<space>[\s~]+|%[^\n]*)
    |(?P<command>\\(?:[A-Za-z]+\*?|.|$))
    |(?P<dots>\.\.\.)
    |(?P<number>[0-9]+(?:\.[0-9]+|\{,\}[0-9]+)?|\.[0-9]+)
    |(?P<letter>[A-Za-z])
    |(?P<symbol>\*\*|<=|>=|!=|==|:=|->|=>|[-+*/=<>()\[\]{}^_&,;:!|'.?#@"`$])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ENVIRONMENT = re.compile(r"\s*\{([A-Za-z]+)\*?\}")
_COLUMNS = re.compile(r"\s*(?:\[[tcb]\])?\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_NAME = re.compile(r"\s*\{\s*([A-Za-z](?:[A-Za-z0-9 -]|\\[ ,])*)\}")
_SINGLE = re.compile(r"\s*\{\s*(\\[A-Za-z]+|[A-Za-z])\s*\}|\s*(\\[A-Za-z]+|[A-Za-z])")
_ONE = re.compile(r"\s*(?:\{\s*([1I])\s*\}|([1I]))")
_SKIP = re.compile(r"\s*\*?(\[-?[0-9.]+\s*[a-z]{2}\])?")
_NEGATED = re.compile(r"\s*(?:=|\\equiv(?![A-Za-z]))")
_COLUMN_ENVIRONMENTS = ("array", "alignat", "alignedat", "tabular")
_BLANKS = str.maketrans(dict.fromkeys(" -\\,"))


def tokenize(source: str) -> list[Token]:
    r"""The tokens of a text, the last of them of kind "stop".

    Raises:
        LatexError: too long, a macro, braces that do not close, a sign nobody knows.

    >>> [t.text for t in tokenize(r"\left(x−1\right)²\,")]
    ['(', 'x', '-', '1', ')', '^', '{', '2', '}', '']
    """
    if len(source) > MAX_LENGTH:
        raise fault(
            source,
            0,
            len(source),
            f"it has {len(source)} characters; at most {MAX_LENGTH} can be read",
            "expression.too-big",
        )
    return _Tokenizer(source).run()


class _Tokenizer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[Token] = []
        self.side: tuple[str, int] | None = None  # a \left whose delimiter comes next

    def run(self) -> list[Token]:
        position, length = 0, len(self.source)
        match = _PIECE.match
        while position < length:
            piece = match(self.source, position)
            assert piece is not None  # the last alternative takes any character
            kind, text, start = str(piece.lastgroup), piece.group(), position
            position = piece.end()
            if kind == "space":
                continue
            if kind == "command":
                position = self.command(text, start, position)
            elif kind == "dots":
                self.add("command", r"\dots", start, position)
            elif kind == "other":
                position = self.other(text, start)
            else:
                self.add(kind, text, start, position)
            if len(self.tokens) > MAX_TOKENS:
                reason = f"it has more than {MAX_TOKENS} pieces, which is too long to be read"
                raise fault(self.source, 0, length, reason, "expression.too-big")
        if self.side is not None:
            self.lost_side(length)
        self.tokens.append(Token("stop", "", length, length))
        return self.tokens

    def add(self, kind: str, text: str, start: int, end: int) -> None:
        side = ""
        if self.side is not None:
            (side, start), self.side = self.side, None
            if text not in _DELIMITERS:
                self.side = (side, start)
                self.lost_side(end)
        self.tokens.append(Token(kind, text, start, end, side))

    def lost_side(self, end: int) -> None:
        assert self.side is not None
        raise fault(
            self.source,
            self.side[1],
            end,
            r"a bracket belongs behind \left, \right and \big, such as \left( or \left\{",
            "expression.syntax",
        )

    def command(self, text: str, start: int, end: int) -> int:
        """Takes one command, with what belongs to it; returns where to go on."""
        name = text if text in _STARRED else text.rstrip("*") if len(text) > 2 else text
        if name != text:
            end -= 1
        if name in DROPPED:
            return end
        if name in MACROS:
            reason = "macros, files and links are not read; write the formula out"
            raise fault(self.source, start, end, reason, "expression.macro")
        if name in SIDES:
            self.side = (SIDES[name], start)
            return end
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, name, start, end)
        plain, side = _SIDED.get(name, (SAME.get(name, name), ""))
        kind = "symbol" if not plain.startswith("\\") else "command"
        if side and self.side is None:
            self.side = (side, start)
        self.add(kind, plain, start, end)
        return end

    def other(self, text: str, start: int) -> int:
        """A sign beyond ASCII."""
        for table, mark in ((SUPERSCRIPTS, "^"), (SUBSCRIPTS, "_")):
            if text in table:
                return self.script(table, mark, start)
        plain = CHARACTERS.get(text)
        if plain is None:
            reason = "this character is not part of a formula"
            raise fault(self.source, start, start + 1, reason)
        self.add("command" if plain.startswith("\\") else "symbol", plain, start, start + 1)
        return start + 1

    def script(self, table: dict[str, str], mark: str, start: int) -> int:
        """A run of small figures: ``⁻¹`` is ``^{-1}``."""
        end = start
        while end < len(self.source) and self.source[end] in table:
            end += 1
        self.add("symbol", mark, start, start)
        self.add("symbol", "{", start, start)
        plain = "".join(table[c] for c in self.source[start:end])
        for piece in re.finditer("[0-9]+|.", plain):
            text = piece.group()
            kind = "number" if text.isdigit() else "letter" if text.isalpha() else "symbol"
            self.add(kind, text, start + piece.start(), start + piece.end())
        self.add("symbol", "}", end, end)
        return end

    def group(self, position: int, what: str) -> tuple[int, int]:
        """Where the content of the brace group at ``position`` starts and ends."""
        start = position
        while start < len(self.source) and self.source[start].isspace():
            start += 1
        if self.source[start : start + 1] != "{":
            reason = f"a group in braces belongs behind {what}"
            at = min(position, len(self.source) - 1)
            raise fault(self.source, at, at + 1, reason, "expression.syntax")
        depth, end = 0, start
        while end < len(self.source):
            sign = self.source[end]
            if sign == "\\":
                end += 1
            elif sign == "{":
                depth += 1
            elif sign == "}":
                depth -= 1
                if not depth:
                    return start + 1, end
            end += 1
        reason = "this brace is not closed"
        raise fault(self.source, start, start + 1, reason, "expression.syntax")

    def drop_group(self, name: str, _start: int, end: int) -> int:
        return self.group(end, name)[1] + 1

    def drop_first(self, name: str, _start: int, end: int) -> int:
        """``\\overset{!}{=}``: only the second group counts, bare if it is one sign."""
        _, close = self.group(end, name)
        inner, last = self.group(close + 1, name)
        content = self.source[inner:last].strip()
        if content in ("=", "<", ">"):
            self.add("symbol", content, inner, last)
            return last + 1
        return close + 1

    def font(self, name: str, start: int, end: int) -> int:
        if name in (r"\mathbf", r"\boldsymbol", r"\bm", r"\vec") and (
            one := re.compile(r"\s*\{\s*1\s*\}").match(self.source, end)
        ):
            self.add("command", r"\mathbb{1}", start, one.end())
            return one.end()
        single = _SINGLE.match(self.source, end)
        if single:
            text = single.group(1) or single.group(2)
            if text in FONTS or text in ACCENTS:
                return end  # \mathbf{\hat y}: the inner command decides
            at = single.start(1) if single.group(1) else single.start(2)
            if text.startswith("\\"):
                if single.group(2) or text in DROPPED or text in TEXTS:
                    return end
                self.command(text, at, at + len(text))
            else:
                self.add("letter", text, at, at + 1)
            return single.end()
        word = _NAME.match(self.source, end)
        if word:
            self.add("word", word.group(1).translate(_BLANKS), start, word.end())
            return word.end()
        return end

    def accent(self, name: str, start: int, end: int) -> int:
        single = _SINGLE.match(self.source, end)
        if not single:
            inner = re.compile(r"\s*\{\s*\\[a-z]+\s*\{\s*([A-Za-z])\s*\}\s*\}").match(
                self.source, end
            )
            if inner is None:
                reason = f"{name} belongs over one letter"
                raise fault(self.source, start, end, reason)
            single = inner
        text = single.group(1) or single.group(2)
        self.add("word", f"{text.lstrip(chr(92))}_{ACCENTS[name]}", start, single.end())
        return single.end()

    def blackboard(self, _name: str, start: int, end: int) -> int:
        one = _ONE.match(self.source, end)
        if one:
            self.add("command", r"\mathbb{1}", start, one.end())
            return one.end()
        self.add("command", r"\mathbb", start, end)
        return end

    def words(self, name: str, start: int, end: int) -> int:
        """``\\text{if $i = j$}``: the words as text, the formula in it as itself."""
        inner, last = self.group(end, name)
        position = inner
        for k, part in enumerate(self.source[inner:last].split("$")):
            if k % 2:
                self.shifted(part, position)
            elif part.strip() and not any(c.isalnum() for c in part):
                self.shifted(part, position)  # a comma or bracket set as text
            elif part.strip():
                whole = len(part) == last - inner
                place = (start, last + 1) if whole else (position, position + len(part))
                self.add("text", part.strip(), *place)
            position += len(part) + 1
        return last + 1

    def shifted(self, part: str, position: int) -> None:
        """Adds the tokens of a part of the text that stands at a position."""
        try:
            inner = _Tokenizer(part).run()[:-1]
        except LatexError as error:
            start, end = error.start + position, error.end + position
            raise fault(self.source, start, end, error.reason, error.note) from None
        for token in inner:
            place = (token.start + position, token.end + position)
            self.tokens.append(Token(token.kind, token.text, *place, token.side))

    def tag(self, name: str, start: int, end: int) -> int:
        inner, last = self.group(end, name)
        self.add("tag", f"({self.source[inner:last]})", start, last + 1)
        return last + 1

    def environment(self, name: str, start: int, end: int) -> int:
        found = _ENVIRONMENT.match(self.source, end)
        if found is None:
            reason = f"the name of the environment belongs behind it, such as {name}{{cases}}"
            raise fault(self.source, start, end, reason, "expression.syntax")
        end = found.end()
        if name == r"\begin" and found.group(1) in _COLUMN_ENVIRONMENTS:
            columns = _COLUMNS.match(self.source, end)
            end = columns.end() if columns else end
        self.add(name[1:], found.group(1), start, end)
        return end

    def row(self, _name: str, start: int, end: int) -> int:
        skip = _SKIP.match(self.source, end)
        # Only a length such as [2pt] belongs to the line break, not a bracket of the formula.
        if skip and skip.group(1):
            end = skip.end()
        self.add("symbol", r"\\", start, end)
        return end

    def negated(self, _name: str, start: int, end: int) -> int:
        found = _NEGATED.match(self.source, end)
        if found is None:
            reason = r"\not is read before = only"
            raise fault(self.source, start, end, reason)
        self.add("command", r"\neq", start, found.end())
        return found.end()

    def lone(self, _name: str, start: int, end: int) -> int:
        raise fault(self.source, start, end, "a backslash stands alone", "expression.syntax")


_DELIMITERS = frozenset(
    [
        r"(",
        r")",
        r"[",
        r"]",
        r"|",
        r".",
        r"/",
        r"<",
        r">",
        r"\{",
        r"\}",
        r"\|",
        r"\lfloor",
        r"\rfloor",
        r"\lceil",
        r"\rceil",
        r"\langle",
        r"\rangle",
        r"\uparrow",
    ]
)
_SIDED = {r"\lvert": ("|", "left"), r"\rvert": ("|", "right")}
_STARRED = frozenset(c for c in (*FONTS, *DROPPED_GROUP, *MACROS) if c.endswith("*"))
_SPECIAL = {
    **dict.fromkeys(DROPPED_GROUP, _Tokenizer.drop_group),
    **dict.fromkeys(DROPPED_FIRST, _Tokenizer.drop_first),
    **dict.fromkeys(FONTS, _Tokenizer.font),
    **dict.fromkeys(ACCENTS, _Tokenizer.accent),
    **dict.fromkeys(TEXTS, _Tokenizer.words),
    r"\mathbb": _Tokenizer.blackboard,
    r"\mathds": _Tokenizer.blackboard,
    r"\mathbbm": _Tokenizer.blackboard,
    r"\tag": _Tokenizer.tag,
    r"\begin": _Tokenizer.environment,
    r"\end": _Tokenizer.environment,
    r"\\": _Tokenizer.row,
    r"\cr": _Tokenizer.row,
    r"\not": _Tokenizer.negated,
    "\\": _Tokenizer.lone,
}
