"""Seconds an export: each format, and nbgrader's own CSV, on the same gradebook.

    python benchmarks/export.py [--students 5000] [--assignments 5] [--items 18] [--json FILE]

nbgrader's export asks four times a student and assignment, and its time for a whole class is
estimated from a part of it (``--part``), which favours it: its questions get slower the more
grades there are. Totals are compared. ``--database`` takes the address of an empty database, such
as one on PostgreSQL; without it a SQLite file is made. Processor time is that of this process,
which with SQLite is all there is, whatever else the machine does.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.plugins import CsvExportPlugin
from rich.console import Console
from rich.table import Table

from mathgrade.course.indexes import add_indexes
from mathgrade.export import FORMATS, Columns, export_marks

sys.path.insert(0, str(Path(__file__).parent))
from gradebooks import fill, open_gradebook, sqlite_url

Seconds = tuple[float, float]
"""By the clock, and of the processor."""


def timed(book: Any, work: Callable[[], object]) -> Seconds:
    """What it takes, with nothing read before."""
    book.db.rollback()
    book.db.expire_all()
    begin, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin, time.process_time() - used


def ours(book: Any, root: Path, form: str, columns: Columns) -> Seconds:
    """One export of everything."""
    path = root / f"{form}.out"
    return timed(book, lambda: export_marks(book, root, FORMATS[form], path, wanted=columns))


def theirs(book: Any, root: Path, part: list[str], students: int) -> Seconds:
    """nbgrader's export, from a part of the students."""
    plugin = CsvExportPlugin(to=str(root / "theirs.csv"), student=part)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clock, used = timed(book, lambda: plugin.export(book))
    return clock * students / len(part), used * students / len(part)


def same_totals(root: Path) -> int:
    """How many totals both say; stops where they differ. Ours are blank where somebody waits."""
    with (root / "csv.out").open(newline="") as stream:
        rows = {row["student_id"]: row for row in csv.DictReader(stream)}
    compared = 0
    with (root / "theirs.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            name = row["assignment"]
            (mine,) = [v for k, v in rows[row["student_id"]].items() if k.startswith(f"{name} (of")]
            if mine:
                assert abs(float(mine) - float(row["score"])) < 1e-3, (row, mine)
                compared += 1
    return compared


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=5000)
    parser.add_argument("--assignments", type=int, default=5)
    parser.add_argument("--items", type=int, default=18)
    parser.add_argument("--part", type=int, default=20, help="students for nbgrader's own export")
    parser.add_argument("--database", default="")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        book = open_gradebook(given.database or sqlite_url(root))
        fill(book, students=given.students, assignments=given.assignments, items=given.items)
        part = [f"s{k:05}" for k in range(1, given.part + 1)]
        found: dict[str, Seconds] = {}
        for indexed in (False, True):
            if indexed:
                add_indexes(book.engine)
            words = " with indexes" if indexed else ""
            for form in FORMATS:
                found[f"{form}{words}"] = ours(book, root, form, Columns.BOTH)
            found[f"canvas, totals{words}"] = ours(book, root, "canvas", Columns.TOTAL)
            found[f"nbgrader's CSV, estimated{words}"] = theirs(book, root, part, given.students)
            compared = same_totals(root)
        book.close()
    size = f"{given.students} students × {given.assignments} assignments × {given.items} items"
    table = Table(title=size)
    for heading in ("export", "seconds", "of the processor", "nbgrader's : this"):
        table.add_column(heading)
    for way, (clock, used) in found.items():
        base, _ = found["nbgrader's CSV, estimated" + (" with indexes" if "index" in way else "")]
        table.add_row(way, f"{clock:.2f}", f"{used:.2f}", f"{base / clock:.0f}")
    console.print(table)
    console.print(f"{compared} totals agree")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
