"""How a marked derivation looks on a terminal: each line with its mark, and why."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mathgrade.derivation.laws import law_text
from mathgrade.derivation.marked import MarkedDerivation, Proof
from mathgrade.proof_rows import Row, line_rows

__all__ = ["derivation_view", "rows_view"]

_OUTCOME = {
    Proof.PROVED: "bold green",
    Proof.WRONG: "bold red",
    Proof.INCOMPLETE: "bold yellow",
    Proof.UNDECIDED: "bold magenta",
    Proof.INVALID: "bold red",
}
_KIND = {
    "holds": "green",
    "wrong": "bold red",
    "after": "yellow",
    "big": "yellow",
    "open": "magenta",
    "plain": "dim",
}


def derivation_view(marked: MarkedDerivation) -> RenderableType:
    """A marked derivation: outcome, credit, its lines, what is missing."""
    head = Text(marked.outcome.value.upper(), _OUTCOME[marked.outcome])
    if marked.first_wrong is not None:
        head.append(f" at line {marked.first_wrong.line}", _OUTCOME[marked.outcome])
    head.append(f"   credit {_percent(float(marked.credit))}", "default")
    found = line_rows(marked.lines, proved=marked.outcome is Proof.PROVED)
    missing = [Text(f"missing: {text}") for text in marked.missing]
    return Group(head, rows_view(found), *missing)


def rows_view(found: tuple[Row, ...]) -> RenderableType:
    """The lines of a derivation: number, mark, formula, and what is said beside it."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in found:
        style = _KIND[row.mark.kind]
        table.add_row(str(row.number), Text(row.mark.sign, style), Group(*_said(row)))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _said(row: Row) -> Iterator[Text]:
    style = _KIND[row.mark.kind]
    shown = _readable(row.latex) if row.latex else row.text
    line = Text(" ".join(filter(None, (row.label, shown))))
    if row.laws:
        line.append(f"   [{law_text(frozenset(row.laws))}]", "dim")
    yield line
    if row.mark.kind not in ("holds", "plain"):
        yield Text(row.mark.words, style)
    for text in filter(None, (row.why, row.example)):
        yield Text(text, "default")
    if row.hint:
        yield Text(f"hint: {row.hint}", "cyan")
    for remark in row.remarks:
        yield Text(f"remark: {remark}", "dim")


def _readable(latex: str) -> str:
    r"""LaTeX without what only sizes its brackets.

    >>> _readable(r"\left(a\right) \leftarrow b")
    '(a) \\leftarrow b'
    """
    for side in (r"\left", r"\right"):
        for bracket in "()[]|.":
            latex = latex.replace(side + bracket, bracket.replace(".", ""))
    return latex


def _percent(credit: float) -> str:
    return f"{100 * credit:.3g} %"
