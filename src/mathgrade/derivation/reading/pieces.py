r"""Where the formulas of a Markdown text are: between dollars and brackets, in code, on lines.

``$$…$$``, ``\[…\]``, ``\(…\)``, ``$…$`` and the environments that hold lines of formulas;
text in backticks and fences; and lines without any of these that are formulas as they
stand, such as ``softmax(z)_i = exp(z_i)/sum_j exp(z_j)``. Everything keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from mathgrade.derivation.reading.plain import is_formula_line

__all__ = ["LINE_ENVIRONMENTS", "Piece", "pieces"]

LINE_ENVIRONMENTS = frozenset(
    re.findall(
        r"\w+",
        """align aligned alignat alignedat flalign gather gathered multline multlined split eqnarray
    equation displaymath math IEEEeqnarray dmath""",
    )
)

_OPENING = re.compile(
    r"""(?P<escaped>\\\$)
    |(?P<comment><!--)
    |(?P<display>\$\$)
    |(?P<inline>\$)
    |\\begin\{(?P<environment>[A-Za-z]+)(?P<star>\*?)\}
    |(?P<square>\\\\?\[)
    |(?P<round>\\\\?\()
    |(?P<fence>^[ ]{0,3}(?:```|~~~)[^\n]*\n)
    |(?P<tick>`+)""",
    re.VERBOSE | re.MULTILINE,
)
# What Markdown and HTML put around formulas, at most one length long.
_DRESS = re.compile(
    r"</?(?:b|i|u|em|strong|p|br|hr|div|span|center|font|sub|sup|h[1-6]|li|ul|ol|table|tr|td|th"
    r"|tbody|thead|details|summary|img|a|code|pre|kbd|mark|small)\b[^<>\n]{0,200}/?>"
    r"|&nbsp;|&ensp;|&emsp;|&thinsp;|[∎□■✓]"
)
_MARKERS = re.compile(
    r"(?m)^[ \t]*(?:>[ \t]*)*(?:#{1,6}[ \t]+)?(?:[-+*•➤][ \t]+)?"
    r"(?:\d{1,2}[.)][ \t]+(?!\d)|\(?(?:[a-h]|i{1,3}|iv)\)[ \t]+)?"
)
_BOLD = re.compile(r"(?<![\w)\]}])(?:\*\*|__)|(?:\*\*|__)(?![\w(\\])")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


class Piece(NamedTuple):
    """A part of the text: "words", "display", "inline" or "line" (a formula without marks)."""

    kind: str
    start: int
    end: int
    fault: str = ""


def pieces(text: str, known: Callable[[str], bool]) -> tuple[str, list[Piece]]:
    """The text with what only dresses it blanked out, and its pieces in their order.

    Args:
        text: Markdown.
        known: whether a word may stand in a formula.

    >>> [p.kind for p in pieces("So $a = b$, and\\n\\n$$= c$$", lambda word: False)[1]]
    ['words', 'inline', 'words', 'display']
    """
    shown: list[str] = []
    found: list[Piece] = []
    done = 0
    for piece, start, end in _marked(text):
        words = _undressed(text[done:start])
        found += _lines(words, done, known)
        if piece.kind == "comment":
            shown += [words, " " * (end - start)]
        else:
            shown += [words, text[start:end]]
            found.append(piece)
        done = end
    words = _undressed(text[done:])
    found += _lines(words, done, known)
    return "".join((*shown, words)), [p for p in found if p.start < p.end or p.fault]


def _marked(text: str) -> Iterator[tuple[Piece, int, int]]:
    """The pieces between marks, each with where its marks start and end."""
    position, lost = 0, set[str]()
    while (opening := _OPENING.search(text, position)) is not None:
        start, position, kind = opening.start(), opening.end(), opening.lastgroup or ""
        inner = position
        if kind in ("star", "environment"):
            name = opening["environment"]
            if name not in LINE_ENVIRONMENTS:
                continue
            closer = rf"\end{{{name}{opening['star']}}}"
            end = _find(text, closer, position, lost)
            after = end + len(closer) if end >= 0 else len(text)
            reason = "" if end >= 0 else rf"{closer} is missing"
            position = after
            yield Piece("display", start, after, reason), start, after
            continue
        if kind == "escaped":
            continue
        if kind == "comment":
            end = _find(text, "-->", position, lost)
            position = end + 3 if end >= 0 else position
            if end >= 0:
                yield Piece("comment", start, position), start, position
            continue
        if kind == "fence":
            mark = opening.group().strip()[:3]
            end = _find(text, "\n" + mark, position - 1, lost)
            stop = end if end >= 0 else len(text)
            for line in re.finditer(r"[^\n]+", text[inner:stop]):
                place = (inner + line.start(), inner + line.end())
                relation = re.search(r"[=<>≠]|\\", line.group())
                yield Piece("line" if relation else "words", *place), *place
            position = stop + 4 if end >= 0 else stop
            continue
        if kind == "tick":
            end = _find(text, opening.group(), position, lost)
            if end < 0 or "\n" in text[inner:end]:
                continue
            position = end + len(opening.group())
            content = text[inner:end].strip()
            if re.search(r"[=<>≠]|\\", content) and content[0] not in "$\\":
                yield Piece("inline", inner, end), start, position
            else:
                position = inner
            continue
        closers = {"display": ("$$",), "inline": ("$",), "square": (r"\\]", r"\]")}
        for closer in closers.get(kind, (r"\\)", r"\)")):
            if closer[:2] == "\\\\" and not opening.group().startswith("\\\\"):
                continue
            end = _closing(text, closer, position, lost)
            if end >= 0:
                break
        shape = "display" if kind in ("display", "square") else "inline"
        blank = _BLANK_LINE.search(text, position, end) if shape == "inline" and end > 0 else None
        if end < 0 or blank is not None:
            if kind == "round":  # a bracket that Markdown kept from being seen
                continue
            stop = blank.start() if blank is not None else _paragraph(text, position)
            reason = f"this {opening.group()} is not closed"
            position = max(stop, position)
            yield Piece(shape, start, position, reason), start, position
            continue
        position = end + len(closer)
        yield Piece(shape, inner, end), start, position


def _find(text: str, closer: str, position: int, lost: set[str]) -> int:
    """Where a mark stands, or -1; one that is missing once is not looked for again."""
    if closer in lost:
        return -1
    found = text.find(closer, position)
    if found < 0:
        lost.add(closer)
    return found


def _closing(text: str, closer: str, position: int, lost: set[str]) -> int:
    found = _find(text, closer, position, lost)
    while found > 0 and text[found - 1] == "\\" and closer[0] == "$" and text[found - 2] != "\\":
        found = _find(text, closer, found + 1, lost)
    return found


def _paragraph(text: str, position: int) -> int:
    """Where the paragraph ends."""
    blank = _BLANK_LINE.search(text, position)
    return blank.start() if blank is not None else len(text)


def _undressed(words: str) -> str:
    for pattern in (_DRESS, _MARKERS, _BOLD):
        words = pattern.sub(lambda found: " " * len(found.group()), words)
    return words


def _lines(words: str, offset: int, known: Callable[[str], bool]) -> Iterator[Piece]:
    """The words between two formulas, and the lines of them that are formulas themselves."""
    done = 0
    lines = list(re.finditer(r"[^\n]+", words))
    for line, after in zip_longest(lines, lines[1:]):
        leads = after is not None and after.group().lstrip().startswith("=")
        if is_formula_line(line.group(), known, leads=leads):
            yield Piece("words", offset + done, offset + line.start())
            yield Piece("line", offset + line.start(), offset + line.end())
            done = line.end()
    yield Piece("words", offset + done, offset + len(words))
