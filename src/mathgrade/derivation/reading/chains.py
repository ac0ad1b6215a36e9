r"""Puts the parts of a formula together into chains: sides with relations between them.

A line that starts with a relation goes on with the chain of the line before; so does a line
after one that ends with a relation or an operator. ``a = \\ &= b`` holds one relation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mathgrade.derivation.reading.parts import Part, Scanner
from mathgrade.derivation.reading.plain import RELATED
from mathgrade.derivation.reading.signs import SIGNS
from mathgrade.derivation.reading.words import SIDE

__all__ = ["Chain", "chains"]

_OPERATOR_FIRST = re.compile(r"[+/*]|\\(?:cdot|times|div)(?![A-Za-z])")
_OPERATOR_LAST = re.compile(r"(?:[-+/*]|\\(?:cdot|times|div))\s*$")
_TAG = re.compile(r"\(\s*(\d{1,3}|[a-z]|i{1,3}|[A-Z]|\*{1,3}|\\ast|\\star|\\dagger)\s*'?\)")
_BRACKETED = re.compile(
    r"""\(\s*(?:\\(?:text|mbox|textrm)\s*\{(?P<words>[^{}]*)\})?\s*(?P<left>[^()=<>≠≤≥\s][^()=<>≠≤≥]{0,19}?)
    \s*(?P<sign>=|≠|!=|<=|>=|<|>|≤|≥|\\(?:neq?|leq?|geq?|lt|gt)(?![A-Za-z]))
    \s*(?P<right>[^()=<>≠≤≥\s][^()=<>≠≤≥]{0,19}?)\s*\)""",
    re.VERBOSE,
)
# A reason in brackets at the end: (\\text{by } (1)), [\\because c > 0].
_REASON = re.compile(
    r"(?:^|\s+)[(\[]\s*\\(?:because|(?:text|mbox|textrm)\s*\{\s*(?:by|since|as|because|from|using"
    r"|see|def|where|rule|eq)\b)(?:[^()\[\]]|\([^()]*\))*[)\]]\s*$"
)
_NAMED_SIDE = re.compile(
    r"(?:\\(?:text|mathrm|mbox|operatorname|textrm)\s*\{)?\s*[LR]\.?H\.?S\.?\s*\}?"
)
_NUMBERED = re.compile(r"\((\d{1,2})\)(?:\s|\\[ ,;:])")


@dataclass(slots=True)
class Chain:
    """One chain as it stands in a formula.

    Attributes:
        sides: where its sides stand.
        relations: between the sides.
        leads: the relation it starts with; empty if it starts with a side.
        trails: the relation it ends with.
        words: what is said before it, inside of the formula.
        note: what is said behind it, if no other chain follows in the line.
        arrow: the arrow that leads to it.
        fresh: whether it is the first of its line.
        rows: for each side the number of its line.
        row: number of the line it starts in.
        mark: what ended it: ",", ";", ":", "gap", "row" …
        tag: the number it is referred to by.
        over: what stands over the relation it starts with.
    """

    sides: list[tuple[int, int]] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)
    leads: str = ""
    trails: str = ""
    words: str = ""
    note: str = ""
    arrow: str = ""
    fresh: bool = False
    rows: list[int] = field(default_factory=list)
    row: int = 0
    mark: str = ""
    tag: str = ""
    over: str = ""


def chains(parts: list[Part], scanner: Scanner) -> list[Chain]:
    """The chains of one formula, in their order."""
    return _Builder(parts, scanner).run()


class _Builder:
    def __init__(self, parts: list[Part], scanner: Scanner) -> None:
        self.parts = parts
        self.scanner = scanner
        self.found: list[Chain] = []
        self.now = Chain(fresh=True)
        self.row = 0
        self.used = False  # whether the line holds a chain already
        self.at = 0

    def run(self) -> list[Chain]:
        while self.at < len(self.parts):
            part = self.parts[self.at]
            self.at += 1
            getattr(self, "_" + part.kind)(part)
        self._end("")
        if self.now.words and self.found:
            last = self.found[-1]
            last.note = f"{last.note} {self.now.words}".strip()
        return _joined(self.found)

    def _ahead(self, over: tuple[str, ...]) -> Part | None:
        """The next part that is none of these kinds."""
        for part in self.parts[self.at :]:
            if part.kind not in over:
                return part
        return None

    def _end(self, mark: str) -> None:
        """Ends the present chain."""
        now = self.now
        if now.sides or now.leads:
            now.mark = mark
            self.found.append(now)
            self.used = True
            self.now = Chain(row=self.row)
        self.now.fresh = not self.used

    # ---- the parts

    def _side(self, part: Part) -> None:
        source = self.scanner.source(part.start, part.end)
        if (reason := _REASON.search(source)) is not None:
            self.scanner.blank(part.start + reason.start(), part.end)
            part = part._replace(end=part.start + reason.start())
            source = source[: reason.start()]
            if not source:
                self._words(part._replace(text=reason.group().strip()))
                return
        if _NAMED_SIDE.fullmatch(source):
            self._words(part._replace(text="LHS"))
            return
        now, place = self.now, (part.start, part.end)
        if not now.sides and not now.leads:
            if self._is_tag(source, place):
                return
            if self._is_bracketed(source, place):
                return
        if len(now.sides) > len(now.relations):  # goes on after a line break or &
            now.sides[-1] = (now.sides[-1][0], part.end)
            return
        if not now.sides and not now.leads:
            now.row = self.row
        now.sides.append(place)
        now.rows.append(self.row)
        now.trails = ""

    def _is_tag(self, source: str, place: tuple[int, int]) -> bool:
        tag = _TAG.fullmatch(source)
        if tag is None:
            numbered = _NUMBERED.match(source) if not self.used else None
            if numbered is not None:
                self.now.tag = numbered.group(1)
                self._side(Part("side", place[0] + numbered.end(), place[1]))
            return numbered is not None
        coming = self._ahead(("gap", "amp"))
        if coming is not None and coming.kind == "relation":
            return False
        if self.used and self.found:
            self.found[-1].tag = tag.group(1)
        else:
            self.now.tag = tag.group(1)
        return True

    def _is_bracketed(self, source: str, place: tuple[int, int]) -> bool:
        """Takes a condition that stands alone in brackets: ``(i = j)``, ``(x > 0)``."""
        found = _BRACKETED.fullmatch(source)
        coming = self._ahead(("gap", "amp"))
        if found is None or (coming is not None and coming.kind == "relation"):
            return False
        for at, end in (found.span("left"), found.span("right")):
            self.now.sides.append((place[0] + at, place[0] + end))
            self.now.rows.append(self.row)
        sign = found["sign"]
        self.now.relations.append(SIGNS[sign])
        self.now.row = self.row
        self.now.words = f"{self.now.words} {found['words'] or 'if'}".strip()
        return True

    def _relation(self, part: Part) -> None:
        if (over := self.scanner.over.get(part.end, "")) and RELATED.search(over):
            self._end("over")  # holds under a condition from here on
            self.now.over = over
        now = self.now
        if not now.sides and SIDE.search(now.words):
            return  # LHS = a: the chain starts with a
        if not now.sides:
            now.row = now.row if now.leads else self.row
            now.leads = now.leads or part.text
        elif len(now.sides) > len(now.relations):
            now.relations.append(part.text)
            now.trails = part.text
        # A relation behind another one says the same again: "= \\ &=".

    def _row(self, _part: Part) -> None:
        coming = self._ahead(("row", "amp", "gap"))
        now = self.now
        if coming is not None and now.sides and not (now.words and self.used and not now.fresh):
            goes_on = now.trails or (coming.kind == "relation" and now.fresh)
            if goes_on or (coming.kind == "side" and self._is_operator(coming)):
                self._next_row()
                return
        self._end("row")
        self._next_row()
        self.now.fresh = True

    def _next_row(self) -> None:
        self.row += 1
        self.used = False
        if not self.now.sides:
            self.now.row = self.row
            if self.now.words and self.found:
                self.found[-1].note = f"{self.found[-1].note} {self.now.words}".strip()
                self.now.words = ""

    def _is_operator(self, coming: Part) -> bool:
        """Whether a line goes on with the last side of the line before."""
        source = self.scanner.source(coming.start, coming.end)
        last = self.scanner.source(*self.now.sides[-1])
        if _OPERATOR_FIRST.match(source) or _OPERATOR_LAST.search(last):
            return True
        if not source.startswith("-"):
            return False
        rest = self.parts[self.at :]
        if rest[0].kind == "amp":
            return True
        behind = next(
            (p for p in rest[rest.index(coming) + 1 :] if p.kind not in ("amp", "gap")), None
        )
        return behind is None or behind.kind != "relation"

    def _amp(self, _part: Part) -> None:
        now = self.now
        coming = self.parts[self.at] if self.at < len(self.parts) else None
        if coming is None or coming.kind != "side":
            return
        if not now.sides or not (now.relations or now.leads) or now.trails:
            return
        if now.rows[-1] != self.row:
            return
        before = self.scanner.source(*now.sides[-1])
        if _OPERATOR_LAST.search(before) or self._is_operator(coming):
            return
        if self.scanner.source(coming.start, coming.end).startswith("-"):
            return
        self._end("amp")
        if self.at > 1 and self.parts[self.at - 2].kind == "amp":  # "&&" leaves a column empty
            self.now.arrow = "because"

    def _gap(self, _part: Part) -> None:
        now = self.now
        coming = self._ahead(("gap",))
        if not now.sides or now.trails:
            return
        if coming is not None and coming.kind in ("relation", "row"):
            return
        if coming is not None and coming.kind == "side" and now.fresh and self._is_operator(coming):
            return
        self._end("gap")

    def _mark(self, part: Part) -> None:
        now = self.now
        coming = self._ahead(("gap", "amp", "row", "mark"))
        if part.text in (",", ";", ".") and coming is not None and coming.kind == "relation":
            return
        if part.text == "." and coming is not None and coming.kind == "side" and now.sides:
            beside = self.parts[self.at]
            if (
                beside.kind == "side"
                and beside.start == part.end
                and part.start == now.sides[-1][1]
            ):
                return  # a point as the sign of a product, which the reader of sides refuses
        if now.sides and not now.trails:
            self._end(part.text)

    def _arrow(self, part: Part) -> None:
        self._end("arrow")
        self.now.arrow = part.text

    def _words(self, part: Part) -> None:
        if self.now.trails and SIDE.search(part.text):  # a = RHS: the chain ends with a
            self.now.relations.pop()
            self.now.trails = ""
        self._end("words")
        self.now.words = f"{self.now.words} {part.text}".strip()

    def _tag(self, part: Part) -> None:
        if self.now.sides:
            self.now.tag = part.text
        elif self.found:
            self.found[-1].tag = part.text


def _joined(found: list[Chain]) -> list[Chain]:
    """Chains that only a note at the end of a line has cut in two, as one."""
    joined: list[Chain] = []
    for chain in found:
        last = joined[-1] if joined else None
        cut = (
            last is not None
            and last.mark == "words"
            and bool(last.rows)
            and chain.row == last.rows[-1] + 1
        )
        if last is None or not cut or not chain.leads or chain.words or chain.arrow:
            joined.append(chain)
            continue
        last.sides += chain.sides
        last.relations += [chain.leads, *chain.relations]
        last.rows += chain.rows
        last.trails, last.mark = chain.trails, chain.mark
        last.note = f"{last.note} {chain.note}".strip()
        last.tag = last.tag or chain.tag
    return joined
