"""How results look on a terminal: checks, a class, the layers of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from mathgrade.autograde.sandbox import LAYERS

if TYPE_CHECKING:  # each command loads only what it needs itself
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mathgrade.autograde.sandbox.probing import Probe
    from mathgrade.course.check import Line
    from mathgrade.course.doctor import Part
    from mathgrade.course.marks import StudentMarks

__all__ = [
    "check_table",
    "class_table",
    "layer_table",
    "part_table",
    "reviews_of",
    "show_pages",
]

_BOX = SIMPLE_HEAD
_STATUS = {
    "ok": ("✓ ok", "green"),
    "warning": ("! warning", "yellow"),
    "failed": ("✗ failed", "bold red"),
}


def check_table(lines: Sequence[Line]) -> Table:
    """One row a check, with what it found."""
    table = Table(title="Checks", title_style="bold", title_justify="left", box=_BOX)
    table.add_column("assignment", no_wrap=True)
    table.add_column("check", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("found", overflow="fold")
    before = ""
    for line in lines:
        if before and line.assignment != before:
            table.add_section()
        before = line.assignment
        words, style = _STATUS[line.status.value]
        table.add_row(
            line.assignment, line.check, Text(words, style), Text("\n".join(line.details))
        )
    return table


def layer_table(layers: Sequence[Probe]) -> Table:
    """One row a layer of the sandbox, with what was tried on it."""
    table = Table(title="Sandbox", title_style="bold", title_justify="left", box=_BOX)
    for heading in ("layer", "result", "what it is for", "tried"):
        table.add_column(heading, overflow="fold")
    for probe in layers:
        words, style = ("✓ holds", "green") if probe.holds else ("✗ does not", "bold red")
        use = LAYERS.get(probe.layer, "stands in for Landlock")
        tried = probe.tried if probe.holds else f"{probe.tried}: {probe.found}"
        table.add_row(probe.layer, Text(words, style), use, Text(tried))
    return table


def part_table(parts: Sequence[Part]) -> Table:
    """One row a package or program."""
    table = Table(title="Parts", title_style="bold", title_justify="left", box=_BOX)
    for heading in ("part", "version or place", "for"):
        table.add_column(heading, overflow="fold")
    for part in parts:
        table.add_row(part.name, part.version or Text("missing", "yellow"), part.use)
    return table


def class_table(
    title: str,
    rows: Sequence[StudentMarks],
    attempts: Mapping[str, str] | None = None,
    *,
    width: int = 10_000,
) -> RenderableType:
    """Students down, items across, with totals; ``*`` marks what waits for a person.

    Args:
        title: of the table.
        rows: the class.
        attempts: which attempt each student handed in.
        width: characters of a line; items that have no room in it stand in a table below.
    """
    points: dict[str, float] = {}
    for row in rows:
        points.update({name: mark.points for name, mark in row.items.items()})
    marks = [_marks_column(name, worth, rows) for name, worth in points.items()]
    total = [f"total\n/{sum(points.values()):g}", *(_number(row.score) for row in rows)]
    marks.append(
        [Text(line, "bold" if at else "", justify="right") for at, line in enumerate(total)]
    )
    leading = [["student", *(row.student for row in rows)]]
    if attempts is not None:
        given = [attempts.get(row.student, "") for row in rows]
        leading.append(["attempt", *(n if len(n) < 25 else f"{n[:23]}…" for n in given)])
    tables = []
    while marks:
        room = width - 1 - sum(_wide(column) for column in leading) - _wide(marks[0])
        beside = 1
        while beside < len(marks) and room >= _wide(marks[beside]):
            room -= _wide(marks[beside])
            beside += 1
        tables.append(_joined(title, leading, marks[:beside]))
        marks, leading, title = marks[beside:], leading[:1], ""
    return Group(*tables)


def _marks_column(name: str, worth: float, rows: Sequence[StudentMarks]) -> list[Text]:
    """The marks of one item, under its name and points."""
    column = [Text("\n".join([*name.split("-"), f"/{worth:g}"]), justify="right")]
    for row in rows:
        mark = row.items.get(name)
        if mark is None:
            column.append(Text("—"))
        else:
            said = _number(mark.score) + "*" * bool(mark.review)
            column.append(Text(said, _shade(mark.score, mark.points)))
    return column


def _wide(column: Sequence[str | Text]) -> int:
    """Characters a column takes in a line, with what stands around it."""
    return max(cell_len(line) for cell in column for line in str(cell).split("\n")) + 3


def _joined(title: str, leading: Sequence[Sequence[str]], marks: Sequence[Sequence[Text]]) -> Table:
    table = Table(title=title or None, title_style="bold", title_justify="left", box=_BOX)
    for column in leading:
        table.add_column(column[0], no_wrap=True)
    for heading, *_ in marks:
        table.add_column(heading, justify="right", no_wrap=True, vertical="bottom")
    for cells in zip(*(column[1:] for column in (*leading, *marks)), strict=True):
        table.add_row(*cells)
    return table


def reviews_of(rows: Sequence[StudentMarks], *, by_hand: bool = False) -> list[str]:
    """A line for each mark a person must look at, and for each notebook that did not run through.

    Args:
        rows: the class.
        by_hand: list also what is always marked by hand.
    """
    lines = []
    for row in rows:
        if row.reason:
            lines.append(f"{row.student}  {row.reason}")
        for name, mark in row.items.items():
            if mark.review and (by_hand or mark.review != "to be marked by hand"):
                lines.append(f"{row.student}  {name}: {mark.review}")
    return lines


def show_pages(console: Console, pages: Sequence[Path], *, at_most: int = 6) -> None:
    """Name pages to open; a few of them if there are many."""
    for page in pages[:at_most]:
        console.print(Text(f"  {page}"), soft_wrap=True)
    if len(pages) > at_most:
        console.print(Text(f"  … and {len(pages) - at_most} more beside them"))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _shade(score: float, points: float) -> str:
    if score >= points:
        return "green"
    return "red" if score <= 0 else "yellow"
