"""The lines of a marked derivation as people see them: rows with a mark and what is said beside it.

The card, the feedback page and the terminal set the same rows, each in its own way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mathgrade.marked_line import LineOutcome, MarkedLine
from mathgrade.verdict import Finding, Outcome, Verdict
from mathgrade.witness import Witness

__all__ = ["Mark", "Row", "brief", "line_rows", "relation_sign", "rows"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands before a line.

    Attributes:
        sign: one character; empty for a line that claims nothing.
        words: what the sign means, for those who do not see it, and beside it where it
            does not speak for itself.
        kind: ``holds``, ``wrong``, ``after``, ``open``, ``big``, ``plain``.
    """

    sign: str
    words: str
    kind: str


RIGHT = Mark("✓", "right", "holds")
FIRST_WRONG = Mark("✗", "the first wrong line", "wrong")
WRONG = Mark("✗", "wrong as well", "wrong")
AFTER = Mark("→", "follows from a wrong line", "after")
BY_ITSELF = Mark("!", "right only by itself", "after")
BIG = Mark("…", "true, but too big a step", "big")
UNREAD = Mark("?", "could not be read", "open")
UNDECIDED = Mark("?", "not decided", "open")
DEFINITION = Mark("", "a definition", "plain")
CASE = Mark("", "a case", "plain")
SPECIAL = Mark("?", "in a special case only", "open")
START = Mark("", "the start", "plain")

_MARKS = {
    LineOutcome.TRUE: RIGHT,
    LineOutcome.FALSE: WRONG,
    LineOutcome.ILL_FORMED: WRONG,
    LineOutcome.FOLLOWS: AFTER,
    LineOutcome.RECOVERS: BY_ITSELF,
    LineOutcome.UNREAD: UNREAD,
    LineOutcome.UNDECIDED: UNDECIDED,
    LineOutcome.DEFINITION: DEFINITION,
    LineOutcome.CASE: CASE,
    LineOutcome.SPECIAL: SPECIAL,
    LineOutcome.START: START,
}
_SIGNS = {
    "==": "=",
    "!=": r"\neq",
    "<": "<",
    "<=": r"\leq",
    ">": ">",
    ">=": r"\geq",
    "approx": r"\approx",
    "implies": r"\Rightarrow",
    "iff": r"\Leftrightarrow",
    "maps": r"\mapsto",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a derivation.

    Attributes:
        number: line of the student's text, from 1.
        mark: what became of it.
        latex: how it was read, with what joins it to the row before; empty if it was not.
        text: as typed.
        label: a word before the formula, such as "Case"; may be empty.
        why: what does not fit, or why it was not read.
        example: numbers at which it differs from the side before it.
        hint: the one change that would make it right.
        remarks: places that were perhaps not read as meant.
        laws: the elementary laws of the step, by name.
        witness: the numbers of ``example``, for those who set them.
    """

    number: int
    mark: Mark
    latex: str
    text: str
    label: str = ""
    why: str = ""
    example: str = ""
    hint: str = ""
    remarks: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    witness: Witness | None = None


def rows(verdict: Verdict) -> tuple[Row, ...]:
    """The marked lines of a verdict; none if it is not on a derivation."""
    return line_rows(verdict.lines, proved=verdict.outcome is Outcome.CORRECT)


def line_rows(lines: Sequence[MarkedLine], *, proved: bool) -> tuple[Row, ...]:
    """Marked lines as rows.

    Args:
        lines: in the order they were written.
        proved: whether together they are a proof: then no step was too big.
    """
    first = next((line for line in lines if line.outcome.wrong), None)
    found = []
    for line in lines:
        mark = _MARKS[line.outcome]
        if line is first:
            mark = FIRST_WRONG
        elif line.too_big and not proved:
            mark = BIG
        found.append(_row(line, mark))
    return tuple(_told_once(_joined(found, lines)))


def _row(line: MarkedLine, mark: Mark) -> Row:
    sign = relation_sign(line.relation)
    latex = f"{sign} {line.read_as}".strip() if line.read_as else ""
    difference = line.difference()
    label = ""
    if line.outcome is LineOutcome.CASE:
        label = "Case" if latex else "The cases end here:"
    return Row(
        line.line,
        mark,
        latex,
        line.text,
        label,
        line.message,
        f"{difference[0].upper()}{difference[1:]}." if difference else "",
        line.hint,
        line.remarks,
        line.laws or (),
        line.witness,
    )


def relation_sign(relation: str) -> str:
    r"""LaTeX of what joins a line to the one before it.

    >>> relation_sign("<=")
    '\\leq'
    """
    return _SIGNS.get(relation, "")


def _joined(found: Sequence[Row], lines: Sequence[MarkedLine]) -> Iterator[Row]:
    """The start of a chain stands in one row with the first step, where it was typed so."""
    start = ""
    for k, (row, line) in enumerate(zip(found, lines, strict=True)):
        after = lines[k + 1] if k + 1 < len(lines) else None
        if after is not None and _starts(line, after):
            start = row.latex
            continue
        yield replace(row, latex=f"{start} {row.latex}") if start else row
        start = ""


def _starts(line: MarkedLine, after: MarkedLine) -> bool:
    if line.outcome is not LineOutcome.START or after.outcome is LineOutcome.START:
        return False
    return bool(after.relation and after.read_as and line.read_as) and after.line == line.line


def _told_once(found: Iterator[Row]) -> Iterator[Row]:
    """A remark on a line is not said again for every side of it."""
    said: set[tuple[int, str]] = set()
    for row in found:
        new = tuple(r for r in row.remarks if (row.number, r) not in said)
        said |= {(row.number, r) for r in new}
        yield replace(row, remarks=new)


def brief(finding: Finding, verdict: Verdict) -> str:
    """The message of a finding where the lines stand beside it: not said twice."""
    if verdict.lines and finding.note in ("derivation.wrong-line", "derivation.ill-formed"):
        return finding.message.split(":", 1)[0] + "."
    return finding.message
