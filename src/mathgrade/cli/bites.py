"""How `mathgrade check` shows what became of mutants: a row an item."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from mathgrade.course.mutation import Bite

__all__ = ["bite_table"]


def bite_table(bites: Sequence[Bite]) -> Table:
    """One row an item: mutants that lost marks, the kill rate, what is earned without an answer."""
    table = Table(title="Mutants", title_style="bold", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("item", no_wrap=True)
    for heading in ("lost marks", "survived", "right as well", "kill rate", "blank", "trivial"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("ms", justify="right", no_wrap=True)
    for one in bites:
        rate = "—" if one.rate is None else f"{_down(one.rate):.0f} %"
        earned = max(one.trivial.values(), default=0.0)
        table.add_row(
            f"{one.assignment}:{one.item}",
            str(one.killed),
            _bad(str(len(one.survivors)), bool(one.survivors)),
            str(len(one.equivalent)),
            _bad(rate, bool(one.survivors or one.fault)),
            _bad(f"{one.blank:.0%}", bool(one.blank)),
            _bad(f"{earned:.0%}", bool(earned)),
            f"{1000 * one.seconds:.0f}",
        )
    return table


def _down(rate: float) -> int:
    """Percent, rounded down: 99.9 is not 100."""
    return int(100 * rate)


def _bad(text: str, bad: bool) -> Text:
    return Text(text, "bold red" if bad else "green")
