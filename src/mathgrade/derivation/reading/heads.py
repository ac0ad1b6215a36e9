r"""Heads of definitions: ``S``, ``y_i``, ``a_{ij}``, ``f(x)``, ``softmax(v)_i``, ``T_i(z)``."""

from __future__ import annotations

from dataclasses import dataclass

from mathgrade.expression.latex_text import LatexError
from mathgrade.expression.latex_text.commands import GREEK
from mathgrade.expression.latex_text.tokens import Token, tokenize

__all__ = ["Head", "read_head"]

_LONGEST = 60  # tokens of a head
_CLOSE = {"{": "}", "(": ")", "[": "]"}
_CONSTANTS = frozenset({"e", "pi", "delta"})


@dataclass(frozen=True, slots=True)
class Head:
    """What a definition gives a meaning to.

    Attributes:
        name: the name.
        arguments: what it is applied to, as tokens; names if it is a definition.
        indices: its indices, names or numbers.
        stem: the name without its prime, if it has one: z of ``z'``.
    """

    name: str
    arguments: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()
    stem: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether arguments and indices are different names, none of them a number."""
        inner = (*self.arguments, *self.indices)
        names = all(word and not word[0].isdigit() for word in inner)
        return names and len(set(inner)) == len(inner) and self.name not in inner


def read_head(source: str) -> Head | None:
    r"""The head in a text; None if it is anything else.

    >>> read_head(r"\mathrm{softmax}(v)_i")
    Head(name='softmax', arguments=('v',), indices=('i',), stem='')
    >>> read_head("a_{ij}").indices, read_head("y[i]").indices, read_head("2x")
    (('i', 'j'), ('i',), None)
    """
    if len(source) > 200:
        return None
    try:
        tokens = tokenize(source)[:-1]
    except LatexError:
        return None
    if not tokens or len(tokens) > _LONGEST:
        return None
    name, at = _name(tokens, 0, whole=True)
    if not name or name in _CONSTANTS:
        return None
    arguments: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()
    stem = ""
    while at < len(tokens):
        token = tokens[at]
        if token.text == "'" and not stem and not arguments:
            name, stem, at = f"{name}_prime", name, at + 1
            continue
        if token.text == "_" and not indices:
            found, at = _listed(tokens, at + 1, apart=True)
            indices = found
        elif token.text == "[" and not indices and not arguments and not token.side:
            found, at = _listed(tokens, at, apart=True)
            indices = found
        elif token.text == "(" and not arguments:
            found, at = _listed(tokens, at, apart=False)
            arguments = found
        else:
            return None
        if not found:
            return None
    if stem and arguments:
        return None  # the derivative of a function
    return Head(name, arguments, indices, stem)


def _name(tokens: list[Token], at: int, *, whole: bool = False) -> tuple[str, int]:
    """The name at a place and where it ends; with ``whole``, letters side by side are one."""
    token = tokens[at]
    if token.text in GREEK:
        return GREEK[token.text][0], at + 1
    if token.kind in ("word", "text"):
        word = token.text.replace(" ", "").replace("-", "")
        return (word, at + 1) if word.replace("_", "").isalnum() else ("", at)
    if token.kind != "letter":
        return "", at
    end = at + 1
    while (
        whole
        and end < len(tokens)
        and tokens[end].kind == "letter"
        and tokens[end].start == tokens[end - 1].end
    ):
        end += 1
    return "".join(t.text for t in tokens[at:end]), end


def _listed(tokens: list[Token], at: int, *, apart: bool) -> tuple[tuple[str, ...], int]:
    """Names or numbers in brackets, or the one that comes next; none if it is anything else.

    Args:
        apart: whether names may stand side by side: ``ij`` for i and j.
    """
    if at >= len(tokens):
        return (), at
    if tokens[at].text not in _CLOSE:
        if tokens[at].kind == "number":
            return (tokens[at].text,), at + 1
        name, at = _name(tokens, at)
        return ((name,) if name else ()), at
    closer = _CLOSE[tokens[at].text]
    at += 1
    found: list[str] = []
    comma = True
    while at < len(tokens) and tokens[at].text != closer:
        token = tokens[at]
        if token.text == ",":
            if comma:
                return (), at
            comma, at = True, at + 1
            continue
        if not comma and not apart:
            return (), at
        if token.kind == "number":
            name, at = token.text, at + 1
        else:
            name, at = _name(tokens, at, whole=not apart)
        if not name:
            return (), at
        found.append(name)
        comma = False
    if at >= len(tokens) or comma:
        return (), at
    return tuple(found), at + 1
