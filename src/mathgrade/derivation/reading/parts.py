r"""Cuts the text of a formula at its relations, line breaks, gaps, arrows and words.

Only what stands outside of all brackets and of matrices cuts. What merely sets the formula
(``&``, ``\\``, labels, ``\underbrace``, the lines' environment) is blanked out, so that
each side can be read from the same places of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from mathgrade.derivation.reading.pieces import LINE_ENVIRONMENTS
from mathgrade.derivation.reading.plain import BRACKETED, RELATED, phrases
from mathgrade.derivation.reading.signs import (
    ARROWS,
    BLANKED,
    DEFINING,
    GAPS,
    GROUP_GONE,
    OVER,
    ROWS,
    SIGNS,
    WRAPS,
)
from mathgrade.expression.latex_text.commands import TEXTS

__all__ = ["Part", "Scanner"]

_SCAN = re.compile(
    r"""[^\\{}()\[\]&%=<>:;,.!\-≠≤≥≡≈→⇒⇔⟹⟺↦∈∀⩽⩾]+
    |(?P<comment>%[^\n]*)
    |(?P<command>\\(?:[A-Za-z]+\*?|.|$))
    |(?P<sign>:=|==|!=|<=>|<=|>=|=>|->|[=<>≠≤≥≡≈⩽⩾→⇒⇔⟹⟺↦])
    |(?P<open>[({\[])
    |(?P<close>[)}\]])
    |(?P<amp>&)
    |(?P<mark>[,;.:])
    |.""",
    re.VERBOSE | re.DOTALL,
)
_BIG = (r"\sum", r"\prod", r"\max", r"\min")
_SKIP = re.compile(r"\*?\s*(\[-?[0-9.]+\s*[a-z]{2}\])?")
_DELIMITER = re.compile(r"\s*(?:\\[A-Za-z]+|\\.|.)", re.DOTALL)
_PLACED = re.compile(r"\s*\[[tcb]\]")
_NAME = re.compile(r"\s*\{([A-Za-z]+)\*?\}")
_COLUMNS = re.compile(r"\s*(?:\[[tcb]\])?\s*\{[lcr|@{}0-9 ]*\}")
_OPENED, _CLOSED = (r"\{", r"\lbrace", r"\lbrack"), (r"\}", r"\rbrace", r"\rbrack")
_LEADING = re.compile(r"\s*&?\s*(?:=|\\equiv|\\le|\\ge|<|>)")
_LINED = re.compile(r"&\s*(?:=|\\le)|=\s*&")
_FIRST_CELL = re.compile(r"(?:[^&\\]|\\[^\\])*")
_LEFT_BRACE = re.compile(r"\\left\s*\\(?:\{|lbrace)\s*$")
_RELATION = re.compile(r"[=<>≠≤≥]|\\(?:neq?|leq?|geq?|lt|gt)(?![A-Za-z])")
_SCRIPT = re.compile(r"\s*[_^]")
_WORD_NAME = re.compile(r"[A-Za-z]+(?:[ -][A-Z][A-Za-z]+)?")
_NO_NAMES = frozenset(
    re.findall(
        r"\w+",
        """if for and where from otherwise when so thus hence or with by let then by because since
    using as case note""",
    )
)


class Part(NamedTuple):
    """A part of a formula.

    Attributes:
        kind: "side", "relation", "arrow", "row", "amp", "gap", "mark", "words" or "tag".
        start, end: where it stands.
        text: the relation (``==``), the arrow, the mark, the words, the tag.
    """

    kind: str
    start: int
    end: int
    text: str = ""


class Scanner:
    """Cuts one text.

    Attributes:
        text: the whole text.
        clean: the same, with what only sets a formula blanked out, character by character.
        known: whether a word is a name.
        over: what stands over relations, by where these end.
        parts: what was found.
    """

    def __init__(self, text: str, known: Callable[[str], bool]) -> None:
        self.text = text
        self.clean = list(text)
        self.known = known
        self.parts: list[Part] = []
        self.over: dict[int, str] = {}  # what stands over relations, by their ends
        self.pairs: dict[int, int] | None = None  # of braces
        self.begun = self.end = 0  # of the present side, of the stretch
        self.brackets = self.braces = self.inner = 0  # open brackets, braces, matrices

    def scan(self, start: int, end: int, *, plain: bool = False) -> list[Part]:
        """The parts of a stretch; ``plain`` if words stand in it without ``\\text``."""
        self.parts = []
        if plain:
            done = start
            line = self.text[start:end]
            for found in BRACKETED.finditer(line):  # (for i = j): the brackets are words, too
                self.blank(start + found.end() - 1, start + found.end())
            for a, b in phrases(line, self.known):
                self._formula(done, start + a)
                self.parts.append(
                    Part("words", start + a, start + b, self.text[start + a : start + b])
                )
                done = start + b
            self._formula(done, end)
        else:
            self._formula(start, end)
        return self.parts

    def source(self, start: int, end: int) -> str:
        """What is left of a stretch to be read."""
        return "".join(self.clean[start:end])

    def blank(self, start: int, end: int) -> None:
        """Takes a stretch out of what is read."""
        self.clean[start:end] = " " * (end - start)

    def _closer(self, start: int) -> int:
        """Where the brace at a place is closed; -1 if it is not."""
        if self.pairs is None:
            self.pairs = {}
            opened: list[int] = []
            for found in re.finditer(r"\\.|[{}]", self.text, re.DOTALL):
                if found.group() == "{":
                    opened.append(found.start())
                elif found.group() == "}" and opened:
                    self.pairs[opened.pop()] = found.start()
        closer = self.pairs.get(start, -1)
        return closer if closer < self.end else -1

    def _group(self, position: int) -> tuple[int, int] | None:
        """Content of the group in braces that comes next."""
        while position < self.end and self.text[position].isspace():
            position += 1
        if position < self.end and self.text[position] == "{":
            closer = self._closer(position)
            if closer >= 0:
                return position + 1, closer
        return None

    def _side(self, start: int, end: int) -> None:
        while start < end and self.clean[start].isspace():
            start += 1
        while end > start and self.clean[end - 1].isspace():
            end -= 1
        if start < end:
            self.parts.append(Part("side", start, end))

    def _formula(self, start: int, end: int) -> None:
        """Cuts a stretch that starts outside of all brackets."""
        text, position, match = self.text, start, _SCAN.match
        self.begun, self.end = start, end
        self.brackets = self.braces = self.inner = 0
        while position < end:
            found = match(text, position, end)
            assert found is not None  # the last alternative takes any character
            at, position, kind = position, found.end(), found.lastgroup
            if kind is None:
                continue
            piece = found.group()
            if kind == "command":
                position = self._command(piece, at, position)
            elif kind == "comment":
                self.blank(at, position)
            elif kind == "open":
                self.brackets += 1
                self.braces += piece == "{"
            elif kind == "close":
                self._close(piece == "}")
            elif self.brackets or self.inner:
                if kind == "amp" and not self.inner:
                    self.blank(at, position)
            elif kind == "amp":
                self._cut("amp", at, position)
                self.blank(at, position)
            elif kind == "sign":
                self._cut(*_signed(piece, at, position))
            elif piece != "." or self._is_point(at):
                self._cut("mark", at, position, piece)
        self._side(self.begun, end)

    def _cut(self, kind: str, start: int, end: int, what: str = "") -> int:
        """Ends the present side with a part; where to go on."""
        self._side(self.begun, start)
        self.parts.append(Part(kind, start, end, what))
        self.begun = end
        return end

    def _close(self, brace: bool = False) -> None:
        self.brackets = max(self.brackets - 1, 0)
        self.braces = max(self.braces - brace, 0)

    def _is_point(self, at: int) -> bool:
        """Whether a point ends something; not in 0.5 and not in dots."""
        around = self.text[max(at - 1, 0) : min(at + 2, self.end)]
        return not (around[-1:].isdigit() or ".." in around)

    def _command(self, name: str, at: int, position: int) -> int:
        """Takes a command; where to go on."""
        if name in (r"\left", r"\right"):
            found = _DELIMITER.match(self.text, position, self.end)
            if name == r"\left":
                self.brackets += 1
            else:
                self._close()
            return found.end() if found else position
        if name in _OPENED:
            self.brackets += 1
        elif name in _CLOSED:
            self._close()
        elif name in (r"\begin", r"\end"):
            return self._environment(name, at, position)
        elif name in ROWS:
            return self._row(at, position)
        elif name in (r"\underbrace", r"\overbrace"):
            self._unbrace(at, position)
        elif name == r"\underset":
            self._underset(at, position)
            return (
                self._outside(name, at, position) if not (self.brackets or self.inner) else position
            )
        elif name in BLANKED:
            self.blank(at, position)
        elif name in GROUP_GONE and (group := self._group(position)):
            self.blank(at, group[1] + 1)
            return group[1] + 1
        elif not self.brackets and not self.inner:
            return self._outside(name, at, position)
        return position

    def _outside(self, name: str, at: int, position: int) -> int:
        """A command outside of all brackets."""
        if name in SIGNS or name in ARROWS:
            return self._cut(*_signed(name, at, position))
        if name == r"\not" and self.text[position : self.end].lstrip()[:1] == "=":
            return self._cut("relation", at, self.text.index("=", position) + 1, "!=")
        if name in GAPS:
            group = self._group(position) if name.startswith(r"\hs") else None
            return self._cut("gap", at, group[1] + 1 if group else position)
        if name in OVER and (found := self._overset(position)) is not None:
            return self._cut("relation", at, found[1], found[0])
        group = self._group(position)
        if group is None:
            return position
        content = self.text[slice(*group)]
        if name in (r"\tag", r"\tag*"):
            return self._cut("tag", at, group[1] + 1, content.strip(" ()"))
        if name in TEXTS:
            return self._words(at, group)
        if name in WRAPS and "=" in content:
            self.blank(at, group[0])
            self.blank(group[1], group[1] + 1)
            return group[0]
        return position

    def _underset(self, at: int, position: int) -> None:
        r"""``\underset{k}{\sum}`` is set down as ``\sum_{k}``, in the same place."""
        first = self._group(position)
        second = self._group(first[1] + 1) if first else None
        if first is None or second is None or self.text[slice(*second)].strip() not in _BIG:
            return
        end = second[1] + 1
        below = self.text[slice(*second)].strip() + "_{" + self.text[slice(*first)] + "}"
        self.clean[at:end] = below.ljust(end - at)

    def _overset(self, position: int) -> tuple[str, int] | None:
        r"""``\overset{(1)}{=}``: the relation, and where it ends."""
        first = self._group(position)
        second = self._group(first[1] + 1) if first else None
        if first is None or second is None:
            return None
        sign = self.text[slice(*second)].strip()
        if sign not in SIGNS:
            return None
        self.over[second[1] + 1] = self.text[slice(*first)]
        defines = "def" in self.text[slice(*first)].lower()
        return "define" if defines and SIGNS[sign] == "==" else SIGNS[sign], second[1] + 1

    def _words(self, at: int, group: tuple[int, int]) -> int:
        r"""``\text{…}``: a name, or words, perhaps with a formula between dollars."""
        inner, last = group
        content, end = self.text[inner:last], self.end
        after = self.text[last + 1 : end].lstrip()[:1]
        name = content.strip()
        joined = name.replace(" ", "").replace("-", "")
        applied = after in ("(", "_", "^") and _WORD_NAME.fullmatch(name) is not None
        if self.known(joined) or (applied and name.lower().split()[0] not in _NO_NAMES):
            return last + 1
        self._side(self.begun, at)
        if not any(c.isalnum() for c in content):  # a comma set as text
            self.parts.append(Part("gap", at, last + 1))
        elif "$" in content:
            place = inner
            for k, part in enumerate(content.split("$")):
                if k % 2 and _RELATION.search(part):
                    self._formula(place, place + len(part))
                elif part.strip():
                    self.parts.append(Part("words", place, place + len(part), part.strip()))
                place += len(part) + 1
        elif formula := RELATED.search(content):
            start = inner + formula.start()
            self.parts.append(Part("words", at, start, content[: formula.start()].strip()))
            self._formula(start, last)
        else:
            self.parts.append(Part("words", at, last + 1, name))
        self.end, self.begun = end, last + 1
        return last + 1

    def _row(self, at: int, position: int) -> int:
        if self.inner:  # of a matrix
            return position
        skip = _SKIP.match(self.text, position)
        stop = min(skip.end(), self.end) if skip and skip.group(1) else position
        self.blank(at, stop)
        if self.braces or (self.brackets and not _LEADING.match(self.text, stop)):
            return stop  # the line goes on inside of a bracket
        self.brackets = 0
        return self._cut("row", at, stop)

    def _environment(self, name: str, at: int, position: int) -> int:
        found = _NAME.match(self.text, position, self.end)
        if found is None:
            return position
        position, what = found.end(), found.group(1)
        braced = _LEFT_BRACE.search(self.text, max(at - 12, 0), at) is not None
        lines = what in LINE_ENVIRONMENTS and not braced and (name != r"\end" or not self.inner)
        if lines and name == r"\begin" and (placed := _PLACED.match(self.text, position, self.end)):
            position = placed.end()
        if lines and what in ("alignat", "alignedat"):
            group = self._group(position) if name == r"\begin" else None
            position = group[1] + 1 if group else position
        if what == "array" and not self.inner and not self.brackets:
            columns = _COLUMNS.match(self.text, position, self.end)
            stop = columns.end() if columns else position
            last = self.text.find(r"\end{array}", stop, self.end)
            if name == r"\end" or (last >= 0 and _LINED.search(self.text, stop, last)):
                lines, position = True, stop
        if what in ("cases", "dcases", "rcases") and not self.inner and not self.brackets:
            lines = lines or self._system(name, at, position)
        if not lines:
            self.inner = self.inner + 1 if name == r"\begin" else max(self.inner - 1, 0)
            return position
        self.blank(at, position)
        if self.inner or self.brackets:  # lines inside of brackets: a part of one formula
            return position
        return self._cut("row", at, position)

    def _system(self, name: str, at: int, position: int) -> bool:
        """Whether cases hold whole equations, one a line, and not values."""
        if name == r"\end":
            return True
        before = self.source(self.begun, at).strip()
        if before or any(part.kind != "row" for part in self.parts):
            return False
        first = _FIRST_CELL.match(self.text, position, self.end)
        return first is not None and "=" in first.group()

    def _unbrace(self, at: int, position: int) -> None:
        r"""``\underbrace{a}_{note}``: what stands over the brace counts."""
        group = self._group(position)
        self.blank(at, position)
        script = _SCRIPT.match(self.text, group[1] + 1, self.end) if group else None
        note = self._group(script.end()) if script else None
        if group and note:
            self.blank(group[1] + 1, note[1] + 1)


def _signed(sign: str, start: int, end: int) -> tuple[str, int, int, str]:
    if sign in DEFINING:
        return "relation", start, end, "define"
    if sign in SIGNS:
        return "relation", start, end, SIGNS[sign]
    return "arrow", start, end, ARROWS[sign]
